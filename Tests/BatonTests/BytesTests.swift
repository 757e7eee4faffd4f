import BotSchema
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// More bytes than a terminal takes: slow ones, large ones, and those that nobody reads.
@Suite(.serialized, .timeLimit(.minutes(20)), .waitsForPrograms)
struct BytesTests {
    private func write(_ count: Int, bytesEach: Int = 0, to name: String, in home: TemporaryFolder) throws -> String {
        let filler = String(repeating: "lorem ipsum ", count: bytesEach / 12)
        let activities = (1...count).map { number in
            #"{"type":"message","id":"\#(number)","text":"burst \#(number) \#(filler)","from":{"id":"b","role":"bot"}}"#
        }
        try home.write("[" + activities.joined(separator: ",") + "]", to: name)
        return "/load " + home.file(name)
    }

    @Test func `a terminal that stops reading loses neither messages nor keys`() throws {
        let home = try TemporaryFolder()
        let load = try write(10_000, to: "burst.transcript", in: home)
        let chat = try startChat(home: home, rows: 24)
        try chat.wait(for: "[4]")
        chat.enter(load)
        // Nobody reads for a while: the terminal is full and takes nothing, but the keys are taken.
        usleep(1_500_000)
        chat.sendBlindly("typed into a full terminal")
        usleep(300_000)
        try chat.wait(for: "the end of the burst") { $0.count(of: "End of") > 0 }
        try chat.waitForDraft("bot> typed into a full terminal")
        let numbers = chat.screen.transcript.compactMap { line in
            line.firstRange(of: "burst ").flatMap { Int(line[$0.upperBound...]) }
        }
        #expect(numbers == Array(1...10_000))
    }

    @Test func `a message of a megabyte is shown whole and typing goes on`() throws {
        let home = try TemporaryFolder()
        let load = try write(1, bytesEach: 1_000_000, to: "large.transcript", in: home)
        let chat = try startChat(home: home, rows: 24)
        try chat.wait(for: "[4]")
        chat.enter(load)
        chat.send("meanwhile")
        try chat.wait(for: "the end of it") { $0.count(of: "End of") > 0 }
        try chat.waitForDraft("bot> meanwhile")
        let words = chat.screen.transcript.joined(separator: " ").split(separator: " ").count { $0 == "lorem" }
        #expect(words == 1_000_000 / 12)
    }

    @Test func `an output that nobody reads ends the program`() throws {
        let home = try TemporaryFolder()
        let load = try write(10_000, to: "burst.transcript", in: home)
        let program = try BuiltProducts.executable("baton")
        let code = home.file("code")
        // The input stays open, so that only the lost output can end the program.
        let script = """
            (echo '\(load)'; exec sleep 30) | (\(program) --plain; echo $? > \(code)) | head -n 3 &
            while [ ! -s \(code) ]; do sleep 0.05; done; echo left with $(cat \(code))
            """
        let shell = try PipedProgram(["/bin/sh", "-c", script], environment: baseEnvironment(home: home))
        try shell.wait(for: "left with 1")
        #expect(shell.output.split(separator: "\n").count == 4)
    }
}
