import BotSchema
@testable import DirectLineServer
import Synchronization
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct StreamOpeningTests {
    @Test func `a stream is open for its client only when it is known where it begins`() async throws {
        let (time, store) = (TestTime(), GatedStore())
        var configuration = ServerConfiguration.patient
        configuration.now = { time.now }
        configuration.streamURLLifetime = .seconds(3600)
        configuration.limits.conversations = 1
        try await withServer(configuration, store: store) { server in
            let conversation = try await server.start()
            _ = try await conversation.say("before")
            // Another takes its place in memory, so that the stream has to wait for the store.
            time.advance(by: 1000)
            _ = try await server.start()
            store.close()
            do {
                let socket = PlainSocket(port: server.address.port)
                let url = try #require(conversation.info.streamURL)
                socket.send(
                    """
                    GET \(url.dropFirst("ws://".count).drop { $0 != "/" }) HTTP/1.1\r
                    Host: 127.0.0.1\r
                    Connection: Upgrade\r
                    Upgrade: websocket\r
                    Sec-WebSocket-Version: 13\r
                    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
                    \r

                    """
                )
                // What a client that is told of its stream did now could pass by before the stream began.
                _ = await store.asked.next()
                #expect(socket.waitingBytes == 0)
                store.open()
            }
            try await conversation.withStream { stream in try await stream.expect(["before"]) }
        }
    }
}

/// A store that answers only when a test lets it.
private final class GatedStore: ConversationStore {
    private let all = TestStore()
    private let gate = Mutex<Reply<Bool>?>(nil)
    let asked = Happenings<String>()

    func key(orKeep new: ServerKey) async throws(StoreError) -> ServerKey { try await all.key(orKeep: new) }

    func record(
        _ change: ConversationChange,
        in conversation: String,
        settled: @escaping @Sendable (Result<Int64, StoreError>) -> Void
    ) { all.record(change, in: conversation, settled: settled) }

    func outline(of conversation: String, after row: Int64) async throws(StoreError) -> [StoredChange] {
        if let gate = gate.withLock({ $0 }) {
            asked.note(conversation)
            _ = await gate.value(orIfCancelled: false)
        }
        return try await all.outline(of: conversation, after: row)
    }

    func content(of row: Int64) async throws(StoreError) -> [UInt8] { try await all.content(of: row) }

    func keep(_ upload: StoredUpload, within limits: UploadLimits, now: Timestamp) async throws(StoreError) {
        try await all.keep(upload, within: limits, now: now)
    }

    func upload(_ id: String) async throws(StoreError) -> StoredUpload? { try await all.upload(id) }

    func close() { gate.withLock { $0 = Reply() } }
    func open() { gate.withLock { $0.take() }?.settle(true) }
}

/// A connection of the system's own calls, which knows at any moment what has come.
private struct PlainSocket: ~Copyable {
    private let descriptor: Int32

    init(port: Int) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        // By bytes: whose module the fields of the structure belong to depends on what else is compiled with this file.
        var address = [UInt8](repeating: 0, count: 16)
        #if canImport(Glibc)
        address[0] = UInt8(AF_INET)
        #else
        (address[0], address[1]) = (16, UInt8(AF_INET))
        #endif
        (address[2], address[3]) = (UInt8(port >> 8 & 0xff), UInt8(port & 0xff))
        (address[4], address[7]) = (127, 1)
        _ = address.withUnsafeBytes { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { connect(descriptor, $0.baseAddress, socklen_t(bytes.count)) }
        }
    }

    deinit { _ = close(descriptor) }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(descriptor, bytes, bytes.count)
    }

    /// How many bytes wait to be read, of the first hundred.
    var waitingBytes: Int {
        var bytes = [UInt8](repeating: 0, count: 100)
        return max(0, recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_PEEK)))
    }
}
