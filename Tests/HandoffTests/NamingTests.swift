import BotSchema
import Handoff
import Testing

/// How reports are named after the request, and names that miss.
struct NamingTests {
    @Test(arguments: [
        (HandoffDialect.threeEvents, HandoffDialect.threeEvents), (.threeEventsAsCoded, .threeEventsAsCoded),
        (.sdk, .sdk), (.copilotStudio, .sdk), (.rest, .sdk), (.telephony, .sdk), (.providerEvent, .sdk),
        (.omnichannel, .sdk), (.livePerson, .sdk), (.activityType, .sdk),
    ])
    func `reports are spelt as the request was`(asked: HandoffDialect, reported: HandoffDialect) {
        #expect(asked.ofReports == reported)
    }

    @Test(arguments: [
        ("Handoff.Initiate", "handoff.initiate"), ("handoff initiate", "handoff.initiate"),
        ("handof.initiate", "handoff.initiate"), ("handoff.statuss", "handoff.status"),
        ("HandoffInitiatiom", "HandoffInitiation"), ("HandoffComplete", "HandoffCompleted"),
        ("handoffresponse", "HandoffResponse"),
    ])
    func `HO102 a name that misses by case or a letter is told once`(name: String, meant: String) {
        var lifecycle = HandoffLifecycle()
        let now = Timestamp(milliseconds: 0)
        let steps = lifecycle.receive(.event(name, value: ["state": "accepted"]), at: now)
        let told = steps.filter { $0.brokenRule?.id == "HO102" }
        #expect(told.map(\.message) == ["“\(name)” is not known; “\(meant)” is (HO102)"])
        #expect(lifecycle.receive(.event(name), at: now).allSatisfy { $0.brokenRule?.id != "HO102" })
        let findings = HandoffLint().findings(in: [.event(name)])
        #expect(findings.count { $0.rule.id == "HO102" } == 1)
    }

    @Test(arguments: ["handoff.initiate", "HandoffResponse", "handoff.state", "GenesysHandoff", "x", "HandoffDone"])
    func `other names are no misses`(name: String) {
        let findings = HandoffLint().findings(in: [.event(name)])
        #expect(!findings.contains { $0.rule.id == "HO102" })
    }

    @Test
    func `HO131 a completion as a response is what the code of the first library sent to whoever asked by its name`() {
        let completed = Activity.event("HandoffResponse", value: "transferBack")
        for (name, isFound) in [("InitiateHandoff", false), ("HandoffInitiation", true)] {
            let findings = HandoffLint().findings(in: [.event(name, value: ["Skill": "x"]), completed])
            #expect(findings.contains { $0.rule.id == "HO131" } == isFound, "\(name)")
        }
    }

    @Test func `HO111 a report for another conversation is found by the id as posted`() {
        var request = Activity.event("HandoffInitiation", value: ["Skill": "x"])
        request.conversation = ConversationAccount(id: "here")
        var report = Activity.event("HandoffResponse", value: "accepted")
        // The channel has put its own id in, and says what was there.
        report.conversation = ConversationAccount(id: "here")
        report.channelData = ["baton": ["postedConversationId": "there"]]
        var lifecycle = HandoffLifecycle()
        let now = Timestamp(milliseconds: 0)
        _ = lifecycle.receive(request, at: now)
        let steps = lifecycle.receive(report, at: now)
        #expect(steps.map(\.brokenRule?.id) == ["HO111"])
        #expect(lifecycle.state == .requested)
        let findings = HandoffLint(isComplete: false).findings(in: [request, report])
        #expect(findings.first { $0.rule.id == "HO111" }?.path == "$.conversation.id")
        report.channelData = nil
        #expect(lifecycle.receive(report, at: now).map(\.to) == [.live])
    }
}
