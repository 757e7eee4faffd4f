import BotSchema
import Handoff

/// The demo bot's side of one conversation: activities in, answers out.
struct DemoDialogue: Sendable {
    /// What the bot does, in order.
    enum Answer: Hashable, Sendable {
        /// Shows that it is looking something up.
        case lookUp
        case send(Activity)
        /// Asks for a human agent.
        case escalate(HandoffContext)
    }

    /// Something that the user said, and the activity in which.
    private struct Phrase: Hashable {
        let id: String?
        var text: String
    }

    static let botName = "Robin"
    /// Of what the user says, so many characters and so many lines are remembered.
    private static let phraseLimit = 500
    private static let phraseCount = 50

    private var topics: [String] = []
    private var phrases: [Phrase] = []
    private var misses = 0
    private var isAwaitingOrderNumber = false
    private var isHandedOff = false

    /// Answers one activity; most kinds need no answer.
    ///
    /// - Parameters:
    ///   - activity: What the bot was sent.
    ///   - returned: What user and agent said, where it gives the user back.
    /// - Returns: What the bot does, in order.
    mutating func answer(_ activity: Activity, returning returned: [Activity] = []) -> [Answer] {
        if let signal = HandoffSignal(activity), !signal.relatesToAnotherConversation {
            return answer(signal, returning: returned, isWithdrawn: activity.isWithdrawalReport)
        }
        switch activity.type {
        case .conversationUpdate:
            let botId = activity.recipient?.id
            return activity.membersAdded.contains { $0.id != botId } ? [.send(Self.greeting)] : []
        case .message:
            if let words = AppointmentCard.answer(to: activity.value) {
                isAwaitingOrderNumber = false
                misses = 0
                return [.send(.message(words))]
            }
            return answer(activity, said: activity.text ?? activity.value?.string ?? "")
        case .messageUpdate, .messageDelete:
            change(by: activity)
            return []
        default: return []
        }
    }

    // MARK: - Messages

    private mutating func answer(_ activity: Activity, said text: String) -> [Answer] {
        let phrase = PlainWords(text)
        let topic = DemoTopic(startedBy: phrase)
        isHandedOff = false
        if phrase.isForAPerson {
            if let topic, topic != .help { remember(topic, text, in: activity) }
            return escalate(activity, because: "asked for a person", said: text)
        }
        if isAwaitingOrderNumber || topic == .orderStatus, let number = phrase.orderNumber {
            remember(.orderStatus, text, in: activity)
            isAwaitingOrderNumber = false
            return [.lookUp, .send(Self.order(number))]
        }
        isAwaitingOrderNumber = false
        if let topic {
            remember(topic, text, in: activity)
            isAwaitingOrderNumber = topic == .orderStatus
            return [.send(Self.text(on: topic))]
        }
        if phrase.isGoodbye || phrase.isThanks || phrase.isGreeting {
            misses = 0
            if phrase.isGoodbye { return [.send(.message("Goodbye, and thank you for stopping by!"))] }
            if phrase.isThanks { return [.send(.message("You're welcome! Anything else I can do?"))] }
            var reply = Activity.message("Hi there! What can I do for you?")
            reply.suggestedActions = Self.suggestions
            return [.send(reply)]
        }
        return missed(activity, text)
    }

    /// Twice in a row is once too often (the usual rule of bot authors).
    private mutating func missed(_ activity: Activity, _ text: String) -> [Answer] {
        misses += 1
        guard misses < 2 else {
            return [.send(.message("I am sorry, I still don't understand."))]
                + escalate(activity, because: "not understood twice", said: text)
        }
        var reply = Activity.message("Sorry, I did not get that. I know about these:")
        reply.suggestedActions = Self.suggestions
        return [.send(reply)]
    }

    private mutating func remember(_ topic: DemoTopic, _ text: String, in activity: Activity? = nil) {
        misses = 0
        topics.append(topic.rawValue)
        phrases.append(Phrase(id: activity?.id, text: Self.shortened(text)))
        if phrases.count > Self.phraseCount { phrases.removeFirst() }
    }

    private static func shortened(_ text: String) -> String {
        text.count <= phraseLimit ? text : text.prefix(phraseLimit) + "…"
    }

    /// The user has other words for a line, or has taken it back.
    private mutating func change(by activity: Activity) {
        guard let id = activity.replyToId, let place = phrases.lastIndex(where: { $0.id == id }) else { return }
        if activity.type == .messageDelete {
            phrases.remove(at: place)
        } else if let text = activity.text {
            phrases[place].text = Self.shortened(text)
        }
    }

    // MARK: - Handoff

