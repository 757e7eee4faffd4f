import BotSchema
import Transcripts

/// Replays as a test report, a turn a case, for those who run them unattended.
package struct ReplayReport: Sendable {
    /// The forms of a report.
    package enum Format: String, Sendable, CaseIterable {
        /// The XML that most build servers read.
        case junit
        /// The Test Anything Protocol, version 14.
        case tap
    }

    /// What became of one conversation.
    package struct Entry: Sendable {
        /// The file, and where it holds several conversations, which.
        package let name: String
        /// How long it took.
        package let duration: Duration
        /// How it compares; nil where it could not be replayed.
        package let result: ReplayResult?
        /// Why it could not be replayed.
        package let error: String?

        /// A conversation that was replayed.
        package init(name: String, duration: Duration, result: ReplayResult) {
            self.name = name
            self.duration = duration
            self.result = result
            error = result.breakdown
        }

        /// A conversation that could not be replayed.
        package init(name: String, error: String) {
            self.name = name
            duration = .zero
            result = nil
            self.error = error
        }
    }

    /// One turn, or the conversation as a whole.
    private struct Case {
        let name: String
        let problems: [String]
    }

    /// The conversations, in order.
    package var entries: [Entry] = []

    /// A report of nothing.
    package init() {}

    /// The report as text, which ends with a line break.
    package func text(as format: Format) -> String {
        switch format {
        case .junit: junit
        case .tap: tap
        }
    }

    private static func cases(of result: ReplayResult) -> [Case] {
        var changes: [Int: [String]] = [:]
        var rest: [String] = []
        let texts = result.diff.userTexts
        for turn in result.diff.turns {
            let lines = result.diff.lines(of: turn).map(\.text)
            // A turn that only came has the number of another that was expected.
            if texts.indices.contains(turn.number), texts[turn.number] == turn.userText {
                changes[turn.number, default: []] += lines
            } else {
                rest += lines
            }
        }
        let turns = texts.enumerated().map { index, words in
            Case(
                name: words.map { "turn \(index): \($0)" } ?? "before the user speaks",
                problems: changes[index] ?? []
            )
        }
        return turns + [Case(name: "as a whole", problems: rest + result.remarks)]
    }

    // MARK: - JUnit

    private var junit: String {
        var lines = [#"<?xml version="1.0" encoding="UTF-8"?>"#, "<testsuites>"]
        for entry in entries {
            let cases = entry.result.map(Self.cases) ?? []
            let failures = cases.count { !$0.problems.isEmpty }
            lines.append(
                "  <testsuite name=\"\(Self.xml(entry.name))\" tests=\"\(max(cases.count, 1))\" failures=\"\(failures)\" "
                    + "errors=\"\(entry.error == nil ? 0 : 1)\" time=\"\(Self.seconds(entry.duration))\">"
            )
            for one in cases {
                let head = "    <testcase classname=\"\(Self.xml(entry.name))\" name=\"\(Self.xml(one.name))\""
                guard let first = one.problems.first else {
                    lines.append(head + "/>")
                    continue
                }
                let text = Self.xml(one.problems.joined(separator: "\n"))
                lines.append(head + ">")
                lines.append("      <failure message=\"\(Self.xml(first))\">\(text)</failure>")
                lines.append("    </testcase>")
            }
            if let error = entry.error, cases.isEmpty {
                lines.append("    <testcase classname=\"\(Self.xml(entry.name))\" name=\"replay\">")
                lines.append("      <error message=\"\(Self.xml(error))\"/>")
                lines.append("    </testcase>")
            }
            lines.append("  </testsuite>")
        }
        return (lines + ["</testsuites>"]).joined(separator: "\n") + "\n"
    }

    /// Text for XML, in which most control characters cannot stand at all.
    private static func xml(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\n": escaped += "&#10;"
            case "\t": escaped += " "
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}"..."\u{FFFF}": escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private static func seconds(_ duration: Duration) -> String {
        let milliseconds = Int(duration / .milliseconds(1))
        let digits = String(milliseconds % 1000)
        return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - digits.count) + digits
    }

    // MARK: - TAP

    private var tap: String {
        var number = 0
        var lines: [String] = []
        for entry in entries {
            let cases =
                entry.result.map(Self.cases) ?? [Case(name: "replay", problems: [entry.error].compactMap(\.self))]
            for one in cases {
                number += 1
                let state = one.problems.isEmpty ? "ok" : "not ok"
                lines.append("\(state) \(number) - \(Self.tap("\(entry.name): \(one.name)"))")
                guard !one.problems.isEmpty else { continue }
                // JSON strings are YAML too.
                lines += ["  ---", "  differences:"]
                lines += one.problems.map { "    - \(JSONValue.string($0).compactText)" }
                lines.append("  ...")
            }
        }
        return (["TAP version 14", "1..\(number)"] + lines).joined(separator: "\n") + "\n"
    }

    /// A description of one line, in which a number sign would begin a directive.
    private static func tap(_ text: String) -> String {
        var line = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\", "#": line += "\\" + String(scalar)
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}": line += " "
            default: line.unicodeScalars.append(scalar)
            }
        }
        return line
    }
}
