import BotSchema
import TestSupport
import Testing

@testable import Transcripts

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite(.timeLimit(.minutes(20)))
struct JournalTests {
    private static let start = Timestamp(milliseconds: 1_767_323_045_000)

    private static func withFolder(_ body: (String) throws -> Void) throws {
        let folder = try TemporaryFolder()
        try withExtendedLifetime(folder) { try body(folder.path) }
    }

    @Test func `what is appended is recovered, with whom and since when`() throws {
        try Self.withFolder { folder in
            let path = JournalFolder(folder).newPath(at: Self.start, tag: "a")
            #expect(path == "\(folder)/20260102T030405Z-a.jsonl")
            var journal = try TranscriptJournal(creating: path, subject: "the demo bot", at: Self.start)
            try journal.append(.message("hi\n👋"))
            try journal.endTurn()
            let live = try TranscriptJournal.recover(path)
            #expect(live.transcript.activities == [.message("hi\n👋")])
            #expect(!live.isFinished && live.subject == "the demo bot" && live.startedAt == Self.start)
            try journal.finish(at: Self.start)
            let whole = try TranscriptJournal.recover(path)
            #expect(whole.isFinished && whole.transcript.activities.count == 1 && whole.transcript.repairs.isEmpty)
            var status = stat()
            #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        }
    }

    @Test func `secrets are never in it`() throws {
        try Self.withFolder { folder in
            var journal = try TranscriptJournal(creating: "\(folder)/a.jsonl", subject: "x", at: Self.start)
            try journal.append(
                .event("x", value: ["streamUrl": "wss://h/?t=s3cret", "a": [["token": "s3cret"]], "n": 1.0])
            )
            try journal.finish(at: Self.start)
            let text = String(
                decoding: try TranscriptJournal.recover("\(folder)/a.jsonl").transcript.serialized(as: .array),
                as: UTF8.self
            )
            #expect(!text.contains("s3cret") && text.contains("[secret-1]") && text.contains("1.0"))
        }
    }

    @Test func `a full journal says so and stays whole`() throws {
        try Self.withFolder { folder in
            let path = "\(folder)/a.jsonl"
            var journal = try TranscriptJournal(creating: path, subject: "x", at: Self.start, sizeLimit: 400)
            try journal.append(.message("fits"))
            var code: TranscriptError.Code?
            do throws(TranscriptError) {
                try journal.append(.message(String(repeating: "x", count: 400)))
            } catch { code = error.code }
            #expect(code == .noSpace)
            try journal.append(.message("fits too"))
            #expect(try TranscriptJournal.recover(path).transcript.activities.map(\.text) == ["fits", "fits too"])
        }
    }

    @Test func `a journal never takes the place of another file`() throws {
        try Self.withFolder { folder in
            _ = try TranscriptJournal(creating: "\(folder)/a.jsonl", subject: "x", at: Self.start)
            #expect(throws: TranscriptError.self) {
                _ = try TranscriptJournal(creating: "\(folder)/a.jsonl", subject: "y", at: Self.start)
            }
            #expect(try TranscriptJournal.recover("\(folder)/a.jsonl").subject == "x")
        }
    }

    @Test func `a folder tells journals that live, that are finished and that were cut off`() throws {
        try Self.withFolder { folder in
            #expect(try JournalFolder(folder + "/none").entries().isEmpty)
            var finished = try TranscriptJournal(creating: "\(folder)/1.jsonl", subject: "x", at: Self.start)
            try finished.finish(at: Self.start)
            do { _ = try TranscriptJournal(creating: "\(folder)/2.jsonl", subject: "x", at: Self.start) }
            let live = try TranscriptJournal(creating: "\(folder)/3.jsonl", subject: "x", at: Self.start)
            let entries = try JournalFolder(folder).entries()
            #expect(entries.map(\.isFinished) == [true, false, false])
            #expect(entries.map(\.isLive) == [false, false, true])
            #expect(try JournalFolder(folder).unfinished().map(\.path) == ["\(folder)/2.jsonl"])
            let removed = try JournalFolder(folder).prune(JournalFolder.Retention(bytes: 0), at: .now)
            #expect(removed.map(\.path) == ["\(folder)/1.jsonl", "\(folder)/2.jsonl"])
            #expect(try JournalFolder(folder).entries().map(\.path) == [live.path])
        }
    }

    @Test func `what is too old goes first, then the oldest until the rest fits`() {
        func entry(_ day: Int64, _ size: Int, isLive: Bool = false) -> JournalFolder.Entry {
            JournalFolder.Entry(
                path: "\(day)",
                size: size,
                modifiedAt: Timestamp(milliseconds: day * 86_400_000),
                isLive: isLive,
                isFinished: !isLive
            )
        }
        let entries = [entry(90, 10), entry(1, 10, isLive: true), entry(10, 10), entry(80, 50), entry(85, 20)]
        let now = Timestamp(milliseconds: 100 * 86_400_000)
        let retention = JournalFolder.Retention(bytes: 40)
        #expect(retention.expired(among: entries, at: now).map(\.path) == ["10", "80"])
        #expect(JournalFolder.Retention().expired(among: entries, at: now).map(\.path) == ["10"])
    }

    @Test(.waitsForPrograms) func `nothing that was shown is missing after the program was killed at any moment`()
        throws
    {
        let probe = try BuiltProducts.executable("transcript-journal-probe")
        var random = SplitMix64(seed: 0x9_51)
        for round in 0..<200 {
            try Self.withFolder { folder in
                let program = try PipedProgram([probe, "\(folder)/a.jsonl"])
                try program.wait(for: "\n\(Int.random(in: 1...120, using: &random))\n")
                // Some microseconds more, so that the kill falls between any two instructions.
                for _ in 0..<Int.random(in: 0..<2000, using: &random) { _ = getpid() }
                kill(program.process, SIGKILL)
                #expect(try program.waitForExit() == .signal(SIGKILL))
                let shown = program.output.split(separator: "\n").count { Int($0) != nil }
                let recovery = try TranscriptJournal.recover("\(folder)/a.jsonl")
                let activities = recovery.transcript.activities
                // Of the last line only a part may have been printed; the journal is never behind it.
                #expect(activities.count >= shown, "round \(round)")
                #expect(activities.map(\.id) == (0..<activities.count).map { String($0) })
                #expect(!recovery.isFinished)
                #expect(recovery.transcript.repairs.count <= 2)
            }
        }
    }
}
