import BotSchema

extension Transcript {
    /// Reads a transcript of any ``TranscriptForm``, in UTF-8 or UTF-16, with or without a byte order mark.
    ///
    /// Entries that are no activities are left out and told in ``repairs``; so are escapes that no text can hold.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - name: The file's name, for errors.
    /// - Throws: ``TranscriptError`` with the byte offset or the JSON path and what was expected.
    public init(parsing bytes: [UInt8], name: String) throws(TranscriptError) {
        var reader = TranscriptReader(file: name)
        self = try reader.read(bytes)
    }
}

private struct TranscriptReader {
    let file: String
    private var repairs: [TranscriptRepair] = []

    init(file: String) { self.file = file }

    mutating func read(_ bytes: [UInt8]) throws(TranscriptError) -> Transcript {
        let text = try decoded(bytes)
        let documents = try parsed(text)
        var transcript: Transcript
        if documents.count == 1, let document = documents.first {
            transcript = try self.transcript(in: document, at: "$")
        } else {
            transcript = Transcript(activities: [], form: .sequence, envelope: nil)
            for (index, document) in documents.enumerated() {
                transcript.activities += try self.transcript(in: document, at: "$[\(index)]").activities
            }
        }
        transcript.repairs = repairs
        return transcript
    }

    // MARK: - Text

    private mutating func decoded(_ bytes: [UInt8]) throws(TranscriptError) -> ArraySlice<UInt8> {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return bytes.dropFirst(3) }
        let isLittle = bytes.starts(with: [0xFF, 0xFE])
        guard isLittle || bytes.starts(with: [0xFE, 0xFF]) else { return bytes[...] }
        guard bytes.count.isMultiple(of: 2) else {
            throw failure("expected UTF-16 text of an even number of bytes", at: bytes.count - 1)
        }
        let units = stride(from: 2, to: bytes.count, by: 2).map { index in
            let (first, second) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
            return isLittle ? second << 8 | first : first << 8 | second
        }
        note("byte 0", "UTF-16 text; offsets count in its UTF-8 form")
        var utf8: [UInt8] = []
        utf8.reserveCapacity(units.count)
        let isBroken = transcode(units.makeIterator(), from: UTF16.self, to: UTF8.self, stoppingOnError: false) {
            utf8.append($0)
        }
        if isBroken { note("byte 0", "halves of surrogate pairs, replaced by U+FFFD") }
        return utf8[...]
    }

    // MARK: - JSON

    /// The documents of a file: usually one, but loggers append list after list, or an activity a line.
    private mutating func parsed(_ text: ArraySlice<UInt8>) throws(TranscriptError) -> [JSONValue] {
        // Positions count from the start of the file, mark included.
        let bytes = Array(text)
        let shift = text.startIndex
        let sequence: JSONSequence
        do throws(JSONParseError) {
            return [try document(bytes, shift: shift)]
        } catch {
            sequence = JSONSequence(scanning: bytes)
            guard sequence.documentCount > 1 else { throw failure(error.expectation, at: error.offset + shift) }
        }
        if let offset = sequence.failureOffset {
            let isEnd = offset == bytes.count
            throw failure(isEnd ? "expected ']', found the end" : "expected a list or an object", at: offset + shift)
        }
        for offset in sequence.strayOffsets { note("byte \(offset + shift)", "a comma or bracket too many; ignored") }
        var documents: [JSONValue] = []
        for range in sequence.objects {
            do throws(JSONParseError) {
                documents.append(try document(Array(bytes[range]), shift: shift + range.lowerBound))
            } catch {
                throw failure(error.expectation, at: error.offset + shift + range.lowerBound)
            }
        }
        return documents
    }

    private mutating func document(_ bytes: [UInt8], shift: Int) throws(JSONParseError) -> JSONValue {
        let document = try JSONDocument(parsing: bytes)
        for offset in document.loneSurrogateOffsets {
            note("byte \(offset + shift)", "half of a surrogate pair, replaced by U+FFFD")
        }
        return document.value
    }

    // MARK: - Forms

    private mutating func transcript(in value: JSONValue, at path: String) throws(TranscriptError) -> Transcript {
        switch value {
        case .array(let entries):
            return Transcript(activities: activities(entries, at: path), form: .array, envelope: nil)
        case .object(let object):
            if let list = object["activities"] {
                return try transcript(of: list, named: "activities", in: object, form: .activitySet, at: path)
            }
            if let list = object["transcript"], object["type"] == nil {
                return try transcript(of: list, named: "transcript", in: object, form: .transcriptObject, at: path)
            }
            if object["content"] != nil, object["type"]?.string == nil { return try attached(object, at: path) }
            if object["type"]?.string != nil {
                return Transcript(activities: [Activity(json: object)], form: .activity, envelope: nil)
            }
        default: break
        }
        throw failure(
            "at \(path): expected a list of activities, an object with 'activities' or 'transcript', "
                + "an attachment or an activity, found \(value.kind)"
        )
    }

    private mutating func transcript(
        of list: JSONValue,
        named name: String,
        in object: JSONObject,
        form: TranscriptForm,
        at path: String
    ) throws(TranscriptError) -> Transcript {
        guard let entries = list.array else {
            throw failure("at \(path).\(name): expected a list of activities, found \(list.kind)")
        }
        var envelope = object
        envelope[name] = []
        return Transcript(activities: activities(entries, at: "\(path).\(name)"), form: form, envelope: envelope)
    }

    private mutating func attached(_ attachment: JSONObject, at path: String) throws(TranscriptError) -> Transcript {
        var content = attachment["content"] ?? .null
        if let text = content.string {
            do throws(JSONParseError) {
                content = try JSONValue(parsing: text)
            } catch {
                throw failure("at \(path).content: expected JSON within the text, \(error)")
            }
        }
        guard content.object?["content"] == nil else {
            throw failure("at \(path).content: expected activities, found another attachment")
        }
        var transcript = try transcript(in: content, at: "\(path).content")
        transcript.form = .attachment
        return transcript
    }

    private mutating func activities(_ entries: [JSONValue], at path: String) -> [Activity] {
        var activities: [Activity] = []
        activities.reserveCapacity(entries.count)
        for (index, entry) in entries.enumerated() {
            guard let activity = Activity(entry) else {
                note("\(path)[\(index)]", "expected an activity, found \(entry.kind); left out")
                continue
            }
            // Kept: readers must not process it (A2008), but a save must not lose it.
            if activity.type == nil { note("\(path)[\(index)]", "an activity without a type; kept, not shown") }
            activities.append(activity)
        }
        return activities
    }

    // MARK: - Reports

    private mutating func note(_ place: String, _ text: String) {
        repairs.append(TranscriptRepair(place: place, text: text))
    }

    private func failure(_ reason: String, at offset: Int? = nil) -> TranscriptError {
        TranscriptError(.malformed, file: file, offset: offset, reason: reason)
    }
}

extension JSONValue {
    fileprivate var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a truth value"
        case .number: "a number"
        case .string: "text"
        case .array: "a list"
        case .object: "an object"
        }
    }
}
