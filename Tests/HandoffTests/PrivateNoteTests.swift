import BotSchema
import Handoff
import Testing

struct PrivateNoteTests {
    @Test(arguments: [
        (#"{"va_AgentMessage":"VIP","Skill":"x"}"#, #"{"Skill":"x"}"#),
        (#"{"messagetoagent":"VIP","n":1.50}"#, #"{"n":1.50}"#),
        (#"{"handoffContext":{"va_AgentMessage":"VIP","a":null}}"#, #"{"handoffContext":{"a":null}}"#),
        (#""{\"va_AgentMessage\":\"VIP\",\"Skill\":\"x\"}""#, #""{\"Skill\":\"x\"}""#),
        (#""a summary in words""#, #""a summary in words""#),
    ])
    func `V38 notes for the agent go, everything else stays`(value: String, expected: String) throws {
        let activity = Activity.event("handoff.initiate", value: try JSONValue(parsing: value))
        #expect(activity.withoutPrivateNotes.value?.compactText == expected)
    }

    @Test func `what is no initiation is left alone`() {
        let activity = Activity.event("something", value: ["va_AgentMessage": "VIP"])
        #expect(activity.withoutPrivateNotes == activity)
    }
}
