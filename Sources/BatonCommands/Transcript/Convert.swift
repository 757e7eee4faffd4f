package import ArgumentParser
import ChatScreen
import LineEditing
import TranscriptRendering
import Transcripts

extension TranscriptCommand {
    /// `baton transcript convert`: writes conversations in another form.
    package struct Convert: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            abstract: "Write conversations in another form.",
            usage: "baton transcript convert <file> ... [<options>]",
            discussion: HelpScreen.discussion(
                """
                Examples:
                  baton transcript convert export.csv --to transcript > talk.transcript
                  baton transcript convert *.transcript --to html -o pages/
                  baton transcript convert talk.json --redact --to same > shared.json
                """,
                more: """
                    transcript is the plain list that Emulator opens, attachment what a handoff carries, jsonl an \
                    activity a line, csv a table with the whole activity in its last column; these come back as they \
                    were. chat is a mock conversation for chatdown. markdown, html, text and cast (asciinema) are for \
                    people. same writes the form that was read. What a form cannot carry is told on standard error.
                    """,
                of: "transcript convert"
            )
        )

        @OptionGroup var input: InputFiles

        @OptionGroup var target: OutputOptions

        @Flag(help: .detail("Put activities in the order of their times."))
        var sort = false

        @Flag(help: .detail("Take the transcripts that handoff events carry."))
        var carried = false

        @Flag(
            help: .detail(
                "Spell roles, times and addresses as the specification does, for programs that take nothing else."
            )
        )
        var normalise = false

        @OptionGroup var page: PageOptions

        @OptionGroup var redaction: RedactionOptions

        @OptionGroup var streaming: StreamOptions

        /// A command with nothing set.
        package init() {}

        package func validate() throws {
            let isFolder = target.output.map(TranscriptOutput.isFolder) == true
            guard target.to != nil || target.output != nil else {
                throw ValidationError("Give --to, or an --output whose name tells the form.")
            }
            if target.to == nil, isFolder { throw ValidationError("A folder does not tell the form: give --to.") }
            if input.files.count > 1, !isFolder {
                throw ValidationError("Several files need --output with a folder that is there.")
            }
            let form = target.form(else: .attachment)
            try page.check(form, isFolder: isFolder)
            try TranscriptOutput.checkDistinct(input.files) { path(for: $0, form) }
        }

        package func run() async throws {
            ProcessSignals.ignoreBrokenPipes()
            let form = target.form(else: .attachment)
            var redactor = try redaction.makeRedactor()
            let (large, small) = (
                input.files.filter(streaming.isWanted), input.files.filter { !streaming.isWanted(for: $0) }
            )
            var isComplete = true
            var index = page.index ? HTMLIndex(page.rendering(titled: "Conversations", isIndex: true)) : nil
            if index != nil { try checkIndex() }
            for file in large { isComplete = try stream(file, as: form, &redactor) && isComplete }
            let areAllRead = try TranscriptInput.forEach(small) { file, transcript in
                let parts = carried ? transcript.carriedTranscripts : [transcript]
                guard let first = parts.first else {
                    throw CommandError("\(TranscriptInput.name(file)): no handoff carries a transcript.")
                }
                var whole = parts.count == 1 ? first : Transcript.merging(parts).whole
                if sort { whole = whole.sortedByTime() }
                whole = normalised(whole, file, form)
                whole = redactor?.redacted(whole) ?? whole
                for loss in form.losses(of: whole) {
                    TranscriptInput.fail("\(TranscriptInput.name(file)): not in \(form.rawValue): \(loss)")
                }
                let name = TranscriptInput.baseName(file)
                let title = redactor?.redacted(name) ?? name
                let bytes = form.bytes(of: whole, page.rendering(titled: title))
                try TranscriptOutput.write(bytes, to: path(for: file, form), isForced: target.force) {
                    try redaction.keep(redactor)
                }
                index?.add("\(name).\(form.fileExtension)", of: whole, title: title)
            }
            if let index { try TranscriptOutput.write(index.bytes, to: indexPath, isForced: target.force) }
            redaction.tell(redactor)
            if !isComplete || !areAllRead { throw ExitStatus.failed.code }
        }

        /// Converts a file activity by activity; what surrounds them is not kept, which is told.
        private func stream(_ file: String, as form: TargetForm, _ redactor: inout TranscriptRedactor?) throws -> Bool {
            let name = TranscriptInput.name(file)
            guard var writer = form.format.flatMap(TranscriptStreamWriter.init), !sort, !carried, !normalise else {
                throw CommandError(
                    "\(name): piece by piece only lists can be written (transcript, attachment, jsonl, csv), as they are"
                )
            }
            do throws(TranscriptError) {
                if try !redaction.learn(file, &redactor) {
                    TranscriptInput.fail("\(name): a name is masked from where the file first tells it")
                }
            } catch {
                throw CommandError(DisplayText.neutralised(error.description, keepingNewlines: false))
            }
            var failure: TranscriptError?
            try TranscriptOutput.write(to: path(for: file, form), isForced: target.force) { take in
                var broken: (any Error)?
                do throws(TranscriptError) {
                    try TranscriptInput.stream(file) { activity in
                        do {
                            try take(writer.bytes(for: redactor?.redacted(activity) ?? activity))
                        } catch {
                            broken = error
                        }
                        return broken == nil
                    }
                } catch {
                    failure = error
                }
                if let broken { throw broken }
                if let failure { throw failure }
                try take(writer.end())
                try redaction.keep(redactor)
            }
            TranscriptInput.fail("\(name): what surrounds its activities is not kept when it is read piece by piece")
            return true
        }

        private func normalised(_ transcript: Transcript, _ file: String, _ form: TargetForm) -> Transcript {
            let name = TranscriptInput.name(file)
            guard normalise else {
                if form == .transcript, transcript.hasExportedSpelling {
                    TranscriptInput.fail("\(name): roles and times are numbers, as in the export; see --normalise")
                }
                return transcript
            }
            let (normal, changes) = transcript.normalised(conversationId: TranscriptInput.baseName(file))
            for change in changes { TranscriptInput.fail("\(name): \(change)") }
            return normal
        }

        private var indexPath: String { (target.output ?? ".") + "/index.html" }

        /// Refuses an index that is there, or that a page would be, before anything is written.
        private func checkIndex() throws {
            if input.files.contains(where: { TranscriptInput.baseName($0) == "index" }) {
                throw CommandError("index.html would be the page of a file and the index: give the file another name.")
            }
            if !target.force, TranscriptFile.size(of: indexPath) != nil {
                throw CommandError("\(indexPath) is there already; --force replaces it.")
            }
        }

        private func path(for file: String, _ form: TargetForm) -> String? {
            guard let output = target.output, TranscriptOutput.isFolder(output) else { return target.output }
            let folder = output.hasSuffix("/") ? output : output + "/"
            return folder + TranscriptInput.baseName(file) + "." + form.fileExtension
        }
    }
}

