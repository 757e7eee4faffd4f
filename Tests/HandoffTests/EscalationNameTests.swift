import BotSchema
import Testing

@testable import Handoff

/// Requests under names that vendors and authors of bots give them.
struct EscalationNameTests {
    @Test(arguments: [
        "TransferToAgent", "transfer_to_agent", "transfer.to.human", "transfer_to_a_live_agent", "escalate",
        "EscalateToHuman", "escalation.requested", "EscalationRequest", "requestEscalation", "RequestAgent",
        "request-live-agent", "agentRequest", "agent_requested", "live_agent_requested", "LiveAgentRequired",
        "zendesk:handover", "Genesys.transferToAgent", "handover", "handoverToAgent", "hand-over-to-human",
        "handOffToAgent", "startHandover", "handoff_requested", "connectToAgent", "talkToHuman", "needOperator",
        "GenesysHandoff", "servicenow.handoff",
    ])
    func `a name whose every word asks for an agent is a request`(name: String) throws {
        let signal = try #require(HandoffSignal(Wire.event(name, value: ["Skill": "billing"])))
        #expect(signal.dialect == .providerEvent)
        guard case .initiate(let initiation) = signal.kind else {
            Issue.record("not an initiation")
            return
        }
        #expect(initiation.context.skill == "billing")
        #expect(HandoffSignal(Wire.event(name, value: nil), recognisesProviderEvents: false) == nil)
        var own = Wire.event(name, value: nil)
        own.from = Wire.user
        #expect(HandoffSignal(own) == nil)
    }

    @Test(arguments: [
        "agentTransferFailed", "HandoffEnded", "cancelEscalation", "handover.completed", "agentConnected",
        "AgentQueuePosition", "escalationResolved", "agent.joined", "transferToAgentCancelled", "noHandoffPossible",
        "agentRequestDenied", "HumanAgentAssigned", "escalation_state",
    ])
    func `a name that speaks of a handoff among other things is no request, and said to be about one`(
        name: String
    )
        throws
    {
        let activity = Wire.event(name, value: ["a": 1])
        #expect(HandoffSignal(activity) == nil)
        let event = try #require(UnknownEvent(activity))
        #expect(event.name == name)
        #expect(event.size == 7)
        #expect(event.isAboutHandoff)
    }

    @Test(arguments: [
        "orderCreated", "transfer", "transfer.to.account", "request", "requestPayment", "agent", "startConversation",
        "webchat/join", "connect", "talk", "shorthand", "offhand", "DialogTracing", "pvaSetContext", "queue", "x", "🤝",
    ])
    func `a name about something else is neither`(name: String) throws {
        let event = try #require(UnknownEvent(Wire.event(name, value: nil)))
        #expect(!event.isAboutHandoff)
        #expect(event.size == 0)
    }

    @Test func `what is known, what is no event and what is this program's own is not unknown`() {
        let value: JSONValue = ["state": "accepted"]
        for name in ["handoff.initiate", "HandoffInitiation", "baton.suppressed", "baton.queue", "GenesysHandoff"] {
            #expect(UnknownEvent(Wire.event(name, value: nil)) == nil)
        }
        #expect(UnknownEvent(Wire.event("handoff.status", value: value)) == nil)
        #expect(UnknownEvent(.message("transferToAgent")) == nil)
        #expect(UnknownEvent(.typing) == nil)
    }

    @Test func `an event without a name, and a name of any length, is read`() throws {
        #expect(try #require(UnknownEvent(Activity(type: .event))).name == nil)
        #expect(try #require(UnknownEvent(Wire.event("", value: nil))).name == nil)
        let long = String(repeating: "transferToAgent", count: 10_000)
        #expect(try #require(UnknownEvent(Wire.event(long, value: nil))).isAboutHandoff == false)
    }
}
