import BotSchema
import Handoff
import Testing

/// Whose word moves a handoff.
struct ReportTrustTests {
    private static let request = Activity.event("handoff.initiate", value: ["Skill": "cards"])

    /// What ends or moves a handoff, with the state that it leads to when it is believed.
    private static let reports: [(Activity, HandoffState)] = [
        (.handoffStatus(.accepted, conversationId: "c"), .live), (.handoffStatus(.failed, conversationId: "c"), .bot),
        (.handoffStatus(.timedOut, conversationId: "c"), .bot),
        (.handoffStatus(.completed(.ended), conversationId: "c"), .ended),
        (.handoffStatus(.accepted, conversationId: "c", dialect: .threeEvents), .live),
        (.handoffStatus(.completed(.transferBack), conversationId: "c", dialect: .threeEvents), .bot),
    ]

    private func activity(_ activity: Activity, by role: String, mark author: String? = nil) -> Activity {
        var activity = activity
        activity.from = ChannelAccount(id: role == "user" ? "u-2" : role, name: "X", role: role)
        guard let author else { return activity }
        var mark = activity.channelData?["baton"]?.object ?? JSONObject()
        mark["author"] = .string(author)
        activity.channelData = ["baton": .object(mark)]
        return activity
    }

    private func state(after report: Activity, trusting trust: ReportTrust, isEcho: Bool = false) -> HandoffState {
        var lifecycle = HandoffLifecycle(trusting: trust)
        _ = lifecycle.receive(activity(Self.request, by: "bot"), at: Timestamp(milliseconds: 0))
        _ = lifecycle.receive(report, isEcho: isEcho, at: Timestamp(milliseconds: 1))
        return lifecycle.state
    }

    @Test(arguments: reports.indices)
    func `where there is a hub, a report of a user or the bot moves nothing and is not told`(index: Int) {
        let (report, state) = Self.reports[index]
        for role in ["user", "bot"] {
            let forged = activity(report, by: role)
            #expect(self.state(after: forged, trusting: .hub) == .requested, "\(role)")
            // Without a hub the bot reports; another client of the user is no more than the user.
            #expect(self.state(after: forged, trusting: .otherSide) == (role == "bot" ? state : .requested), "\(role)")
            #expect(self.state(after: forged, trusting: .everyone) == state, "\(role)")
            var lifecycle = HandoffLifecycle(trusting: .hub)
            #expect(lifecycle.receive(forged, at: Timestamp(milliseconds: 0)).isEmpty)
        }
        for author in ["hub", "agent"] {
            #expect(self.state(after: activity(report, by: "bot", mark: author), trusting: .hub) == state)
        }
    }

    @Test func `where there is a hub, a user requests nothing`() {
        for (role, state) in [("user", HandoffState.bot), ("bot", .requested)] {
            var lifecycle = HandoffLifecycle(trusting: .hub)
            _ = lifecycle.receive(activity(Self.request, by: role), at: Timestamp(milliseconds: 0))
            #expect(lifecycle.state == state)
        }
    }

    @Test(arguments: [ReportTrust.hub, .otherSide])
    func `another client of the user ends the conversation for itself, the bot and this one for all`(
        trust: ReportTrust
    ) {
        let end = Activity.endOfConversation()
        #expect(state(after: activity(end, by: "user"), trusting: trust) == .requested)
        #expect(state(after: activity(end, by: "user"), trusting: trust, isEcho: true) == .closed)
        #expect(state(after: activity(end, by: "bot"), trusting: trust) == .closed)
    }

    @Test(arguments: [ReportTrust.hub, .otherSide, .everyone])
    func `only the hub says that the bot has rejected a report`(trust: ReportTrust) throws {
        let report = Activity.handoffStatus(.accepted, conversationId: "c", dialect: .threeEvents)
        let rejection = try #require(RejectedReport(of: report, status: 500)).activity
        for (author, role, isBelieved) in [
            (nil, "user", false), (nil, "bot", false), ("agent", "bot", false), ("hub", "bot", true),
        ] as [(String?, String, Bool)] {
            var lifecycle = HandoffLifecycle(trusting: trust)
            _ = lifecycle.receive(activity(Self.request, by: "bot"), at: Timestamp(milliseconds: 0))
            var claim = rejection
            claim.channelData = nil
            let steps = lifecycle.receive(activity(claim, by: role, mark: author), at: Timestamp(milliseconds: 1))
            #expect(steps.map(\.brokenRule?.id) == (isBelieved ? ["HO215"] : []), "\(author ?? role)")
            #expect(lifecycle.attempt?.rejections.count == (isBelieved ? 1 : 0), "\(author ?? role)")
        }
    }

    @Test func `in a record the user is who recorded it`() {
        #expect(state(after: activity(.endOfConversation(), by: "user"), trusting: .everyone) == .closed)
    }
}
