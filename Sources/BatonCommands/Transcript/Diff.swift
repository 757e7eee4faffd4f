package import ArgumentParser
import BotSchema
import ChatScreen
import LineEditing
import Transcripts

extension TranscriptCommand {
    /// `baton transcript diff`: compares two conversations turn by turn.
    package struct Diff: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            abstract: "Compare two conversations turn by turn.",
            usage: "baton transcript diff <expected> <actual> [<options>]",
            discussion: HelpScreen.discussion(
                """
                Examples:
                  baton transcript diff expected.transcript actual.transcript
                  baton transcript diff --ignore '$.value.caseId' a.json b.json
                The exit code is 0 when the conversations are the same, 1 when they differ, and
                2 when a file could not be read.
                """,
                more: """
                    Ids, times and addresses do not count. In the first file <*> within a text stands for any words, \
                    <(regex)> for what the expression matches, and channelData.baton.ignore lists the paths of \
                    members that may differ. With --compare expected only the members count that the first file has, \
                    and only the kinds of activities; text looks at what is said alone.
                    """,
                of: "transcript diff"
            )
        )

        @Argument(help: ArgumentHelp("The conversation as it should be.", valueName: "expected"), completion: .file())
        var expected: String

        @Argument(help: ArgumentHelp("The conversation as it is.", valueName: "actual"), completion: .file())
        var actual: String

        @Option(help: ArgumentHelp("A member that may differ; can be given again.", valueName: "path"))
        var ignore: [String] = []

        @Option(help: ArgumentHelp("A type of activity that does not count; repeatable.", valueName: "type"))
        var ignoreType: [String] = []

        @OptionGroup var extent: CompareOptions

        @Flag(help: "Write one JSON object.")
        var json = false

        @Flag(help: "Print without colour, as NO_COLOR does.")
        var plain = false

        /// A command with nothing set.
        package init() {}

        package func validate() throws {
            try InputFiles.check([expected, actual])
        }

        package func run() async throws {
            ProcessSignals.ignoreBrokenPipes()
            var comparison = ActivityComparison(ignoredPaths: Set(ignore))
            comparison.ignoredTypes.formUnion(ignoreType.map(ActivityType.init(rawValue:)))
            let (left, right): (Transcript, Transcript)
            do throws(TranscriptError) {
                left = try TranscriptInput.read(expected)
                right = try TranscriptInput.read(actual)
            } catch {
                TranscriptInput.fail(error.description)
                throw ExitStatus.unusable.code
            }
            if let mark = left.activities.brokenMark {
                TranscriptInput.fail("\(TranscriptInput.name(expected)): \(mark)")
                throw ExitStatus.usage.code
            }
            comparison = extent.adapted(comparison, to: left)
            let diff = TranscriptDiff(expected: left.activities, actual: right.activities, comparison: comparison)
            if json {
                StandardStream.output.writeLine(diff.json)
            } else {
                let isColored = TranscriptOutput.isColored(plain: plain)
                for line in diff.lines { StandardStream.output.writeLine(Self.dressed(line, isColored: isColored)) }
                if diff.isEqual { StandardStream.output.writeLine("no difference in \(Self.turns(diff))") }
            }
            if !diff.isEqual { throw ExitStatus.failed.code }
        }

        private static func turns(_ diff: TranscriptDiff) -> String {
            diff.spokenTurnCount == 1 ? "1 turn" : "\(diff.spokenTurnCount) turns"
        }

        static func dressed(_ line: TranscriptDiff.Line, isColored: Bool) -> String {
            let text = DisplayText.neutralised(line.text, keepingNewlines: false)
            let (mark, colour) =
                switch line.kind {
                case .turn: ("", "1")
                case .expected: ("- ", "31")
                case .actual: ("+ ", "32")
                case .changed: ("~ ", "33")
                case .member: ("    ", "2")
                }
            return isColored ? "\u{1B}[\(colour)m\(mark)\(text)\u{1B}[0m" : mark + text
        }
    }
}
