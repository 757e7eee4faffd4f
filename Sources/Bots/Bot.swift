public import BotSchema

/// Something that answers in conversations: the demo bot in this process, or a bot behind a messaging endpoint.
public protocol Bot: Sendable {
    /// Takes one activity and answers it.
    ///
    /// The caller keeps the turns of one conversation in order and waits for each to return. Answers go through
    /// `conversation` while the turn runs, or later still: a proactive message needs no turn.
    ///
    /// - Parameters:
    ///   - activity: Complete as a channel sends it: id, timestamp, conversation, from, recipient, channel id.
    ///   - conversation: Where to answer.
    /// - Returns: The answer to an `invoke`, nil for every other type.
    /// - Throws: ``BotError`` when the activity could not be delivered or the bot failed on it. The activity stays in
    ///   the conversation; nothing is sent again. Cancellation ends the turn.
    func onTurn(_ activity: Activity, in conversation: any ConversationChannel) async throws -> InvokeResponse?
}

/// A bot or an adapter that waits by suspending only and never keeps its thread for long.
///
/// Such a one runs on the server's event loops. Any other runs on the threads of the default executor, since a loop
/// that is blocked serves none of its connections.
package protocol NeverBlocks: Sendable {}

/// A bot's answer to an `invoke` activity.
public struct InvokeResponse: Hashable, Sendable {
    /// An HTTP status.
    public var status: Int
    /// The answer's JSON, if there is one.
    public var body: JSONValue?

    /// An answer of a status and perhaps a body.
    public init(status: Int, body: JSONValue? = nil) {
        self.status = status
        self.body = body
    }
}

/// The channel's side of one conversation: what a bot, an adapter or a hub may do to it.
///
/// All calls are safe from any task and keep the order in which they were made by one task.
public protocol ConversationChannel: Sendable {
    /// The conversation's id.
    var id: String { get }

    /// The user's account, as the user's own activities carry it.
    var user: ChannelAccount { get async }

    /// The bot's account.
    var bot: ChannelAccount { get async }

    /// Appends an activity for the user and puts it on the open streams.
    ///
    /// - Returns: The activity with the id, timestamp and conversation that the channel gave it. `typing` is streamed
    ///   and not kept.
    /// - Throws: ``BotError`` when the conversation is gone.
    @discardableResult
    func send(_ activity: Activity) async throws -> Activity

    /// Gives an activity to the bot after the turns already waiting, without showing it to the user.
    func deliverToBot(_ activity: Activity) async

    /// All activities kept so far, oldest first.
    func transcript() async -> [Activity]

    /// Keeps a file for this conversation.
    ///
    /// A transcript, which is told by its name, can be read by its user, its bot and its adapter only; any other file by
    /// whoever knows its address, which cannot be guessed: clients fetch pictures without a credential.
    ///
    /// - Returns: Its address, for `contentUrl`; nil where the channel keeps no files.
    func keep(_ bytes: [UInt8], name: String, contentType: String) async -> String?

    /// Reads a file that the channel keeps for this conversation.
    ///
    /// - Parameter address: What an activity of the conversation links.
    /// - Returns: The content; nil for every other address.
    func file(at address: String) async -> [UInt8]?
}

extension ConversationChannel {
    /// Keeps nothing.
    public func keep(_ bytes: [UInt8], name: String, contentType: String) async -> String? { nil }

    /// Knows no file.
    public func file(at address: String) async -> [UInt8]? { nil }

    /// Keeps a transcript for a handoff event.
    package func keepTranscript(_ bytes: [UInt8]) async -> String? {
        await keep(bytes, name: "Transcript", contentType: "application/json")
    }
}

/// What stands between a conversation and its bot, and may divert the user to someone else.
///
/// The handoff adapter is one: the server knows only that there may be such a thing.
public protocol ConversationAdapter: Sendable {
    /// Sees an activity of the user that the channel has already kept and echoed.
    ///
    /// - Returns: Who is to have it.
    func userSent(_ activity: Activity, in conversation: any ConversationChannel) async -> UserTurnRecipient

    /// Says what the user may see of an activity of the bot that the channel is about to keep and stream.
    ///
    /// Asked for every activity, in order, before ``botSent(_:in:)`` hears of what became of it; the answer without an
    /// adapter's own is the activity as it is.
    ///
    /// - Parameters:
    ///   - activity: Complete as clients will see it.
    ///   - conversationId: The conversation's id.
    /// - Returns: The activity, another in its place, or nil to show and keep nothing.
    func revise(_ activity: Activity, in conversationId: String) -> Activity?

    /// Sees an activity of the bot that the channel has already kept and streamed.
    func botSent(_ activity: Activity, in conversation: any ConversationChannel) async

    /// Hears that the bot failed on an activity that did not come from the user, such as one that the adapter delivered.
    ///
    /// - Parameters:
    ///   - activity: As the bot was sent it.
    ///   - error: Why; `refused` where the bot itself answered with an error.
    ///   - conversation: Where it happened.
    func botFailed(on activity: Activity, _ error: BotError, in conversation: any ConversationChannel) async

    /// Hears that the user's last stream of a conversation has closed, or that the user is there again.
    ///
    /// A client that polls from the start has no stream, and nothing is said of it.
    func connectionChanged(isOpen: Bool, in conversation: any ConversationChannel) async

    /// The ids of conversations in which something of an earlier run is under way; asked once, before anybody is served.
    ///
    /// - Throws: Why that cannot be read; the server serves all the same and tells its operator.
    func unfinished() async throws -> [String]

    /// Goes on with what was under way in those of them that are still known; their users are not there yet.
    ///
    /// - Throws: Why what is remembered of them cannot be read; nothing of it is forgotten then.
    func resume(in conversations: [any ConversationChannel]) async throws
}

extension ConversationAdapter {
    /// Does nothing.
    public func connectionChanged(isOpen: Bool, in conversation: any ConversationChannel) async {}

    /// Does nothing.
    public func botFailed(on activity: Activity, _ error: BotError, in conversation: any ConversationChannel) async {}

    /// Nothing outlives a run.
    public func unfinished() async throws -> [String] { [] }

    /// Does nothing.
    public func resume(in conversations: [any ConversationChannel]) async throws {}

    /// Shows everything as it is.
    public func revise(_ activity: Activity, in conversationId: String) -> Activity? { activity }
}

/// Who gets an activity of the user.
public enum UserTurnRecipient: Hashable, Sendable {
    /// The bot, as if there were no adapter.
    case bot
    /// The adapter has taken it, the bot must not see it.
    case adapter
}
