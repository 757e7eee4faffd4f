public import BotSchema

/// A recorded conversation, in whichever form it was found.
///
/// What surrounds the activities is kept, so a transcript that is saved again has every member that it came with.
public struct Transcript: Hashable, Sendable {
    /// The activities in the order of the file, which is the order of the conversation.
    public var activities: [Activity]
    /// The shape in which it was found.
    public var form: TranscriptForm
    /// What had to be mended or left out on reading; empty for a sound file.
    public internal(set) var repairs: [TranscriptRepair] = []

    /// The object that held the activities, with a stand-in for their list; nil for bare arrays.
    var envelope: JSONObject?
    /// What each record of an export holds; empty for other forms.
    var parts: [ExportPart] = []
    /// The file that it was read from.
    var source: TranscriptSource?

    /// A transcript of these activities.
    public init(activities: [Activity]) {
        self.activities = activities
        form = .array
    }

    init(activities: [Activity], form: TranscriptForm, envelope: JSONObject?) {
        self.activities = activities
        self.form = form
        self.envelope = envelope
    }

    /// The members beside the activities, such as a watermark.
    public var envelopeMembers: JSONObject {
        JSONObject(entries: (envelope ?? JSONObject()).entries.filter { !TranscriptForm.listNames.contains($0.key) })
    }

    /// The position behind the last activity, for an ActivitySet.
    public var watermark: String? { envelope?["watermark"]?.string }
}

/// The shapes in which transcripts are found.
public enum TranscriptForm: String, Hashable, Sendable, CaseIterable {
    /// A list of activities, as Emulator and the file loggers of the SDKs write it (T2100).
    case array
    /// An object with a list named `transcript` (T2100).
    case transcriptObject
    /// An object with a list named `activities`: an ActivitySet, or the content of a transcript attachment.
    case activitySet
    /// An attachment with any of these as its content, which may be a JSON text.
    case attachment
    /// One activity alone.
    case activity
    /// Several lists or activities one after the other, as loggers append them and as JSON lines hold them.
    case sequence
    /// Several conversations within one document, as exports hold them.
    case export
    /// A table with a column of JSON, as Dataverse exports conversation transcripts.
    case table
    /// A `.chat` file, the mock conversations of chatdown.
    case chat
    /// A `.convo.txt` file, a test of Botium.
    case convo

    /// The names under which a list of activities is looked for.
    static let listNames = ["activities", "transcript"]
}

/// Something in a file that a transcript cannot hold as it is.
public struct TranscriptRepair: Hashable, Sendable, CustomStringConvertible {
    /// Where: a JSON path such as `$.activities[3]`, or a byte offset.
    public let place: String
    /// What was found and what was made of it.
    public let text: String
    /// Whether the file, or a text in it, ends before its content does, so that something is missing.
    public let isCut: Bool

    init(place: String, text: String, isCut: Bool = false) {
        (self.place, self.text, self.isCut) = (place, text, isCut)
    }

    /// One line.
    public var description: String { "\(place): \(text)" }
}

/// What a transcript was read from, for writing it again value for value.
struct TranscriptSource: Hashable, Sendable {
    enum Text: Hashable, Sendable {
        /// The documents of a file.
        case json([JSONValue])
        case table(DelimitedText)
        /// The text itself, of forms that cannot say everything in one way alone.
        case plain(String)
    }

    let text: Text
    /// The activities as they were read; others than these must not be taken for what the file holds.
    let activities: [Activity]
}
