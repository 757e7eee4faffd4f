package import ArgumentParser
import ChatScreen
import Transcripts

extension TranscriptCommand {
    /// `baton transcript merge`: makes one conversation of several files.
    package struct Merge: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            abstract: "Make one conversation of several files.",
            usage: "baton transcript merge <file> ... [<options>]",
            discussion: """
                The files follow one another in the order given, or by their times with --sort. An activity that is in \
                several files is kept once.

                  baton transcript merge monday.json tuesday.json --sort -o week.transcript
                """
        )

        @OptionGroup var input: InputFiles

        @OptionGroup var output: OutputOptions

        @Flag(help: "Put activities in the order of their times.")
        var sort = false

        @OptionGroup var redaction: RedactionOptions

        /// A command with nothing set.
        package init() {}

        package func run() async throws {
            ProcessSignals.ignoreBrokenPipes()
            var transcripts: [Transcript] = []
            // A part that is missing would be missed by nobody later.
            guard TranscriptInput.forEach(input.files, { transcripts.append($1) }) else { throw ExitStatus.failed.code }
            var (whole, copies) = Transcript.merging(transcripts)
            if copies > 0 { TranscriptInput.fail("\(copies) activities were in several files; kept once") }
            if sort { whole = whole.sortedByTime() }
            var title = input.files.map(TranscriptInput.baseName).joined(separator: ", ")
            if var redactor = try redaction.makeRedactor() {
                whole = redactor.redacted(whole)
                title = redactor.redacted(title)
                let masked = redactor
                try output.write(whole, titled: title) { try redaction.keep(masked) }
                return redaction.tell(redactor)
            }
            try output.write(whole, titled: title)
        }
    }
}
