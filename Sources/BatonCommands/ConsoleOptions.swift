import ArgumentParser
import DirectLineClient
import LineEditing
import Pictures
import Transcripts

/// How the chat takes lines and prints.
struct ConsoleOptions: ParsableArguments {
    @Flag(help: "Print one JSON object a line.")
    var json = false

    @Flag(help: .detail("Print words without colour and drawing: time, role and name, wrapped at words."))
    var plain = false

    @Option(help: .detail("Draw pictures, with the program chafa.", valueName: "how"))
    var images: ImagesOption = .auto

    @Option(help: .detail("How activities arrive.", valueName: "how"))
    var transport: TransportOption = .auto

    @Option(
        help: ArgumentHelp("Save what was said when leaving.", valueName: "file"),
        completion: .file()
    )
    var record: String?

    @Flag(help: .detail("With --record: replace a recording that is there already."))
    var force = false

    @Flag(name: .customLong("no-record"), help: .detail("Do not journal the chat in the state folder."))
    var isUnrecorded = false

    @Option(
        help: .detail("Write all that goes over the wire to a file, without secrets.", valueName: "file"),
        completion: .file()
    )
    var trace: String?

    @Option(help: .detail("The longest wait of a pipe for an answer, in seconds.", valueName: "s"))
    var linger: Int = 60

    func validate() throws {
        if linger < 0 { throw ValidationError("--linger takes seconds from 0.") }
        if force, record == nil { throw ValidationError("--force goes with --record FILE.") }
    }
}

extension ConsoleOptions {
    /// Finds out whether the record could be written: after the conversation it would be late.
    func checkRecord() throws(CommandError) {
        guard let record else { return }
        do throws(TranscriptError) {
            try TranscriptFile.checkWritable(record, isForced: force)
        } catch {
            throw CommandError("--record: " + DisplayText.neutralised(error.description, keepingNewlines: false))
        }
    }
}

/// The words of `--transport`.
enum TransportOption: String, ExpressibleByArgument, CaseIterable {
    case auto, websocket, polling

    var transport: ClientConfiguration.Transport {
        switch self {
        case .auto: .automatic
        case .websocket: .webSocket
        case .polling: .polling
        }
    }
}

/// The words of `--images`.
enum ImagesOption: String, ExpressibleByArgument, CaseIterable {
    case auto, off, symbols, kitty, iterm, sixel

    /// What draws pictures; nil when nothing is to be drawn.
    var drawing: PictureDrawing? {
        guard self != .off else { return nil }
        let format = PictureFormat(rawValue: rawValue) ?? PictureFormat(environment: Secrets.environment)
        return PictureDrawing(format: format, environment: Secrets.environment)
    }
}
