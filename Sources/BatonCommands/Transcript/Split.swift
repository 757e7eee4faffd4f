package import ArgumentParser
import LineEditing
import Transcripts

extension TranscriptCommand {
    /// `baton transcript split`: writes each conversation of a file to a file of its own.
    package struct Split: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            abstract: "Write each conversation of a file to its own file.",
            discussion: """
                Conversations are told by their ids. The files are called after the file that was read, with a number; \
                one line tells each.

                  baton transcript split export.csv --output talks/
                """
        )

        @Argument(help: ArgumentHelp("The files; - is standard input.", valueName: "file"), completion: .file())
        var files: [String]

        @Option(name: .shortAndLong, help: ArgumentHelp("The folder to write to.", valueName: "folder"))
        var output: String = "."

        @Option(help: ArgumentHelp("The form, as for convert.", valueName: "form"))
        var to: TargetForm = .transcript

        @Flag(help: "Replace files that are there already.")
        var force = false

        /// A command with nothing set.
        package init() {}

        package func validate() throws {
            guard TranscriptOutput.isFolder(output) else { throw ValidationError("\(output) is no folder.") }
        }

        package func run() async throws {
            ProcessSignals.ignoreBrokenPipes()
            let isComplete = try TranscriptInput.forEach(files) { file, transcript in
                let parts = transcript.splitByConversation()
                let width = String(parts.count).count
                for (index, part) in parts.enumerated() {
                    let number = String(index + 1)
                    let digits = String(repeating: "0", count: width - number.count) + number
                    let name = "\(TranscriptInput.baseName(file))-\(digits).\(to.fileExtension)"
                    let path = output.hasSuffix("/") ? output + name : "\(output)/\(name)"
                    let bytes = to.bytes(of: part.transcript, title: name)
                    try TranscriptOutput.write(bytes, to: path, isForced: force)
                    let words =
                        "\(path): \(part.transcript.activities.count) activities, \(part.id ?? "no conversation id")"
                    StandardStream.output.writeLine(DisplayText.neutralised(words, keepingNewlines: false))
                }
            }
            if !isComplete { throw ExitCode(1) }
        }
    }
}
