import BotSchema
import Bots
import Handoff
import Synchronization

/// A channel that writes down what is sent to the user and what to the bot.
final class FakeConversation: ConversationChannel {
    private struct State {
        var stream: [Activity] = []
        var toBot: [Activity] = []
        var isGone = false
    }

    let id: String
    let user = ChannelAccount(id: "u1", name: "Sam", role: "user")
    let bot = ChannelAccount(id: "bot", name: "Robin", role: "bot")
    /// What the channel keeps, by its address.
    let files = Mutex<[String: [UInt8]]>([:])
    private let state = Mutex(State())
    private let delivered = Mutex<(@Sendable (Activity) async -> Void)?>(nil)

    init(id: String = "c-1") { self.id = id }

    func send(_ activity: Activity) async throws -> Activity {
        try state.withLock { state in
            if state.isGone { throw BotError(.conversationGone, "gone") }
            var sent = activity
            sent.id = "\(id)|\(state.stream.count)"
            state.stream.append(sent)
            return sent
        }
    }

    func deliverToBot(_ activity: Activity) async {
        state.withLock { $0.toBot.append(activity) }
        await delivered.withLock { $0 }?(activity)
    }

    /// Has the bot do something as soon as it gets something.
    func onDelivery(_ action: (@Sendable (Activity) async -> Void)?) { delivered.withLock { $0 = action } }
    func file(at address: String) async -> [UInt8]? { files.withLock { $0[address] } }
    func transcript() async -> [Activity] { stream.filter { $0.type != .typing } }

    func vanish() { state.withLock { $0.isGone = true } }

    var stream: [Activity] { state.withLock { $0.stream } }
    var toBot: [Activity] { state.withLock { $0.toBot } }

    /// The stream without typing, one word or line each.
    var shown: [String] { stream.filter { $0.type != .typing }.map(\.brief) }
}

extension Activity {
    /// What it says, for comparing.
    var brief: String {
        let author = humanAgent?.name.map { "\($0): " } ?? ""
        if type == .message { return author + (text ?? "") }
        if name == "baton.queue" { return "queue \(value?["position"]?.int ?? 0)" }
        return author + (value?["state"]?.string ?? value?.string ?? name ?? type?.rawValue ?? "?")
    }
}
