import BotSchema
import Bots
import DirectLineServer
import TestSupport

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A server with a bot that says as much as it is asked to, for ``ScreenLoad`` to show.
enum FloodServer {
    private struct FloodBot: Bot {
        func onTurn(
            _ activity: Activity,
            in conversation: any ConversationChannel
        ) async throws -> InvokeResponse? {
            let words = (activity.text ?? "").split(separator: " ")
            guard activity.type == .message, words.first == "flood", words.count == 3, let count = Int(words[1]),
                let rate = Int(words[2])
            else { return nil }
            let start = ContinuousClock.now
            for number in 1...max(1, count) {
                try await conversation.send(.message("message \(number)"))
                // In steps of ten, since no timer is finer than what is measured.
                guard rate > 0, number % 10 == 0 else { continue }
                try await Task.sleep(until: start + .seconds(Double(number) / Double(rate)), clock: .continuous)
            }
            try await conversation.send(.message("flood over"))
            return nil
        }
    }

    /// Serves until the process is killed; the first line printed is the address.
    static func run() async throws {
        try await EmbeddedServer(configuration: ServerConfiguration(), bot: FloodBot()).run { address in
            print(address.directLineURL)
            fflush(nil)
        }
    }
}

/// What a person at the screen feels while messages rain down: the real program in a terminal, fed by a server.
struct ScreenLoad {
    let program: String

    func report() throws {
        let server = try PipedProgram([CommandLine.arguments[0], "serve-flood"], environment: Environment.quiet)
        try server.wait(for: "/v3/directline\n")
        let base = String(server.output.prefix { !$0.isWhitespace })
        try measureKeys(at: base)
        try measurePrinting(at: base)
        try measureMemory(at: base)
    }

    private func chat(at base: String) throws -> PseudoTerminal {
        let terminal = try PseudoTerminal(
            [program, "--direct-line", base, "--no-record"],
            environment: Environment.quiet
        )
        try terminal.wait(for: "the bot's prompt") { $0.text.contains("bot>") }
        return terminal
    }

    /// From a key to its letter on the screen, in quiet and during 1,000 messages a second.
    private func measureKeys(at base: String) throws {
        for rate in [0, 1000] {
            let terminal = try chat(at: base)
            if rate > 0 {
                terminal.send("flood 12000 \(rate)\r")
                try terminal.wait(for: "the flood") { $0.text.contains("message ") }
            }
            var times: [Double] = []
            var draft = ""
            for number in 0..<500 {
                let letter = String(UnicodeScalar(UInt8(97 + number % 26)))
                draft += letter
                let start = ContinuousClock.now
                terminal.send(letter)
                try terminal.wait(for: "“\(draft)”", polling: 1) { $0.line($0.cursor.row) == "bot> " + draft }
                times.append((ContinuousClock.now - start) / .milliseconds(1))
                if draft.count == 60 {
                    terminal.send("\u{15}")
                    draft = ""
                    try terminal.wait(for: "an empty line", polling: 1) { $0.line($0.cursor.row) == "bot>" }
                }
            }
            let sorted = times.sorted()
            Figure.print(
                rate == 0 ? "key to screen, in quiet" : "key to screen at \(rate) messages/s",
                times,
                unit: "ms"
            )
            print("  p99 \(Figure.rounded(sorted[sorted.count * 99 / 100])) ms")
        }
    }

    /// From a burst's first message to its last, through server, stream and screen.
    private func measurePrinting(at base: String) throws {
        let count = 10_000
        let terminal = try chat(at: base)
        terminal.send("flood \(count) 0\r")
        try terminal.wait(for: "the first message", polling: 1) { $0.text.contains("message ") }
        let (start, busy) = (ContinuousClock.now, ProcessorTime.seconds(of: terminal.process))
        // Few looks, since each takes longer than many messages.
        try terminal.wait(for: "the end", atMost: .seconds(120)) { screen in
            (0..<screen.rows).contains { screen.line($0).contains("flood over") }
        }
        let elapsed = (ContinuousClock.now - start) / .seconds(1)
        let own = ProcessorTime.seconds(of: terminal.process) - busy
        print(
            "\(count) messages of a burst: \(Figure.rounded(elapsed)) s, \(Figure.rounded(own)) s of CPU in the program"
        )
    }

    /// The program's memory while it shows 100,000 messages.
    private func measureMemory(at base: String) throws {
        let terminal = try chat(at: base)
        var figures: [String] = []
        for part in 1...10 {
            terminal.send("flood 10000 0\r")
            try terminal.wait(for: "the end of part \(part)", atMost: .seconds(120)) { screen in
                (0..<screen.rows).contains { screen.line($0).contains("flood over") }
            }
            terminal.send("\u{c}")
            try terminal.wait(for: "an empty screen") { $0.line(0).hasPrefix("bot>") }
            figures.append("\(Memory.residentKilobytes(of: terminal.process) / 1024)")
        }
        print("memory after each 10,000 messages: \(figures.joined(separator: ", ")) MB")
    }
}
