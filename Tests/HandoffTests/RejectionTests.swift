import BotSchema
import Handoff
import Testing

/// Bots MUST NOT reject a response and SHALL NOT reject a completion: whoever follows the conversation sees it.
struct RejectionTests {
    private static let reports: [Activity] = [
        .handoffStatus(.accepted, conversationId: "c", dialect: .sdk),
        .handoffStatus(.accepted, conversationId: "c", dialect: .threeEvents),
        .handoffStatus(.failed, conversationId: "c", dialect: .threeEvents),
        .handoffStatus(.timedOut, conversationId: "c", dialect: .threeEvents),
        .handoffStatus(.completed(.ended), conversationId: "c", dialect: .threeEvents),
        .handoffStatus(.completed(.transferBack), conversationId: "c", dialect: .threeEvents),
        .handoffStatus(.lost, conversationId: "c", dialect: .threeEvents),
    ]

    @Test(arguments: reports.indices)
    func `a rejection travels as a private event that says which report and how`(index: Int) throws {
        var report = Self.reports[index]
        report.id = "c|7"
        let rejection = try #require(RejectedReport(of: report, status: 500))
        let read = try #require(RejectedReport(rejection.activity))
        #expect(read == rejection)
        #expect(read.event == report.name && read.status == 500 && read.reportId == "c|7")
        #expect(HandoffSignal(rejection.activity) == nil)
        #expect(rejection.words.hasSuffix("with an error (500)"))
    }

    @Test func `what bots may reject is no rejection, and clients cannot make one up`() {
        #expect(RejectedReport(of: .message("hi")) == nil)
        #expect(RejectedReport(of: .event("handoff.initiate")) == nil)
        #expect(RejectedReport(.event("baton.rejected", value: ["event": "HandoffResponse"])) == nil)
    }

    @Test func `HO215 the lifecycle, the timeline and the lint know it`() throws {
        var request = Activity.event("HandoffInitiation", value: ["Skill": "billing"])
        request.conversation = ConversationAccount(id: "c")
        let report = Activity.handoffStatus(.accepted, conversationId: "c", dialect: .threeEvents)
        let rejection = try #require(RejectedReport(of: report, status: 500)).activity
        var lifecycle = HandoffLifecycle()
        let now = Timestamp(milliseconds: 0)
        _ = lifecycle.receive(request, at: now)
        _ = lifecycle.receive(report, at: now)
        let steps = lifecycle.receive(rejection, at: now)
        #expect(steps.map(\.brokenRule?.id) == ["HO215"])
        #expect(steps.first?.isChange == false)
        #expect(steps.first?.message == "the bot answered HandoffResponse “accepted” with an error (500) (HO215)")
        let rows = HandoffTimeline(lifecycle).rows { _ in "then" }
        #expect(
            rows.contains { $0.label == "rejected by bot" && $0.text == "then, HandoffResponse “accepted”, status 500" }
        )
        let findings = HandoffLint(origin: .transcript, isComplete: false).findings(in: [request, report, rejection])
        #expect(findings.filter { $0.rule.id == "HO215" }.map(\.index) == [2])
    }
}
