/// Why a Direct Line service did not do what it was asked.
public struct ClientError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Base: String, Sendable {
            case invalidURL, unreachable, interrupted, timedOut, unauthorized, tokenExpired, notFound, conflict
            case rejected, tooLarge, throttled, invalidSetting, notEncrypted, botFailed, serviceFailed,
                protocolViolation, cancelled
        }
        private let base: Base

        /// An address is none that could be used.
        public static let invalidURL = Code(base: .invalidURL)
        /// No connection came about, so the service has seen nothing of the request.
        public static let unreachable = Code(base: .unreachable)
        /// The connection broke during the request; the service may have acted on it.
        public static let interrupted = Code(base: .interrupted)
        /// The service did not answer in time; it may have acted on the request.
        public static let timedOut = Code(base: .timedOut)
        /// The credential is missing, wrong, or not for this conversation.
        public static let unauthorized = Code(base: .unauthorized)
        /// The token was valid once.
        public static let tokenExpired = Code(base: .tokenExpired)
        /// The service knows no such conversation any more, or it is no Direct Line service.
        public static let notFound = Code(base: .notFound)
        /// Another client has the conversation.
        public static let conflict = Code(base: .conflict)
        /// The service found fault with the request; sending it again would not help.
        public static let rejected = Code(base: .rejected)
        /// The activity or an answer is larger than the protocol allows.
        public static let tooLarge = Code(base: .tooLarge)
        /// The service asks for patience; ``ClientError/retryAfter`` may say for how long.
        public static let throttled = Code(base: .throttled)
        /// The service delivered the activity, but the bot failed on it or took too long: never send it again.
        public static let botFailed = Code(base: .botFailed)
        /// The service failed.
        public static let serviceFailed = Code(base: .serviceFailed)
        /// The answer is not what Direct Line prescribes.
        public static let protocolViolation = Code(base: .protocolViolation)
        /// A setting cannot be used, such as a file without a certificate.
        public static let invalidSetting = Code(base: .invalidSetting)
        /// A credential would travel to another machine in clear text; nothing was sent.
        public static let notEncrypted = Code(base: .notEncrypted)
        /// The conversation was left before the answer came.
        public static let cancelled = Code(base: .cancelled)

        /// The code's name.
        public var description: String { base.rawValue }
    }

    /// What kind of failure it is; match on this and not on words.
    public let code: Code
    /// One sentence for people, which names the host and repeats the service's own words, but never a secret.
    public let message: String
    /// The HTTP status of the answer, when there was one.
    public let status: Int?
    /// How long the service asks to wait.
    public let retryAfter: Duration?
    /// The service's own words, when it had some.
    public let detail: String?
    /// What a bot answered to the service, or 504 when it took too long.
    public let botStatus: Int?

    /// What a failure of a post says of the activity.
    public enum Delivery: Hashable, Sendable {
        /// The service took it, and the bot failed on it.
        case delivered
        /// Certainly not, so that sending it again cannot say it twice.
        case notDelivered
        /// The answer was lost, or says nothing of it.
        case unknown
    }

    /// What the failure says of an activity that was being posted.
    public var delivery: Delivery {
        switch code {
        case .botFailed: .delivered
        case .serviceFailed where status == 503: .notDelivered
        case .interrupted, .timedOut, .serviceFailed, .protocolViolation, .conflict, .cancelled: .unknown
        default: .notDelivered
        }
    }

    /// A failure of a kind, with a sentence for people.
    public init(
        _ code: Code,
        _ message: String,
        status: Int? = nil,
        retryAfter: Duration? = nil,
        detail: String? = nil,
        botStatus: Int? = nil
    ) {
        self.detail = detail
        self.botStatus = botStatus
        self.code = code
        self.message = message
        self.status = status
        self.retryAfter = retryAfter
    }

    /// The sentence for people.
    public var description: String { message }
}
