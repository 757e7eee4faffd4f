public import BotSchema

/// The ids that a conversation goes by, which are others in every conversation.
///
/// A bot that tells the agent the conversation's id says something else each time, and yet the same.
public struct ConversationNames: Hashable, Sendable {
    /// The names of an expected conversation and of the one that is compared with it.
    public struct Pair: Hashable, Sendable {
        /// Those of the expected one.
        public var expected: ConversationNames
        /// Those of the one that is compared.
        public var actual: ConversationNames

        /// A pair; without activities nothing has a name.
        public init(expected: [Activity] = [], actual: [Activity] = []) {
            self.expected = ConversationNames(of: expected)
            self.actual = ConversationNames(of: actual)
        }
    }

    /// Shorter ids, such as `bot`, may be words.
    private static let shortest = 6
    /// An archive of many conversations is none that could mention its own id.
    private static let most = 32

    private var conversations: Set<String> = []
    private var users: Set<String> = []
    private var activities: Set<String> = []

    /// The names in these activities.
    public init(of activities: [Activity] = []) {
        for activity in activities { learn(from: activity) }
    }

    /// Takes the names in one more activity.
    public mutating func learn(from activity: Activity) {
        let user = activity.isFromUser ? activity.from?.id : activity.recipient?.id
        if let id = activity.conversation?.id, id.count >= Self.shortest, conversations.count < Self.most {
            conversations.insert(id)
        }
        if let id = user, id.count >= Self.shortest, users.count < Self.most { users.insert(id) }
        if let id = activity.id, id.count >= Self.shortest { activities.insert(id) }
    }

    /// Whether a text is the one that is expected, by its marks or but for the ids in it.
    static func isSame(_ expected: String, _ actual: String, _ names: Pair) -> Bool {
        if expected == actual || TextPattern(expected)?.matches(actual) == true { return true }
        let (neutral, other) = (names.expected.neutral(expected), names.actual.neutral(actual))
        return neutral == other || TextPattern(neutral)?.matches(other) == true
    }

    /// A text with the same word for every id of a kind.
    private func neutral(_ text: String) -> String {
        if activities.contains(text) { return "<activity>" }
        var neutral = text
        for id in conversations where neutral.contains(id) { neutral = neutral.replacing(id, with: "<conversation>") }
        for id in users where neutral.contains(id) { neutral = neutral.replacing(id, with: "<user>") }
        return neutral
    }
}
