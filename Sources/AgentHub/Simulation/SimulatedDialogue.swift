import BotSchema
import Bots
import Handoff

/// What a simulated agent says in one conversation: lines of the user and silence in, lines and an end out.
struct SimulatedDialogue: Sendable {
    /// What the agent does next, in order.
    enum Step: Hashable, Sendable {
        case say(String)
        case end(HandoffCompletion)
    }

    private let persona: Persona
    private var generator: SplitMix64
    private var hasAsked = false
    private var given: Set<String> = []

    init(persona: Persona, seed: UInt64) {
        self.persona = persona
        generator = SplitMix64(seed: seed)
    }

    /// Greets by what the context says, and answers at once what can be answered.
    mutating func begin(_ request: WorkRequest) -> [Step] {
        let context = request.initiation.context
        let name = request.user.name.map { $0.isEmpty || $0.lowercased() == "user" ? "" : " \($0)" } ?? ""
        let bot = context.botName ?? "the bot"
        let hello = pick(
            "Hello\(name), this is \(persona.agent.name) from \(persona.department).",
            "Hi\(name), \(persona.agent.name) here, \(persona.department)."
        )
        guard let summary = request.initiation.summary else {
            return [.say("\(hello) How can I help?")]
        }
        // The bot's note to the agent is private (handoff context, `va_AgentMessage`): it guides, but is not quoted.
        // `Escalate` is the name of the topic that asks for an agent, and says nothing about the matter.
        let topic = context.topic.flatMap { $0.lowercased() == "escalate" ? nil : $0 }
        let matter = (topic ?? context.lastPhrase).map { ", about “\(Self.shortened($0))”" } ?? ""
        var steps = [Step.say("\(hello) I have your conversation with \(bot) in front of me\(matter).")]
        let said = [context.lastPhrase, context.topic, context.skill].compactMap { $0 } + [summary]
        if let answer = said.lazy.compactMap(persona.answer).first {
            given.insert(answer)
            steps.append(.say("\(answer) Does that help?"))
        } else {
            steps.append(.say("Tell me a little more, and I will see what I can do."))
        }
        return steps
    }

    /// Answers what the user says.
    mutating func hear(_ text: String) -> [Step] {
        hasAsked = false
        let words = PlainWords(text)
        if words.containsAny(["transfer me back", "back to the bot", "to the bot", "the bot please"]) {
            return [.say("Of course, I hand you back. Take care!"), .end(.transferBack)]
        }
        if let answer = persona.answer(to: text), given.insert(answer).inserted {
            return [.say("\(answer) Does that help?")]
        }
        if words.containsAny(Self.farewells) || words.isAny(["no", "nope", "thanks", "thx", "ok thanks"]) {
            return [.say(pick("You're welcome. Have a good day!", "Glad I could help. Goodbye!")), .end(.ended)]
        }
        if words.isAny(["yes", "yep", "it does", "great", "ok", "okay", "perfect", "yes it does", "yes it helps"]) {
            return [.say(pick("Great. Is there anything else?", "Good to hear. Anything else I can do?"))]
        }
        return [
            .say(
                pick(
                    "Let me look into that. I have noted it and will write to you once it is settled. Anything else?",
                    "I see. I have put that down for a colleague, who will call you. Anything else?",
                    "Understood. I will see to it today. Is there anything else?"
                )
            )
        ]
    }

    /// Asks once whether the user is there, then gives the user back.
    mutating func hearNothing() -> [Step] {
        guard hasAsked else {
            hasAsked = true
            return [.say(pick("Are you still there?", "Take your time. Are you still with me?"))]
        }
        return [.say("I hand you back to the bot now. Just ask for a person if you need me."), .end(.transferBack)]
    }

    private static let farewells = [
        "thank you", "many thanks", "that's all", "thats all", "that is all", "that was all", "bye", "goodbye",
        "good bye", "see you", "nothing else", "no thanks", "that helped", "thanks bye", "thanks a lot", "all good",
    ]

    private mutating func pick(_ lines: String...) -> String {
        lines.randomElement(using: &generator) ?? ""
    }

    private static func shortened(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        return line.count <= 120 ? line : line.prefix(119) + "…"
    }
}
