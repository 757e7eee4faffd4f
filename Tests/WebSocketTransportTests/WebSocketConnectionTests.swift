import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import Synchronization
import TestSupport
import Testing

@testable import WebSocketTransport

@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct WebSocketConnectionTests {
    /// Sends every message back.
    @Sendable private static func echo(_ inbound: WebSocketInbound, _ outbound: WebSocketOutbound) async throws {
        for await case .text(let text) in inbound { try await outbound.send(text) }
    }

    @Test func `messages go both ways and leaving closes with 1000`() async throws {
        let closures = AsyncStream.makeStream(of: WebSocketClosure.self, bufferingPolicy: .unbounded)
        try await withWebSocketServer(
            onConnection: Self.echo,
            onClosure: { closures.continuation.yield($0) },
            client: { port in
                let closure = try await withWebSocketClient(port) { inbound, outbound in
                    var messages = inbound.makeAsyncIterator()
                    for text in ["", "hello", "grüße 👋🏽", String(repeating: "x", count: 300_000)] {
                        try await outbound.send(text)
                        #expect(await messages.next() == .text(text))
                    }
                }
                #expect(closure.code == 1000)
                var ends = closures.stream.makeAsyncIterator()
                #expect(await ends.next()?.code == 1000)
            }
        )
    }

    @Test func `a server's close is a value with its code and words`() async throws {
        try await withWebSocketServer(
            onConnection: { _, outbound in await outbound.close(code: 3001, reason: "collision") },
            client: { port in
                let closure = try await withWebSocketClient(port) { inbound, _ in for await _ in inbound {} }
                #expect(closure == WebSocketClosure(code: 3001, reason: "collision"))
            }
        )
    }

    @Test func `a stream that breaks off is 1006`() async throws {
        let closures = AsyncStream.makeStream(of: WebSocketClosure.self, bufferingPolicy: .unbounded)
        try await withWebSocketServer(
            onConnection: { inbound, _ in for await _ in inbound {} },
            onClosure: { closures.continuation.yield($0) },
            client: { port in
                try await withRawConnection(port) { inbound, _ in for try await _ in inbound { break } }
                var ends = closures.stream.makeAsyncIterator()
                #expect(await ends.next() == .abnormal)
            }
        )
    }

    @Test func `a server that fails closes with 1011, and sending afterwards throws closed`() async throws {
        struct Failure: Error {}
        try await withWebSocketServer(
            onConnection: { _, _ in throw Failure() },
            client: { port in
                let closure = try await withWebSocketClient(port) { inbound, outbound in
                    for await _ in inbound {}
                    await #expect(throws: WebSocketError(.closed, "the connection is closed")) {
                        try await outbound.send("too late")
                    }
                }
                #expect(closure.code == 1011)
            }
        )
    }

    @Test func `twenty megabytes sent just before closing arrive whole`() async throws {
        let chunk = String(repeating: "a", count: 200_000)
        try await withWebSocketServer(
            onConnection: { _, outbound in for _ in 0..<100 { try await outbound.send(chunk) } },
            client: { port in
                let received = Mutex(0)
                let closure = try await withWebSocketClient(port) { inbound, _ in
                    for await case .text(let text) in inbound { received.withLock { $0 += text.utf8.count } }
                }
                #expect(received.withLock { $0 } == 20_000_000)
                #expect(closure.code == 1000)
            }
        )
    }

    @Test func `many small messages keep their order`() async throws {
        try await withWebSocketServer(
            onConnection: { _, outbound in for number in 0..<2_000 { try await outbound.send("\(number)") } },
            client: { port in
                let received = Mutex<[String]>([])
                _ = try await withWebSocketClient(port) { inbound, _ in
                    for await case .text(let text) in inbound { received.withLock { $0.append(text) } }
                }
                #expect(received.withLock { $0 } == (0..<2_000).map(String.init))
            }
        )
    }

    @Test func `a frame above the limit closes with 1009`() async throws {
        let limits = WebSocketConfiguration(maxFrameSize: 1_000)
        let closures = AsyncStream.makeStream(of: WebSocketClosure.self, bufferingPolicy: .unbounded)
        try await withWebSocketServer(
            configuration: limits,
            onConnection: Self.echo,
            onClosure: { closures.continuation.yield($0) },
            client: { port in
                let closure = try await withWebSocketClient(port) { inbound, outbound in
                    try await outbound.send(String(repeating: "x", count: 2_000))
                    for await _ in inbound {}
                }
                #expect(closure == WebSocketClosure(code: 1009, reason: "frame too large"))
                var ends = closures.stream.makeAsyncIterator()
                #expect(await ends.next()?.code == 1009)
            }
        )
    }

    @Test(
        arguments: [
            ([0x81, 0x02, 0x68, 0x69], 1002), ([0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28], 1007),
            ([0xc1, 0x80, 0, 0, 0, 0], 1002), ([0x89, 0xfe, 0, 126, 0, 0, 0, 0], 1002),
            ([0x09, 0x80, 0, 0, 0, 0], 1002),
            ([0x83, 0x80, 0, 0, 0, 0], 1002), ([0x88, 0x81, 0, 0, 0, 0, 3], 1002),
        ] as [([UInt8], UInt16)]
    )
    func `damaged frames are answered with the close code that RFC 6455 names`(
        bytes: [UInt8],
        code: UInt16
    ) async throws {
        let limits = WebSocketConfiguration(closeTimeout: .seconds(1))
        try await withWebSocketServer(configuration: limits, onConnection: Self.echo) { port in
            let answer = try await withRawConnection(port) { inbound, outbound in
                var answer = ByteBuffer()
                try await outbound.write(ByteBuffer(bytes: bytes))
                for try await part in inbound { answer.writeImmutableBuffer(part) }
                return answer
            }
            // The last frame is the close: 0x88, a length, the code.
            let text = Array(answer.readableBytesView)
            let start = try #require(text.lastIndex(of: 0x88))
            #expect(UInt16(text[start + 2]) << 8 | UInt16(text[start + 3]) == code)
        }
    }

    @Test func `fragments that come byte by byte with a ping between them make one message`() async throws {
        try await withWebSocketServer(onConnection: Self.echo) { port in
            try await withRawConnection(port) { inbound, outbound in
                let frames: [UInt8] = [
                    0x01, 0x81, 0, 0, 0, 0, 0xc3, 0x89, 0x81, 0, 0, 0, 0, 0x2a, 0x80, 0x81, 0, 0, 0, 0, 0xa9,
                ]
                for byte in frames { try await outbound.write(ByteBuffer(bytes: [byte])) }
                var answer: [UInt8] = []
                for try await part in inbound {
                    answer += part.readableBytesView
                    if answer.suffix(7) == [0x8a, 0x01, 0x2a, 0x81, 0x02, 0xc3, 0xa9] { return }
                }
                Issue.record("the echo did not come: \(answer)")
            }
        }
    }

    @Test func `pings are answered, and a peer that falls silent is given up`() async throws {
        let limits = WebSocketConfiguration(pingInterval: .milliseconds(30))
        let closures = AsyncStream.makeStream(of: WebSocketClosure.self, bufferingPolicy: .unbounded)
        try await withWebSocketServer(
            configuration: limits,
            onConnection: { inbound, _ in for await _ in inbound {} },
            onClosure: { closures.continuation.yield($0) },
            client: { port in
                try await withRawConnection(port) { inbound, _ in
                    var bytes = 0
                    for try await part in inbound { bytes += part.readableBytes }
                    // The answer to the upgrade and two pings of 18 bytes, then the end.
                    #expect(bytes > 36)
                }
                var ends = closures.stream.makeAsyncIterator()
                #expect(await ends.next() == WebSocketClosure(code: 1006, reason: "the peer has fallen silent"))
            }
        )
    }

    @Test func `a connection goes on while its pings are answered`() async throws {
        let limits = WebSocketConfiguration(pingInterval: .milliseconds(10), missedPingLimit: 1_000)
        try await withWebSocketServer(configuration: limits, onConnection: Self.echo) { port in
            try await withRawConnection(port) { inbound, outbound in
                var bytes: [UInt8] = []
                var pings = 0
                for try await part in inbound {
                    bytes += part.readableBytesView
                    if bytes.contains(sequence: [0x81, 0x02, 0x68, 0x69]) { return }
                    while let start = bytes.firstIndex(of: 0x89), bytes.count >= start + 18 {
                        let payload = bytes[(start + 2)..<(start + 18)]
                        try await outbound.write(ByteBuffer(bytes: [0x8a, 0x90, 0, 0, 0, 0] + payload))
                        bytes.removeSubrange(...(start + 17))
                        pings += 1
                        if pings == 3 {
                            try await outbound.write(ByteBuffer(bytes: [0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69]))
                        }
                    }
                }
                Issue.record("the server hung up after \(pings) pings")
            }
        }
    }

    @Test func `cancelling a client ends at once and the server sees the close`() async throws {
        let closures = AsyncStream.makeStream(of: WebSocketClosure.self, bufferingPolicy: .unbounded)
        let connected = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .unbounded)
        try await withWebSocketServer(
            onConnection: { inbound, _ in for await _ in inbound {} },
            onClosure: { closures.continuation.yield($0) },
            client: { port in
                await withTaskGroup { group in
                    group.addTask {
                        await #expect(throws: CancellationError.self) {
                            _ = try await withWebSocketClient(port) { inbound, _ in
                                connected.continuation.yield()
                                for await _ in inbound {}
                            }
                        }
                    }
                    for await _ in connected.stream { break }
                    group.cancelAll()
                }
                for await closure in closures.stream {
                    #expect(closure.code == 1000)
                    break
                }
            }
        )
    }

    @Test func `a peer that does not answer the close is left after the time allowed`() async throws {
        let limits = WebSocketConfiguration(closeTimeout: .milliseconds(50))
        try await withWebSocketServer(configuration: limits, onConnection: { _, _ in }) { port in
            try await withRawConnection(port) { inbound, _ in for try await _ in inbound {} }
        }
    }
}

extension [UInt8] {
    fileprivate func contains(sequence: [UInt8]) -> Bool {
        indices.contains { self[$0...].starts(with: sequence) }
    }
}
