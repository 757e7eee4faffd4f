public import BotSchema

/// What was masked, kept by whoever may know it: with the key a redacted transcript can be made whole again.
///
/// It protects by where it is and by nothing else: masks are numbers in the order of appearance, made of nothing that
/// they stand for, so that a redacted transcript without its key tells none of the values, however long somebody tries.
/// The key itself holds them all in plain words. Its file is for its owner alone and never goes with the transcript.
public struct RedactionKey: Hashable, Sendable {
    /// What tells the masks of this key from those of others, and from words that look like masks.
    public let tag: String
    /// The masks and what they stand for, in the order in which they were given.
    public private(set) var values = JSONObject()

    /// A new key.
    ///
    /// - Parameter tag: Letters and digits that no other key has.
    public init(tag: String) { self.tag = tag }

    /// A key from its file.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - name: The file's name, for errors.
    /// - Throws: ``TranscriptError``, which never tells a value.
    public init(parsing bytes: [UInt8], name: String) throws(TranscriptError) {
        let json: JSONValue
        do throws(JSONParseError) {
            json = try JSONValue(parsing: bytes)
        } catch {
            throw TranscriptError(.malformed, file: name, offset: error.offset, reason: "no redaction key")
        }
        guard let tag = json["redactionKey"]?.string, let values = json["values"]?.object else {
            throw TranscriptError(.malformed, file: name, reason: "at $: expected redactionKey and values")
        }
        for entry in values.entries where Mask(entry.key)?.tag != tag {
            throw TranscriptError(
                .malformed,
                file: name,
                reason: "at $.values: expected masks of the key, found another"
            )
        }
        self.tag = tag
        self.values = values
    }

    /// The key as a file.
    public var serialized: [UInt8] {
        let json: JSONValue = ["redactionKey": .string(tag), "values": .object(values)]
        return json.prettySerialized() + [0x0A]
    }

    /// A mask with a tag, such as `[email-2:k3f9x1]`; `[email-2.1:k3f9x1]` is another spelling of the same.
    struct Mask {
        let kind: String
        let number: Int
        let tag: String

        init?(_ text: String) {
            guard text.first == "[", text.last == "]", let dash = text.firstIndex(of: "-"),
                let colon = text.lastIndex(of: ":"), dash < colon
            else { return nil }
            let digits = text[text.index(after: dash)..<colon].prefix { $0 != "." }
            guard let number = Int(digits) else { return nil }
            kind = String(text[text.index(after: text.startIndex)..<dash])
            self.number = number
            tag = String(text[text.index(after: colon)...].dropLast())
        }
    }

    /// The mask of a value.
    ///
    /// - Parameters:
    ///   - value: The value as it is spelt, a text or a number.
    ///   - base: What its kind and number are, such as `email-2`; other spellings of the same get a mask each.
    /// - Returns: The mask, which stands for this spelling alone.
    mutating func mask(_ value: JSONValue, as base: String) -> String {
        var mask = "[\(base):\(tag)]"
        var spelling = 0
        while let known = values[mask], known != value {
            spelling += 1
            mask = "[\(base).\(spelling):\(tag)]"
        }
        values[mask] = value
        return mask
    }
}

/// Puts back what a key knows.
public struct TranscriptRestorer: Hashable, Sendable {
    /// How many masks were replaced.
    public private(set) var count = 0
    /// How many masks look like those of another key.
    public private(set) var foreignCount = 0
    private let key: RedactionKey

    /// A restorer with a key.
    public init(_ key: RedactionKey) { self.key = key }

    /// The transcript with everything in its place; what surrounds the activities as well.
    public mutating func restored(_ transcript: Transcript) -> Transcript {
        var restored = Transcript(
            activities: transcript.activities.map { Activity(json: self.restored($0.json, depth: 0)) },
            form: transcript.form,
            envelope: transcript.envelope.map { self.restored($0, depth: 0) }
        )
        restored.repairs = transcript.repairs
        return restored
    }

    private mutating func restored(_ object: JSONObject, depth: Int) -> JSONObject {
        var object = object
        for index in object.entries.indices {
            object.entries[index].value = restored(object.entries[index].value, depth: depth + 1)
        }
        return object
    }

    private mutating func restored(_ value: JSONValue, depth: Int) -> JSONValue {
        switch value {
        case .object(let object): return .object(restored(object, depth: depth))
        case .array(let elements): return .array(elements.map { restored($0, depth: depth + 1) })
        case .string(let text):
            if let whole = key.values[text] {
                count += 1
                return whole
            }
            // As the redactor does with JSON within text, whose quotes must stay escaped.
            if text.utf8.first == UInt8(ascii: "{") || text.utf8.first == UInt8(ascii: "["), depth < 64,
                let inner = try? JSONValue(parsing: text)
            {
                let whole = restored(inner, depth: depth + 1)
                return whole == inner ? value : .string(whole.compactText)
            }
            return .string(restored(text))
        case .number, .null, .bool: return value
        }
    }

    /// Words with everything in its place.
    public mutating func restored(_ text: String) -> String {
        var whole = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "[") {
            whole += rest[..<open]
            rest = rest[open...]
            // A mask is short; what else is in brackets may be long.
            guard let close = rest.prefix(64).firstIndex(of: "]") else {
                whole.append("[")
                rest = rest.dropFirst()
                continue
            }
            let mask = String(rest[...close])
            if let value = key.values[mask] {
                whole += value.string ?? value.compactText
                rest = rest[close...].dropFirst()
                count += 1
            } else {
                if let other = RedactionKey.Mask(mask), other.tag != key.tag, other.tag.count == key.tag.count {
                    foreignCount += 1
                }
                whole.append("[")
                rest = rest.dropFirst()
            }
        }
        return whole + rest
    }
}