    private mutating func escalate(_ activity: Activity, because reason: String, said words: String) -> [Answer] {
        // Hubs take no more in a variable (Omnichannel: 4000 characters), and it is repeated in several.
        let text = Self.shortened(words)
        let said = phrases.map(\.text)
        misses = 0
        isAwaitingOrderNumber = false
        isHandedOff = true
        let topic = topics.last.flatMap(DemoTopic.init(rawValue:))
        let skill = topic?.skill ?? "general"
        var variables: JSONObject = [
            "va_Scope": "bot",
            "va_LastTopic": .string(topics.last ?? "Escalate"),
            "va_Topics": .array(topics.map(JSONValue.string)),
            "va_LastPhrase": .string(text),
            "va_Phrases": .array((said.last == text ? said : said + [text]).map(JSONValue.string)),
        ]
        if let id = activity.conversation?.id { variables["va_ConversationId"] = .string(id) }
        variables["va_AgentMessage"] = .string("The user \(reason). Last words: \(text)")
        variables["va_BotName"] = .string(Self.botName)
        variables["va_Language"] = .string(activity.locale ?? "en-US")
        variables["Skill"] = .string(skill)
        let colleague = skill == "general" ? "a colleague" : "a colleague who knows about \(skill)"
        return [.send(.message("One moment, I'll get you \(colleague).")), .escalate(HandoffContext(variables))]
    }

    private mutating func answer(
        _ signal: HandoffSignal,
        returning returned: [Activity],
        isWithdrawn: Bool
    ) -> [Answer] {
        guard isHandedOff else { return [] }
        var reply: Activity
        switch signal.kind {
        case .completed(.ended, _):
            // Settled: the user's next words start over.
            isHandedOff = false
            return []
        case .completed:
            if let answer = goOn(from: returned) {
                isHandedOff = false
                return answer
            }
            reply = .message("Welcome back, this is \(Self.botName) again. Anything else I can do?")
        case .failed where isWithdrawn:
            reply = .message("You are out of the queue, and back with me. What can I do for you?")
        case .failed, .timedOut:
            reply = .message("I am sorry, no colleague can be with you right now. I am still here, though.")
        default: return []
        }
        isHandedOff = false
        reply.suggestedActions = Self.suggestions
        return [.send(reply)]
    }

    /// Does what the agent's last words ask for; nil where they ask for nothing that the bot can do.
    private mutating func goOn(from returned: [Activity]) -> [Answer]? {
        guard let last = returned.last(where: { $0.type == .message && !$0.isFromUser }), let words = last.text
        else { return nil }
        let phrase = PlainWords(words)
        let topic = DemoTopic(startedBy: phrase)
        // Words for the user are no orders; those that speak of the bot may be.
        let isForBot = phrase.contains("bot") && topic != nil && topic != .help
        guard last.isNoteForBot || isForBot else { return nil }
        let agent = last.from?.name ?? "The agent"
        var answers = [
            Answer.send(.message("Welcome back, this is \(Self.botName) again. \(agent) tells me: “\(words)”"))
        ]
        guard let topic else { return answers }
        remember(topic, words)
        if topic == .orderStatus, let number = phrase.orderNumber {
            answers += [.lookUp, .send(Self.order(number))]
        } else {
            isAwaitingOrderNumber = topic == .orderStatus
            answers.append(.send(Self.text(on: topic)))
        }
        return answers
    }
}

// MARK: - Words

extension DemoDialogue {
    private static let suggestions = SuggestedActions([
        .imBack("Opening hours"), .imBack("Credit card"), .imBack("Order status"), .imBack("Talk to a person"),
    ])

    private static var greeting: Activity {
        var reply = Activity.message("Hello! I'm \(botName), the assistant of Larkhill Stores. What can I do for you?")
        reply.suggestedActions = suggestions
        reply.inputHint = "acceptingInput"
        return reply
    }

    private static func text(on topic: DemoTopic) -> Activity {
        switch topic {
        case .openingHours:
            return .message(
                """
                We are open
                Monday to Friday, 9:00 to 20:00
                Saturday, 10:00 to 18:00
                and closed on Sunday.
                """
            )
        case .creditCard:
            var reply = Activity.message("About your Larkhill card:")
            let buttons: [JSONValue] = [
                CardAction.imBack("Talk to a person about my credit card").jsonValue,
                CardAction.openURL("Card conditions", "https://example.com/card").jsonValue,
            ]
            let card: JSONValue = [
                "title": "Larkhill Card",
                "subtitle": "No fee in the first year",
                "text": "A lost card is blocked day and night. Limits and charges are best looked at by a colleague.",
                "buttons": .array(buttons),
            ]
            reply.attachments = [Attachment(contentType: Attachment.CardType.hero, content: card)]
            return reply
        case .orderStatus:
            return .message("Gladly. What is the number of your order? It has at least three digits, such as 4711.")
        case .appointment:
            var reply = Activity.message("Gladly. This is what I need to know:")
            reply.attachments = [AppointmentCard.attachment]
            return reply
        case .help:
            var reply = Activity.message(
                "I know our opening hours, the Larkhill credit card and where your order is, and I make appointments. "
                    + "Or ask for a person at any time."
            )
            reply.suggestedActions = suggestions
            return reply
        }
    }

    private static func order(_ number: String) -> Activity {
        .message(
            """
            Order \(number): packed this morning, on its way with our own van.
            It arrives tomorrow between 9:00 and 13:00.
            """
        )
    }
}
