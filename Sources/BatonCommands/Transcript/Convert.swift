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
            try TranscriptOutput.makeFolder(target.output)
            ProcessSignals.ignoreBrokenPipes()
            let form = target.form(else: .attachment)
            var redactor = try redaction.makeRedactor()
            var isComplete = true
            var index = page.index ? HTMLIndex(page.rendering(titled: "Conversations", isIndex: true)) : nil
            if index != nil { try checkIndex() }
            for file in input.files {
                do {
                    try convert(file, as: form, &redactor, &index)
                } catch let error as TranscriptError {
                    TranscriptInput.fail(error.description)
                    isComplete = false
                }
            }
            if let index { try TranscriptOutput.write(index.bytes, to: indexPath, isForced: target.force) }
            redaction.tell(redactor)
            if !isComplete { throw ExitStatus.failed.code }
        }

        private func convert(
            _ file: String,
            as form: TargetForm,
            _ redactor: inout TranscriptRedactor?,
            _ index: inout HTMLIndex?
        ) throws {
            let isInOrder = !sort && !carried && !normalise
            let open = try OpenTranscript(file)
            if let transcript = open.whole {
                TranscriptInput.report(transcript.repairs, of: file)
                try convert(transcript, file, as: form, &redactor, &index)
            } else if isInOrder, form == .same || form.format != nil && form != .chat {
                try stream(open, file, as: form, &redactor)
            } else {
                // What is sorted, made for people or begins with what the end tells is read as a whole.
                try convert(try TranscriptInput.read(file), file, as: form, &redactor, &index)
            }
        }

        private func convert(
            _ transcript: Transcript,
            _ file: String,
            as form: TargetForm,
            _ redactor: inout TranscriptRedactor?,
            _ index: inout HTMLIndex?
        ) throws {
            let parts = carried ? transcript.carriedTranscripts : [transcript]
            guard let first = parts.first else {
                throw CommandError("\(TranscriptInput.name(file)): no handoff carries a transcript.")
            }
            var whole = parts.count == 1 ? first : Transcript.merging(parts).whole
            if sort { whole = whole.sortedByTime() }
            whole = normalised(whole, file, form)
            whole = redactor?.redacted(whole) ?? whole
            tell(form.losses(of: whole), of: file, form)
            let name = TranscriptInput.baseName(file)
            let title = redactor?.redacted(name) ?? name
            let bytes = form.bytes(of: whole, page.rendering(titled: title))
            try TranscriptOutput.write(bytes, to: path(for: file, form), isForced: target.force) {
                try redaction.keep(redactor)
            }
            index?.add("\(name).\(form.fileExtension)", of: whole, title: title)
        }

        private func tell(_ losses: [TranscriptLoss], of file: String, _ form: TargetForm) {
            for loss in losses {
                TranscriptInput.fail("\(TranscriptInput.name(file)): not in \(form.rawValue): \(loss)")
            }
        }

        /// Converts a large file, an activity at a time.
        private func stream(
            _ open: OpenTranscript,
            _ file: String,
            as form: TargetForm,
            _ redactor: inout TranscriptRedactor?
        ) throws {
            let progress = FileProgress(of: file)
            defer { progress.clear() }
            if var known = redactor {
                try open.survey(onBytes: progress.show) { known.learn($0) }
                redactor = known
            }
            try TranscriptOutput.write(to: path(for: file, form), isForced: target.force) { take in
                if let format = form.format {
                    try stream(open, file, as: format, &redactor, progress, take)
                } else {
                    try open.rewrite(&redactor, onBytes: progress.show, take)
                }
                try redaction.keep(redactor)
            }
        }

        private func stream(
            _ open: OpenTranscript,
            _ file: String,
            as format: TranscriptFormat,
            _ redactor: inout TranscriptRedactor?,
            _ progress: FileProgress,
            _ take: ([UInt8]) throws -> Void
        ) throws {
            try open.survey(needsOutline: format == .attachment, onBytes: progress.show)
            let envelope = open.outline.envelope.map { redactor?.redacted(envelope: $0) ?? $0 }
            guard var writer = TranscriptStreamWriter(format, around: envelope) else { return }
            var losses = StreamedLosses(in: format)
            var failure: (any Error)?
            try open.forEach(onBytes: progress.show) { piece in
                guard case .activity(let activity) = piece else { return true }
                let written = redactor?.redacted(activity) ?? activity
                losses.take(written)
                do {
                    try take(writer.bytes(for: written))
                } catch {
                    failure = error
                }
                return failure == nil
            }
            if let failure { throw failure }
            try take(writer.end())
            progress.clear()
            TranscriptInput.report(open.outline.repairs, of: file)
            if format == .array, losses.hasExportedSpelling { tellOfSpelling(file) }
            tell(losses.losses(of: open.outline), of: file, target.form(else: .attachment))
        }

        private func normalised(_ transcript: Transcript, _ file: String, _ form: TargetForm) -> Transcript {
            guard normalise else {
                if form == .transcript, transcript.hasExportedSpelling { tellOfSpelling(file) }
                return transcript
            }
            let name = TranscriptInput.name(file)
            let (normal, changes) = transcript.normalised(conversationId: TranscriptInput.baseName(file))
            for change in changes { TranscriptInput.fail("\(name): \(change)") }
            return normal
        }

        private func tellOfSpelling(_ file: String) {
            let name = TranscriptInput.name(file)
            TranscriptInput.fail("\(name): roles and times are numbers, as in the export; see --normalise")
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
