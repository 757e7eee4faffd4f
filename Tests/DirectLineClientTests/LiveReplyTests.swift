import BotSchema
import Testing

@testable import DirectLineClient

/// Replies that grow.
struct LiveReplyTests {
    private func entity(_ type: String?, _ sequence: Int?, id: String? = "s", result: String? = nil) -> JSONValue {
        var info: JSONObject = ["type": "streaminfo"]
        info["streamId"] = id.map(JSONValue.string)
        info["streamType"] = type.map(JSONValue.string)
        info["streamSequence"] = sequence.map { .number(JSONNumber($0)) }
        info["streamResult"] = result.map(JSONValue.string)
        return .object(info)
    }

    private func part(_ kind: ActivityType, _ text: String?, _ entities: JSONValue...) -> Activity {
        var activity = Activity(type: kind)
        activity.text = text
        activity.json["entities"] = .array(entities)
        return activity
    }

    @Test func `C37 a part that comes late is ignored and one message remains`() {
        var replies = LiveReplies()
        let now = Timestamp(milliseconds: 0)
        let last = part(.message, "A long answer.", entity("final", nil, result: "success"))
        let changes = [
            part(.typing, "Searching…", entity("informative", 1)), part(.typing, "A", entity("streaming", 2)),
            part(.typing, "A long answer", entity("streaming", 4)), part(.typing, "A long", entity("streaming", 3)),
            part(.typing, "A long answer", entity("streaming", 4)), part(.typing, "", entity(nil, 5)), last,
            part(.typing, "A long answer", entity("streaming", 6)), last,
        ].map { replies.take($0, at: now) }
        #expect(
            changes == [
                .grows(id: "s", text: "Searching…", isStatus: true), .grows(id: "s", text: "A", isStatus: false),
                .grows(id: "s", text: "A long answer", isStatus: false), .ignored, .ignored,
                .grows(id: "s", text: "A long answer", isStatus: false),
                .ends(id: "s", message: last, result: "success"), .ignored, .ignored,
            ]
        )
    }

    @Test func `parts belong together by channel data too, the first by its own id`() {
        var replies = LiveReplies()
        let now = Timestamp(milliseconds: 0)
        var first = Activity.typing
        first.id = "a1"
        first.text = "one"
        first.channelData = ["streamType": "streaming", "streamSequence": 1]
        var second = Activity.typing
        second.id = "a2"
        second.text = "one two"
        second.channelData = ["streamType": "streaming", "streamSequence": 2, "streamId": "a1"]
        var last = Activity.message("one two three")
        last.id = "a3"
        last.channelData = ["streamType": "final", "streamId": "a1"]
        #expect(replies.take(first, at: now) == .grows(id: "a1", text: "one", isStatus: false))
        #expect(replies.take(second, at: now) == .grows(id: "a1", text: "one two", isStatus: false))
        #expect(replies.take(last, at: now) == .ends(id: "a1", message: last, result: nil))
    }

    @Test func `a reply may be taken back, and what is no part of one is left alone`() {
        var replies = LiveReplies()
        let now = Timestamp(milliseconds: 0)
        _ = replies.take(part(.typing, "x", entity("streaming", 1)), at: now)
        #expect(replies.take(part(.typing, nil, entity("final", nil)), at: now) == .retracted(id: "s"))
        #expect(replies.take(.typing, at: now) == .unrelated)
        #expect(replies.take(.message("x"), at: now) == .unrelated)
        let ambiguous = part(.typing, "x", entity("streaming", 1, id: "p"), entity("streaming", 1, id: "q"))
        #expect(replies.take(ambiguous, at: now) == .unrelated)
        #expect(replies.take(part(.typing, "x", entity("streaming", 1, id: nil)), at: now) == .unrelated)
        #expect(replies.take(part(.event, "x", entity("streaming", 1, id: "e")), at: now) == .unrelated)
    }

    @Test func `a reply of which nothing comes for a minute is interrupted, and may go on`() {
        var replies = LiveReplies()
        _ = replies.take(part(.typing, "x", entity("streaming", 1)), at: Timestamp(milliseconds: 0))
        #expect(replies.interrupted(at: Timestamp(milliseconds: 59_999)) == [])
        #expect(replies.interrupted(at: Timestamp(milliseconds: 60_000)) == ["s"])
        #expect(replies.interrupted(at: Timestamp(milliseconds: 99_000)) == [])
        let more = replies.take(part(.typing, "x y", entity("streaming", 2)), at: Timestamp(milliseconds: 99_000))
        #expect(more == .grows(id: "s", text: "x y", isStatus: false))
    }
}
