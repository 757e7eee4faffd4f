package import ArgumentParser
import BotSchema
import ChatScreen
import LineEditing
import Transcripts

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension TranscriptCommand {
    /// `baton transcript play`: plays a conversation as it happened.
    package struct Play: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            abstract: "Play a conversation as it happened, on the screen.",
            usage: "baton transcript play <file> [<options>]",
            discussion: """
                Space pauses, the arrow keys step, 1 to 9 change the speed, q leaves. Long waits are cut short. Where \
                there is no terminal, everything is printed at once.

                  baton transcript play --speed 2 talk.json
                  baton transcript play --from handoff talk.json
                """
        )

        @Argument(help: ArgumentHelp("The file; - is standard input, without keys.", valueName: "file"))
        var file: String

        @Option(help: ArgumentHelp("How many times faster than it was.", valueName: "factor"))
        var speed: Double = 1

        @Option(help: ArgumentHelp("Begin at the first handoff, or at a line of a number.", valueName: "handoff|n"))
        var from: PlayStart = .line(1)

        @Flag(help: "Print without colour and drawing, as NO_COLOR does.")
        var plain = false

        /// A command with nothing set.
        package init() {}

        package func validate() throws {
            if !(0.1...100).contains(speed) { throw ValidationError("--speed takes a factor from 0.1 to 100.") }
        }

        package func run() async throws {
            ProcessSignals.ignoreBrokenPipes()
            let transcript: Transcript
            do throws(TranscriptError) {
                transcript = try TranscriptInput.read(file)
            } catch {
                TranscriptInput.fail(error.description)
                throw ExitStatus.failed.code
            }
            let style: Style = TranscriptOutput.isColored(plain: plain) ? .full : .plain
            let output = ScreenOutput(
                style: style,
                activities: ActivityRenderer(style: style, clockTime: LocalClock.time(of:)),
                now: LocalClock.now
            )
            let scenes = PlayerScene.scenes(of: transcript, clock: LocalClock.recorded) {
                output.text(of: $0, columns: 80)
            }
            guard let start = from.place(in: scenes) else {
                TranscriptInput.fail("\(TranscriptInput.name(file)): there is \(from.description) in it")
                throw ExitStatus.failed.code
            }
            let terminal = PlayerTerminal(output: output, style: style, scenes: scenes)
            guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1, scenes.count > 0 else {
                return terminal.printAll(from: start)
            }
            try await terminal.play(PlayerStateMachine(scenes: scenes, speed: speed, from: start))
        }
    }
}

/// The words of `--from`.
enum PlayStart: ExpressibleByArgument, Hashable {
    case handoff
    case line(Int)

    init?(argument: String) {
        if argument == "handoff" {
            self = .handoff
        } else if let number = Int(argument), number > 0 {
            self = .line(number)
        } else {
            return nil
        }
    }

    var defaultValueDescription: String { "1" }

    /// Why there is no such place, within a sentence.
    var description: String {
        switch self {
        case .handoff: "no handoff"
        case .line(let number): "no line \(number)"
        }
    }

    /// The scene to begin with; nil where there is none.
    func place(in scenes: [PlayerScene]) -> Int? {
        switch self {
        case .handoff: scenes.firstIndex(where: \.isHandoff)
        case .line(let number): number == 1 || number <= scenes.count ? number - 1 : nil
        }
    }
}
