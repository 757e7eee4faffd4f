import AgentHub
import BotSchema
import TestSupport

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Measures what users feel, on the real program, and prints figures; nothing is asserted.
@main
struct Benchmarks {
    static func main() async {
        do {
            let arguments = CommandLine.arguments.dropFirst()
            if arguments.first == "serve-echo" {
                return try await EchoServer.run(endpoint: arguments.dropFirst().first)
            }
            if arguments.first == "echo-bot" { return try await EchoBotProgram.run() }
            if arguments.first == "serve-flood" { return try await FloodServer.run() }
            if arguments.first == "transcript-work", arguments.count == 3 {
                return try TranscriptFigures.work(arguments[2], file: arguments[3])
            }
            try await measure()
        } catch {
            print(error)
            exit(1)
        }
    }

    /// Everything, or only the parts that are named: program, screen, json, transcripts, commands, growth, day, memory,
    /// idle, server.
    ///
    /// Numbers behind `server` are how many conversations it has.
    private static func measure() async throws {
        let counts = CommandLine.arguments.compactMap { Int($0) }
        let parts = Set(CommandLine.arguments.dropFirst().filter { Int($0) == nil })
        let isWanted = { (part: String) in parts.isEmpty || parts.contains(part) }
        if isWanted("program") { try measureProgram() }
        if isWanted("screen") { try ScreenLoad(program: try BuiltProducts.executable("baton")).report() }
        if isWanted("json") { JSONThroughput(activities: 12_000).report() }
        if isWanted("transcripts") {
            try TranscriptFigures(megabytes: 100).report(
                program: BuiltProducts.executable("baton"),
                benchmarks: BuiltProducts.executable("benchmarks")
            )
        }
        if isWanted("commands") {
            try CommandFigures(program: BuiltProducts.executable("baton")).reportLarge(megabytes: 200)
        }
        if isWanted("growth") { try CommandFigures(program: BuiltProducts.executable("baton")).reportGrowth() }
        if isWanted("day") {
            print("a simulated day of 200 users and 10 agents:")
            for line in SimulatedDay(seed: 7).run().figures { print("  " + line) }
        }
        if isWanted("memory") { try await ServerMemory(count: 5000).report() }
        if isWanted("idle") { try await IdleConnections(count: 10_000).report() }
        guard isWanted("server") else { return }
        for count in counts.isEmpty ? [1, 100, 1000, 5000] : counts {
            // One conversation has one turn at a time, so that fewer tell as much.
            let roundTrips = count == 1 ? 2000 : 20_000
            try await ServerLoad(conversations: count, roundTrips: roundTrips).report()
            guard count <= 1000 else { continue }
            try await ServerLoad(conversations: count, bot: .inOwnProcess, roundTrips: roundTrips).report()
        }
    }

    private static func measureProgram() throws {
        let baton = try BuiltProducts.executable("baton")
        try StartUp(program: baton, runs: 20).report()
        try LineLatency(program: baton, lines: 300).report()
    }
}

/// From the start of the program to a prompt, with the embedded server running, and its memory there.
struct StartUp {
    let program: String
    let runs: Int

    func report() throws {
        var prompts: [Double] = []
        var connected: [Double] = []
        var memory: [Double] = []
        for _ in 0..<runs {
            let start = ContinuousClock.now
            let terminal = try PseudoTerminal([program], environment: Environment.quiet)
            try terminal.wait(for: "a prompt", polling: 1) { $0.text.contains(">") }
            prompts.append((ContinuousClock.now - start) / .milliseconds(1))
            try terminal.wait(for: "the bot's prompt", polling: 1) { $0.text.contains("bot>") }
            connected.append((ContinuousClock.now - start) / .milliseconds(1))
            try terminal.wait(for: "the greeting", polling: 1) { $0.text.contains("[1]") }
            memory.append(Double(Memory.residentKilobytes(of: terminal.process)) / 1024)
        }
        Figure.print("start to first prompt", prompts, unit: "ms")
        Figure.print("start to connected prompt", connected, unit: "ms")
        Figure.print("resident memory at the prompt", memory, unit: "MB")
    }
}

/// From Enter to the line on the screen, and from a line on a pipe to its echo from the server.
struct LineLatency {
    let program: String
    let lines: Int

    func report() throws {
        let terminal = try PseudoTerminal([program], environment: Environment.quiet, columns: 100, rows: 50)
        try terminal.wait(for: "the greeting") { $0.text.contains("[1]") }
        var shown: [Double] = []
        for number in 0..<lines {
            let word = "opening hours \(number)."
            terminal.send(word)
            // Few rows are looked at, since reading the whole screen takes longer than what is measured.
            try terminal.wait(for: "the draft", polling: 1) { $0.line($0.cursor.row).contains("> " + word) }
            let start = ContinuousClock.now
            terminal.send("\r")
            try terminal.wait(for: "the line", polling: 1) { screen in
                (0..<screen.cursor.row).reversed().prefix(12).contains { screen.line($0).contains(word) }
            }
            shown.append((ContinuousClock.now - start) / .milliseconds(1))
        }
        Figure.print("Enter to the line on the screen", shown, unit: "ms")

        let pipe = try PipedProgram([program, "--json", "--settle", "1"], environment: Environment.quiet)
        try pipe.wait(for: "\"online\"")
        var echoes: [Double] = []
        for number in 0..<lines {
            let word = "echo-\(number)."
            let start = ContinuousClock.now
            pipe.send("/event benchmark {\"n\":\"\(word)\"}\n")
            try pipe.wait(for: word)
            pipe.forgetOutput()
            echoes.append((ContinuousClock.now - start) / .milliseconds(1))
        }
        Figure.print("line to its echo over loopback", echoes, unit: "ms")
    }
}

/// Activities of usual size, parsed and written.
struct JSONThroughput {
    let activities: Int

    func report() {
        let document = JSONValue.array((0..<activities).map(Self.activity))
        let bytes = document.serialized()
        let decoding = best { _ = try? JSONValue(parsing: bytes) }
        let encoding = best { _ = document.serialized() }
        let megabytes = Double(bytes.count) / 1e6
        print("activities of \(bytes.count / activities) bytes:")
        print(
            "  decoded  \(Figure.rounded(Double(activities) / decoding)) a second, \(Figure.rounded(megabytes / decoding)) MB/s"
        )
        print(
            "  encoded  \(Figure.rounded(Double(activities) / encoding)) a second, \(Figure.rounded(megabytes / encoding)) MB/s"
        )
    }

    private func best(of runs: Int = 7, _ work: () -> Void) -> Double {
        (0..<runs).map { _ in ContinuousClock().measure(work) / .seconds(1) }.min() ?? .nan
    }

    static func activity(_ number: Int) -> JSONValue {
        let text = String(repeating: "Where is my parcel? \"Äpfel\" und 漢字, line \(number)\n", count: 12)
        return [
            "type": "message", "id": .string("c-17|\(number)"), "timestamp": "2026-01-02T03:04:05.678Z",
            "channelId": "directline", "from": ["id": "bot-1", "name": "Robin", "role": "bot"],
            "conversation": ["id": "c-17"], "recipient": ["id": "user-1", "role": "user"], "text": .string(text),
            "channelData": ["clientActivityID": "1.abc", "score": 0.75, "nested": [1, 2.5, true, nil, "x"]],
            "attachments": [
                ["contentType": "application/vnd.microsoft.card.hero", "content": ["title": "Parcel", "buttons": []]]
            ],
        ]
    }
}
