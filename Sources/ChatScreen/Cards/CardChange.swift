import BotSchema
import MessageContent

/// Changes that a reader makes to a card in front of them: nothing is sent.
///
/// They are made in the JSON of the copy on the screen, so that rendering, choices and fields follow without knowing.
enum CardChange {
    /// A card with some elements shown or hidden.
    ///
    /// - Parameters:
    ///   - targets: `targetElements`: ids, or objects of `elementId` and `isVisible`; without the latter it turns over.
    ///   - content: The card.
    /// - Returns: The card with `isVisible` set anew.
    static func toggling(_ targets: JSONValue?, in content: JSONValue) -> JSONValue {
        var wishes: [String: Bool?] = [:]
        for target in targets?.array ?? [] {
            if let id = target.string ?? target["elementId"]?.string {
                wishes[id] = .some(target["isVisible"]?.bool)
            }
        }
        return wishes.isEmpty ? content : toggling(wishes, in: content, depth: 0)
    }

    private static func toggling(_ wishes: [String: Bool?], in value: JSONValue, depth: Int) -> JSONValue {
        guard depth < 64 else { return value }
        switch value {
        case .array(let list): return .array(list.map { toggling(wishes, in: $0, depth: depth + 1) })
        case .object(var object):
            for index in object.entries.indices {
                object.entries[index].value = toggling(wishes, in: object.entries[index].value, depth: depth + 1)
            }
            if object["type"] != nil, let id = object["id"]?.string, let wish = wishes[id] {
                object["isVisible"] = .bool(wish ?? (object["isVisible"]?.bool == false))
            }
            return .object(object)
        default: return value
        }
    }

    /// A card in which the card behind a button is open, or closed again when it was open.
    static func opening(_ action: CardAction, in content: JSONValue) -> JSONValue {
        guard var root = content.object, var card = action.json["card"]?.object else { return content }
        let body = root["body"]?.array ?? []
        let mark = action.jsonValue
        // A button inside an open card opens its card there, so that what is above goes along when it is sent.
        if let place = body.firstIndex(where: { $0[openedBy] != nil && holds(mark, $0, depth: 0) }) {
            var inner = body
            inner[place] = opening(action, in: inner[place])
            root["body"] = .array(inner)
            return .object(root)
        }
        let isOpen = { (element: JSONValue) in element[openedBy] == mark }
        if body.contains(where: isOpen) {
            root["body"] = .array(body.filter { !isOpen($0) })
            return .object(root)
        }
        card["type"] = "AdaptiveCard"
        card[openedBy] = mark
        // Only one card is open at a time, as other clients have it.
        root["body"] = .array(body.filter { $0[openedBy] == nil } + [.object(card)])
        return .object(root)
    }

    private static func holds(_ mark: JSONValue, _ value: JSONValue, depth: Int) -> Bool {
        guard depth < 64 else { return false }
        if value == mark { return true }
        if let list = value.array { return list.contains { holds(mark, $0, depth: depth + 1) } }
        return (value.object?.entries ?? []).contains { $0.key != openedBy && holds(mark, $0.value, depth: depth + 1) }
    }

    /// The button that opened a card inside a card; the name is ours and never leaves this screen.
    private static let openedBy = "baton:openedBy"
}
