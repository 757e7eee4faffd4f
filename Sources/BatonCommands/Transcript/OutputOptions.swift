import ArgumentParser
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

    /// The form, or the one that goes without saying.
    func form(else standard: TargetForm) -> TargetForm { to ?? output.map(TargetForm.init(forFile:)) ?? standard }

    /// Writes a transcript and tells what its form cannot carry.
    func write(_ transcript: Transcript, titled title: String, as standard: TargetForm = .transcript) throws {
        let form = form(else: standard)
        for loss in form.losses(of: transcript) { TranscriptInput.fail("not in \(form.rawValue): \(loss)") }
        try TranscriptOutput.write(form.bytes(of: transcript, title: title), to: output, isForced: force)
    }
}
