import BotSchema
import Handoff
import Testing

/// The dialects that are told by their shape, and what only looks like a handoff.
struct DialectTests {
    private static func initiation(_ activity: Activity) -> (HandoffDialect?, HandoffInitiation)? {
        guard let signal = HandoffSignal(activity), case .initiate(let initiation) = signal.kind else { return nil }
        return (signal.dialect, initiation)
    }

    @Test func `the body of the first library's call is read as a value`() throws {
        let body: JSONValue = [
            "handoffContext": ["Skill": "billing"], "transcript": ["activities": [["type": "message", "text": "hi"]]],
        ]
        for activity in [Wire.initiate(value: body), try Wire.activity(#"{"type":"handoff"}"#).with(value: body)] {
            let (dialect, initiation) = try #require(Self.initiation(activity))
            #expect(dialect == .rest)
            #expect(initiation.context.skill == "billing")
            #expect(initiation.transcript?.map(\.text) == ["hi"])
        }
        #expect(HandoffSignal(Activity(type: .handoff))?.dialect == .rest)
        #expect(HandoffSignal(Activity(type: .handoff))?.kind == .completed(.unspecified, message: nil))
    }

    @Test func `a handoff activity asks with whatever a bot wants to say`() throws {
        let activity = try Wire.activity(#"{"type":"handoff","value":{"reason":"asked for a person"}}"#)
        let (dialect, initiation) = try #require(Self.initiation(activity))
        #expect(dialect == .activityType)
        #expect(initiation.context.variables.map(\.name) == ["reason"])
    }

    @Test func `a handoff activity whose value asks for nothing ends the handoff`() throws {
        let ended = try Wire.activity(#"{"type":"handoff","value":{"status":"completed"}}"#)
        #expect(HandoffSignal(ended)?.kind == .completed(.unspecified, message: nil))
        #expect(HandoffSignal(ended)?.dialect == .activityType)
    }

    @Test(
        arguments: [
            #"{"type":"Escalate","context":{"Skill":"billing"}}"#,
            #"{"Type":"escalate","Context":{"Skill":"billing"}}"#,
            #"{"type":0,"context":{"Skill":"billing"}}"#,
        ]
    )
    func `Omnichannel asks in the tags of a message`(tags: String) throws {
        var message = Wire.says(Wire.bot, "vip customer")
        message.name = "handoff.initiate"
        message.channelData = ["tags": .string(tags)]
        let (dialect, initiation) = try #require(Self.initiation(message))
        #expect(dialect == .omnichannel)
        #expect(initiation.context.skill == "billing")
        #expect(initiation.context.agentMessage == "vip customer")
    }

    @Test func `Omnichannel ends in the tags of a message`() {
        var message = Wire.says(Wire.bot, "End of conversation")
        message.channelData = ["tags": #"{"type":"EndConversation"}"#]
        #expect(HandoffSignal(message)?.kind == .completed(.unspecified, message: nil))
    }

    @Test func `a list of tags is no command, and may hide a message`() {
        var message = Wire.says(Wire.bot, "context")
        message.channelData = ["tags": "ChannelId-lcw, OmnichannelContextMessage, Hidden"]
        #expect(HandoffSignal(message) == nil)
        #expect(message.isTaggedHidden)
        message.channelData = ["tags": "ChannelId-lcw,HiddenTreasure"]
        #expect(!message.isTaggedHidden)
    }

    @Test(
        arguments: [
            ["action": ["name": "TRANSFER", "parameters": ["skill": "billing"]]],
            [
                "metadata": [
                    ["type": "ActionReason", "reason": "escalate"], ["type": "SkillId", "skillId": "billing"],
                ]
            ],
        ] as [JSONValue]
    )
    func `LivePerson asks in the channel data of an empty message`(data: JSONValue) throws {
        var message = Wire.says(Wire.bot, "")
        message.channelData = data
        let (dialect, initiation) = try #require(Self.initiation(message))
        #expect(dialect == .livePerson)
        #expect(initiation.context.skill == "billing")
        message.channelData = ["action": ["name": "CLOSE"], "metadata": [["type": "SkillId", "skillId": "x"]]]
        #expect(HandoffSignal(message) == nil)
    }

    @Test func `typing within a status is LivePerson's proxy`() {
        #expect(HandoffSignal(Wire.status("typing"))?.kind == .progress(.typing))
        #expect(HandoffSignal(Wire.status("typing"))?.dialect == .livePersonProxy)
        #expect(HandoffSignal(Wire.status("accepted"))?.dialect == .sdk)
    }

    @Test func `a telephone number is the target of a call`() throws {
        let (dialect, initiation) = try #require(
            Self.initiation(Wire.initiate(value: ["TargetPhoneNumber": "+15550100"]))
        )
        #expect(dialect == .telephony)
        #expect(initiation.context.telephoneNumber == "+15550100")
    }

    @Test(arguments: ["startConversation", "sendMessage", "endConversation"])
    func `the answer of a skill is not the end of the user's conversation`(name: String) {
        var reply = Activity.endOfConversation(code: "completedSuccessfully")
        reply.name = name
        #expect(HandoffSignal(reply) == nil)
        #expect(HandoffAnnotation(reply)?.dialect == .skill)
        #expect(HandoffSignal(Wire.event(name)) == nil)
        var lifecycle = HandoffLifecycle()
        #expect(lifecycle.receive(reply, at: Timestamp(milliseconds: 0)).isEmpty)
        #expect(lifecycle.state == .bot)
    }

    @Test(
        arguments: [
            (#"{"type":"invoke","name":"handoff/action","value":{"Continuation":"x"}}"#, HandoffDialect.agentAction),
            (#"{"type":"trace","valueType":"EscalationRequested"}"#, .trace),
            (#"{"type":"trace","name":"HandOff","from":{"role":"bot"}}"#, .trace),
            (#"{"type":"trace","valueType":"SessionInfo","value":{"outcome":"HandOff"}}"#, .trace),
        ]
    )
    func `invokes and traces are notes and no signals`(json: String, dialect: HandoffDialect) throws {
        let activity = try Wire.activity(json)
        #expect(HandoffSignal(activity) == nil)
        #expect(HandoffAnnotation(activity)?.dialect == dialect)
    }

    @Test func `words that look alike are different things`() {
        #expect(HandoffSignal(.endOfConversation())?.dialect == nil)
        #expect(
            HandoffSignal(Wire.event("HandoffCompleted", value: "endOfConversation"))?.kind
                == .completed(.ended, message: nil)
        )
        #expect(HandoffSignal(Wire.event("EndOfConversation", value: "EndOfConversation")) == nil)
        #expect(HandoffSignal(Wire.event("endConversation")) == nil)
        #expect(HandoffAnnotation(Wire.initiate()) == nil)
        #expect(HandoffAnnotation(Wire.says(Wire.bot, "handoff")) == nil)
    }
}

extension Activity {
    fileprivate func with(value: JSONValue) -> Activity {
        var activity = self
        activity.value = value
        return activity
    }
}
