/// The members of a JSON object in the order of the document, duplicates included.
///
/// Lookups are linear: objects on the wire have 5 to 30 members, where that is faster than hashing. Of members with
/// equal names the last one is read, as JavaScript and most SDKs do; all of them are written again.
public struct JSONObject: Hashable, Sendable {
    /// One member.
    public struct Entry: Hashable, Sendable {
        /// The member's name.
        public var key: String
        /// The member's value.
        public var value: JSONValue

        /// A member of the given name.
        public init(key: String, value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    /// The members in document order.
    public var entries: [Entry]

    /// An object with these members, by default an empty one.
    public init(entries: [Entry] = []) { self.entries = entries }

    /// The value of a member; assigning replaces it in its place or appends it, assigning nil removes it.
    public subscript(key: String) -> JSONValue? {
        get { entries.last { $0.key == key }?.value }
        set {
            guard let newValue else {
                entries.removeAll { $0.key == key }
                return
            }
            if let index = entries.lastIndex(where: { $0.key == key }) {
                entries[index].value = newValue
            } else {
                entries.append(Entry(key: key, value: newValue))
            }
        }
    }

    /// Whether there are no members.
    public var isEmpty: Bool { entries.isEmpty }

    /// The names of the members in document order.
    public var keys: [String] { entries.map(\.key) }

    /// Whether a member of this name is present, `null` included.
    public func contains(_ key: String) -> Bool { entries.contains { $0.key == key } }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// An object with members in the order written.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init(entries: elements.map { Entry(key: $0.0, value: $0.1) })
    }
}

/// A value that is a JSON object with some members of known meaning.
///
/// Conforming types wrap the object instead of copying fields out of it, so that members they do not know survive.
public protocol JSONObjectRepresentable: Hashable, Sendable {
    /// The whole object, known and unknown members alike.
    var json: JSONObject { get set }
    /// Wraps an object without checking it; members of an unexpected kind read as nil.
    init(json: JSONObject)
}

extension JSONObjectRepresentable {
    /// Wraps a value that should be an object, nil when it is not.
    public init?(_ value: JSONValue?) {
        guard let object = value?.object else { return nil }
        self.init(json: object)
    }

    /// The object as a JSON value.
    public var jsonValue: JSONValue { .object(json) }
}

extension JSONObject {
    func strings(_ key: String) -> [String]? { self[key]?.array?.compactMap(\.string) }

    func wrapped<Value: JSONObjectRepresentable>(_ key: String, as type: Value.Type = Value.self) -> Value? {
        Value(self[key])
    }

    func wrappedList<Value: JSONObjectRepresentable>(_ key: String, as type: Value.Type = Value.self) -> [Value] {
        (self[key]?.array ?? []).compactMap { Value($0) }
    }

    mutating func set(_ key: String, _ text: String?) { self[key] = text.map(JSONValue.string) }

    mutating func set(_ key: String, _ object: (some JSONObjectRepresentable)?) { self[key] = object?.jsonValue }

    /// An empty list removes the member: emitters should not write empty arrays (rule A2100).
    mutating func set(_ key: String, _ list: [some JSONObjectRepresentable]) {
        self[key] = list.isEmpty ? nil : .array(list.map(\.jsonValue))
    }
}
