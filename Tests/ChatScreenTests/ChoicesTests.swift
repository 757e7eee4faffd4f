import BotSchema
import ChatScreen
import Testing

struct ChoicesTests {
    private func message(_ json: String) throws -> Activity {
        try #require(Activity(JSONValue(parsing: json)))
    }

    @Test func `card buttons come before suggested actions`() throws {
        let activity = try message(
            """
            {"type":"message","suggestedActions":{"actions":["Later"]},"attachments":[{"contentType":
            "application/vnd.microsoft.card.hero","content":{"buttons":[{"type":"imBack","title":"Now","value":"now"}]}}]}
            """
        )
        let choices = Choices(of: activity)
        #expect(choices.count == 2)
        #expect(choices[1]?.title == "Now")
        #expect(choices[2]?.title == "Later")
        #expect(choices[0] == nil)
        #expect(choices[3] == nil)
    }

    @Test func `an imBack says its value`() throws {
        let action = try #require(CardAction(["type": "imBack", "title": "Opening hours", "value": "hours"]))
        #expect(ChoiceOutcome(activating: action) == .post(.message("hours"), shownAs: "hours"))
    }

    @Test func `a postBack sends its object unseen`() throws {
        let action = try #require(CardAction(["type": "postBack", "title": "Pay", "value": ["amount": 5]]))
        guard case .post(let activity, let words) = ChoiceOutcome(activating: action) else {
            Issue.record("nothing to post")
            return
        }
        #expect(words == "(chose Pay)")
        #expect(activity.text == nil)
        #expect(activity.value == ["amount": 5])
        #expect(activity.channelData == ["postBack": true])
    }

    @Test func `a messageBack shows its display text`() throws {
        let action = try #require(
            CardAction(["type": "messageBack", "title": "T", "text": "t", "displayText": "D", "value": 1])
        )
        guard case .post(let activity, let words) = ChoiceOutcome(activating: action) else {
            Issue.record("nothing to post")
            return
        }
        #expect(words == "D")
        #expect(activity.text == "t")
        #expect(activity.value == 1)
    }

    @Test func `a link is shown and never followed`() throws {
        let action = try #require(CardAction(["type": "openUrl", "title": "Site", "value": "https://example.org"]))
        #expect(ChoiceOutcome(activating: action) == .link("https://example.org"))
    }

    @Test func `an action that a terminal lacks says so`() throws {
        let action = try #require(CardAction(["type": "dance", "title": "Dance"]))
        guard case .unsupported(let reason) = ChoiceOutcome(activating: action) else {
            Issue.record("supported?")
            return
        }
        #expect(reason.contains("dance"))
    }
}
