import ArgumentParser
import TranscriptRendering
import Transcripts

/// Where a command writes its transcript, and in which form.
struct OutputOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The form; by default what the output's name tells.",
            valueName: "form"
        )
    )
    var to: TargetForm?

    @Option(name: .shortAndLong, help: ArgumentHelp("The file to write; else standard output.", valueName: "path"))
    var output: String?

    @Flag(help: "Replace a file that is there already.")
    var force = false

    func validate() throws {
        // A name that tells a form which is not written means something else than what would be written.
        guard to == nil, let output, RenderedFormat(forFile: output) == nil, !TranscriptOutput.isFolder(output) else {
            return
        }
        do throws(TranscriptError) {
            try TranscriptFormat.checkEnding(ofFile: output, others: RenderedFormat.fileEndings)
        } catch {
            throw ValidationError(error.description + ", or say the form with --to")
        }
    }

    /// The form, or the one that goes without saying.
    func form(else standard: TargetForm) -> TargetForm { to ?? output.map(TargetForm.init(forFile:)) ?? standard }

    /// Writes a transcript and tells what its form cannot carry.
    func write(
        _ transcript: Transcript,
        titled title: String,
        as standard: TargetForm = .transcript,
        beforeCommit: () throws -> Void = {}
    ) throws {
        let form = form(else: standard)
        for loss in form.losses(of: transcript) { TranscriptInput.fail("not in \(form.rawValue): \(loss)") }
        let bytes = form.bytes(of: transcript, title: title)
        try TranscriptOutput.write(bytes, to: output, isForced: force, beforeCommit: beforeCommit)
    }
}
