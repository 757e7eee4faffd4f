import BotSchema

/// Whose activities move a handoff, as ``HandoffLifecycle`` follows it.
///
/// Anybody in a conversation can post an event of any name. Who is believed depends on where the activities come from,
/// and is decided once for a conversation, so that no reader of a signal has to ask.
public enum ReportTrust: Hashable, Sendable {
    /// Everybody: a record, in which the user is who has recorded it.
    case everyone
    /// Everybody on the other side; other clients of the same user report nothing and do not end the conversation.
    ///
    /// For live conversations with services that mark nothing, or without a hub: there, the bot reports.
    case otherSide
    /// The hub about its work, the bot about its requests and about the end of the conversation.
    ///
    /// For live conversations with this program's own server, which lets nobody but its hub mark anything.
    case hub

    /// Whether what the reader's own client reports in place of a hub counts: only where no hub does.
    package var countsOwnReports: Bool { self != .hub }

    /// Whether a signal of an activity counts.
    ///
    /// - Parameters:
    ///   - signal: What the activity says.
    ///   - activity: The activity, with marks that can be believed.
    ///   - isUsers: Whether a client of the user sent it.
    ///   - isEcho: Whether the reader's own client did.
    /// - Returns: True for what moves the handoff.
    func counts(_ signal: HandoffSignal, of activity: Activity, isUsers: Bool, isEcho: Bool) -> Bool {
        if case .conversationEnded = signal.kind { return isEcho || !isUsers || self == .everyone }
        if isEcho { return false }
        guard self == .hub else { return self == .everyone || !isUsers }
        if case .initiate = signal.kind { return !isUsers }
        return activity.isVouchedFor
    }
}

extension Activity {
    /// Whether the server says that its hub sent this, in its own name or in that of an agent.
    var isVouchedFor: Bool {
        let author = channelData?["baton"]?["author"]?.string
        return author == "hub" || author == "agent"
    }
}
