import BotSchema
import TestSupport
import Testing
import Transcripts

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The files of conversations that were fetched, which rows only ever come to.
struct FetchedConversationsTests {
    private static func row(_ number: Int, _ name: String = "talk_b0", start: String = "10") -> JSONObject {
        [
            "content": .string(#"{"activities":[{"type":"message","text":"line \#(number)"}]}"#),
            "name": .string(name), "conversationstarttime": .string("2026-03-01T\(start):00:00Z"),
            "conversationtranscriptid": .string("0000000\(number)-1111-4222-8333-444444444444"),
            "createdon": .string("2026-03-0\(number)T00:00:00Z"), "metadata": .string(#"{"BatchId":\#(number)}"#),
        ]
    }

    private static func mode(_ path: String) -> mode_t {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
    }

    @Test func `rows give the same file in whatever order and company they come`() throws {
        let rows = [Self.row(1), Self.row(2), Self.row(3, start: "12"), Self.row(4, start: "12")]
        var contents: Set<[UInt8]> = []
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]] {
            let folder = try TemporaryFolder()
            for index in order { _ = try FetchedConversations(in: folder.path).add([rows[index], rows[order[0]]]) }
            #expect(folder.names == ["talk_b0.json"])
            contents.insert(try folder.read("talk_b0.json"))
            #expect(Self.mode(folder.file("talk_b0.json")) == 0o600)
        }
        #expect(contents.count == 1)
        let file = try Transcript(parsing: try #require(contents.first), name: "a.json")
        #expect(file.activities.compactMap(\.text) == ["line 1", "line 2", "line 3", "line 4"])
        #expect(file.sessions.count == 2)
    }

    @Test func `what was there before the fetch stays, and what is no fetched conversation is not touched`() throws {
        let folder = try TemporaryFolder()
        let conversations = FetchedConversations(in: folder.path)
        #expect(try conversations.add([Self.row(1)]).map(\.change) == [.new])
        #expect(try conversations.add([Self.row(2)]).map { [$0.count] } == [[2]])
        for text in ["[]", #"{"value":[{"conversationtranscriptid":"1","name":"another_b0"}]}"#, "no JSON"] {
            try folder.write(text, to: "talk_b0.json")
            let files = try conversations.add([Self.row(1)])
            #expect(files.map(\.count) == [0])
            guard case .blocked(let error) = files[0].change else {
                Issue.record("\(files)")
                continue
            }
            #expect(error.code == .notPermitted && error.file == folder.file("talk_b0.json"))
            #expect(try folder.read("talk_b0.json") == Array(text.utf8))
        }
        #expect(folder.names == ["talk_b0.json"])
    }

    @Test func `a file that is in the way keeps no other conversation from being written`() throws {
        let folder = try TemporaryFolder()
        try folder.write("no JSON", to: "a_b0.json")
        #expect(mkdir(folder.file("b_b0.json"), 0o700) == 0)
        let rows = ["a_b0", "b_b0", "c_b0"].enumerated().map { Self.row($0 + 1, $1) }
        let files = try FetchedConversations(in: folder.path).add(rows)
        let isBlocked = files.map { file in if case .blocked = file.change { true } else { false } }
        #expect(isBlocked == [true, true, false] && files.last?.change == .new)
        #expect(try folder.read("a_b0.json") == Array("no JSON".utf8))
        #expect(folder.names.sorted() == ["a_b0.json", "b_b0.json", "c_b0.json"])
    }

    @Test(arguments: [
        "../../etc/passwd_b", "a/b_c", ".hidden_b", "-rf_b", "\u{1b}[2J_b", "ä_b", "a b_c",
        String(repeating: "x", count: 500),
    ])
    func `a name from the wire is no path`(name: String) throws {
        let folder = try TemporaryFolder()
        let files = try FetchedConversations(in: folder.path).add([Self.row(1, name), Self.row(2, name + "/")])
        #expect(folder.names.count == 2 && files.count == 2)
        for name in folder.names {
            #expect(
                name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f } && !".-".contains(name.first ?? ".") && name.count < 160
            )
        }
    }

    @Test func `the newest record of a folder is where the next fetch begins`() throws {
        let folder = try TemporaryFolder()
        let conversations = FetchedConversations(in: folder.path)
        #expect(try conversations.newest(of: nil) == nil)
        var other = Self.row(5, "other_b1")
        other["bot_conversationtranscriptid"] = ["@odata.etag": "1", "schemaname": "cr1_Other"]
        _ = try conversations.add([Self.row(1), Self.row(3), other])
        try folder.write("no JSON", to: "notes.json")
        #expect(try conversations.newest(of: nil) == Timestamp("2026-03-05T00:00:00Z"))
        #expect(try conversations.newest(of: "CR1_other") == Timestamp("2026-03-05T00:00:00Z"))
        #expect(try conversations.newest(of: "cr1_shop") == nil)
        #expect(throws: TranscriptError.self) { try FetchedConversations(in: folder.file("gone")).newest(of: nil) }
    }
}
