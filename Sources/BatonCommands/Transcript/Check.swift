package import ArgumentParser
import BotSchema
import ChatScreen
import LineEditing
import Transcripts

extension TranscriptCommand {
    /// `baton transcript check`: lints handoffs and transcripts in files.
    package struct Check: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            abstract: "Look for what is wrong with the handoffs in files.",
            discussion: """
                Examples:
                  baton transcript check *.transcript
                  baton transcript check --json export.csv | jq -r '.findings[].rule'

                Reads .transcript files, ActivitySets, transcript attachments, single activities and exports, and names \
                each rule that is broken, where, and the document that requires it. The exit code is 1 when there is an \
                error, a file that cannot be read, or one that is cut off; warnings and information leave it 0.
                """
        )

        @OptionGroup var input: InputFiles

        @Flag(help: "Write one JSON object for each file.")
        var json = false

        /// A command with nothing set.
        package init() {}

        package func run() async throws {
            ProcessSignals.ignoreBrokenPipes()
            var hasErrors = false
            for file in input.files {
                let check: TranscriptCheck
                do throws(TranscriptError) {
                    check = try TranscriptInput.check(file)
                } catch {
                    hasErrors = true
                    TranscriptInput.fail(error.description)
                    continue
                }
                hasErrors = hasErrors || check.hasErrors
                report(check)
            }
            if hasErrors { throw ExitStatus.failed.code }
        }

        private func report(_ check: TranscriptCheck) {
            if json { return StandardStream.output.writeLine(check.json) }
            for line in check.lines { StandardStream.output.writeLine(line) }
        }
    }
}
