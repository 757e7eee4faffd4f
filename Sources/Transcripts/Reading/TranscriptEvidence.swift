import BotSchema

/// Tells a transcript from other JSON, in the same way however a file is read.
///
/// A list that stands under a name for activities is one. Elsewhere an object has to say that it is an activity, by its
/// type or by a member that nothing else has: lists of users, payloads of cards and logs of other programs are lists of
/// objects too. Once one has said so, its neighbours are believed.
struct TranscriptEvidence {
    /// So many objects may come before the first that is an activity for certain.
    static let limit = 512

    /// Whether this is a transcript.
    private(set) var isCertain = false
    private var doubtful = 0
    private var firstDoubt = ""

    /// Whether there is something, and none of it is known to be an activity.
    var isDoubtful: Bool { !isCertain && doubtful > 0 }
    /// Whether reading on is in vain.
    var isRefused: Bool { !isCertain && doubtful >= Self.limit }

    /// Why it is no transcript.
    var refusal: String { doubtful == 0 ? "expected activities, found none" : firstDoubt }

    /// Knows that what follows are activities, whatever they look like.
    mutating func accept() { isCertain = true }

    /// Takes an object that may be an activity.
    mutating func take(_ object: JSONObject, at path: @autoclosure () -> String) {
        guard !isCertain, !isRefused else { return }
        if Self.isActivity(object) {
            isCertain = true
        } else {
            doubt("at \(path()): expected an activity, found \(Self.words(for: object))")
        }
    }

    /// Takes something that is no activity, for a reason within a sentence.
    mutating func doubt(_ reason: @autoclosure () -> String) {
        guard !isCertain, !isRefused else { return }
        if doubtful == 0 { firstDoubt = reason() }
        doubtful += 1
    }

    /// Whether an object is an activity for certain.
    static func isActivity(_ object: JSONObject) -> Bool {
        if let type = type(of: object), types.contains(type.lowercased()) { return true }
        return object.entries.contains { entry in
            switch entry.key.lowercased() {
            // Mail and logs have texts under these names.
            case "from", "recipient", "conversation": entry.value.object != nil
            case "replytoid", "channelid", "serviceurl", "channeldata", "membersadded", "membersremoved": true
            default: false
            }
        }
    }

    /// The member that tells what an object is.
    static func type(of object: JSONObject) -> String? { object["type"]?.string ?? object["Type"]?.string }

    private static func words(for object: JSONObject) -> String {
        guard let type = type(of: object), !type.isEmpty else { return "an object without a type" }
        return "an object of type “\(type.prefix(60))”"
    }

    /// The types of the specification, and those of the services.
    private static let types: Set<String> = [
        "message", "event", "typing", "trace", "endofconversation", "conversationupdate", "invoke", "invokeresponse",
        "handoff", "messageupdate", "messagedelete", "messagereaction", "contactrelationupdate", "installationupdate",
        "deleteuserdata", "suggestion", "command", "commandresult", "delay",
    ]
}

/// A line of what this program itself prints: `--json` of a chat or of `show`, and the file of `--trace`.
enum OwnLine {
    /// An activity, as it came or went.
    case activity(JSONValue)
    /// What a service sent at once: activities that may have come before.
    case set(JSONObject)
    /// Something else that is told of a conversation.
    case remark

    /// Nil for everything that is no such line.
    init?(_ object: JSONObject) {
        guard let kind = object["kind"]?.string, TranscriptEvidence.type(of: object) == nil else { return nil }
        switch kind {
        case "activity":
            guard let activity = object["activity"], activity.object != nil else { return nil }
            self = .activity(activity)
        case "frame", "response":
            guard object["time"] != nil else { return nil }
            let set = object["body"]?.object.flatMap { $0["activities"]?.array == nil ? nil : $0 }
            self = set.map(OwnLine.set) ?? .remark
        case "request", "failure", "socket":
            guard object["time"] != nil else { return nil }
            self = .remark
        case "connection", "handoff", "hub", "invoke", "latency", "notice", "session", "trace": self = .remark
        default: return nil
        }
    }
}
