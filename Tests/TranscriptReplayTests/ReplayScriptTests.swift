import BotSchema
import Testing
import TranscriptReplay
import Transcripts

struct ReplayScriptTests {
    @Test func `a recording becomes the user's lines and what came of each`() {
        let script = ReplayScript(Recording.activities)
        #expect(script.turns.map(\.words) == [nil, "hi", "a person", "it broke"])
        #expect(
            script.turns.map { $0.expected.map(\.activity.text) } == [
                ["Hello"], ["Hi", "What is it?"], [nil, nil, "Ana here"], ["Fixed"],
            ]
        )
        #expect(script.turns[1].pause == .seconds(2))
        #expect(script.turns[1].expected.map(\.delay) == [.milliseconds(10), .milliseconds(400)])
        #expect(script.turns[2].length == .seconds(31))
    }

    @Test func `a line is said without what belongs to the recorded conversation`() throws {
        let line = try Activity(
            JSONValue(
                parsing: #"""
                    {"type":"message","id":"c1|3","text":"1","value":{"x":1.0},"timestamp":"2026-01-02T03:04:05Z","localTimestamp":"x",
                     "from":{"id":"u","role":"user"},"recipient":{"id":"b"},"conversation":{"id":"c1"},"locale":"de-CH",
                     "channelData":{"clientActivityID":"7","baton":{"ignore":["x"]},"postBack":true}}
                    """#
            )
        )
        let sent = ReplayScript([try #require(line)]).turns[1].line
        let expected =
            #"{"type":"message","text":"1","value":{"x":1.0},"locale":"de-CH","channelData":{"postBack":true}}"#
        #expect(sent?.jsonValue == (try JSONValue(parsing: expected)))
    }

    @Test func `a night in the recording is not waited for`() throws {
        let hi = Recording.user("hi", at: "2026-01-02T03:00:00.000Z")
        let answer = Recording.bot("Good morning", at: "2026-01-02T09:00:00.000Z")
        #expect(ReplayScript([hi, answer]).turns[1].expected.map(\.delay) == [.seconds(120)])
        #expect(!ReplayScript([answer]).hasLines && ReplayScript([hi]).hasLines)
    }
}

/// A recording of our own.
enum Recording {
    static func user(_ text: String, at time: String) -> Activity {
        var activity = Activity.message(text)
        activity.from = ChannelAccount(id: "user-123", name: "Mina", role: "user")
        activity.conversation = ConversationAccount(id: "recorded-1")
        activity.timestamp = time
        return activity
    }

    static func bot(_ text: String, at time: String? = nil, from name: String = "Robin") -> Activity {
        var activity = Activity.message(text)
        activity.from = ChannelAccount(id: name.lowercased(), name: name, role: "bot")
        activity.conversation = ConversationAccount(id: "recorded-1")
        activity.timestamp = time
        return activity
    }

    static func event(_ name: String, _ value: JSONValue, at time: String? = nil) -> Activity {
        var activity = Activity.event(name, value: value)
        activity.from = ChannelAccount(id: "robin", name: "Robin", role: "bot")
        activity.timestamp = time
        return activity
    }

    static let activities = [
        bot("Hello", at: "2026-01-02T03:04:05.000Z"),
        user("hi", at: "2026-01-02T03:04:07.000Z"),
        bot("Hi", at: "2026-01-02T03:04:07.010Z"),
        Activity.typing,
        bot("What is it?", at: "2026-01-02T03:04:07.410Z"),
        user("a person", at: "2026-01-02T03:04:10.000Z"),
        event("handoff.initiate", ["va_ConversationId": "recorded-1"], at: "2026-01-02T03:04:10.500Z"),
        event("handoff.status", ["state": "accepted"], at: "2026-01-02T03:04:40.500Z"),
        bot("Ana here", at: "2026-01-02T03:04:41.000Z", from: "Ana"),
        user("it broke", at: "2026-01-02T03:04:50.000Z"),
        bot("Fixed", at: "2026-01-02T03:04:51.000Z", from: "Ana"),
    ]
}
