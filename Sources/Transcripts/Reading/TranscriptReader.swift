import BotSchema

extension Transcript {
    /// Reads a transcript of any ``TranscriptForm``, in UTF-8 or UTF-16, with or without a byte order mark.
    ///
    /// What is whole in a damaged or truncated file is read. Whatever was mended or left out is told in ``repairs``,
    /// with its byte offset or JSON path.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - name: The file's name, for errors; it also tells `.chat` and `.csv` files.
    /// - Throws: ``TranscriptError`` with the byte offset or the JSON path and what was expected.
    public init(parsing bytes: [UInt8], name: String) throws(TranscriptError) {
        var reader = TranscriptReader(file: name)
        self = try reader.read(bytes)
    }
}

private struct TranscriptReader {
    let file: String
    private var shapes = ShapeReader()

    init(file: String) { self.file = file }

    mutating func read(_ bytes: [UInt8]) throws(TranscriptError) -> Transcript {
        let text = SourceText(bytes)
        for remark in text.remarks { shapes.log.note("byte \(remark.offset)", remark.text) }
        switch TextKind(of: text.bytes, named: file) {
        case .json: return try json(text)
        case .chat: return try chat(text)
        case .convo: return try convo(text)
        case .table: return try table(text)
        }
    }

    // MARK: - JSON

    private mutating func json(_ text: SourceText) throws(TranscriptError) -> Transcript {
        let documents = try documents(in: text)
        var transcript: Transcript
        var keepsSource = true
        do throws(ShapeReader.Mismatch) {
            if documents.count == 1, let document = documents.first {
                let finding = try shapes.read(document, at: "$")
                transcript = Transcript(
                    activities: finding.activities,
                    form: finding.form,
                    envelope: finding.envelope
                )
                transcript.parts = finding.parts
                keepsSource = finding.keepsSource
            } else {
                transcript = Transcript(activities: [], form: .sequence, envelope: nil)
                var first: ShapeReader.Mismatch?
                for (index, document) in documents.enumerated() {
                    let place = "$[\(index)]"
                    do throws(ShapeReader.Mismatch) {
                        transcript.activities += try shapes.read(document, at: place).activities
                    } catch {
                        first = first ?? error
                        shapes.log.note(place, error.reason + "; left out")
                        shapes.evidence.doubt(error.reason)
                    }
                }
                if let first, transcript.activities.isEmpty { throw first }
            }
        } catch {
            throw failure(error.reason)
        }
        let isNothing = transcript.activities.isEmpty && transcript.form == .sequence
        guard !shapes.evidence.isDoubtful, !isNothing else { throw failure(shapes.evidence.refusal) }
        return finished(transcript, source: keepsSource ? .json(documents) : nil)
    }

    /// The documents of a file: usually one, but loggers append list after list, or an activity a line.
    private mutating func documents(in text: SourceText) throws(TranscriptError) -> [JSONValue] {
        do throws(JSONParseError) {
            let document = try JSONDocument(parsing: text.bytes)
            for offset in document.loneSurrogateOffsets {
                note(text, offset, "half of a surrogate pair, replaced by U+FFFD")
            }
            return [document.value]
        } catch {
            var scanner = ActivityScanner()
            var builder = DocumentBuilder()
            var remarks: [(offset: Int, text: String, isCut: Bool)] = []
            for piece in scanner.take(text.bytes) + scanner.finish() {
                if case .remark(let offset, let text, let isCut) = piece { remarks.append((offset, text, isCut)) }
                builder.take(piece)
            }
            let documents = builder.documents.filter(\.holdsEntries)
            guard !documents.isEmpty, builder.holdsWholeEntry || remarks.isEmpty else {
                throw failure(error.expectation, at: text.fileOffset(error.offset))
            }
            for remark in remarks { note(text, remark.offset, remark.text, isCut: remark.isCut) }
            return builder.documents
        }
    }

    // MARK: - Other text

