import AgentHub
import AsyncHTTPClient
import BotSchema
import Bots
import Desk
import DirectLineClient
import DirectLineServer
import Handoff
import NIOCore
import NIOHTTP1
import Synchronization
import TestSupport
import Testing

/// A conversation of 600 KB that is handed over and back: by link, whole, each line once, and for nobody else.
@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct LongConversationTests {
    private static let count = 150
    private static let padding = String(repeating: "x", count: 4000)
    private static func line(_ who: String, _ number: Int) -> String { "\(who) \(number) \(padding)" }

    /// Remembers what came back, and asks for a person on request.
    private final class Bot600: Bot {
        let returned = Mutex<[Activity]>([])
        let links = Mutex<[String]>([])

        func onTurn(_ activity: Activity, in conversation: any ConversationChannel) async throws -> InvokeResponse? {
            if activity.text == "human" {
                let request = await Activity.handoffInitiate(
                    context: HandoffContext(["Skill": "billing"]),
                    transcript: await conversation.transcript().filter { $0.type == .message },
                    replyingTo: activity,
                    dialect: .threeEvents,
                    keeping: conversation.keepTranscript
                )
                try await conversation.send(request)
            }
            guard case .completed? = HandoffSignal(activity)?.kind, var transcript = HandoffTranscript(activity) else {
                return nil
            }
            if let url = transcript.url, let bytes = await conversation.file(at: url) {
                links.withLock { $0.append(url) }
                transcript.take(linked: bytes)
            }
            returned.withLock { $0 = transcript.entries ?? [] }
            try await conversation.send(.message("back"))
            return nil
        }
    }

    /// An agent who reads everything before accepting, talks at length and gives the user back.
    private final class Worker: HubWorker {
        let agent = HubAgent(id: "ana", name: "Ana", skills: [:])
        let briefed = Mutex<[Activity]>([])
        let heard = Mutex<[String]>([])

        func work(at desk: AgentDesk) async {
            while let event = await desk.events.next() {
                if case .userSent(let item, let activity) = event {
                    let count = heard.withLock { heard in
                        heard.append(activity.text ?? "")
                        return heard.count
                    }
                    // The user has answered every line.
                    if count == LongConversationTests.count {
                        await desk.end(item, .transferBack, note: "finish the booking")
                    }
                }
                guard case .offered(let item, let request) = event else { continue }
                // As a desk over the wire is told it.
                let told = DeskEvent(DeskEvent.offered(DeskBriefing(request, item: item), rings: nil).activity)
                if case .offered(let briefing, _)? = told { briefed.withLock { $0 = briefing.conversation } }
                guard await desk.accept(item) else { continue }
                for number in 0..<LongConversationTests.count {
                    await desk.say(.message(LongConversationTests.line("agent", number)), in: item)
                }
            }
        }
    }

    private func get(_ url: String, _ token: String? = nil) async throws -> Int {
        var request = HTTPClientRequest(url: url)
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(600))
        _ = try await response.body.collect(upTo: 16 << 20)
        return Int(response.status.code)
    }

    @Test func `the agent has every entry before accepting, the bot every line afterwards, a stranger neither`()
        async throws
    {
        let (bot, worker) = (Bot600(), Worker())
        let hub = EmbeddedHub(workers: [worker], clock: HubClock(ContinuousClock()))
        let adapter = HandoffAdapter(hub: hub)
        var configuration = ServerConfiguration()
        configuration.limits.turn = .seconds(600)
        let server = EmbeddedServer(configuration: configuration, bot: bot, adapter: adapter)
        let (addresses, ready) = AsyncStream.makeStream(of: ServerAddress.self, bufferingPolicy: .bufferingOldest(1))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run { ready.yield($0) } }
            group.addTask { await adapter.run() }
            defer { group.cancelAll() }
            for await address in addresses {
                let links = try await converse(at: address)
                #expect(links.count == 2)
                for link in links {
                    #expect(try await get(link) == 401)
                    let start = try await HTTPClient.shared.post(url: address.directLineURL + "/conversations").get()
                    let other = start.body.flatMap { ConversationInfo(try? JSONValue(parsing: String(buffer: $0))) }
                    #expect(try await get(link, other?.token) == 403)
                }
                break
            }
        }
        let before = worker.briefed.withLock { $0 }.compactMap(\.text)
        #expect(before == (0..<Self.count).map { Self.line("user", $0) } + ["human"])
        let after = bot.returned.withLock { $0 }.compactMap(\.text)
        for who in ["agent", "reply"] {
            #expect(after.filter { $0.hasPrefix(who) } == (0..<Self.count).map { Self.line(who, $0) })
        }
        #expect(after.count == 2 * Self.count + 1 && after.last == "finish the booking")
        #expect(worker.heard.withLock { $0 } == (0..<Self.count).map { Self.line("reply", $0) })
        #expect(bot.links.withLock { $0 }.count == 1)
    }

    /// The user's side.
    ///
    /// - Returns: The links of both transcripts, which the user could read.
    private func converse(at address: ServerAddress) async throws -> [String] {
        var configuration = ClientConfiguration(
            endpoint: try DirectLineEndpoint(address.directLineURL),
            credential: .none,
            user: ChannelAccount(id: "ada", name: "Ada", role: "user")
        )
        configuration.requestTimeout = .seconds(600)
        return try await DirectLine.withConversation(configuration) { conversation in
            var links: [String] = []
            for number in 0..<Self.count { _ = try await conversation.send(.message(Self.line("user", number))) }
            _ = try await conversation.send(.message("human"))
            for await event in conversation.events {
                guard case .activity(let activity, _) = event else { continue }
                if let transcript = HandoffTranscript(activity), let url = transcript.url {
                    links.append(url)
                    let file = try await conversation.download(.transcript(at: url))
                    var read = transcript
                    read.take(linked: file.bytes)
                    #expect((read.entries?.count ?? 0) == links.count * Self.count + 1)
                }
                if let text = activity.text, text.hasPrefix("agent ") {
                    _ = try await conversation.send(.message("reply" + text.dropFirst("agent".count)))
                }
                if activity.text == "back" { break }
            }
            return links
        }
    }
}
