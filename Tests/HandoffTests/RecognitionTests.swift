import BotSchema
import Handoff
import Testing

struct RecognitionTests {
    @Test(
        arguments: [
            ("handoff.initiate", JSONValue.object(["Skill": "billing"]), HandoffDialect.sdk),
            ("handoff.initiate", ["va_LastTopic": "Card", "Skill": "billing"], .copilotStudio),
            ("HandoffInitiation", ["Skill": "billing"], .threeEvents),
            ("InitiateHandoff", ["Skill": "billing"], .threeEventsAsCoded),
            ("GenesysHandoff", "billing", .providerEvent),
            ("salesforcehandoff", ["Skill": "billing"], .providerEvent),
        ] as [(String, JSONValue, HandoffDialect)]
    )
    func `an initiation is told by its event's name`(name: String, value: JSONValue, dialect: HandoffDialect) throws {
        let signal = try #require(HandoffSignal(Wire.initiate(name, value: value)))
        #expect(signal.dialect == dialect)
        #expect(signal.conversationId == "c-17")
        #expect(signal.activityId == "c-17|0000005")
        guard case .initiate(let initiation) = signal.kind else {
            Issue.record("not an initiation")
            return
        }
        #expect(initiation.context.skill == "billing" || initiation.context.agentMessage == "billing")
    }

    @Test(
        arguments: [
            (
                "handoff.status", JSONValue.object(["state": "accepted"]),
                HandoffSignal.Kind.accepted(by: nil, message: nil)
            ),
            ("handoff.status", ["state": "accepted", "message": nil], .accepted(by: nil, message: nil)),
            ("handoff.status", ["state": "accepted", "message": ""], .accepted(by: nil, message: nil)),
            ("handoff.status", ["state": "accepted", "message": "Hi"], .accepted(by: nil, message: "Hi")),
            ("handoff.status", ["state": "Accepted", "message": ["a": 1]], .accepted(by: nil, message: #"{"a":1}"#)),
            ("handoff.status", ["state": "failed", "message": "no agent"], .failed(reason: "no agent")),
            ("handoff.status", ["state": "completed"], .completed(.unspecified, message: nil)),
            ("handoff.status", ["state": "typing"], .progress(.typing)),
            ("handoff.status", ["state": "parked"], .progress(.other("parked"))),
            ("handoff.status", ["state": "timedOut"], .timedOut(reason: nil)),
            ("handoff.status", "accepted", .accepted(by: nil, message: nil)),
            ("handoff.status", #"{"state":"failed","message":"x"}"#, .failed(reason: "x")),
            ("HandoffResponse", "accepted", .accepted(by: nil, message: nil)),
            ("HandoffResponse", "timedOut", .timedOut(reason: nil)),
            ("HandoffResponse", "endOfConversation", .completed(.ended, message: nil)),
            ("HandoffResponse", ["state": "failed"], .failed(reason: nil)),
            ("HandoffCompleted", "endOfConversation", .completed(.ended, message: nil)),
            ("HandoffCompleted", "transferBack", .completed(.transferBack, message: nil)),
            ("HandoffCompleted", "failed", .failed(reason: nil)),
            (
                "baton.queue", ["position": 2, "estimatedWaitSeconds": 90],
                .progress(.queue(position: 2, estimatedWait: .seconds(90)))
            ),
            (
                "baton.queue", ["position": "?", "estimatedWaitSeconds": 1e300],
                .progress(.queue(position: nil, estimatedWait: nil))
            ),
        ] as [(String, JSONValue, HandoffSignal.Kind)]
    )
    func `a report is told by its name and code`(name: String, value: JSONValue, kind: HandoffSignal.Kind) {
        #expect(HandoffSignal(Wire.event(name, value: value))?.kind == kind)
    }

    @Test func `a completion under the response's name is the dialect of the old code`() {
        #expect(HandoffSignal(Wire.event("HandoffResponse", value: "transferBack"))?.dialect == .threeEventsAsCoded)
        #expect(HandoffSignal(Wire.event("HandoffResponse", value: "accepted"))?.dialect == .threeEvents)
    }

    @Test func `the agent who accepts is named only by a mark or a role`() throws {
        let marked = Wire.status("accepted").sent(byAgent: "ana", name: "Ana")
        guard case .accepted(let agent, _)? = HandoffSignal(marked)?.kind else {
            Issue.record("not accepted")
            return
        }
        #expect(agent?.id == "agent-ana")
        #expect(agent?.name == "Ana")
        #expect(agent?.role == "bot")

        var fromBot = Wire.status("accepted")
        fromBot.from = Wire.bot
        #expect(HandoffSignal(fromBot)?.kind == .accepted(by: nil, message: nil))
    }

    @Test func `the reason of a failed response is read from its attachment`() {
        var response = Wire.event("HandoffResponse", value: "failed")
        response.attachments = [
            Attachment(contentType: "application/json", content: ["error": ["message": "no such skill"]], name: "Error")
        ]
        #expect(HandoffSignal(response)?.kind == .failed(reason: "no such skill"))
    }

    @Test func `an activity of type handoff asks with a value and ends without`() throws {
        let request = try Wire.activity(
            #"{"type":"handoff","value":{"type":"transferToAgent","message":"note","context":{"va_BotName":"B"}}}"#
        )
        let signal = try #require(HandoffSignal(request))
        #expect(signal.dialect == .activityType)
        guard case .initiate(let initiation) = signal.kind else {
            Issue.record("not an initiation")
            return
        }
        #expect(initiation.context.botName == "B")
        #expect(initiation.context.agentMessage == "note")
        #expect(HandoffSignal(Activity(type: .handoff))?.kind == .completed(.unspecified, message: nil))
    }

    @Test(arguments: [
        "handoff.initiate ", "Handoff.Initiate", "HANDOFF.STATUS", "handoff-initiate", "handoffresponse", "",
    ])
    func `a name that is only similar is no signal`(name: String) {
        #expect(HandoffSignal(Wire.event(name, value: ["state": "accepted"])) == nil)
    }

    @Test func `an event of the user never counts as a provider's`() {
        var event = Wire.event("MyHandoff", value: "x")
        event.from = Wire.user
        #expect(HandoffSignal(event) == nil)
        #expect(HandoffSignal(Wire.initiate("MyHandoff"), recognisesProviderEvents: false) == nil)
    }

    @Test func `the end of the conversation is a signal without a dialect`() {
        let end = Activity.endOfConversation(code: "completedSuccessfully")
        #expect(HandoffSignal(end)?.kind == .conversationEnded(code: "completedSuccessfully", text: nil))
        #expect(HandoffSignal(end)?.dialect == nil)
    }
}
