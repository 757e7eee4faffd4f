package import BotSchema
package import Handoff
import LineEditing
package import Transcripts

/// What the rules say of one file.
package struct TranscriptCheck: Sendable {
    /// The file's name.
    package let name: String
    /// What is wrong with the file as a whole.
    private let fileFindings: [HandoffFinding]
    /// What is wrong with its conversations, of which most files hold one.
    private let conversations: [CheckedConversation]
    /// How many activities were read.
    private let activityCount: Int
    private let repairs: [TranscriptRepair]
    /// Why the file could not be read.
    private let failure: TranscriptError?

    /// What is wrong, the file as a whole first.
    package var findings: [HandoffFinding] { fileFindings + conversations.flatMap(\.findings) }

    /// Checks the bytes of a file.
    package init(_ bytes: [UInt8], name: String) {
        do throws(TranscriptError) {
            let transcript = try Transcript(parsing: bytes, name: name)
            var reading = CheckReading(
                isExport: transcript.form == .export || transcript.form == .table,
                watermark: transcript.watermark
            )
            transcript.forEachPiece { reading.take($0) }
            reading.finish()
            if reading.wantsSecondLook { transcript.forEachPiece { reading.lookAgain(at: $0) } }
            let file =
                HandoffLint.findings(inFile: bytes, named: name, isReadable: true)
                + transcript.repairs.filter(\.isCut).map { HandoffLint.truncation("\($0)") }
            self.init(reading, file, transcript.repairs, name: name)
        } catch {
            self.init(
                failure: error,
                HandoffLint.findings(inFile: bytes, named: name, isReadable: false),
                name: name
            )
        }
    }

    /// Checks a file, a large one activity by activity.
    ///
    /// Of a large file it keeps what it finds and two numbers for each id.
    ///
    /// - Parameters:
    ///   - path: The file; `-` is standard input.
    ///   - limit: Up to how many bytes a file is read at once.
    ///   - onBytes: Told how far it is.
    /// - Throws: ``TranscriptError`` where the file cannot be opened or read.
    package init(
        readingFrom path: String,
        wholeUpTo limit: Int = OpenTranscript.wholeLimit,
        onBytes: (Int) -> Void = { _ in }
    ) throws(TranscriptError) {
        let open = try OpenTranscript(path, wholeUpTo: limit, takingUnreadable: true)
        if let bytes = open.wholeBytes {
            self.init(bytes, name: open.name)
            return
        }
        let (start, isUTF8) = try open.text()
        let text = HandoffLint.findings(inTextFrom: start, isUTF8: isUTF8)
        do throws(TranscriptError) {
            try open.survey(needsOutline: true, onBytes: onBytes)
            var reading = CheckReading(isExport: open.isExport, watermark: open.outline.watermark)
            try open.forEach(onBytes: onBytes) { piece in
                reading.take(piece)
                return true
            }
            reading.finish()
            if reading.wantsSecondLook {
                try open.forEach(onBytes: onBytes) { piece in
                    reading.lookAgain(at: piece)
                    return true
                }
            }
            let shape = HandoffLint.findings(inShapeOf: open.outline.listNames, named: open.name)
            let cuts = open.outline.repairs.filter(\.isCut).map { HandoffLint.truncation("\($0)") }
            self.init(reading, text + shape + cuts, open.outline.repairs, name: open.name)
        } catch {
            guard error.code == .malformed else { throw error }
            self.init(failure: error, text, name: open.name)
        }
    }

    private init(_ reading: CheckReading, _ file: [HandoffFinding], _ repairs: [TranscriptRepair], name: String) {
        self.name = name
        (conversations, activityCount) = (reading.conversations, reading.activityCount)
        (fileFindings, self.repairs, failure) = (file, repairs, nil)
    }

    private init(failure: TranscriptError, _ file: [HandoffFinding], name: String) {
        self.name = name
        (conversations, activityCount, repairs) = ([], 0, [])
        (fileFindings, self.failure) = (file, failure)
    }

    /// Whether the file cannot be read, or breaks what a document requires.
    package var hasErrors: Bool { failure != nil || findings.contains { $0.severity == .error } }

    /// One line for each finding, and one for the whole.
    package var lines: [String] {
        // Where the file is cut off is a finding.
        var lines = repairs.filter { !$0.isCut }.map { "\(name): note, \($0)" }
        for (label, finding) in labelled {
            let place = [label, finding.place].compactMap(\.self).joined(separator: ", ")
            lines.append(
                "\(name): \(finding.severity.rawValue) \(finding.rule.id), \(place): \(finding.message)"
                    + " [\(finding.rule.document)]"
            )
        }
        lines.append("\(name): \(summary)")
        return lines.map { DisplayText.neutralised($0, keepingNewlines: false) }
    }

    /// The check as a JSON object, for machines.
    package var json: JSONValue {
        var json: JSONObject = ["file": .string(name)]
        json["activities"] = failure == nil ? .number(JSONNumber(activityCount)) : nil
        json["handoffs"] = failure == nil ? .number(JSONNumber(handoffCount)) : nil
        json["failure"] = failure.map { .string($0.description) }
        json["repairs"] = .array(repairs.map { .string($0.description) })
        json["findings"] = .array(
            labelled.map { label, finding in
                var object = finding.json
                object["conversation"] = label.map(JSONValue.string)
                return .object(object)
            }
        )
        return .object(json)
    }

    private var labelled: [(label: String?, finding: HandoffFinding)] {
        fileFindings.map { (nil, $0) } + conversations.flatMap { one in one.findings.map { (one.label, $0) } }
    }

    private var handoffCount: Int { conversations.reduce(0) { $0 + $1.handoffCount } }

    private var summary: String {
        if let failure { return failure.reason }
        var parts = [
            activityCount.of("activity", "activities"), handoffCount.of("handoff", "handoffs"),
            findings.countsInWords,
        ]
        if conversations.count > 1 { parts.insert("\(conversations.count) conversations", at: 0) }
        return parts.joined(separator: ", ")
    }
}

extension [HandoffFinding] {
    /// How many there are of each severity, worst first.
    package var countsInWords: String {
        guard !isEmpty else { return "nothing wrong" }
        return HandoffRule.Severity.allCases.compactMap { severity in
            let count = count { $0.severity == severity }
            guard count > 0 else { return nil }
            return severity == .information ? "\(count) for information" : count.of(severity.rawValue, "\(severity)s")
        }.joined(separator: ", ")
    }
}
