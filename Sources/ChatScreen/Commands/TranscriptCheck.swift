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
    /// What is wrong, the file as a whole first.
    package let findings: [HandoffFinding]
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
            findings =
                HandoffLint.findings(inFile: bytes, named: name, isReadable: true)
                + lint.findings(in: transcript.activities)
        } catch {
            transcript = nil
            failure = error
            findings = HandoffLint.findings(inFile: bytes, named: name, isReadable: false)
        }
    }

    /// Whether the file cannot be read, or breaks what a document requires.
    package var hasErrors: Bool { transcript == nil || findings.contains { $0.severity == .error } }

    /// One line for each finding, and one for the whole.
    package var lines: [String] {
        var lines = (transcript?.repairs ?? []).map { "\(name): note, \($0)" }
        lines += findings.map { finding in
            "\(name): \(finding.severity.rawValue) \(finding.rule.id), \(finding.place): \(finding.message)"
                + " [\(finding.rule.document)]"
        }
        lines.append("\(name): \(summary)")
        return lines.map { DisplayText.neutralised($0, keepingNewlines: false) }
    }

    /// The check as a JSON object, for machines.
    package var json: JSONValue {
        var json: JSONObject = ["file": .string(name)]
        json["activities"] = transcript.map { .number(JSONNumber($0.activities.count)) }
        json["handoffs"] = transcript.map { .number(JSONNumber(HandoffTimeline(of: $0.activities).attempts.count)) }
        json["failure"] = failure.map { .string($0.description) }
        json["repairs"] = .array((transcript?.repairs ?? []).map { .string($0.description) })
        json["findings"] = .array(findings.map { .object($0.json) })
        return .object(json)
    }

    private var summary: String {
        guard let transcript else { return failure?.reason ?? "cannot be read" }
        let attempts = HandoffTimeline(of: transcript.activities).attempts
        let parts = [
            transcript.activities.count.of("activity", "activities"), attempts.count.of("handoff", "handoffs"),
            findings.countsInWords,
        ]
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
