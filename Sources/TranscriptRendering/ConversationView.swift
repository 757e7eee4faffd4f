public import BotSchema
public import Handoff
package import MessageContent
public import Transcripts

/// A conversation as people read it: who said what when, and each state of a handoff in its place.
public struct ConversationView: Sendable {
    /// Who speaks.
    public enum Role: String, Hashable, Sendable {
        /// The user of the bot.
        case user
        /// The bot.
        case bot
        /// A human agent.
        case agent
    }

    /// Something that was said.
    public struct Message: Sendable {
        /// The place of the activity in the record, from 0.
        public let index: Int
        /// The activity.
        public let activity: Activity
        /// Who says it.
        public let role: Role
        /// The speaker's name, or a word for the role.
        public let name: String
        /// What is said and shown.
        package let content: MessageContent
        /// What became of it, such as `edited`; nil for a message as it was sent.
        public let remark: String?
    }

    /// One entry of the conversation.
    public enum Entry: Sendable {
        /// Something that was said.
        case message(Message)
        /// A step of a handoff.
        case handoff(HandoffTransition)
        /// Another session begins, after hours perhaps.
        case session(TranscriptSession)
    }

    /// The entries in reading order, with the time of each as far as the record tells it.
    public let entries: [(entry: Entry, time: Timestamp?)]
    /// The handoffs with their times.
    public let timeline: HandoffTimeline
    /// How many activities show nothing, such as events and traces.
    public let hiddenCount: Int
    /// The language of the conversation, a BCP 47 tag, where an activity tells it.
    public let language: String?

    /// The view of one conversation.
    ///
    /// - Parameters:
    ///   - activities: What the record holds.
    ///   - starts: The sessions into which an export divides it, by the places of their first activities.
    public init(of activities: [Activity], sessionsByStart starts: [Int: TranscriptSession] = [:]) {
        var reading = ConversationReading()
        var entries: [(entry: Entry, time: Timestamp?)] = []
        for (index, activity) in activities.enumerated() {
            entries += reading.next(activity, begins: starts[index])
        }
        self.entries = entries
        hiddenCount = reading.hiddenCount
        timeline = reading.timeline
        language = reading.language
    }

    /// The language of an activity when it is one that other programs understand.
    static func languageTag(_ text: String?) -> String? {
        guard let text, (2...35).contains(text.utf8.count) else { return nil }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let isTag = parts.allSatisfy { part in
            (1...8).contains(part.count) && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
        }
        return isTag && (2...3).contains(parts.first?.count ?? 0) && parts[0].allSatisfy(\.isLetter) ? text : nil
    }
}

/// Reads a conversation for people, activity by activity; it keeps none.
struct ConversationReading: Sendable {
    private var lifecycle = HandoffLifecycle.ofRecord(readingTraces: true)
    private var names = SpeakerNames()
    private var last = Timestamp(milliseconds: 0)
    private var count = 0
    /// How many activities so far show nothing.
    private(set) var hiddenCount = 0
    /// The language of the first activity that tells one.
    private(set) var language: String?

    /// The handoffs so far.
    var timeline: HandoffTimeline { HandoffTimeline(lifecycle) }

    /// The entries of the next activity.
    mutating func next(
        _ activity: Activity,
        begins session: TranscriptSession? = nil
    ) -> [(entry: ConversationView.Entry, time: Timestamp?)] {
        var entries: [(entry: ConversationView.Entry, time: Timestamp?)] = []
        last = activity.time ?? last
        language = language ?? ConversationView.languageTag(activity.locale)
        if let session { entries.append((.session(session), session.start)) }
        let steps = lifecycle.receive(activity, at: last)
        for step in steps where HandoffWords(step) != nil { entries.append((.handoff(step), activity.time)) }
        if let message = ConversationView.Message(activity, at: count, agentIds: lifecycle.agentIds, &names) {
            entries.append((.message(message), activity.time))
        } else if steps.isEmpty {
            hiddenCount += 1
        }
        count += 1
        return entries
    }
}

extension ConversationView.Message {
    fileprivate init?(_ activity: Activity, at index: Int, agentIds: Set<String>, _ names: inout SpeakerNames) {
        let remark: String?
        var content = MessageContent(of: activity, else: activity.isFromUser ? .plain : .markdown)
        switch activity.type {
        case ActivityType.message?: remark = nil
        case ActivityType.messageUpdate?: remark = "edited"
        case ActivityType.messageDelete?:
            remark = "deleted a message"
            content.parts = []
        default: return nil
        }
        guard remark != nil || !content.isEmpty else { return nil }
        let isAgent = activity.humanAgent != nil || activity.from?.id.map(agentIds.contains) == true
        let role: ConversationView.Role = activity.isFromUser ? .user : isAgent ? .agent : .bot
        self.init(
            index: index,
            activity: activity,
            role: role,
            name: PlainText.line(names.name(of: activity.from, as: role)) + (activity.isImported ? " (imported)" : ""),
            content: content,
            remark: remark
        )
    }
}
