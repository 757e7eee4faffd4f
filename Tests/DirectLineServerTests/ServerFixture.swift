import AsyncHTTPClient
import BotSchema
import Bots
@testable import DirectLineServer
import NIOCore
import NIOHTTP1
import Testing
import WebSocketTransport

extension ServerConfiguration {
    /// The usual one, for machines on which a second of the processor takes a minute.
    static var patient: ServerConfiguration { ServerConfiguration().patient }

    /// This one with every limit of time as large as a slow machine needs, but for those that a test has set.
    var patient: ServerConfiguration {
        let usual = ServerLimits()
        var configuration = self
        for limit in [\ServerLimits.turn, \.firstRequest, \.requestArrival, \.answerDeparture, \.idleConnection]
        where limits[keyPath: limit] == usual[keyPath: limit] {
            configuration.limits[keyPath: limit] = .seconds(600)
        }
        return configuration
    }
}

/// Runs a server on a free port for the length of a closure.
func withServer<Result: Sendable>(
    _ configuration: ServerConfiguration = .patient,
    bot: any Bot = SilentBot(),
    adapter: (any ConversationAdapter)? = nil,
    store: any ConversationStore = VolatileConversations(),
    _ body: @Sendable (TestServer) async throws -> Result
) async throws -> Result {
    let server = EmbeddedServer(configuration: configuration.patient, bot: bot, adapter: adapter, store: store)
    let ready = Reply<ServerAddress?>()
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            defer { ready.settle(nil) }
            try await server.run { ready.settle($0) }
        }
        defer { group.cancelAll() }
        guard let address = await ready.value(orIfCancelled: nil) else {
            try await group.next()
            throw CancellationError()
        }
        return try await body(TestServer(address: address))
    }
}

/// A running server as its clients and bots see it.
struct TestServer: Sendable {
    let address: ServerAddress

    struct Answer: Sendable {
        let status: Int
        let headers: HTTPHeaders
        let text: String
        var json: JSONValue? { try? JSONValue(parsing: text) }
        var errorCode: String? { json?["error"]?["code"]?.string }
    }

    /// Calls a path below the Direct Line base, or a whole URL.
    func call(
        _ method: HTTPMethod,
        _ path: String,
        _ body: JSONValue? = nil,
        text: String? = nil,
        headers: HTTPHeaders = [:]
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: path.hasPrefix("http") ? path : address.directLineURL + path)
        request.method = method
        request.headers = headers
        if let text = text ?? body?.compactText {
            request.body = .bytes(Array(text.utf8))
            request.headers.add(name: "Content-Type", value: "application/json")
        }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(600))
        let answer = try await response.body.collect(upTo: 16 << 20)
        return Answer(status: Int(response.status.code), headers: response.headers, text: String(buffer: answer))
    }

    func start(_ body: JSONValue = ["user": ["id": "ada", "name": "Ada"]]) async throws -> TestConversation {
        let answer = try await call(.POST, "/conversations", body)
        return TestConversation(server: self, info: ConversationInfo(answer.json) ?? ConversationInfo(json: [:]))
    }
}

/// A conversation as its client sees it.
struct TestConversation: Sendable {
    let server: TestServer
    let info: ConversationInfo

    var id: String { info.conversationId ?? "" }
    var path: String { "/conversations/\(id)" }

    func post(_ activity: Activity) async throws -> TestServer.Answer {
        var activity = activity
        if activity.from == nil { activity.from = ChannelAccount(id: "ada", name: "Ada") }
        return try await server.call(.POST, path + "/activities", activity.jsonValue)
    }

    func say(_ text: String) async throws -> TestServer.Answer { try await post(.message(text)) }

    func history(after watermark: String? = nil) async throws -> ActivitySet {
        let query = watermark.map { "?watermark=\($0)" } ?? ""
        let answer = try await server.call(.GET, path + "/activities" + query)
        return ActivitySet(answer.json) ?? ActivitySet(json: [:])
    }

    /// Opens the stream, by default the one of the start, for the length of a closure.
    @discardableResult
    func withStream(
        _ url: String? = nil,
        _ body: @escaping @Sendable (TestStream) async throws -> Void
    ) async throws -> WebSocketClosure {
        let outcome = try await WebSocketConnector.connect(url: url ?? info.streamURL ?? "")
        guard case .upgraded(let channel, _) = outcome else { throw Refused(outcome: "\(outcome)") }
        return try await WebSocketConnection.run(channel, role: .client) { inbound, outbound in
            try await body(TestStream(inbound: inbound, outbound: outbound))
        }
    }
}

struct Refused: Error {
    let outcome: String
}

/// An open stream as a client reads it.
struct TestStream: Sendable {
    let inbound: WebSocketInbound
    let outbound: WebSocketOutbound

    /// The next message, signs of life included; nil when the stream has ended.
    func message() async -> WebSocketMessage? {
        // Iterators of this sequence share one position.
        for await message in inbound { return message }
        return nil
    }

    /// The next frame that is not a sign of life; nil when the stream has ended.
    func frame() async throws -> ActivitySet? {
        while let message = await message() {
            guard case .text(let text) = message, !text.isEmpty else { continue }
            return ActivitySet(try JSONValue(parsing: text))
        }
        return nil
    }

    /// The next activity.
    func activity() async throws -> Activity? { try await frame()?.activities.first }

    /// The texts of the next activities.
    func texts(_ count: Int) async throws -> [String] {
        var texts: [String] = []
        while texts.count < count, let activity = try await activity() { texts.append(activity.text ?? "") }
        return texts
    }

    /// Expects the texts of the next activities.
    func expect(_ expected: [String], sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let texts = try await texts(expected.count)
        #expect(texts == expected, sourceLocation: sourceLocation)
    }
}
