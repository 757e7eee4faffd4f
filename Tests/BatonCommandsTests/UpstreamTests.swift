import AgentHub
import BotSchema
import Bots
import DirectLineClient
import DirectLineServer
import Handoff
import Synchronization
import TestSupport
import Testing

@testable import BatonCommands

/// In which order the echo of a report and the answer to its post came, in each conversation.
private actor Arrivals {
    static let mark = "test.echoed"
    private var taken: Set<String> = []
    private var waiting: [String: CheckedContinuation<Void, Never>] = [:]
    private(set) var order: [String: [String]] = [:]

    func echoed(_ mark: Activity) {
        guard let key = mark.value?["key"]?.string, let number = mark.value?["number"]?.int else { return }
        order[mark.conversation?.id ?? "", default: []].append("echo \(number)")
        taken.insert(key)
        waiting.removeValue(forKey: key)?.resume()
    }

    func answered(in conversation: String) {
        let count = order[conversation, default: []].count { $0.hasPrefix("answer") }
        order[conversation, default: []].append("answer \(count + 1)")
    }

    func waitForEcho(_ key: String) async {
        guard !taken.contains(key) else { return }
        await withCheckedContinuation { waiting[key] = $0 }
    }
}

/// The bot upstream, with a note of when it has answered each report.
private struct NotedBot: Bot {
    let bot: UpstreamBot
    let arrivals: Arrivals

    func onTurn(_ activity: Activity, in conversation: any ConversationChannel) async throws -> InvokeResponse? {
        let answer = try await bot.onTurn(activity, in: conversation)
        if activity.type == .event { await arrivals.answered(in: conversation.id) }
        return answer
    }
}

/// A hub that does at once all that a hub does.
private struct InstantHub: HubConnection {
    func open(
        _ request: WorkRequest,
        report: @escaping @Sendable (HubReport) -> Void
    ) async throws(HubConnectionError) -> WorkItemID {
        let ana = HubAgent(id: "ana", name: "Ana", skills: [:])
        report(.accepted(ana))
        report(.message(.message("hello"), ana))
        report(.completed(.transferBack, ana, note: "go on"))
        return "item-\(request.conversationId)"
    }

    func userSent(_ activity: Activity, to item: WorkItemID) async throws(HubConnectionError) -> Bool { true }
    func close(_ item: WorkItemID, endedBy side: ConversationSide) async {}
    func run() async {}
}

/// A bot behind a service of its own, which counts what it hears in each conversation.
private final class CountingBot: Bot {
    private let heard = Mutex<[String: [Activity]]>([:])
    private let arrivals: Arrivals
    /// Whether a post is answered only after its echo has been taken.
    private let isSlow: Bool
    private let dialect: HandoffDialect

    init(_ arrivals: Arrivals, isSlow: Bool, dialect: HandoffDialect) {
        self.arrivals = arrivals
        self.isSlow = isSlow
        self.dialect = dialect
    }

    var reports: [[Activity]] { heard.withLock { Array($0.values) } }

    func onTurn(_ activity: Activity, in conversation: any ConversationChannel) async throws -> InvokeResponse? {
        if activity.type == .event {
            let number = heard.withLock { heard in
                heard[conversation.id, default: []].append(activity)
                return heard[conversation.id]?.count ?? 0
            }
            // The stream is in order: whoever has the mark has had the echo of the report.
            let mark = "\(conversation.id) \(number)"
            try await conversation.send(
                .event(Arrivals.mark, value: ["key": .string(mark), "number": .number(JSONNumber(number))])
            )
            // A post is answered when its turn is over.
            if isSlow { await arrivals.waitForEcho(mark) }
            // SDK bots copy channel data into what they answer.
            var answer = Activity.message("heard \(activity.name ?? "")")
            answer.channelData = activity.channelData
            try await conversation.send(answer)
        }
        guard activity.type == .message else { return nil }
        if activity.text == "human" {
            let context = HandoffContext(["Skill": "billing"])
            let request = Activity.handoffInitiate(
                context: context,
                transcript: [],
                replyingTo: activity,
                dialect: dialect
            )
            try await conversation.send(request)
        } else {
            try await conversation.send(.message("pong"))
        }
        return nil
    }
}

