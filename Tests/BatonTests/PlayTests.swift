import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// `baton transcript play` in a terminal, with its keys.
@Suite(.serialized, .timeLimit(.minutes(20)), .waitsForPrograms)
struct PlayTests {
    private static let talk = #"""
        [{"type":"message","text":"I need a person\u001b[2J","timestamp":"2026-01-02T03:04:05.000Z","from":{"id":"u","role":"user"}},
         {"type":"message","text":"One moment","timestamp":"2026-01-02T03:04:06.000Z","from":{"id":"robin","name":"Robin","role":"bot"}},
         {"type":"event","name":"handoff.initiate","timestamp":"2026-01-02T03:04:06.500Z","from":{"id":"robin","role":"bot"},"value":{"Skill":"cards"}},
         {"type":"event","name":"handoff.status","timestamp":"2026-01-02T03:14:06.500Z","value":{"state":"accepted"}},
         {"type":"message","text":"Ana here","timestamp":"2026-01-02T03:14:07.000Z","from":{"id":"ana","name":"Ana","role":"bot"}}]
        """#

    private func play(_ options: [String], home: TemporaryFolder) throws -> PseudoTerminal {
        try home.write(Self.talk, to: "talk.json")
        return try PseudoTerminal(
            [BuiltProducts.executable("baton"), "transcript", "play", home.file("talk.json")] + options,
            environment: baseEnvironment(home: home)
        )
    }

    @Test func `keys pause, step and leave, and the terminal is as it was`() throws {
        let home = try TemporaryFolder()
        let player = try play(["--speed", "0.1"], home: home)
        try player.wait(for: "I need a person")
        try player.wait(for: "playing · 1 of")
        #expect(!player.isCooked)
        player.send(" ")
        try player.wait(for: "paused · 1 of")
        player.send("\u{1B}[C")
        try player.wait(for: "One moment")
        player.send("\u{1B}[C\u{1B}[C\u{1B}[C")
        try player.wait(for: "Ana here")
        try player.wait(for: "the end")
        #expect(player.screen.text.contains("handoff requested · skill cards"))
        player.send("\u{1B}[D")
        try player.wait(for: "no more of Ana") { !$0.text.contains("Ana here") }
        #expect(player.screen.text.contains("accepted"))
        player.send("7")
        try player.wait(for: "7×")
        player.send("q")
        #expect(try player.waitForExit() == .code(0))
        #expect(player.isCooked)
        #expect(!player.screen.text.contains("paused"))
    }

    @Test func `it plays by itself, from the handoff on`() throws {
        let home = try TemporaryFolder()
        let player = try play(["--from", "handoff", "--speed", "50"], home: home)
        try player.wait(for: "Ana here")
        try player.wait(for: "the end")
        player.send("\u{3}")
        #expect(try player.waitForExit() == .code(0))
        #expect(player.isCooked)
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGHUP])
    func `a signal leaves the terminal as it was`(signal: Int32) throws {
        let home = try TemporaryFolder()
        let player = try play(["--speed", "0.1"], home: home)
        try player.wait(for: "playing")
        player.signal(signal)
        #expect(try player.waitForExit() == .code(0))
        #expect(player.isCooked)
    }

    @Test func `without a terminal it prints at once`() throws {
        let home = try TemporaryFolder()
        try home.write(Self.talk, to: "talk.json")
        let program = try PipedProgram(
            [BuiltProducts.executable("baton"), "transcript", "play", home.file("talk.json")],
            environment: baseEnvironment(home: home)
        )
        #expect(try program.waitForExit() == .code(0))
        #expect(program.output.contains("Ana here") && !program.output.contains("\u{1B}"))
        let missing = try PipedProgram(
            [BuiltProducts.executable("baton"), "transcript", "play", "--from", "99", home.file("talk.json")],
            environment: baseEnvironment(home: home)
        )
        #expect(try missing.waitForExit() == .code(1))
        #expect(missing.output.contains("talk.json: there is no line 99 in it"))
    }
}
