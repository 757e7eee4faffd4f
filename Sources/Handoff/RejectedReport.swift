public import BotSchema

/// A report of the hub that the bot answered with an error, which bots must not do.
///
/// Whoever delivers reports puts one of these into the conversation, as a private event: so the user's client, the
/// record and every later reader of it know what the bot did.
public struct RejectedReport: Hashable, Sendable {
    /// The name of the event, such as `HandoffResponse`.
    public let event: String
    /// The code or state that was reported, such as `accepted`; nil where there was none.
    public let report: String?
    /// The bot's HTTP status; nil where nobody says it.
    public let status: Int?
    /// The id of the report.
    public let reportId: String?

    /// The rejection of a report; nil when the activity is no report of a handoff, so that nothing forbids it.
    public init?(of report: Activity, status: Int? = nil) {
        switch HandoffSignal(report)?.kind {
        case nil, .initiate, .conversationEnded: return nil
        case .accepted, .failed, .timedOut, .completed, .progress: break
        }
        event = report.name ?? report.type?.rawValue ?? "the report"
        self.report = StatusReport(report)?.state
        self.status = status
        reportId = report.id
    }

    /// Reads the private event; nil for any other activity, and for one that the hub has not marked, whoever reads it.
    public init?(_ activity: Activity) {
        guard activity.type == .event, activity.name == HandoffEventName.rejected, activity.isFromHub,
            let event = activity.value?["event"]?.string
        else { return nil }
        self.event = event
        report = activity.value?["report"]?.string
        status = activity.value?["status"]?.int
        reportId = activity.value?["id"]?.string
    }

    /// The private event, without a sender; other clients ignore it (A5002).
    public var activity: Activity {
        var value: JSONObject = ["event": .string(event)]
        value["report"] = report.map(JSONValue.string)
        value["status"] = status.map { .number(JSONNumber($0)) }
        value["id"] = reportId.map(JSONValue.string)
        var activity = Activity.event(HandoffEventName.rejected, value: .object(value))
        activity.mark("author", "hub")
        return activity
    }

    /// What happened, in one sentence without a full stop.
    public var words: String {
        let report = report.map { " “\($0)”" } ?? ""
        return "the bot answered \(event)\(report) with an error" + (status.map { " (\($0))" } ?? "")
    }
}