/// The handoff adapter in front of a bot behind another Direct Line service.
@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct UpstreamTests {
    /// When the echo of a report comes: before the answer to its post, beside it or after it.
    enum EchoOrder: CaseIterable {
        case before, beside, after
    }

    private static let dialects: [(HandoffDialect, [String])] = [
        (.sdk, ["handoff.status", "handoff.status"]), (.threeEvents, ["HandoffResponse", "HandoffCompleted"]),
        (.threeEventsAsCoded, ["HandoffResponse", "HandoffResponse"]),
    ]

    private func withServer<Result: Sendable>(
        of bot: any Bot,
        adapter: HandoffAdapter? = nil,
        faults: [ServerFault] = [],
        _ body: @escaping @Sendable (ServerAddress) async throws -> Result
    ) async throws -> Result {
        var configuration = ServerConfiguration()
        configuration.limits.turn = .seconds(600)
        configuration.faults = faults
        let server = EmbeddedServer(configuration: configuration, bot: bot, adapter: adapter)
        let (addresses, ready) = AsyncStream.makeStream(of: ServerAddress.self, bufferingPolicy: .bufferingOldest(1))
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                try await server.run { ready.yield($0) }
                return nil
            }
            group.addTask {
                await adapter?.run()
                return nil
            }
            group.addTask {
                for await address in addresses { return try await body(address) }
                return nil
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CancellationError()
        }
    }

    /// One user: asks for a person, and once the user is back says one more line, behind whose answer nothing comes.
    private func visit(_ address: ServerAddress, _ arrivals: Arrivals) async throws -> [Activity] {
        var configuration = ClientConfiguration(
            endpoint: try DirectLineEndpoint(address.directLineURL),
            credential: .none,
            user: ChannelAccount(id: "ada", name: "Ada", role: "user")
        )
        configuration.requestTimeout = .seconds(600)
        return try await DirectLine.withConversation(configuration) { conversation in
            var seen: [Activity] = []
            _ = try await conversation.send(.message("human"))
            for await event in conversation.events {
                guard case .activity(let activity, _) = event, activity.type != .typing else { continue }
                if activity.name == Arrivals.mark {
                    await arrivals.echoed(activity)
                    // The last post has to be answered before the bot hears anything else.
                    if activity.value?["number"] == 2 { _ = try await conversation.send(.message("ping")) }
                    continue
                }
                seen.append(activity)
                if activity.isFromUser { continue }
                if activity.text == "pong" { return seen }
            }
            return seen
        }
    }

    /// A bot that names what it answers, as the SDKs' bots do.
    private final class NamingBot: Bot {
        private let heard = Mutex<[Activity]>([])
        /// What the user has said and changed.
        var lines: [Activity] { heard.withLock { $0.filter { $0.type != .event && $0.type != .conversationUpdate } } }

        func onTurn(_ activity: Activity, in conversation: any ConversationChannel) async throws -> InvokeResponse? {
            heard.withLock { $0.append(activity) }
            guard activity.type != .conversationUpdate else { return nil }
            var answer = Activity.message("heard \(activity.name ?? activity.text ?? "")")
            answer.replyToId = activity.id
            if activity.text == "human" {
                answer = .handoffInitiate(
                    context: HandoffContext(["Skill": "billing"]),
                    transcript: [],
                    replyingTo: activity
                )
            }
            try await conversation.send(answer)
            return nil
        }
    }

    @Test func `what answers or changes an activity names it as the other service does`() async throws {
        let bot = NamingBot()
        try await withServer(of: bot) { upstreamAddress in
            let upstream = UpstreamBot(
                endpoint: try DirectLineEndpoint(upstreamAddress.directLineURL),
                credential: .none
            )
            async let _ = upstream.run()
            try await withServer(of: upstream, adapter: HandoffAdapter(hub: InstantHub())) { address in
                let configuration = ClientConfiguration(
                    endpoint: try DirectLineEndpoint(address.directLineURL),
                    credential: .none,
                    user: ChannelAccount(id: "ada", name: "Ada", role: "user")
                )
                let record = try await DirectLine.withConversation(configuration) { conversation in
                    var seen: [Activity] = []
                    var change = Activity.message("my number is 71")
                    change.type = .messageUpdate
                    change.replyToId = try await conversation.send(.message("my number is 17")).id
                    _ = try await conversation.send(change)
                    _ = try await conversation.send(.message("human"))
                    for await event in conversation.events {
                        guard case .activity(let activity, _) = event, activity.type != .typing else { continue }
                        seen.append(activity)
                        if seen.count(where: { $0.text == "heard handoff.status" }) == 2 { return seen }
                    }
                    return seen
                }
                // The first is said while the agent has the user, to the hub's report, and so it is for the user.
                let answers = record.filter { $0.text == "heard handoff.status" }
                let reports = record.filter { $0.name == "handoff.status" }
                #expect(answers.map(\.replyToId) == reports.map(\.id))
                #expect(!record.contains { $0.name == "baton.suppressed" })
            }
        }
        let (line, change) = (bot.lines.first, bot.lines.dropFirst().first)
        #expect(line?.text == "my number is 17" && change?.text == "my number is 71")
        #expect(change?.replyToId == line?.id && line?.id != nil)
    }

    /// Sixty-eight times three runs in each order and dialect.
    @Test(arguments: EchoOrder.allCases)
    func `every state comes once, for the user, in the record and at the bot`(order: EchoOrder) async throws {
        for (dialect, names) in Self.dialects {
            let arrivals = Arrivals()
            let bot = CountingBot(arrivals, isSlow: order == .before, dialect: dialect)
            let faults: [ServerFault] = order == .after ? [.delay(milliseconds: 1500)] : []
            try await withServer(of: bot, faults: faults) { upstreamAddress in
                let upstream = UpstreamBot(
                    endpoint: try DirectLineEndpoint(upstreamAddress.directLineURL),
                    credential: .none,
                    requestTimeout: .seconds(600)
                )
                async let _ = upstream.run()
                let noted = NotedBot(bot: upstream, arrivals: arrivals)
                try await withServer(of: noted, adapter: HandoffAdapter(hub: InstantHub())) { address in
                    let records = try await withThrowingTaskGroup(of: [Activity].self) { group in
                        for _ in 0..<23 { group.addTask { try await visit(address, arrivals) } }
                        return try await group.reduce(into: []) { $0.append($1) }
                    }
                    for record in records {
                        let reports = record.filter { names.contains($0.name ?? "") }
                        #expect(reports.map(\.name) == names, "\(order) \(dialect)")
                        #expect(record.count { $0.text == "hello" } == 1)
                        // What the bot says while the agent is there is kept from the user, and on record.
                        let words = record.compactMap { $0.text ?? Activity($0.value?["activity"])?.text }
                        #expect(words.count { $0.hasPrefix("heard ") } == 2)
                        let steps = HandoffTimeline(of: record).attempts
                        #expect(steps.count == 1 && steps.first?.outcome != .open)
                        let findings = HandoffLint(origin: .transcript).findings(in: record)
                        #expect(!findings.contains { ["HO203", "HO204"].contains($0.rule.id) }, "\(findings)")
                    }
                }
            }
            let orders = await arrivals.order
            #expect(orders.count == 23)
            for (_, told) in orders {
                // Where the two come beside each other, either may be the first.
                switch order {
                case .before: #expect(told == ["echo 1", "answer 1", "echo 2", "answer 2"])
                case .after:
                    for number in 1...2 {
                        let places = ["answer \(number)", "echo \(number)"].compactMap(told.firstIndex(of:))
                        #expect(places.count == 2 && places[0] < places[1], "\(told)")
                    }
                case .beside: #expect(told.sorted() == ["answer 1", "answer 2", "echo 1", "echo 2"])
                }
            }
            #expect(bot.reports.count == 23)
            for reports in bot.reports {
                #expect(reports.map(\.name) == names)
                // The transcript and the note got through, too.
                let returned = try #require(reports.last.flatMap { HandoffTranscript($0)?.entries })
                #expect(returned.map(\.text) == ["hello", "go on"])
            }
        }
    }
}
