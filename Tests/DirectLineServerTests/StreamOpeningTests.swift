import BotSchema
@testable import DirectLineServer
import Synchronization
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite(.timeLimit(.minutes(5)))
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
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
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
