package import BotSchema
package import Handoff
import LineEditing
package import Transcripts

/// What the rules say of one file.
package struct TranscriptCheck: Sendable {
    /// The file's name.
    package let name: String
    /// What was read; nil when the file holds no activities in any known form.
    package let transcript: Transcript?
    /// What is wrong with the file as a whole.
    private let fileFindings: [HandoffFinding]
    /// What is wrong with its conversations, of which most files hold one.
    private let conversations: [Conversation]

    private struct Conversation: Sendable {
        /// Which it is; nil where there is no other.
        let label: String?
        let findings: [HandoffFinding]
        let handoffCount: Int
    }

    /// What is wrong, the file as a whole first.
    package var findings: [HandoffFinding] { fileFindings + conversations.flatMap(\.findings) }

    /// Why the file could not be read.
    private let failure: TranscriptError?

    /// Checks the bytes of a file.
    package init(_ bytes: [UInt8], name: String) {
        self.name = name
        do throws(TranscriptError) {
            let transcript = try Transcript(parsing: bytes, name: name)
            self.transcript = transcript
            failure = nil
            // What a service sent has a watermark; all else is a record.
            let lint = HandoffLint(origin: transcript.watermark == nil ? .transcript : .wire, now: .now)
            let file =
                HandoffLint.findings(inFile: bytes, named: name, isReadable: true)
                + transcript.repairs.filter(\.isCut).map { HandoffLint.truncation("\($0)") }
            // An export holds conversations that have nothing to do with one another.
            let isExport = transcript.form == .export || transcript.form == .table
            let parts = isExport ? transcript.splitByConversation() : [(id: nil, transcript: transcript)]
            conversations = parts.enumerated().map { index, part in
                Conversation(
                    label: parts.count == 1 ? nil : "conversation \(index + 1)" + (part.id.map { " (\($0))" } ?? ""),
                    findings: lint.findings(in: part.transcript, of: part.id),
                    handoffCount: HandoffTimeline(of: part.transcript.activities).attempts.count
                )
            }
            fileFindings = file
        } catch {
            transcript = nil
            failure = error
            fileFindings = HandoffLint.findings(inFile: bytes, named: name, isReadable: false)
            conversations = []
        }
    }

    /// Checks one conversation of a file that is too large for being read as a whole.
    package init(_ part: ConversationStream.Part, number: Int, name: String) {
        self.name = name
        transcript = Transcript(activities: part.activities)
        failure = nil
        fileFindings = []
        conversations = [
            Conversation(
                label: "conversation \(number)" + (part.id.map { " (\($0))" } ?? ""),
                findings: HandoffLint(origin: .transcript, now: .now).findings(in: part.activities),
                handoffCount: HandoffTimeline(of: part.activities).attempts.count
            )
        ]
    }

    /// Whether the file cannot be read, or breaks what a document requires.
    package var hasErrors: Bool { transcript == nil || findings.contains { $0.severity == .error } }

    /// One line for each finding, and one for the whole.
    package var lines: [String] {
        // Where the file is cut off is a finding.
        var lines = (transcript?.repairs ?? []).filter { !$0.isCut }.map { "\(name): note, \($0)" }
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
        json["activities"] = transcript.map { .number(JSONNumber($0.activities.count)) }
        json["handoffs"] = transcript == nil ? nil : .number(JSONNumber(handoffCount))
        json["failure"] = failure.map { .string($0.description) }
        json["repairs"] = .array((transcript?.repairs ?? []).map { .string($0.description) })
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
        guard let transcript else { return failure?.reason ?? "cannot be read" }
        var parts = [
            transcript.activities.count.of("activity", "activities"), handoffCount.of("handoff", "handoffs"),
            findings.countsInWords,
        ]
        if conversations.count > 1 { parts.insert("\(conversations.count) conversations", at: 0) }
        return parts.joined(separator: ", ")
    }
}

extension HandoffLint {
    /// What is wrong with a conversation, which an export may divide into sessions that end by themselves.
    fileprivate func findings(in conversation: Transcript, of id: String?) -> [HandoffFinding] {
        let activities = conversation.activities(in: id)
        return conversation.sessionRanges.flatMap { range in
            findings(in: Array(activities[range])).map { $0.moved(by: range.lowerBound) }
        }
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
