import BotSchema
import Handoff

/// Users who are called like an agent: at a desk their lines would be read as this agent's.
extension EmbeddedHub {
    /// The request with a user whom nobody takes for an agent.
    func distinguished(_ request: WorkRequest) -> WorkRequest {
        var request = request
        request.user = distinguished(request.user)
        guard let transcript = request.initiation.transcript else { return request }
        let entries = transcript.map(distinguished)
        guard entries != transcript else { return request }
        request.initiation.transcript = entries
        let others = request.activity?.attachments.filter { !HandoffInitiation.isTranscript($0) } ?? []
        request.activity?.attachments = others + [.transcript(of: entries)]
        return request
    }

    /// What a user said, under a name that is no agent's.
    func distinguished(_ activity: Activity) -> Activity {
        guard activity.isFromUser, activity.humanAgent == nil, let from = activity.from else { return activity }
        let account = distinguished(from)
        guard account != from else { return activity }
        var activity = activity
        activity.from = account
        return activity
    }

    private func distinguished(_ account: ChannelAccount) -> ChannelAccount {
        func core(_ text: String) -> String { text.lowercased().filter { $0.isLetter || $0.isNumber } }
        guard let name = account.name else { return account }
        let taken = core(name)
        guard !taken.isEmpty, desks.values.contains(where: { core($0.agent.name) == taken }) else { return account }
        var account = account
        account.name = "\(name) (user)"
        return account
    }
}
