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

    /// Where masks stand in a text, with a tag or without.
    static func maskRanges(in bytes: [UInt8]) -> [Range<Int>] {
        guard bytes.contains(UInt8(ascii: "[")) else { return [] }
        var ranges: [Range<Int>] = []
        for start in bytes.indices where bytes[start] == UInt8(ascii: "[") {
            guard let end = bytes[start..<min(start + 64, bytes.count)].firstIndex(of: UInt8(ascii: "]")) else {
                continue
            }
            let inner = bytes[(start + 1)..<end]
            guard let dash = inner.firstIndex(of: UInt8(ascii: "-")),
                SensitiveText.Kind(rawValue: String(decoding: inner[..<dash], as: UTF8.self)) != nil
            else { continue }
            let number = inner[(dash + 1)...].prefix { $0 != UInt8(ascii: ":") }
            let tag = inner[number.endIndex...].dropFirst()
            guard !number.isEmpty, number.allSatisfy({ Bytes.isDigit($0) || $0 == UInt8(ascii: ".") }),
                tag.allSatisfy(Bytes.isAlphanumeric)
            else { continue }
            ranges.append(start..<(end + 1))
        }
        return ranges
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
            activities: transcript.activities.map { Activity(json: self.restored($0.json)) },
            form: transcript.form,
            envelope: transcript.envelope.map { self.restored($0) }
        )
        restored.repairs = transcript.repairs
        restored.parts = transcript.parts
        if let source = transcript.source, source.activities == transcript.activities {
            // What was read holds the activities once more; each mask counts once.
            let (count, foreignCount) = (count, foreignCount)
            restored.source = TranscriptSource(text: self.restored(source.text), activities: restored.activities)
            (self.count, self.foreignCount) = (count, foreignCount)
        }
        return restored
    }

    private mutating func restored(_ source: TranscriptSource.Text) -> TranscriptSource.Text {
        switch source {
        case .json(let documents): .json(documents.map { restored($0) })
        case .plain(let text): .plain(restored(text))
        case .table(let table): .table(table.mapCells { cell, _, _ in restored(cell) })
        }
    }

    private mutating func restored(_ object: JSONObject) -> JSONObject {
        var object = object
        for index in object.entries.indices {
            object.entries[index].value = restored(object.entries[index].value)
            object.entries[index].key = restored(object.entries[index].key)
        }
        return object
    }

    private mutating func restored(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let object): return .object(restored(object))
        case .array(let elements): return .array(elements.map { restored($0) })
        case .string(let text):
            guard let whole = key.values[text] else { return .string(restored(text)) }
            count += 1
            return whole
        case .number, .null, .bool: return value
        }
    }

    /// Words with everything in its place, in files within them as well.
    ///
    /// A mask stands for the very letters that it replaced, escapes included, so that JSON within a text comes back
    /// as it was without being read.
    public mutating func restored(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var whole: [UInt8] = []
        var position = 0
        for file in EmbeddedData.all(in: bytes) {
            guard let content = file.content else { continue }
            whole += restoredWords(bytes[position..<file.range.lowerBound])
            let inner = Array(restored(String(decoding: content, as: UTF8.self)).utf8)
            whole += inner == content ? Array(bytes[file.range]) : Array(EmbeddedData.encoded(inner).utf8)
            position = file.range.upperBound
        }
        guard position > 0 || bytes.contains(UInt8(ascii: "[")) else { return text }
        return String(decoding: whole + restoredWords(bytes[position...]), as: UTF8.self)
    }

    private mutating func restoredWords(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var whole: [UInt8] = []
        var rest = bytes
        while let open = rest.firstIndex(of: UInt8(ascii: "[")) {
            whole += rest[..<open]
            rest = rest[open...]
            // A mask is short; what else is in brackets may be long.
            guard let close = rest.prefix(64).firstIndex(of: UInt8(ascii: "]")) else {
                whole.append(UInt8(ascii: "["))
                rest = rest.dropFirst()
                continue
            }
            let mask = String(decoding: rest[...close], as: UTF8.self)
            guard let value = key.values[mask] else {
                if let other = RedactionKey.Mask(mask), other.tag != key.tag, other.tag.count == key.tag.count {
                    foreignCount += 1
                }
                whole.append(UInt8(ascii: "["))
                rest = rest.dropFirst()
                continue
            }
            rest = rest[close...].dropFirst()
            count += 1
            // A number was put in quotes, which are escaped in a text within a text.
            if value.string == nil, whole.last == UInt8(ascii: "\""),
                let quote = rest.firstIndex(of: UInt8(ascii: "\"")),
                rest[..<quote].allSatisfy({ $0 == UInt8(ascii: "\\") }),
                whole.dropLast().suffix(quote - rest.startIndex).elementsEqual(rest[..<quote])
            {
                whole.removeLast(quote - rest.startIndex + 1)
                rest = rest[(quote + 1)...]
            }
            whole += Array((value.string ?? value.compactText).utf8)
        }
        return whole + rest
    }
}
