package import ArgumentParser
import ChatScreen
import Transcripts

extension TranscriptCommand {
    /// `baton transcript restore`: puts back what was masked.
    package struct Restore: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            abstract: "Put back what was masked, with its key.",
            usage: "baton transcript restore <file> --redact-key <file> [<options>]",
            discussion: """
                The key holds all that was masked, in plain words: keep it to yourself.

                Examples:
                  baton transcript convert a.json --redact --redact-key my.key -o b.json
                  baton transcript restore --redact-key my.key b.json
                """
        )

        @Argument(help: ArgumentHelp("The file; - is standard input.", valueName: "file"))
        var file: String

        @Option(help: ArgumentHelp("The key that was made on masking.", valueName: "file"))
        var redactKey: String

        @OptionGroup var output: OutputOptions

        /// A command with nothing set.
        package init() {}

        package func run() async throws {
            ProcessSignals.ignoreBrokenPipes()
            var restorer = TranscriptRestorer(try RedactionKeyFile.read(redactKey))
            let transcript: Transcript
            do throws(TranscriptError) {
                transcript = try TranscriptInput.read(file)
            } catch {
                TranscriptInput.fail(error.description)
                throw ExitStatus.failed.code
            }
            let restored = restorer.restored(transcript)
            let name = TranscriptInput.name(file)
            if restorer.foreignCount > 0 {
                TranscriptInput.fail("\(name): \(restorer.foreignCount) masks look like those of another key; left")
            }
            if restorer.count == 0 { TranscriptInput.fail("\(name): there is no mask of this key in it") }
            try output.write(restored, titled: TranscriptInput.baseName(file), as: .same)
        }
    }
}
