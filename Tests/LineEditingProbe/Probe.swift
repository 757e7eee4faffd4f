import LineEditing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A small program over the line editor, for its tests: says what it was given, and prints messages on a timer.
@main
struct Probe {
    static func main() async throws {
        let options = ProbeOptions(CommandLine.arguments.dropFirst())
        let console = try makeConsole(options)
        if !options.title.isEmpty { console.setTitle(options.title) }
        console.setManners(
            TerminalManners(
                bell: options.bell,
                notification: options.bell,
                form: .osc777,
                showsTitle: !options.title.isEmpty
            )
        )
        let messages = Task { await printMessages(on: console, options) }
        for await input in console.inputs {
            switch input {
            case .line("/quit"): await finish(console, messages, code: 0)
            case .line("/exit"): exit(3)
            // Nothing is mapped there.
            case .line("/fault"): UnsafeMutablePointer<Int>(bitPattern: 16)?.pointee = 1
            case .line("/burst"): for number in 1...2000 { console.show("burst \(number)") }
            case .line("/page"): console.page((1...40).map { "page \($0)" }.joined(separator: "\n"))
            case .line("/big"):
                console.show((1...8000).map { "a long line of some text \($0)" }.joined(separator: "\n"))
            case .line("/call"): console.call(AttentionCall(title: "Ana;\u{1b}", text: "hello\u{7}"))
            case .line(let line) where line.hasPrefix("/edit "): console.edit(String(line.dropFirst(6)))
            case .line("/prompt"): console.setPrompt(Prompt(text: "changed> "))
            case .line("/two"):
                console.setDrafts(Self.two)
                console.show("TWO")
            case .line("/back"):
                console.show((1...8000).map { "a long line of some text \($0)" }.joined(separator: "\n"))
                var slots = Self.two
                slots.heardSelections = 1
                console.setDrafts(slots)
            case .line("/gone"):
                console.setDrafts(DraftSlots(current: "b", numbered: [2: "b"], kept: ["b"], heardSelections: 4))
            case .line("/secret"): console.setPrompt(Prompt(text: "secret> ", isSecret: true))
            case .line(let line): console.show("GOT \(line.debugDescription)")
            case .composing: break
            case .draftSelected(let name, let count): console.show("SELECTED \(name) \(count)")
            case .functionKey(let number): console.show("F\(number)")
            case .interrupt: console.show("INTERRUPT")
            case .endOfInput: console.show("END")
            }
        }
        let signal = (console as? LineEditor)?.terminationSignal
        await finish(console, messages, code: signal.map { 128 + $0 } ?? 0)
    }

    /// Two lines, the first of which is edited.
    private static var two: DraftSlots { DraftSlots(current: "a", numbered: [1: "a", 2: "b"], kept: ["a", "b"]) }

    private static func makeConsole(_ options: ProbeOptions) throws -> any Console {
        guard LineEditor.isUsable() else { return try PlainConsole() }
        do {
            return try makeEditor(options)
        } catch let error as LineEditorError where error.code == .switchedOff {
            return try PlainConsole()
        }
    }

    private static func makeEditor(_ options: ProbeOptions) throws -> LineEditor {
        let commands = ["/help", "/history", "/quit", "/connect", "/conversation"]
        return try LineEditor(
            prompt: Prompt(text: options.prompt, right: options.rightPrompt),
            historyFile: options.historyFile,
            draft: options.draft,
            remembers: { !$0.hasPrefix("secret") },
            complete: { request in
                let typed = String(request.line.prefix(request.cursor))
                guard typed.hasPrefix("/") else { return .none }
                let candidates = commands.filter { $0.hasPrefix(typed) }.map { Completion.Candidate($0) }
                return Completion(replacing: 0..<request.cursor, candidates: candidates, suffix: " ")
            }
        )
    }

    private static func printMessages(on console: any Console, _ options: ProbeOptions) async {
        guard options.interval > .zero else { return }
        for number in 1...options.count {
            do { try await Task.sleep(for: options.interval) } catch { return }
            console.show("msg \(number)")
        }
    }

    private static func finish(_ console: any Console, _ messages: Task<Void, Never>, code: Int32) async -> Never {
        messages.cancel()
        await messages.value
        console.show("BYE")
        await console.close()
        if let editor = console as? LineEditor, !editor.draft.isEmpty { console.show("DRAFT \(editor.draft)") }
        exit(code)
    }
}
