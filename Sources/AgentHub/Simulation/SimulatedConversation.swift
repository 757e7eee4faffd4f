import BotSchema

/// One conversation of a simulated agent, from the ring to the end.
struct SimulatedConversation {
    /// What concerns this conversation; its mailbox is closed once there is nobody to talk to.
    enum Letter: Sendable {
        case userSent(Activity)
    }

    let item: WorkItemID
    let request: WorkRequest
    let inbox: Mailbox<Letter>
    let desk: AgentDesk
    let persona: Persona
    let pace: SimulatedPace
    let clock: HubClock
    let seed: UInt64

    /// Takes the conversation, after thinking about it when it rings, and talks until it is over.
    func run(ringing isRinging: Bool) async {
        var generator = SplitMix64(seed: seed)
        if isRinging {
            await clock.sleep(for: pace.acceptance(using: &generator))
            guard !isOver, await desk.accept(item) else { return }
        }
        await talk(using: &generator)
    }

    private var isOver: Bool { Task.isCancelled || inbox.isClosed }

    private func talk(using generator: inout SplitMix64) async {
        var dialogue = SimulatedDialogue(persona: persona, seed: generator.next())
        var steps = dialogue.begin(request)
        while !isOver {
            for (index, step) in steps.enumerated() {
                switch step {
                case .say(let text):
                    // Before the next of two lines there is nothing to read, and the user is to see that one comes.
                    if index == 0 { await clock.sleep(for: pace.reading(using: &generator)) }
                    await say(text, using: &generator)
                case .end(let completion):
                    // Whatever came while the farewell was typed deserves an answer first.
                    guard !hasUnreadLines else { break }
                    return await desk.end(item, completion)
                }
            }
            steps = []
            while steps.isEmpty {
                switch await inbox.next(within: pace.patience, on: clock) {
                case .userSent(let activity):
                    // Typing is no line, but it shows that the user is there: patience begins anew.
                    if let text = activity.text, !text.isEmpty { steps = dialogue.hear(text) }
                case nil:
                    if isOver { return }
                    steps = dialogue.hearNothing()
                }
            }
        }
    }

    private var hasUnreadLines: Bool {
        if inbox.hasLetters { return true }
        return desk.events.contains { if case .userSent(item, _) = $0 { true } else { false } }
    }

    /// Shows typing as long as it takes, and says it.
    private func say(_ text: String, using generator: inout SplitMix64) async {
        var rest = pace.typing(text, using: &generator)
        while rest > .zero, !isOver {
            await desk.showTyping(in: item)
            // A client shows it for three seconds (A6001).
            let part = min(rest, .milliseconds(2500))
            await clock.sleep(for: part)
            rest -= part
        }
        if !isOver { await desk.say(.message(text), in: item) }
    }
}
