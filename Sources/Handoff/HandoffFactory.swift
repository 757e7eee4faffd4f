public import BotSchema

/// What a hub reports of a handoff, before it is put into a dialect.
public enum HandoffStatus: Hashable, Sendable {
    /// An agent has taken the conversation.
    case accepted
    /// Nobody takes the conversation.
    case failed
    /// Nobody took the conversation in time.
    case timedOut
    /// The agent is done.
    case completed(HandoffCompletion)
    /// The agent who had taken the conversation is gone.
    case lost
}

extension Activity {
    /// The bytes of an activity as JSON that channels take (Direct Line).
    package static let sizeLimit = 262_144
    /// What a channel may add to an activity: ids, time, addresses.
    package static let roomForChannel = 2048

    /// A bot's request for a human agent, built as the event factories of the SDKs build it.
    ///
    /// A transcript that would make the event larger than channels take, 262,144 bytes, loses its oldest entries, and
    /// the event says how many in our own channel data (``HandoffInitiation/omittedEntries``).
    ///
    /// - Parameters:
    ///   - context: What the hub should know; it becomes the `value`.
    ///   - transcript: The conversation so far, oldest first; nil leaves the attachment out.
    ///   - turn: The user's activity that made the bot ask.
    ///   - dialect: `sdk` and `copilotStudio` give `handoff.initiate`, the others the older names.
    /// - Returns: The event, without the id and time that the channel gives.
    public static func handoffInitiate(
        context: HandoffContext,
        transcript: [Activity]?,
        replyingTo turn: Activity,
        dialect: HandoffDialect = .sdk
    ) -> Activity {
        let name =
            switch dialect {
            case .threeEvents: HandoffEventName.handoffInitiation
            case .threeEventsAsCoded: HandoffEventName.initiateHandoff
            default: HandoffEventName.initiate
            }
        var activity = Activity.event(name, value: context.plainValue ?? .object(context.json))
        // In its place among the members; what there is room for shows once all others are there.
        if transcript != nil { activity.attachments = [.transcript(of: [])] }
        activity.from = turn.recipient
        activity.recipient = turn.from
        activity.conversation = turn.conversation
        activity.replyToId = turn.id
        activity.relatesTo = ConversationReference(to: turn)
        if let transcript { activity.attachTranscript(transcript) }
        return activity
    }

    /// A bot's request whose transcript goes by link where it is too long for an event.
    ///
    /// - Parameters:
    ///   - context: What the hub should know; it becomes the `value`.
    ///   - transcript: The conversation so far, oldest first.
    ///   - turn: The user's activity that made the bot ask.
    ///   - dialect: `sdk` and `copilotStudio` give `handoff.initiate`, the others the older names.
    ///   - keep: Keeps a file where the hub can get it and gives its address; nil where it cannot.
    /// - Returns: The event, without the id and time that the channel gives.
    public static func handoffInitiate(
        context: HandoffContext,
        transcript: [Activity],
        replyingTo turn: Activity,
        dialect: HandoffDialect = .sdk,
        keeping keep: (_ transcript: [UInt8]) async -> String?
    ) async -> Activity {
        var activity = handoffInitiate(context: context, transcript: [], replyingTo: turn, dialect: dialect)
        await activity.attachTranscript(transcript, keeping: keep)
        return activity
    }

    /// A hub's report, in a dialect.
    ///
    /// The final protocol folds a time-out and a lost agent into `failed`, and both ways to end into `completed`; which
    /// it was is then kept in our own channel data, for readers that know it.
    ///
    /// - Parameters:
    ///   - status: What happened.
    ///   - message: Words for people.
    ///   - conversationId: The conversation of the initiation.
    ///   - dialect: `threeEvents`, `threeEventsAsCoded`, or else the final protocol.
    ///   - transcript: What user and agent said, for a bot that gets the user back; as much of its end as has room.
    /// - Returns: The event, without a sender, id and time.
    public static func handoffStatus(
        _ status: HandoffStatus,
        message: String? = nil,
        conversationId: String,
        dialect: HandoffDialect = .sdk,
        transcript: [Activity]? = nil
    ) -> Activity {
        var activity =
            switch dialect {
            case .threeEvents: threeEvent(status, asCoded: false, message: message)
            case .threeEventsAsCoded: threeEvent(status, asCoded: true, message: message)
            default: sdkStatus(status, message: message)
            }
        activity.conversation = ConversationAccount(id: conversationId)
        if let transcript { activity.attachTranscript(transcript) }
        return activity
    }

    /// A hub's report whose transcript goes by link where it is too long for an event.
    ///
    /// - Parameters:
    ///   - status: What happened.
    ///   - message: Words for people.
    ///   - conversationId: The conversation of the initiation.
    ///   - dialect: `threeEvents`, `threeEventsAsCoded`, or else the final protocol.
    ///   - transcript: What user and agent said, oldest first.
    ///   - keep: Keeps a file where the bot can get it and gives its address; nil where it cannot.
    /// - Returns: The event, without a sender, id and time.
    public static func handoffStatus(
        _ status: HandoffStatus,
        message: String? = nil,
        conversationId: String,
        dialect: HandoffDialect = .sdk,
        transcript: [Activity],
        keeping keep: (_ transcript: [UInt8]) async -> String?
    ) async -> Activity {
        var activity = handoffStatus(status, message: message, conversationId: conversationId, dialect: dialect)
        await activity.attachTranscript(transcript, keeping: keep)
        return activity
    }

    /// The user's place in the queue, as a private event that other clients ignore (A5002).
    ///
    /// The protocol has no state for it, and undocumented states of `handoff.status` would confuse bots.
    public static func handoffQueue(position: Int, estimatedWait: Duration? = nil, skill: String? = nil) -> Activity {
        var value: JSONObject = ["position": .number(JSONNumber(position))]
        if let estimatedWait {
            value["estimatedWaitSeconds"] = .number(JSONNumber(estimatedWait.components.seconds))
        }
        if let skill { value["skill"] = .string(skill) }
        return .event(HandoffEventName.queue, value: .object(value))
    }

    private static func sdkStatus(_ status: HandoffStatus, message: String?) -> Activity {
        let state: JSONValue =
            switch status {
            case .accepted: "accepted"
            case .failed, .timedOut, .lost: "failed"
            case .completed: "completed"
            }
        var value: JSONObject = ["state": state]
        if let message { value["message"] = .string(message) }
        var activity = Activity.event(HandoffEventName.status, value: .object(value))
        if case .completed(let completion) = status, completion != .unspecified {
            activity.mark("completion", .string(completion.rawValue))
        }
        return activity
    }

    private static func threeEvent(_ status: HandoffStatus, asCoded: Bool, message: String?) -> Activity {
        let completed = asCoded ? HandoffEventName.response : HandoffEventName.completed
        var activity =
            switch status {
            case .accepted: Activity.event(HandoffEventName.response, value: "accepted")
            case .failed: Activity.event(HandoffEventName.response, value: "failed")
            case .timedOut: Activity.event(HandoffEventName.response, value: "timedOut")
            case .completed(.ended): Activity.event(completed, value: "endOfConversation")
            case .completed: Activity.event(completed, value: "transferBack")
            case .lost: Activity.event(completed, value: "failed")
            }
        if let message {
            let content: JSONValue = ["message": .string(message)]
            activity.attachments = [Attachment(contentType: "application/json", content: content, name: "Reason")]
        }
        return activity
    }
}

extension Attachment {
    /// The transcript attachment of a handoff initiation.
    public static func transcript(of activities: [Activity]) -> Attachment {
        .transcript(content: ["activities": .array(activities.map(\.jsonValue))])
    }
}
