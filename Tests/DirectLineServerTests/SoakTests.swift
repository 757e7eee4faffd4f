import BotSchema
import Bots
import DirectLineClient
@testable import DirectLineServer
import NIOHTTP1
import Synchronization
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Client and server through everything that can go wrong between them.
@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct SoakTests {
    /// A few seconds; `BATON_SOAK_SECONDS=600` makes it ten minutes.
    private static var length: Duration {
        .seconds(getenv("BATON_SOAK_SECONDS").flatMap { Int(String(cString: $0)) } ?? 6)
    }

    /// What happens to one line of the user.
    private struct Line: Sendable {
        var receipt: SendReceipt?
        var failure: ClientError?
    }

    /// What the client saw.
    private struct Seen: Sendable {
        var activities: [Activity] = []
        var echoes: [String] = []
        var states: [ConnectionState] = []
        var ids: Set<String> = []
    }

    private final class Sight: Sendable {
        private let state = Mutex(Seen())

        func withLock<Value: Sendable>(_ body: (inout Seen) -> Value) -> Value {
            state.withLock { seen in
                let value = body(&seen)
                return value
            }
        }
    }

    /// A bot that says three things to each line, in order.
    private static let bot = TestBot { activity, conversation in
        guard let text = activity.text else { return nil }
        for part in 1...3 { try await conversation.send(.message("\(text)/\(part)")) }
        return nil
    }

    @Test func `every activity arrives once and every line is accounted for, whatever goes wrong`() async throws {
        let time = RisingTime()
        var configuration = ServerConfiguration(secret: "site-secret")
        configuration.now = { time.next() }
        let server = EmbeddedServer(configuration: configuration, bot: Self.bot)
        let ready = Reply<ServerAddress?>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run { ready.settle($0) } }
            let client = TestServer(address: try #require(await ready.value(orIfCancelled: nil)))
            try await FlakyLink.withLink(to: client.address.port) { link in
                try await withTokenGiver(client) { tokenURL in
                    try await soak(server.faults, client, link, tokenURL)
                }
            }
            group.cancelAll()
        }
    }

    private func soak(
        _ faults: FaultControl,
        _ server: TestServer,
        _ link: FlakyLink,
        _ tokenURL: String
    ) async throws {
        var configuration = ClientConfiguration(
            endpoint: try DirectLineEndpoint("http://127.0.0.1:\(link.port)"),
            credential: .tokenEndpoint(tokenURL),
            user: ChannelAccount(id: "ada", name: "Ada")
        )
        configuration.clock = FastClock(speed: 20)
        configuration.pollInterval = .seconds(1)
        configuration.pingInterval = .milliseconds(150)
        configuration.requestTimeout = .seconds(20)
        let configured = configuration

        let seen = Sight()
        let news = Happenings<Void>()
        try await DirectLine.withConversation(configured) { conversation in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await Self.read(conversation, into: seen, news) }
                let lines = try await withThrowingTaskGroup(of: Void.self) { chaos in
                    chaos.addTask { try await Self.makeTrouble(faults, link) }
                    defer { chaos.cancelAll() }
                    return try await Self.chat(conversation)
                }
                faults.clear()
                link.setDown(false)
                // What comes now comes over a calm network: one more line, and whatever is still missing.
                // Of the last restart something may still be under way.
                var receipt: SendReceipt?
                while receipt == nil, !Task.isCancelled { receipt = try? await conversation.send(.message("end")) }
                let last = try #require(receipt)
                let truth = try await Self.log(conversation.conversationId, at: server)
                let expected = Set(truth.compactMap(\.id))
                while seen.withLock({ $0.ids.count }) < expected.count, await news.next() != nil {}
                group.cancelAll()
                try Self.check(seen.withLock { $0 }, against: truth, lines, last)
            }
        }
    }

    // MARK: - Both sides

    private static func read(
        _ conversation: DirectLineClient.Conversation,
        into seen: Sight,
        _ news: Happenings<Void>
    ) async {
        for await event in conversation.events {
            seen.withLock { seen in
                switch event {
                case .activity(let activity, let isEcho):
                    seen.activities.append(activity)
                    if let id = activity.id { seen.ids.insert(id) }
                    if isEcho, let id = activity.clientActivityID { seen.echoes.append(id) }
                case .connection(let state): seen.states.append(state)
                case .notice, .caughtUp: break
                }
            }
            news.note(())
        }
    }

    /// Sends some twenty lines a second, and more when a slow answer has held them up.
    private static func chat(_ conversation: DirectLineClient.Conversation) async throws -> [String: Line] {
        var lines: [String: Line] = [:]
        let end = ContinuousClock.now + length
        var next = ContinuousClock.now
        // A busy machine says fewer lines a second.
        while ContinuousClock.now < end || lines.count <= 20 {
            let id = "line-\(lines.count)"
            var message = Activity.message(id)
            message.clientActivityID = id
            do {
                lines[id] = Line(receipt: try await conversation.send(message))
            } catch let error as ClientError {
                lines[id] = Line(failure: error)
            }
            next += .milliseconds(50)
            // The pace of somebody who types, not a wait for something.
            try await ContinuousClock().sleep(until: next)
        }
        return lines
    }

    /// Every fault of the server and of the network in turn, again and again.
    private static func makeTrouble(_ faults: FaultControl, _ link: FlakyLink) async throws {
        let orders = [
            "socket-drop:2", "delay:30", "duplicate:5", "reorder:3", "malformed-frame:3", "split-frame:5", "half-open",
            "rate-limit:1", "server-error:500:1", "server-error:503:2", "bot-error:1", "stale-watermark:2",
            "refuse-reconnect:1", "slow-body:100", "token-expires:0", "restart:0",
        ]
        #expect(Set(orders.map { $0.prefix { $0 != ":" } }).count == ServerFault.catalogue.count, "none is left out")
        while true {
            for order in orders {
                faults.add(try ServerFault(order))
                // Faults of calls and streams meet a client that has to come again.
                if ["stale-watermark:2", "refuse-reconnect:1", "reorder:3"].contains(order) { link.cut() }
                try await ContinuousClock().sleep(for: .milliseconds(250))
                faults.clear()
            }
            link.setDown(true)
            link.cut()
            try await ContinuousClock().sleep(for: .milliseconds(150))
            link.setDown(false)
            // Tokens that die before they have been used; not for so long that three in a row would.
            for _ in 1...4 {
                faults.add(.tokenExpires(seconds: 0))
                link.cut()
                try await ContinuousClock().sleep(for: .milliseconds(20))
            }
        }
    }

    private static func log(_ id: String, at server: TestServer) async throws -> [Activity] {
        let secret: HTTPHeaders = ["Authorization": "Bearer site-secret"]
        return ActivitySet(try await server.call(.GET, "/conversations/\(id)/activities", headers: secret).json)?
            .activities ?? []
    }

    // MARK: - The reckoning

    private static func check(
        _ seen: Seen,
        against truth: [Activity],
        _ lines: [String: Line],
        _ last: SendReceipt
    ) throws {
        #expect(seen.activities.count == seen.ids.count, "each once")
        #expect(seen.ids == Set(truth.compactMap(\.id)), "all, and nothing else")
        // Order is what the channel's time says: delivery itself is unordered.
        let shown = seen.activities.sorted { ($0.timestamp ?? "") < ($1.timestamp ?? "") }
        #expect(shown.map(\.id) == truth.map(\.id))
        #expect(shown.map(\.text) == truth.map(\.text))

        // Looked up and not searched for: an hour has seventy thousand lines.
        let said = Dictionary(grouping: truth.filter { $0.from?.role == "bot" }.map { $0.text ?? "" }) {
            String($0.prefix { $0 != "/" })
        }
        let copies = Dictionary(grouping: truth.compactMap(\.clientActivityID)) { $0 }.mapValues(\.count)
        let echoes = Dictionary(grouping: seen.echoes) { $0 }.mapValues(\.count)
        for (id, line) in lines {
            let copies = copies[id] ?? 0
            #expect(copies <= 1, "\(id) was sent twice")
            #expect(echoes[id] ?? 0 == copies, "\(id): the echo tells whether it has arrived")
            if line.receipt != nil || line.failure?.code == .botFailed { #expect(copies == 1, "\(id) is lost") }
            #expect(said[id] ?? [] == (copies == 1 ? (1...3).map { "\(id)/\($0)" } : []))
        }
        #expect(truth.contains { $0.id == last.id })
        #expect(seen.states.contains { if case .reconnecting = $0 { true } else { false } }, "there was trouble")
        #expect(!seen.states.contains(.expired))
    }
}

