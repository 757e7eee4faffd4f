import BotSchema
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Any keys at all against the real editor: it neither ends nor hangs, and it gives the terminal back.
///
/// `BATON_KEY_BURSTS=100000` makes it long; `BATON_KEY_SEED` chooses other keys.
@Suite(.serialized, .timeLimit(.minutes(60)), .waitsForPrograms)
struct RandomKeysTests {
    private nonisolated static let bursts = number("BATON_KEY_BURSTS") ?? 2000
    private nonisolated static let seed = number("BATON_KEY_SEED") ?? 1

    private nonisolated static func number(_ name: String) -> Int? { getenv(name).flatMap { Int(String(cString: $0)) } }

    @Test(arguments: ["-e", "-v"])
    func `no keys end the editor or make it hang`(mode: String) throws {
        let file = try TemporaryFile(contents: "bind \(mode)\n")
        let environment = ["EDITRC": file.path, "EDITOR": "/bin/true", "VISUAL": "", "SWIFT_BACKTRACE": "enable=no"]
        let terminal = try probe(environment: environment)
        var random = SplitMix64(seed: UInt64(Self.seed))
        let keys = RandomKeys()
        var recent: [String] = []
        for burst in 1...Self.bursts {
            let next = keys.next(using: &random)
            recent.append(next)
            terminal.send(next)
            guard burst.isMultiple(of: 20) || burst == Self.bursts else { continue }
            try answers(terminal, "mark \(burst)", after: recent)
            recent = []
        }
        terminal.send(Key.control("d"))
        #expect(try terminal.waitForExit() == .code(0))
        #expect(terminal.isCooked)
    }

    /// Leaves whatever the keys have begun, and waits until a line is answered.
    ///
    /// The line may have to be typed again: while the keys have an editor running, the terminal itself takes lines, of
    /// 4,095 bytes at most, and throws away what came before an interrupt.
    private func answers(_ terminal: PseudoTerminal, _ line: String, after keys: [String]) throws {
        // Ends a paste, an escape sequence, a quoted key, a search and the line; the first lets stopped output go on.
        let control = Key.control("c")
        let rescue = Key.control("q") + "\u{1b}[201~ \u{1b}" + control + control + control + line + Key.enter
        for attempt in 1...30 {
            terminal.send(rescue)
            do {
                let limit = attempt < 30 ? .seconds(10) : patience
                return try terminal.wait(for: line, atMost: limit) { $0.text.contains("GOT \"\(line)\"") }
            } catch  where attempt < 30 {
                continue
            } catch {
                Issue.record("no answer after \(keys.map(\.debugDescription).joined(separator: " "))")
                throw error
            }
        }
    }
}

/// Keys of all kinds: text, commands of both modes, sequences, pastes and bytes that are none of these.
private struct RandomKeys {
    private static let text: [String] = Array("abc XYZ,.()%éâ你好世界漢🚀😀").map(String.init) + ["e\u{301}", "👨‍👩‍👧", "\u{200d}"]
    private static let viCommands = Array("$0^wWbBeEhljkxXdDcCyYpPiIaAsSrRfFtT;,/?nNGu.~%|_-+123456789U ").map(
        String.init
    )
    private static let sequences = [
        Key.up, Key.down, Key.left, Key.right, Key.delete, "\u{1b}[H", "\u{1b}[F", "\u{1b}[1;5C", "\u{1b}[1;5D",
        "\u{1b}\r",
        "\u{1b}[15~", "\u{1b}OP", "\u{1b}[I", "\u{1b}[O", "\u{1b}[201~", "\u{1b}[", "\u{1b}O",
    ]

    /// ^D ends the input on an empty line, as it should; ^Z stops the program.
    private static let controls = (0..<32).filter { $0 != 4 && $0 != 26 }.compactMap { Unicode.Scalar($0) }.map {
        String($0)
    }

    func next(using random: inout SplitMix64) -> String {
        (1...Int.random(in: 1...8, using: &random)).map { _ in key(using: &random) }.joined()
    }

    private func key(using random: inout SplitMix64) -> String {
        let pick = { (keys: [String], random: inout SplitMix64) in keys.randomElement(using: &random) ?? "" }
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<20: return pick(Self.text, &random)
        case 20..<45: return pick(Self.viCommands, &random)
        case 45..<60: return Key.escape + pick(Self.viCommands, &random)
        case 60..<75: return pick(Self.controls, &random)
        case 75..<87: return pick(Self.sequences, &random)
        case 87..<92: return Key.escape
        case 92..<95: return Key.paste(pick(["x", "pasted 你好", "two\nrows\n", ""], &random))
        case 95: return Key.paste(String(repeating: "long 漢 ", count: Int.random(in: 1...400, using: &random)))
        case 96, 97: return Key.escape + String(Unicode.Scalar(UInt8.random(in: 32..<127, using: &random)))
        case 98: return "\u{7f}"
        default: return Key.tab
        }
    }
}
