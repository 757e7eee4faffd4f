import BotSchema
import Bots

/// What all conversations of one run of the server share.
struct Surroundings: Sendable {
    let bot: any Bot
    let adapter: (any ConversationAdapter)?
    let store: any ConversationStore
    let storeHealth: StoreHealth
    let storedActivities = StoredActivities()
    let memory = MemoryUse()
    let scope: TaskScope
    let deadlines: DeadlineQueue
    /// Where bot and adapter run, nil for the loop of whoever begins their work.
    let botExecutor: (any TaskExecutor)?
    let adapterExecutor: (any TaskExecutor)?
    let identifiers: Identifiers
    let authorship: Authorship
    let channelId: String
    let serviceURLs: ServiceURLs
    let localhostURL: String?
    let files: ConversationFiles
    let welcome: Welcome
    let streams: StreamSharing
    let limits: ServerLimits
    let clock: any Clock<Duration>
    let now: @Sendable () -> Timestamp
    let report: @Sendable (ServerEvent) -> Void

    /// The user of a conversation whose client has not said who it is.
    var unknownUser: ChannelAccount { ChannelAccount(id: "user", name: "User", role: "user") }

    var botAccount: ChannelAccount { authorship.bot }

    func addressing(of conversation: String, user: ChannelAccount) -> Addressing {
        Addressing(
            conversation: conversation,
            channelId: channelId,
            serviceURL: serviceURLs.url(of: conversation),
            filter: serviceURLs.filter(for: conversation),
            publicURL: serviceURLs.publicURL,
            localhostURL: localhostURL,
            authorship: authorship,
            user: authorship.user(user, in: unknownUser)
        )
    }
}

extension BotError {
    static func conversationFull(_ id: String) -> BotError {
        BotError(.notKept, "conversation \(id) has reached its size limit")
    }

    static var notKept: BotError {
        BotError(.notKept, "the server cannot store anything at the moment, so the activity was not kept")
    }

    static func conversationGone(_ id: String) -> BotError {
        BotError(.conversationGone, "conversation \(id) is not open any more")
    }

    static func timedOut(after limit: Duration) -> BotError {
        BotError(.timedOut, "the bot did not answer within \(limit.formattedSeconds)")
    }
}

extension Duration {
    /// The duration for people, such as `15 s` or `0.5 s`.
    var formattedSeconds: String {
        let (seconds, attoseconds) = components
        let tenths = attoseconds / 100_000_000_000_000_000
        return tenths == 0 ? "\(seconds) s" : "\(seconds).\(tenths) s"
    }
}
