import BotSchema
import Testing
import Transcripts

@testable import ChatScreen

struct LoadedLinesTests {
    private static func transcript(_ text: String) throws -> Transcript {
        try Transcript(parsing: Array(text.utf8), name: "b.json")
    }

    private static let talk = #"""
        [{"type":"message","text":"Hello","from":{"role":"bot"}},
         {"type":"message","id":"7","text":"hi","from":{"id":"u","role":"user"},"conversation":{"id":"old"}},
         {"type":"typing","from":{"role":"user"}},
         {"type":"event","name":"ping","from":{"role":"user"},"value":{"a":1.0},"channelData":{"clientActivityID":"x"}}]
        """#

    @Test func `what was loaded as context is said again line by line`() throws {
        var script = ChatScript()
        _ = script.open()
        #expect(script.enter("/next").last == "There is nothing to say again; /load FILE --as context brings it.")
        #expect(script.enter("/load 'my talk.json' --as context").last == "load my talk.json")
        let shown = script.take(.loaded(path: "my talk.json", .success(try Self.transcript(Self.talk))))
        #expect(shown.contains("loaded: bot: Hello"))
        #expect(shown.last == "/next says its 2 lines again, one by one; the first is “hi”.")
        let first = script.enter("/next")
        #expect(first.contains("post 1 hi") && first.last == "1 line left; the next is “ping”.")
        _ = script.take(.posted(number: 1, .success(nil)))
        let second = script.enter("/next")
        #expect(second.contains("post 2 ping") && second.last == "That was the last line.")
        _ = script.take(.posted(number: 2, .success(nil)))
        #expect(script.enter("/next").last == "All 2 lines were said; /load brings them again.")
    }

    @Test func `without the option nothing is offered, and a failure forgets the wish`() throws {
        var script = ChatScript()
        _ = script.open()
        _ = script.enter("/load b.json")
        let shown = script.take(.loaded(path: "b.json", .success(try Self.transcript(Self.talk))))
        #expect(!shown.contains { $0.contains("/next") })
        _ = script.enter("/load --as context c.json")
        _ = script.take(.loaded(path: "c.json", .failure(TranscriptError(.notFound, file: "c.json", reason: "gone"))))
        _ = script.enter("/load c.json")
        #expect(
            !script.take(.loaded(path: "c.json", .success(try Self.transcript(Self.talk)))).contains {
                $0.contains("/next")
            }
        )
        #expect(script.enter("/load --as context").last?.hasPrefix("Usage: /load FILE [--as context]") == true)
    }

    @Test func `a line is said without what belongs to the other conversation`() throws {
        let lines = try Self.transcript(Self.talk).activities.filter(\.isFromUser).map(\.forSayingAgain.jsonValue)
        #expect(lines[0] == ["type": "message", "text": "hi"])
        #expect(lines[2] == (try JSONValue(parsing: #"{"type":"event","name":"ping","value":{"a":1.0}}"#)))
    }

    @Test func `save masks on wish, and takes its options in either order`() {
        var script = ChatScript()
        _ = script.open()
        _ = script.arrive(#"{"type":"message","text":"Write to mina@mail.example","from":{"id":"bot"}}"#)
        #expect(script.enter("/save --redact --public my file.json").last == "save 1 to my file.json")
        #expect(script.savedActivities?.first?.text == "Write to [email-1]")
        #expect(script.enter("/save --force --public my file.json").last == "save 1 to my file.json by force")
        #expect(script.enter("/save --redact").last?.hasPrefix("Usage: /save") == true)
        #expect(script.enter("/save --redactx a.json").last?.hasPrefix("Usage: /save") == true)
    }
}
