import BotSchema

/// Puts the pieces of a scanner together again, without what could not be read.
struct DocumentBuilder {
    /// The documents that stand one after the other.
    private(set) var documents: [JSONValue] = []
    /// Whether anything was read that may be an activity.
    private(set) var holdsWholeEntry = false
    private var open: [(isList: Bool, key: String?, elements: [JSONValue], members: [JSONObject.Entry])] = []

    mutating func take(_ piece: ActivityScanner.Piece) {
        switch piece {
        case .open(let isList, let key): open.append((isList, key, [], []))
        case .value(let value, let key, _): add(value, key)
        case .close:
            guard let last = open.popLast() else { return }
            add(last.isList ? .array(last.elements) : .object(JSONObject(entries: last.members)), last.key)
        case .remark: break
        }
    }

    private mutating func add(_ value: JSONValue, _ key: String?) {
        if value.object?.isEmpty == false { holdsWholeEntry = true }
        guard let last = open.indices.last else { return documents.append(value) }
        if open[last].isList {
            open[last].elements.append(value)
        } else {
            open[last].members.append(JSONObject.Entry(key: key ?? "", value: value))
        }
    }
}
