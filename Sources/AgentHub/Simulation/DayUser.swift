import BotSchema
import Bots
import Handoff
import Synchronization

/// A user of a simulated day: asks for an agent, writes while waiting and talking, says goodbye or just leaves.
final class DayUser: ConversationChannel {
    let id: String
    let user: ChannelAccount
    let bot = ChannelAccount(id: "bot", name: "Robin", role: "bot")
    private let seed: UInt64
    private let arrivals: Duration
    private let ledger: DayLedger
    private let activities = Mutex(0)
    /// Told once the handoff is over.
    private let ending = Mailbox<Void>()

    init(number: Int, seed: UInt64, arrivals: Duration, ledger: DayLedger) {
        id = "c-\(number)"
        user = ChannelAccount(id: "u-\(number)", name: "User \(number)", role: "user")
        self.seed = seed
        self.arrivals = arrivals
        self.ledger = ledger
    }

    func visit(through adapter: HandoffAdapter, clock: HubClock) async {
        var generator = SplitMix64(seed: seed)
        await clock.sleep(for: arrivals * Double.random(in: 0..<1, using: &generator))
        let skill = SimulatedDay.skills.randomElement(using: &generator) ?? ""
        var request = Activity.event("handoff.initiate", value: ["Skill": .string(skill)])
        request.id = nextId()
        await adapter.botSent(request, in: self)
        // Some bots say it twice.
        if Int.random(in: 0..<10, using: &generator) == 0 { await adapter.botSent(request, in: self) }
        let isImpatient = Int.random(in: 0..<12, using: &generator) == 0
        let lines = Int.random(in: 1...6, using: &generator)
        for number in 1...lines {
            await clock.sleep(for: .milliseconds(Int.random(in: 200...20_000, using: &generator)))
            await say("line \(number)", through: adapter)
        }
        if isImpatient {
            ledger.userLeaves(id)
            _ = await adapter.userSent(.endOfConversation(), in: self)
            return
        }
        await say("bye", through: adapter)
        _ = await ending.next()
    }

    private func say(_ text: String, through adapter: HandoffAdapter) async {
        var line = Activity.message(text)
        line.id = nextId()
        line.from = user
        ledger.userSends(text, in: id)
        if await adapter.userSent(line, in: self) == .bot { ledger.botHears(text, in: id) }
    }

    private func nextId() -> String {
        let number = activities.withLock { number in
            number += 1
            return number
        }
        return "\(id)|\(number)"
    }

    // MARK: - ConversationChannel

    func send(_ activity: Activity) async throws -> Activity {
        var sent = activity
        sent.id = nextId()
        if activity.type == .message, activity.humanAgent != nil { ledger.userSees(activity.text ?? "", in: id) }
        return sent
    }

    func deliverToBot(_ activity: Activity) async {
        if activity.type == .message { return ledger.botHears(activity.text ?? "", in: id) }
        if let state = activity.value?["state"]?.string, state != "accepted" { ending.post(()) }
    }

    func transcript() async -> [Activity] { [] }
}
