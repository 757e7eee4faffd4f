import AgentHub
import BotSchema
import Handoff

/// A hub that reports what it was told to, one thing after another, as soon as it gets a request.
struct ReportingHub: HubConnection {
    static let ana = HubAgent(id: "ana", name: "Ana", skills: [:])
    let reports: [HubReport]

    func open(
        _ request: WorkRequest,
        report: @escaping @Sendable (HubReport) -> Void
    ) async throws(HubConnectionError) -> WorkItemID {
        for one in reports { report(one) }
        return "item-1"
    }

    func userSent(_ activity: Activity, to item: WorkItemID) async throws(HubConnectionError) -> Bool { true }
    func close(_ item: WorkItemID, endedBy side: ConversationSide) async {}
    func run() async {}
}

extension Activity {
    /// A bot's request for an agent who knows about bills.
    static func requestForBilling(replyingTo activity: Activity, _ dialect: HandoffDialect) -> Activity {
        .handoffInitiate(
            context: HandoffContext(["Skill": "billing"]),
            transcript: [],
            replyingTo: activity,
            dialect: dialect
        )
    }
}
