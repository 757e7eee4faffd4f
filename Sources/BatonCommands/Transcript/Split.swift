package import ArgumentParser
import ChatScreen
import LineEditing
import Transcripts

extension TranscriptCommand {
    /// `baton transcript split`: writes each conversation of a file to a file of its own.
    package struct Split: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            abstract: "Write each conversation of a file to its own file.",
            usage: "baton transcript split <file> ... [<options>]",
            discussion: """
                Conversations are told by their ids. The files are called after the file that was read, with a number; \
                one line tells each.

                  baton transcript split export.csv --output talks/
                """
        )

        @OptionGroup var input: InputFiles

        @Option(name: .shortAndLong, help: ArgumentHelp("The folder to write to.", valueName: "folder"))
        var output: String = "."

        @Option(help: ArgumentHelp("The form, as for convert.", valueName: "form"))
        var to: TargetForm = .transcript

        @Flag(help: "Replace files that are there already.")
        var force = false

        @OptionGroup var redaction: RedactionOptions

        /// A command with nothing set.
        package init() {}

        package func validate() throws {
            guard TranscriptOutput.isFolder(output) else { throw ValidationError("\(output) is no folder.") }
            try TranscriptOutput.checkDistinct(input.files) { path(for: $0, "1") }
        }

        package func run() async throws {
            try TranscriptOutput.makeFolder(output)
            ProcessSignals.ignoreBrokenPipes()
            let (large, small) = (
                input.files.filter(TranscriptFile.isLarge), input.files.filter { !TranscriptFile.isLarge($0) }
            )
            var redactor = try redaction.makeRedactor()
            var isComplete = try TranscriptInput.forEach(small) { file, transcript in
                for activity in transcript.activities { redactor?.learn(activity) }
                let parts = transcript.splitByConversation()
                let width = String(parts.count).count
                for (index, part) in parts.enumerated() {
                    let number = String(index + 1)
                    let digits = String(repeating: "0", count: width - number.count) + number
                    try write(part.transcript, part.id, digits, of: file, &redactor)
                }
            }
            for file in large {
                var number = 0
                var failure: (any Error)?
                do throws(TranscriptError) {
                    _ = try redaction.learn(file, &redactor)
                    try TranscriptInput.streamConversations(file) { part in
                        number += 1
                        let digits = String(repeating: "0", count: max(0, 6 - String(number).count)) + String(number)
                        do {
                            try write(Transcript(activities: part.activities), part.id, digits, of: file, &redactor)
                        } catch {
                            failure = error
                        }
                        return failure == nil
                    }
                } catch {
                    TranscriptInput.fail(error.description)
                    isComplete = false
                }
                if let failure { throw failure }
            }
            redaction.tell(redactor)
            if !isComplete { throw ExitStatus.failed.code }
        }

        private func write(
            _ transcript: Transcript,
            _ id: String?,
            _ digits: String,
            of file: String,
            _ redactor: inout TranscriptRedactor?
        ) throws {
            let transcript = redactor?.redacted(transcript) ?? transcript
            let id = id.map { redactor?.redacted(id: $0) ?? $0 }
            let path = path(for: file, digits)
            let title = path.split(separator: "/").last.map(String.init) ?? path
            try TranscriptOutput.write(to.bytes(of: transcript, title: title), to: path, isForced: force) {
                try redaction.keep(redactor)
            }
            let words = "\(path): \(transcript.activities.count) activities, \(id ?? "no conversation id")"
            StandardStream.output.writeLine(DisplayText.neutralised(words, keepingNewlines: false))
        }

        private func path(for file: String, _ digits: String) -> String {
            let name = "\(TranscriptInput.baseName(file))-\(digits).\(to.fileExtension)"
            return output.hasSuffix("/") ? output + name : "\(output)/\(name)"
        }
    }
}
