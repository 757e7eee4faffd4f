package import ArgumentParser
import BotSchema
import ChatScreen
import LineEditing
import TranscriptRendering
import Transcripts

extension TranscriptCommand {
    /// `baton transcript grep`: looks for words in conversations.
    package struct Grep: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            abstract: "Look for words in conversations.",
            usage: "baton transcript grep <pattern> <file> ... [<options>]",
            discussion: """
                Examples:
                  baton transcript grep -i "credit card" *.transcript
                  baton transcript grep --regex "CASE-[0-9]+" export.csv
                What people see is looked at, and the names of events. The exit code is 0 when something was found, 1 \
                when nothing was, and 2 when a file could not be read.
                """
        )

        @Argument(help: "What to look for.")
        var pattern: String

        @OptionGroup var input: InputFiles

        @Flag(name: [.customShort("E"), .long], help: "The pattern is a regular expression.")
        var regex = false

        @Flag(name: .shortAndLong, help: "The case of letters does not matter.")
        var ignoreCase = false

        @Flag(help: "Look at every member, and name its path.")
        var all = false

        @Flag(name: .shortAndLong, help: "Print for each file how many activities match.")
        var count = false

        @Flag(help: "Write one JSON object for each activity that matches.")
        var json = false

        /// A command with nothing set.
        package init() {}

        package func validate() throws { _ = try search() }

        private func search() throws -> TranscriptSearch {
            do throws(TranscriptSearch.InvalidExpression) {
                return try TranscriptSearch(
                    pattern,
                    isExpression: regex,
                    ignoresCase: ignoreCase,
                    scope: all ? .everything : .words
                )
            } catch {
                throw ValidationError(DisplayText.neutralised(error.reason, keepingNewlines: false))
            }
        }

        package func run() async throws {
            ProcessSignals.ignoreBrokenPipes()
            let search = try search()
            var total = 0
            var isComplete = true
            for file in input.files {
                var index = 0
                var found = 0
                func look(_ activity: Activity) -> Bool {
                    index += 1
                    let lines = search.matches(in: activity)
                    guard !lines.isEmpty else { return true }
                    found += 1
                    return count || report(lines, in: activity, at: index, of: TranscriptInput.name(file))
                }
                do throws(TranscriptError) {
                    try TranscriptInput.stream(file, look)
                } catch {
                    TranscriptInput.fail(error.description)
                    isComplete = false
                }
                if count { StandardStream.output.writeLine("\(TranscriptInput.name(file)): \(found)") }
                total += found
            }
            if !isComplete { throw ExitStatus.unusable.code }
            if total == 0 { throw ExitStatus.failed.code }
        }

        /// Prints what was found; false when nobody reads any more.
        private func report(_ lines: [String], in activity: Activity, at index: Int, of name: String) -> Bool {
            if json {
                let object: JSONObject = [
                    "file": .string(name), "index": .number(JSONNumber(index - 1)),
                    "matches": .array(lines.map(JSONValue.string)), "activity": activity.jsonValue,
                ]
                let text = DisplayText.escapedJSON(JSONValue.object(object).compactText) + "\n"
                return StandardStream.output.writeBytes(Array(text.utf8))
            }
            let who = activity.isFromUser ? "you" : activity.from?.name ?? activity.from?.id ?? "bot"
            return lines.allSatisfy { line in
                let text = "\(name): activity \(index), \(who): \(line)"
                return StandardStream.output.writeBytes(
                    Array((DisplayText.neutralised(text, keepingNewlines: false) + "\n").utf8)
                )
            }
        }
    }
}