/// The words of `--to`.
enum TargetForm: String, ExpressibleByArgument, CaseIterable {
    case transcript, attachment, jsonl, chat, markdown, html, text, csv, cast, same

    /// The form that goes with a file's name.
    init(forFile path: String) {
        if let rendered = RenderedFormat(forFile: path) {
            self = TargetForm(rawValue: rendered.rawValue) ?? .text
        } else {
            self = TargetForm(rawValue: TranscriptFormat(forFile: path).rawValue) ?? .attachment
        }
    }

    /// The form as one that can be read again; nil for those that are for people.
    var format: TranscriptFormat? { TranscriptFormat(rawValue: rawValue) }

    /// Whether it is one of those that are not read again.
    var isForPeople: Bool { rendered != nil }

    private var rendered: RenderedFormat? { RenderedFormat(rawValue: rawValue) }

    /// What a file of the form is called.
    var fileExtension: String {
        switch self {
        case .attachment, .same: "json"
        case .markdown: "md"
        case .text: "txt"
        default: rawValue
        }
    }

    func losses(of transcript: Transcript) -> [TranscriptLoss] {
        format.map(transcript.losses(in:)) ?? rendered.map(transcript.losses(in:)) ?? []
    }

    func bytes(of transcript: Transcript, title: String) -> [UInt8] {
        bytes(of: transcript, RenderingOptions(title: title))
    }

    func bytes(of transcript: Transcript, _ options: RenderingOptions) -> [UInt8] {
        if let format { return transcript.serialized(as: format) }
        return rendered.map { transcript.rendered(as: $0, options) } ?? transcript.serializedAsRead()
    }
}
