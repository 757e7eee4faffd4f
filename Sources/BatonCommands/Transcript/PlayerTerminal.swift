import ChatScreen
import Dispatch
import LineEditing
import Synchronization
import UnixSignals

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The terminal on which a conversation is played: raw keys, lines as they come, and how it stands below them.
struct PlayerTerminal: Sendable {
    let output: ScreenOutput
    let style: Style
    let scenes: [PlayerScene]

    /// Prints everything at once, where nobody can press a key.
    func printAll(from start: Int) {
        for scene in scenes[start...] {
            let text = text(of: scene)
            guard StandardStream.output.writeBytes(Array((text + "\n").utf8)) else { return }
        }
    }

    /// Plays until the person leaves or the program is told to stop; the terminal is then as it was.
    ///
    /// - Throws: ``CommandError`` when the terminal cannot be set up.
    func play(_ machine: PlayerStateMachine) async throws {
        // Trapped before the terminal is raw, so that no signal leaves it so.
        let stops = await ProcessSignals.stops()
        let modes = try RawTerminal()
        defer { modes.restore() }
        defer { StandardStream.output.writeBytes(Array("\r\u{1B}[K".utf8)) }
        // Keys come no faster than people type; of a stuck key the first are enough.
        let (events, sink) = AsyncStream.makeStream(
            of: PlayerStateMachine.Event.self,
            bufferingPolicy: .bufferingOldest(64)
        )
        let keys = KeyReader()
        await withDiscardingTaskGroup { group in
            group.addTask {
                for await _ in stops { sink.yield(.stop) }
            }
            group.addTask {
                await keys.run { keys in
                    for key in keys { sink.yield(.key(key)) }
                }
            }
            await perform(machine, events, sink, in: &group)
            keys.stop()
            group.cancelAll()
        }
    }

    private func perform(
        _ machine: PlayerStateMachine,
        _ events: AsyncStream<PlayerStateMachine.Event>,
        _ sink: AsyncStream<PlayerStateMachine.Event>.Continuation,
        in group: inout DiscardingTaskGroup
    ) async {
        var machine = machine
        let start = ContinuousClock.now
        var actions = machine.begin(at: .zero)
        var iterator = events.makeAsyncIterator()
        while true {
            for action in actions {
                switch action {
                case .show(let scene): show(scenes[scene])
                case .showOnly(let end): showOnly(scenes[..<end])
                case .setStatus(let words): setStatus(words)
                case .startTimer(let generation, let duration):
                    group.addTask {
                        guard (try? await ContinuousClock().sleep(for: duration)) != nil else { return }
                        sink.yield(.timer(generation: generation))
                    }
                case .leave: return
                }
            }
            guard let event = await iterator.next(isolation: #isolation) else { return }
            actions = machine.handle(event, at: .now - start)
        }
    }

    // MARK: - Screen

    private func text(of scene: PlayerScene) -> String {
        let columns = TranscriptOutput.columns
        return scene.items.map { output.text(of: $0, columns: columns) }.filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private func show(_ scene: PlayerScene) { write("\r\u{1B}[K" + text(of: scene) + "\n") }

    private func showOnly(_ scenes: ArraySlice<PlayerScene>) {
        write("\u{1B}[H\u{1B}[2J" + scenes.map { text(of: $0) + "\n" }.joined())
    }

    private func setStatus(_ words: String) {
        let line = DisplayText.neutralised(words, keepingNewlines: false)
        let fitting = DisplayText.wrapped(line, columns: max(10, TranscriptOutput.columns - 1)).first ?? ""
        write("\r\u{1B}[K" + style.paint(fitting, .faint))
    }

    private func write(_ text: String) {
        // The terminal is raw, so that a line break alone would not go back to the first column.
        StandardStream.output.writeBytes(Array(text.replacing("\n", with: "\r\n").utf8))
    }
}

/// Reads keys on a thread that may block, until nobody wants them any more.
private final class KeyReader: Sendable {
    private let isStopped = Mutex(false)

    /// Reads until ``stop()``; gives the keys of each read.
    func run(_ onKeys: @escaping @Sendable ([PlayerKey]) -> Void) async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [self] in
                var buffer = [UInt8](repeating: 0, count: 256)
                while !isStopped.withLock({ $0 }) {
                    var state = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
                    guard poll(&state, 1, 100) > 0 else { continue }
                    let count = read(STDIN_FILENO, &buffer, buffer.count)
                    // A terminal that is gone gives nothing more.
                    guard count > 0 else {
                        if count < 0, errno == EINTR { continue }
                        onKeys([.quit])
                        break
                    }
                    onKeys(PlayerKey.keys(in: Array(buffer[..<count])))
                }
                continuation.resume()
            }
        }
    }

    func stop() { isStopped.withLock { $0 = true } }
}

/// The modes of the terminal of standard input, raw until they are restored.
struct RawTerminal: Sendable {
    private let earlier: termios

    /// Makes the terminal give each key at once, without showing it.
    init() throws(CommandError) {
        var modes = termios()
        guard tcgetattr(STDIN_FILENO, &modes) == 0 else { throw CommandError("cannot read the terminal's modes") }
        earlier = modes
        cfmakeraw(&modes)
        guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &modes) == 0 else {
            throw CommandError("cannot set the terminal's modes")
        }
    }

    /// Puts the modes back.
    func restore() {
        var modes = earlier
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &modes)
    }
}
