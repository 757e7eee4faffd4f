import NIOCore
import NIOPosix

/// Bytes to a server and back, for what no HTTP client would send.
enum RawConnection {
    /// Sends requests one after another on one connection, each after an answer to the one before, and reads on until
    /// the server closes or the last answer is in.
    static func exchange(port: Int, _ requests: [String]) async throws -> String {
        let channel = try await connect(port: port)
        return try await channel.executeThenClose { inbound, outbound in
            var answers = ""
            var input = inbound.makeAsyncIterator()
            for request in requests {
                try await outbound.write(ByteBuffer(string: request))
                var answer = ""
                while !isComplete(answer), let bytes = try await input.next() { answer += String(buffer: bytes) }
                answers += answer
            }
            return answers
        }
    }

    /// Sends a head and a body of some size whether or not it is wanted, and reads until the server closes.
    static func pour(port: Int, _ head: String, bytes: Int, isLengthDeclared: Bool) async throws -> String {
        let channel = try await connect(port: port)
        let framing = isLengthDeclared ? "Content-Length: \(bytes)\r\n\r\n" : "Transfer-Encoding: chunked\r\n\r\n"
        let size = 64 << 10
        return try await channel.executeThenClose { inbound, outbound in
            try await withThrowingTaskGroup(of: String?.self) { group in
                group.addTask {
                    var answer = ""
                    // A server that closes while we still write resets the connection; what it said counts.
                    do { for try await bytes in inbound { answer += String(buffer: bytes) } } catch {}
                    return answer
                }
                group.addTask {
                    do {
                        try await outbound.write(ByteBuffer(string: head + framing))
                        let piece = ByteBuffer(repeating: UInt8(ascii: "x"), count: size)
                        for _ in 0..<(bytes / size) {
                            if !isLengthDeclared {
                                try await outbound.write(ByteBuffer(string: String(size, radix: 16) + "\r\n"))
                            }
                            try await outbound.write(piece)
                            if !isLengthDeclared { try await outbound.write(ByteBuffer(string: "\r\n")) }
                        }
                    } catch {}
                    return nil
                }
                while let result = try await group.next() {
                    guard let result else { continue }
                    group.cancelAll()
                    return result
                }
                return ""
            }
        }
    }

    /// Reads on until certain bytes have come and passes over everything up to their end.
    ///
    /// - Throws: ``Missing`` when the connection ends without them.
    static func skip(
        _ end: [UInt8],
        in bytes: inout [UInt8],
        _ input: inout NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    ) async throws {
        while true {
            if let range = bytes.firstRange(of: end) { return bytes.removeFirst(range.upperBound) }
            guard let more = try await input.next(isolation: #isolation) else { throw Missing(bytes: end, in: bytes) }
            bytes += more.readableBytesView
        }
    }

    struct Missing: Error {
        let bytes: [UInt8]
        let `in`: [UInt8]
    }

    /// Opens a connection and says nothing.
    static func connect(port: Int) async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
        try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connectTimeout(.minutes(10))
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture { try NIOAsyncChannel(wrappingChannelSynchronously: channel) }
            }
    }

    private static func isComplete(_ answer: String) -> Bool {
        guard let end = answer.firstRange(of: "\r\n\r\n")?.upperBound else { return false }
        let fields = answer[..<end].split(separator: "\r\n").map { $0.lowercased() }
        let length = fields.first { $0.hasPrefix("content-length:") }?.drop { $0 != " " }.dropFirst()
        return answer[end...].utf8.count >= length.flatMap { Int($0) } ?? 0
    }
}
