import BotSchema

/// What the embedded hub tells the user in a message of its own, such as that the agent has put them on hold.
///
/// The handoff protocol has no status for it, so that it goes over the wire as words, marked in
/// `channelData.baton.notice`.
struct HubNotice {
    /// What it is, such as `held` or `joined`.
    let code: String
    /// The words for the user.
    let text: String
    /// The agent that it is about.
    let agentName: String?
}

extension Activity {
    /// The notice of the hub that a message is, nil for what people and bots say.
    var hubNotice: HubNotice? {
        guard type == .message, let mark = channelData?["baton"], let code = mark["notice"]?.string, let text else {
            return nil
        }
        return HubNotice(code: code, text: text, agentName: mark["agentName"]?.string)
    }
}