/// Serves tokens as a back end does that has the secret: for a new conversation first, for that one from then on.
private func withTokenGiver<Value: Sendable>(
    _ server: TestServer,
    _ body: @Sendable (_ url: String) async throws -> Value
) async throws -> Value {
    let conversation = Mutex<String?>(nil)
    let secret: HTTPHeaders = ["Authorization": "Bearer site-secret"]
    return try await withStubBot { _ in
        let known = conversation.withLock { $0 }
        while true {
            let answer =
                if let known {
                    try? await server.call(.GET, "/conversations/\(known)", headers: secret)
                } else {
                    try? await server.call(.POST, "/tokens/generate", headers: secret)
                }
            try Task.checkCancellation()
            // The service's trouble is not the back end's.
            guard let answer, answer.status == 200 else { continue }
            conversation.withLock { $0 = answer.json?["conversationId"]?.string }
            return StubBot.Answer(headers: ["Content-Type": "application/json"], body: answer.text)
        }
    } _: { stub in
        try await body(stub.url)
    }
}

/// The time of day, each a millisecond later than the one before at least.
private final class RisingTime: Sendable {
    private let last = Mutex(Timestamp(milliseconds: 0))

    func next() -> Timestamp {
        last.withLock { last in
            last = max(Timestamp(milliseconds: last.milliseconds + 1), .now)
            return last
        }
    }
}
