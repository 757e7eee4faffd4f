public import BotSchema

/// The forms in which transcripts are written so that they can be read again.
public enum TranscriptFormat: String, Hashable, Sendable, CaseIterable {
    /// The Bot Framework transcript attachment, as a handoff carries it.
    case attachment
    /// The plain list, which Emulator opens.
    case array = "transcript"
    /// An activity a line.
    case lines = "jsonl"
    /// A mock conversation for chatdown; it holds words, cards and choices, and little else.
    case chat
    /// A table, an activity a row, with a column that holds it whole.
    case csv

    /// The format that goes with a file's name: a list for `.transcript`, the attachment for names that tell nothing.
    public init(forFile path: String) {
        let name = path.lowercased()
        self =
            switch true {
            case name.hasSuffix(".transcript"): .array
            case name.hasSuffix(".jsonl"), name.hasSuffix(".ndjson"): .lines
            case name.hasSuffix(".chat"): .chat
            case name.hasSuffix(".csv"): .csv
            default: .attachment
            }
    }
}

extension TranscriptFormat {
    /// The endings of names that tell a form, without their dots; one that is none of these means something else.
    package static let fileEndings = ["json", "transcript", "jsonl", "ndjson", "chat", "csv"]

    /// Refuses a name whose ending tells a form that is not written, such as `talk.pdf`.
    ///
    /// - Parameters:
    ///   - path: The file; a name without an ending, or with a long one, promises no form.
    ///   - others: Other endings that could have been taken, to be named too.
    /// - Throws: ``TranscriptError`` that names the endings there are.
    package static func checkEnding(ofFile path: String, others: [String] = []) throws(TranscriptError) {
        let name = path.split(separator: "/").last ?? ""
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return }
        let ending = name[name.index(after: dot)...].lowercased()
        let isEnding = (1...5).contains(ending.count) && ending.contains { $0.isLetter }
        guard isEnding, ending.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) }) else { return }
        if fileEndings.contains(ending) { return }
        let known = (fileEndings + others).map { "." + $0 }.joined(separator: ", ")
        throw TranscriptError(
            .notPermitted,
            file: path,
            reason: "cannot write: .\(ending) is no form that is written; take a name that ends with \(known)"
        )
    }
}

extension Transcript {
    /// The transcript as JSON.
    ///
    /// Within an attachment the content is the object in which the activities were found, with all its members.
    ///
    /// - Parameter format: `attachment` gives the attachment, all others the list.
    /// - Returns: The whole document.
    public func json(as format: TranscriptFormat) -> JSONValue {
        json(as: format, list: activities.map(\.jsonValue))
    }

    /// The document with other values in the place of the activities.
    func json(as format: TranscriptFormat, list values: [JSONValue]) -> JSONValue {
        let list = JSONValue.array(values)
        guard format == .attachment else { return list }
        return ["contentType": "application/json", "name": "Transcript", "content": .object(content(list))]
    }

    /// The transcript as a file: UTF-8 without a mark (T2102), ending with a line break.
    ///
    /// - Parameter format: The form. What it cannot carry is told by ``losses(in:)``.
    /// - Returns: The bytes of the file.
    public func serialized(as format: TranscriptFormat) -> [UInt8] {
        switch format {
        case .attachment, .array:
            var bytes = json(as: format).prettySerialized()
            bytes.append(0x0A)
            return bytes
        case .lines: return Self.lines(activities.map(\.jsonValue))
        case .chat: return ChatdownWriter(activities).bytes
        case .csv: return TableWriter.table(of: activities).serialized
        }
    }

    /// UTF-8 that begins with zeros, which damaged files may, would be taken for UTF-16 without a mark of its own.
    private static func unmistakable(_ bytes: [UInt8]) -> [UInt8] {
        UTF16Order(startOf: bytes) == nil ? bytes : [0xEF, 0xBB, 0xBF] + bytes
    }

    /// The transcript in the form in which it was read, equal value for value to what was read.
    ///
    /// Members that nothing knows, the spelling of numbers and whatever surrounds the activities are as they were; only
    /// blanks and what ``repairs`` tells may differ. Activities that were changed or added since are written as they
    /// are now, in the envelope that was read, or in a plain list where the form has no single place for them.
    public func serializedAsRead() -> [UInt8] {
        if let source, source.activities == activities {
            switch source.text {
            case .table(let table): return Self.unmistakable(table.serialized)
            case .plain(let text): return Self.unmistakable(Array(text.utf8))
            case .json(let documents):
                guard documents.count == 1, let document = documents.first else { return Self.lines(documents) }
                return document.prettySerialized() + [0x0A]
            }
        }
        switch form {
        case .chat: return serialized(as: .chat)
        case .table: return serialized(as: .csv)
        case .sequence: return serialized(as: .lines)
        case .attachment: return serialized(as: .attachment)
        case .activitySet, .transcriptObject:
            let list = JSONValue.array(activities.map(\.jsonValue))
            return JSONValue.object(enveloped(list, keepingName: true)).prettySerialized() + [0x0A]
        case .activity where activities.count == 1: return activities[0].jsonValue.prettySerialized() + [0x0A]
        case .array, .activity, .export, .convo: return serialized(as: .array)
        }
    }

    private static func lines(_ values: [JSONValue]) -> [UInt8] {
        var bytes: [UInt8] = []
        for value in values {
            bytes += value.serialized()
            bytes.append(0x0A)
        }
        return bytes
    }

    private func content(_ list: JSONValue) -> JSONObject { enveloped(list, keepingName: false) }

    private func enveloped(_ list: JSONValue, keepingName: Bool) -> JSONObject {
        guard var envelope else { return [form == .transcriptObject ? "transcript" : "activities": list] }
        // Of several members of one name the last is the one that was read.
        let names = envelope.entries.map(\.key)
        let name =
            TranscriptForm.listNames.first(where: names.contains) ?? names.first(where: ActivityScanner.isListName)
        guard let name, let index = envelope.entries.lastIndex(where: { $0.key == name }) else {
            return ["activities": list]
        }
        envelope.entries[index] = JSONObject.Entry(key: keepingName ? name : "activities", value: list)
        return envelope
    }
}
