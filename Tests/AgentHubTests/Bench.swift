import BotSchema
import Bots
import Handoff
import Synchronization

@testable import AgentHub

/// A hub that does what the test says.
final class ScriptedHub: HubConnection {
    private struct State {
        var requests: [WorkRequest] = []
        var report: (@Sendable (HubReport) -> Void)?
        var heard: [String] = []
        var activities: [Activity] = []
        var departures = 0
        var takesLines = true
        var failures = (count: 0, isTransient: true)
        var isDown = false
    }

    let messageLimit: Int?
    private let state = Mutex(State())

    init(messageLimit: Int? = nil) { self.messageLimit = messageLimit }

    func open(
        _ request: WorkRequest,
        report: @escaping @Sendable (HubReport) -> Void
    )
        async throws(HubConnectionError) -> WorkItemID
    {
        try state.withLock { state throws(HubConnectionError) in
            if state.isDown { throw HubConnectionError("The hub is down.") }
            state.requests.append(request)
            state.report = report
            return "item-\(state.requests.count)"
        }
    }

    func userSent(_ activity: Activity, to item: WorkItemID) async throws(HubConnectionError) -> Bool {
        try state.withLock { state throws(HubConnectionError) in
            if state.failures.count > 0 {
                state.failures.count -= 1
                throw HubConnectionError("500", isTransient: state.failures.isTransient)
            }
            if state.takesLines {
                state.heard.append(activity.brief)
                state.activities.append(activity)
            }
            return state.takesLines
        }
    }

    func close(_ item: WorkItemID, endedBy side: ConversationSide) async { state.withLock { $0.departures += 1 } }
    func run() async {}

    func report(_ report: HubReport) { state.withLock { $0.report }?(report) }
    func listen(_ isListening: Bool) { state.withLock { $0.takesLines = isListening } }
    func goDown() { state.withLock { $0.isDown = true } }

    func failNext(_ count: Int, isTransient: Bool = true) {
        state.withLock { $0.failures = (count, isTransient) }
    }

    var requests: [WorkRequest] { state.withLock { $0.requests } }
    var heard: [String] { state.withLock { $0.heard } }
    var activities: [Activity] { state.withLock { $0.activities } }
    var departures: Int { state.withLock { $0.departures } }
}

/// An adapter between a scripted hub and a fake conversation.
final class Bench {
    let time = VirtualTime()
    let hub: ScriptedHub
    let conversation = FakeConversation()
    let adapter: HandoffAdapter
    private let running: Task<Void, Never>
    let ana = HubAgent(id: "ana", name: "Ana", skills: [:])

    init(
        dialect: HandoffDialect? = .sdk,
        faults: Set<StatusFault> = [],
        messageLimit: Int? = nil,
        announces: Bool = false,
        onStep: @escaping @Sendable (HandoffStep) -> Void = { _ in }
    ) {
        hub = ScriptedHub(messageLimit: messageLimit)
        let adapter = HandoffAdapter(
            hub: hub,
            dialect: dialect,
            faults: faults,
            clock: time,
            onStep: onStep,
            announces: announces
        )
        self.adapter = adapter
        running = time.start { await adapter.run() }
        time.run()
    }

    deinit { running.cancel() }

    /// Stops the adapter and tells whether it stopped.
    func stop() -> Bool {
        running.cancel()
        let isStopped = Mutex(false)
        let running = running
        return withExtendedLifetime(
            time.start {
                await running.value
                isStopped.withLock { $0 = true }
            }
        ) {
            time.run { isStopped.withLock { $0 } }
        }
    }

    /// Has the adapter hear the bot, and lets time pass until a limit.
    func botSends(_ activity: Activity, upTo limit: Duration = .seconds(3600)) {
        let (adapter, conversation) = (adapter, conversation)
        _ = time.start { await adapter.botSent(activity, in: conversation) }
        time.run(upTo: limit)
    }

    /// An activity of the bot as the channel has shown it.
    func shown(_ activity: Activity) -> Activity {
        let sent = Mutex(activity)
        let conversation = conversation
        _ = time.start {
            guard let shown = try? await conversation.send(activity) else { return }
            sent.withLock { $0 = shown }
        }
        time.run()
        return sent.withLock { $0 }
    }

    func botFails(on activity: Activity, _ error: BotError) {
        let (adapter, conversation) = (adapter, conversation)
        _ = time.start { await adapter.botFailed(on: activity, error, in: conversation) }
        time.run()
    }

    @discardableResult
    func userSays(_ text: String) -> UserTurnRecipient? { userSends(.message(text)) }

    func userSends(_ activity: Activity, upTo limit: Duration = .seconds(3600)) -> UserTurnRecipient? {
        let answer = Mutex<UserTurnRecipient?>(nil)
        let (adapter, conversation) = (adapter, conversation)
        _ = time.start {
            let recipient = await adapter.userSent(activity, in: conversation)
            answer.withLock { $0 = recipient }
        }
        time.run(upTo: limit)
        return answer.withLock { $0 }
    }

    func reports(_ reports: HubReport...) {
        for report in reports { hub.report(report) }
        time.run()
    }
}

func initiate(id: String = "i-1") -> Activity {
    var activity = Activity.event("handoff.initiate", value: ["Skill": "billing"])
    activity.id = id
    activity.conversation = ConversationAccount(id: "c-1")
    return activity
}
