import BotSchema

/// The form of a file and what surrounds its activities, as it shows piece by piece.
struct StreamShape {
    private var documentCount = 0
    private var levels: [(isList: Bool, key: String?)] = []
    private var found = TranscriptForm.activity
    private var members = JSONObject()
    /// How deep the object lies that holds the list of activities, or may.
    private var memberDepth = 1

    /// A member that is a list or an object of its own, and how deep it is open.
    private var inner: (builder: DocumentBuilder, key: String, depth: Int, count: Int)?
    /// What surrounds activities is small; a list beyond this holds something else.
    private static let innerLimit = 1000

    /// The form, once the file has ended.
    var form: TranscriptForm { documentCount > 1 ? .sequence : found }

    /// The object around the activities with an empty list in their place; nil where there is none.
    var envelope: JSONObject? {
        guard documentCount == 1, [.activitySet, .transcriptObject, .attachment].contains(found), memberDepth > 0
        else { return nil }
        return members
    }

    mutating func note(_ piece: ActivityScanner.Piece) {
        noteInner(piece)
        switch piece {
        case .open(let isList, let key):
            open(isList, key)
            levels.append((isList, key))
        case .close: if !levels.isEmpty { levels.removeLast() }
        case .value(let value, let key?, _) where levels.count == memberDepth && documentCount == 1:
            members.entries.append(JSONObject.Entry(key: key, value: value))
        case .value where levels.isEmpty: documentCount += 1
        case .value, .remark: break
        }
    }

    private mutating func open(_ isList: Bool, _ key: String?) {
        if levels.isEmpty {
            documentCount += 1
            if documentCount == 1, isList { found = .array }
        }
        guard documentCount == 1, levels.count == memberDepth, let key else { return }
        if isList, ActivityScanner.isListName(key) {
            members.entries.append(JSONObject.Entry(key: key, value: []))
            if found != .attachment { found = key.lowercased() == "activities" ? .activitySet : .transcriptObject }
        } else if key.lowercased() == "content", memberDepth == 1 {
            found = .attachment
            members = JSONObject()
            memberDepth = isList ? 0 : 2
        } else if inner == nil {
            var builder = DocumentBuilder()
            builder.take(.open(isList: isList, key: nil))
            inner = (builder, key, 1, 1)
        }
    }

    /// Puts a member together that holds no activities, though it might have.
    private mutating func noteInner(_ piece: ActivityScanner.Piece) {
        guard var open = inner.take() else { return }
        switch piece {
        case .open: open.depth += 1
        case .close: open.depth -= 1
        case .value, .remark: break
        }
        open.count += 1
        guard open.count <= Self.innerLimit else { return }
        open.builder.take(piece)
        guard open.depth == 0 else {
            inner = open
            return
        }
        if let value = open.builder.documents.first {
            members.entries.append(JSONObject.Entry(key: open.key, value: value))
        }
    }
}