    private mutating func chat(_ text: SourceText) throws(TranscriptError) -> Transcript {
        var chat = ChatdownReader(text.bytes)
        let activities = chat.read()
        for remark in chat.remarks { note(text, remark.offset, remark.text) }
        return try lines(activities, of: text, as: .chat, expected: "a line such as 'user: Hello'")
    }

    private mutating func convo(_ text: SourceText) throws(TranscriptError) -> Transcript {
        var convo = ConvoReader(text.bytes)
        let activities = convo.read()
        for remark in convo.remarks { note(text, remark.offset, remark.text) }
        return try lines(activities, of: text, as: .convo, expected: "a section such as '#me' with words")
    }

    /// What was found in a text of lines, which is kept as it was written.
    private mutating func lines(
        _ activities: [Activity],
        of text: SourceText,
        as form: TranscriptForm,
        expected: String
    ) throws(TranscriptError) -> Transcript {
        guard !activities.isEmpty else { throw failure("expected \(expected)", at: text.fileOffset(0)) }
        return finished(
            Transcript(activities: activities, form: form, envelope: nil),
            source: .plain(String(decoding: text.bytes, as: UTF8.self))
        )
    }

    private mutating func table(_ text: SourceText) throws(TranscriptError) -> Transcript {
        let table = DelimitedText(parsing: text.bytes)
        for fault in table.faults { note(text, fault.offset, fault.text, isCut: fault.isCut) }
        var reader = TableReader(table)
        do throws(ShapeReader.Mismatch) {
            let finding = try reader.read(with: &shapes)
            var transcript = Transcript(activities: finding.activities, form: .table, envelope: nil)
            transcript.parts = finding.parts
            return finished(transcript, source: .table(table))
        } catch {
            throw failure(error.reason)
        }
    }

    // MARK: - Reports

    private mutating func finished(_ transcript: Transcript, source: TranscriptSource.Text?) -> Transcript {
        var transcript = transcript
        var evidence = AuthorEvidence()
        evidence.resolve(&transcript.activities)
        shapes.userNumber = evidence.userNumber
        shapes.finish()
        transcript.repairs = shapes.log.repairs
        transcript.source = source.map { TranscriptSource(text: $0, activities: transcript.activities) }
        return transcript
    }

    private mutating func note(_ text: SourceText, _ offset: Int, _ words: String, isCut: Bool = false) {
        shapes.log.note("byte \(text.fileOffset(offset))", words, isCut: isCut)
    }

    private func failure(_ reason: String, at offset: Int? = nil) -> TranscriptError {
        TranscriptError(.malformed, file: file, offset: offset, reason: reason)
    }
}

/// What kind of text a file holds, told by how it begins and, where that is not enough, by its name.
enum TextKind {
    case json, chat, convo, table

    init(of bytes: [UInt8], named name: String) {
        let name = name.lowercased()
        let first = bytes.first { $0 > 0x20 }
        let isJSON = first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
        if name.hasSuffix(".csv") || name.hasSuffix(".tsv"), first != nil {
            self = isJSON ? .json : .table
        } else if name.hasSuffix(".chat"), first != nil {
            // A list begins with a bracket as commands do, but no command's name is in quotes or brackets.
            let second = bytes.lazy.filter { $0 > 0x20 }.dropFirst().first ?? 0
            let isList = first == UInt8(ascii: "[") && "[]{\"".utf8.contains(second)
            self = first == UInt8(ascii: "{") || isList ? .json : .chat
        } else if isJSON || first == nil {
            self = .json
        } else if name.hasSuffix(".convo.txt") || name.hasSuffix(".pconvo.txt")
            || ConvoReader.isConvo(bytes.prefix(2000))
        {
            self = .convo
        } else if ChatdownReader.isHeader(bytes.prefix(400)) {
            self = .chat
        } else if TableReader.isHeader(bytes.prefix(2000)) {
            self = .table
        } else {
            self = .json
        }
    }
}
