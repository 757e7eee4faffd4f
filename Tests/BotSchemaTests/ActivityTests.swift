import BotSchema
import Testing

struct ActivityTests {
    private static func activity(_ text: String) throws -> Activity {
        Activity(json: try #require(JSONValue(parsing: text).object))
    }

    @Test func `unknown members, nulls, numbers and order survive a change`() throws {
        let text =
            #"{"zz":1.0,"type":"message","text":"a","n":null,"deep":{"x":[1e3,{"y":12345678901234567890}]},"id":"1"}"#
        var activity = try Self.activity(text)
        #expect(activity.jsonValue.compactText == text)
        activity.text = "b"
        activity.locale = "de"
        #expect(
            activity.jsonValue.compactText
                == text.replacing("\"a\"", with: "\"b\"").dropLast() + #","locale":"de"}"#
        )
    }

    @Test func `members of an unexpected kind read as nil and stay`() throws {
        let text =
            #"{"type":7,"from":"x","text":[],"attachments":{},"entities":null,"channelData":1,"suggestedActions":0,"membersAdded":[1,null]}"#
        let activity = try Self.activity(text)
        #expect(
            activity.type == nil && activity.from == nil && activity.text == nil && activity.suggestedActions == nil
        )
        #expect(activity.attachments.isEmpty && activity.entities.isEmpty && activity.membersAdded.isEmpty)
        #expect(activity.clientActivityID == nil)
        #expect(activity.jsonValue.compactText == text)
    }

    @Test func `assigning nil removes a member instead of writing null`() {
        var activity = Activity.message("x")
        activity.id = "1"
        activity.from = ChannelAccount(id: "u")
        activity.id = nil
        activity.from = nil
        activity.attachments = []
        #expect(activity.jsonValue.compactText == #"{"type":"message","text":"x"}"#)
    }

    @Test func `the client's id lives among other channel data`() {
        var activity = Activity.message("x")
        activity.channelData = ["a": 1]
        activity.clientActivityID = "7"
        #expect(activity.channelData == ["a": 1, "clientActivityID": "7"])
        activity.clientActivityID = nil
        #expect(activity.channelData == ["a": 1])
    }

    @Test func `removing one of duplicate members removes all of them`() throws {
        var activity = try Self.activity(#"{"text":"a","type":"message","text":"b"}"#)
        #expect(activity.text == "b")
        activity.text = nil
        #expect(activity.jsonValue.compactText == #"{"type":"message"}"#)
    }

    @Test func `generated documents can be read as activities and stay as they are`() {
        for seed in 0..<300 {
            var generator = GeneratedJSON(seed: UInt64(seed))
            guard let object = generator.value().object else { continue }
            let activity = Activity(json: object)
            _ = (activity.type, activity.from?.name, activity.attachments, activity.suggestedActions, activity.text)
            #expect(activity.json == object)
        }
    }

    @Test func `a reference to a turn has only what the turn has`() throws {
        let turn = try Self.activity(#"{"id":"1","from":{"id":"u"},"conversation":{"id":"c","x":1}}"#)
        let reference = ConversationReference(to: turn)
        #expect(
            reference.jsonValue == ["activityId": "1", "user": ["id": "u"], "conversation": ["id": "c", "x": 1]]
        )
    }

    @Test func `actions may be bare strings`() throws {
        let activity = try Self.activity(
            #"{"suggestedActions":{"actions":["A",{"type":"imBack","title":"B","value":"b"},7]}}"#
        )
        #expect(activity.suggestedActions?.actions.map(\.title) == ["A", "B"])
        #expect(activity.suggestedActions?.actions.first?.type == "imBack")
    }

    @Test func `a set keeps its watermark and what else it has`() throws {
        let text = #"{"activities":[{"type":"typing"},null],"watermark":"0000a-42","x":true}"#
        var set = ActivitySet(json: try #require(JSONValue(parsing: text).object))
        #expect(set.activities.map(\.type) == [.typing])
        #expect(set.watermark == "0000a-42")
        #expect(set.jsonValue.compactText == text)
        set.watermark = nil
        #expect(set.json.keys == ["activities", "x"])
        #expect(ActivitySet(activities: [.typing], watermark: nil).jsonValue == ["activities": [["type": "typing"]]])
    }
}
