/// Why a bot did not take an activity.
public struct BotError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Base: String, Sendable { case unreachable, timedOut, refused, conversationGone, notKept }
        private let base: Base

        /// Nobody listens at the messaging endpoint, or the connection broke.
        public static let unreachable = Code(base: .unreachable)
        /// The bot did not answer within the channel's limit.
        public static let timedOut = Code(base: .timedOut)
        /// The bot answered with a status that is no success.
        public static let refused = Code(base: .refused)
        /// The conversation does not exist any more.
        public static let conversationGone = Code(base: .conversationGone)
        /// The channel could not keep an activity; nothing of it was shown.
        public static let notKept = Code(base: .notKept)

        /// The code's name.
        public var description: String { base.rawValue }
    }

    /// What kind of failure it is.
    public let code: Code
    /// One sentence for people.
    public let message: String
    /// The bot's HTTP status, where it gave one.
    public let status: Int?

    /// A failure of a kind, with a sentence for people.
    public init(_ code: Code, _ message: String, status: Int? = nil) {
        self.code = code
        self.message = message
        self.status = status
    }

    /// The sentence for people.
    public var description: String { message }
}
