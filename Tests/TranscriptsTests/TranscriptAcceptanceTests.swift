import BotSchema
import Testing
import Transcripts

struct TranscriptAcceptanceTests {
    private static func read(_ text: String) throws -> Transcript {
        try Transcript(parsing: Array(text.utf8), name: "a.json")
    }

    /// Accepts what came; the result must be the same as what came.
    private static func accept(_ file: String, _ came: String) throws -> JSONValue {
        let (file, came) = (try read(file), try read(came))
        let diff = TranscriptDiff(expected: file.activities, actual: came.activities)
        let accepted = file.accepting(came.activities, as: diff)
        #expect(TranscriptDiff(expected: accepted.activities, actual: came.activities).isEqual)
        return try JSONValue(parsing: accepted.serializedAsRead())
    }

    @Test func `of what differs the member is replaced, and all else stays as it is written`() throws {
        let accepted = try Self.accept(
            #"""
            {"watermark":"7","activities":[
             {"type":"trace","name":"x"},
             {"type":"message","id":"c1-old|1","text":"hi","from":{"id":"u1","role":"user"},"conversation":{"id":"c1-old"}},
             {"type":"message","id":"c1-old|2","text":"Hello <*>, case c1-old","n":1.50,"from":{"id":"b","name":"Robin"},
              "channelData":{"a":1,"baton":{"ignore":["$.value.id"]}},"value":{"id":7,"state":"open"}}],"x":[]}
            """#,
            #"""
            [{"type":"message","id":"c2-new|1","text":"hi","from":{"id":"u2","role":"user"},"conversation":{"id":"c2-new"}},
             {"type":"message","id":"c2-new|2","text":"Hello Mina, case c2-new","n":1.5,"from":{"id":"b2","name":"Robin"},
              "channelData":{"a":2},"value":{"id":8,"state":"closed","by":"Ana"}}]
            """#
        )
        #expect(
            accepted
                == (try JSONValue(
                    parsing: #"""
                        {"watermark":"7","activities":[
                         {"type":"trace","name":"x"},
                         {"type":"message","id":"c1-old|1","text":"hi","from":{"id":"u1","role":"user"},"conversation":{"id":"c1-old"}},
                         {"type":"message","id":"c1-old|2","text":"Hello <*>, case c1-old","n":1.50,"from":{"id":"b","name":"Robin"},
                          "channelData":{"a":2,"baton":{"ignore":["$.value.id"]}},"value":{"id":7,"state":"closed","by":"Ana"}}],"x":[]}
                        """#
                ))
        )
    }

    @Test func `what did not come goes, and what was unexpected comes in its place`() throws {
        let accepted = try Self.accept(
            #"""
            [{"type":"message","text":"hi","from":{"role":"user"},"timestamp":"2026-01-02T03:04:05Z","conversation":{"id":"c"}},
             {"type":"message","text":"gone","from":{"name":"Robin"}},{"type":"event","name":"stays"}]
            """#,
            #"""
            [{"type":"message","text":"hi","from":{"role":"user"}},{"type":"event","name":"new","timestamp":"2027-01-02T03:04:05Z"},
             {"type":"event","name":"stays"},{"type":"message","text":"last","from":{"name":"Robin"}}]
            """#
        )
        let list = try #require(accepted.array)
        #expect(list.map { $0["text"]?.string ?? $0["name"]?.string } == ["hi", "new", "stays", "last"])
        #expect(list[1]["timestamp"] == "2026-01-02T03:04:05Z" && list[1]["conversation"]?["id"] == "c")
    }

    @Test func `another speaker is taken over, another user's name is not`() throws {
        let accepted = try Self.accept(
            #"[{"type":"message","text":"hi","from":{"id":"u","name":"Mina","role":"user"}},{"type":"message","text":"a","from":{"id":"ana","name":"Ana"}}]"#,
            #"[{"type":"message","text":"hi","from":{"id":"v","name":"Noor","role":"user"}},{"type":"message","text":"a","from":{"id":"ben","name":"Ben"}}]"#
        )
        #expect(accepted[0]?["from"]?["name"] == "Mina")
        #expect(accepted[1]?["from"] == ["id": "ana", "name": "Ben"])
    }

    @Test func `a transcript that a handoff carries is compared and taken over entry by entry`() throws {
        func file(_ text: String, _ id: String) -> String {
            #"""
            [{"type":"event","name":"handoff.initiate","from":{"name":"Robin"},"value":{"id":"\#(id)"},"conversation":{"id":"\#(id)"},
              "attachments":[{"name":"Transcript","content":{"activities":[
               {"type":"message","id":"\#(id)|1","text":"\#(text)","from":{"name":"Robin"}}]}}]}]
            """#
        }
        let accepted = try Self.accept(file("old", "conv-1"), file("new", "conv-2"))
        #expect(accepted == (try JSONValue(parsing: file("new", "conv-1"))))
    }
}
