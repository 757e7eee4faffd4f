public import BotSchema

/// The transcript that goes with a handoff event: what was said before an initiation, or with the agent before a
/// completion.
public struct HandoffTranscript: Hashable, Sendable {
    /// What was said, oldest first; nil where it lies behind ``url`` or cannot be read.
    public var entries: [Activity]?
    /// How many older entries it would have, had there been room; 0 where nobody says so.
    public var omittedEntries = 0
    /// Where a transcript can be fetched that did not come along; it is never fetched unasked.
    public var url: String?
    /// Why a transcript could not be read, one sentence.
    public var problem: String?

    init() {}

    /// Reads the first transcript of an activity that can be read; nil where there is none at all.
    ///
    /// It is told by its name, or without one by its shape; what is within a `data:` link is read, nothing is fetched.
    public init?(_ activity: Activity) {
        let attached = activity.attachments.filter(HandoffInitiation.isTranscript)
        guard !attached.isEmpty else { return nil }
        omittedEntries = max(activity.channelData?["baton"]?["omittedEntries"]?.int ?? 0, 0)
        for attachment in attached {
            let content = attachment.content ?? attachment.contentURL.flatMap(DataURI.init).map { .string($0.text) }
            switch TranscriptContent.read(content) {
            case .success(let entries)?:
                self.entries = entries
                problem = nil
                return
            case .failure(let problem)?: self.problem = self.problem ?? problem.description
            case nil: url = url ?? attachment.contentURL
            }
        }
    }

    /// Takes what was behind the link, which is a transcript in any of the shapes in which one is attached.
    public mutating func take(linked bytes: [UInt8]) {
        switch TranscriptContent.read(.string(String(decoding: bytes, as: UTF8.self))) {
        case .success(let entries)?: (self.entries, problem) = (entries, nil)
        case .failure(let problem)?: self.problem = problem.description
        case nil: problem = "the linked transcript is empty"
        }
    }
}

extension HandoffTranscript {
    /// The bytes of a transcript that still go within an event; a longer one goes by link where it can (HO158).
    public static let inlineLimit = 100_000
    /// The bytes of a transcript that go by link: channels keep files of this size.
    public static let linkLimit = 4 << 20

    /// The content of a transcript attachment, and how many of the oldest entries had no room in it.
    static func content(of entries: [Activity], upTo limit: Int) -> (content: JSONValue, omitted: Int) {
        // Without the frame around the list.
        var room = limit - 20
        var kept = entries.count
        for entry in entries.reversed() {
            // One more for the comma.
            room -= entry.jsonValue.serialized().count + 1
            guard room >= 0 else { break }
            kept -= 1
        }
        return (["activities": .array(entries[kept...].map(\.jsonValue))], kept)
    }
}

extension Activity {
    /// Attaches a transcript: within the event where it is small, else by a link, so that nothing of it is lost.
    ///
    /// Where no link can be had, the oldest entries that have no room in the event are left out, which the event says
    /// in our own channel data (``HandoffTranscript/omittedEntries``).
    ///
    /// - Parameters:
    ///   - entries: What was said, oldest first.
    ///   - keep: Keeps a file where the reader of the event can get it and gives its address; nil where it cannot.
    public mutating func attachTranscript(
        _ entries: [Activity],
        keeping keep: (_ transcript: [UInt8]) async -> String?
    ) async {
        let inline = HandoffTranscript.content(of: entries, upTo: HandoffTranscript.inlineLimit)
        guard inline.omitted > 0 else { return attach(.transcript(content: inline.content), omitting: 0) }
        let linked = HandoffTranscript.content(of: entries, upTo: HandoffTranscript.linkLimit)
        guard let url = await keep(linked.content.serialized()) else { return attachTranscript(entries) }
        attach(.transcript(at: url), omitting: linked.omitted)
    }

    /// As much of the end of a transcript as there is room for in an event that channels take.
    mutating func attachTranscript(_ entries: [Activity]) {
        // The attachment around the content has fewer bytes than these.
        let room = Self.sizeLimit - Self.roomForChannel - 128 - jsonValue.serialized().count
        let inline = HandoffTranscript.content(of: entries, upTo: room)
        attach(.transcript(content: inline.content), omitting: inline.omitted)
    }

    /// In the place of an empty transcript, which holds the place among the members.
    private mutating func attach(_ transcript: Attachment, omitting omitted: Int) {
        let empty = Attachment.transcript(of: [])
        attachments = attachments.filter { $0 != empty } + [transcript]
        if omitted > 0 { mark("omittedEntries", .number(JSONNumber(omitted))) }
    }
}

extension Attachment {
    /// A transcript attachment with its content.
    static func transcript(content: JSONValue) -> Attachment {
        Attachment(contentType: "application/json", content: content, name: "Transcript")
    }

    /// A transcript attachment whose content is elsewhere.
    public static func transcript(at url: String) -> Attachment {
        Attachment(
            json: ["contentType": "application/json", "contentUrl": .string(url), "name": "Transcript"]
        )
    }
}
