public import BotSchema

/// A bot's request for a human agent: what the hub needs for routing and what was said so far.
public struct HandoffInitiation: Hashable, Sendable {
    /// The name of the event that asked; nil where something else did, such as a message with a command.
    public var eventName: String?
    /// Skill, topic and whatever else the bot knows.
    public var context: HandoffContext
    /// The conversation so far, oldest first; nil when no transcript came with the request, or none that can be read.
    public var transcript: [Activity]?
    /// How many older entries the transcript would have, had there been room in the event; 0 where nobody says so.
    public var omittedEntries = 0
    /// Where a transcript can be fetched that did not come along; it is never fetched unasked.
    public var transcriptURL: String?
    /// Why an attached transcript could not be read, one sentence.
    public var transcriptProblem: String?

    /// A request.
    public init(context: HandoffContext, transcript: [Activity]? = nil) {
        self.context = context
        self.transcript = transcript
    }

    /// Reads the request out of an activity of any dialect.
    public init(_ activity: Activity) {
        eventName = activity.type == .event ? activity.name : nil
        context = activity.escalationContext ?? HandoffContext(value: activity.value)
        if case .object(let body)? = activity.value, body.contains("handoffContext"),
            case .success(let entries)? = TranscriptContent.read(body["transcript"])
        {
            transcript = entries
        }
        omittedEntries = max(activity.channelData?["baton"]?["omittedEntries"]?.int ?? 0, 0)
        guard let attached = HandoffTranscript(activity) else { return }
        transcript = attached.entries ?? transcript
        (transcriptURL, transcriptProblem) = (attached.url, attached.problem)
    }

    /// Takes what was behind ``transcriptURL``.
    public mutating func take(linkedTranscript bytes: [UInt8]) {
        var linked = HandoffTranscript()
        linked.take(linked: bytes)
        (transcript, transcriptProblem) = (linked.entries ?? transcript, linked.problem)
    }
}

extension HandoffInitiation {
    /// The words that best tell a human what this is about.
    ///
    /// In the order in which bridges look for them: the author's note to the agent, the last phrase, the last topic,
    /// the user's last message.
    public var summary: String? {
        context.agentMessage ?? context.lastPhrase ?? context.topic
            ?? transcript?.last { $0.type == .message && $0.isFromUser && $0.text != nil }?.text
    }

    /// The name in the protocol text itself is misspelt, so that spelling counts too.
    static func isTranscriptName(_ name: String) -> Bool {
        ["transcript", "trasnscript"].contains(name.lowercased())
    }

    /// Whether an attachment is a transcript: by name, or without one by the shape of its content.
    package static func isTranscript(_ attachment: Attachment) -> Bool {
        if let name = attachment.name, !name.isEmpty { return isTranscriptName(name) }
        return attachment.content?["activities"]?.array != nil
    }
}

/// The activities within the content of a transcript attachment.
enum TranscriptContent {
    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    /// Nil when there is no content at all.
    static func read(_ content: JSONValue?) -> Result<[Activity], Problem>? {
        switch content {
        case nil, .null: return nil
        case .string(let text):
            do throws(JSONParseError) {
                return list(in: try JSONValue(parsing: text))
            } catch {
                return .failure(Problem(description: "the transcript is text that is not JSON: \(error)"))
            }
        case let value?: return list(in: value)
        }
    }

    private static func list(in value: JSONValue) -> Result<[Activity], Problem> {
        guard let entries = value.array ?? value["activities"]?.array ?? value["transcript"]?.array else {
            return .failure(Problem(description: "the transcript holds no list of activities"))
        }
        return .success(entries.compactMap { Activity($0) })
    }
}
