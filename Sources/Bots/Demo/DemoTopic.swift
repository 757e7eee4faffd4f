/// What the demo bot can talk about.
enum DemoTopic: String, CaseIterable, Sendable {
    case openingHours = "Opening hours"
    case creditCard = "Credit card"
    case orderStatus = "Order status"
    case appointment = "Appointment"
    case help = "Help"

    /// The ability that an agent needs for it.
    var skill: String {
        switch self {
        case .openingHours, .appointment, .help: "general"
        case .creditCard: "credit cards"
        case .orderStatus: "orders"
        }
    }

    /// Phrases that start it, the most telling topic first.
    private var triggers: [String] {
        switch self {
        case .openingHours: ["opening", "hours", "open", "close", "closing", "when are you", "sunday", "saturday"]
        case .creditCard: ["card", "cards", "credit", "billing", "bill", "charge", "charged", "payment", "fee"]
        case .orderStatus: ["order", "orders", "delivery", "deliver", "parcel", "package", "shipping", "track"]
        case .appointment: ["appointment", "appointments", "booking", "reservation", "form"]
        case .help: ["help", "menu", "options", "topics", "what can you do", "start", "start over"]
        }
    }

    /// The topic that a text starts, nil when it starts none.
    init?(startedBy text: PlainWords) {
        let order: [DemoTopic] = [.appointment, .creditCard, .orderStatus, .openingHours, .help]
        guard let topic = order.first(where: { $0.triggers.contains(where: text.contains) }) else { return nil }
        self = topic
    }
}

/// What a user's words mean to the demo bot, apart from topics.
extension PlainWords {
    var isForAPerson: Bool {
        containsAny([
            "person", "human", "agent", "someone", "somebody", "representative", "operator", "real people", "advisor",
            "colleague", "staff",
        ])
    }

    var isGreeting: Bool { containsAny(["hi", "hello", "hey", "good morning", "good afternoon", "good evening"]) }

    var isThanks: Bool { containsAny(["thanks", "thank you", "thx", "cheers", "great", "perfect"]) }

    var isGoodbye: Bool { containsAny(["bye", "goodbye", "good bye", "see you", "that's all", "that is all"]) }

    /// The first number of at least three digits, as an order has.
    var orderNumber: String? { words.first { $0.count >= 3 && $0.allSatisfy(\.isNumber) } }
}
