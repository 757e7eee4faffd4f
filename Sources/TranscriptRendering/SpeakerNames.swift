import BotSchema

/// What speakers are called where a file tells their ids alone: `User`, `Bot`, `Agent Ana`.
struct SpeakerNames {
    private var known: [ConversationView.Role: [String: Int]] = [:]

    /// The name of a speaker; of several without names each has a number.
    mutating func name(of account: ChannelAccount?, as role: ConversationView.Role) -> String {
        if let name = account?.name, !name.isEmpty { return name }
        let id = account?.id ?? ""
        if role == .agent, let own = Self.ownName(inAgentId: id) { return "Agent " + own }
        let place = known[role]?[id] ?? known[role]?.count ?? 0
        known[role, default: [:]][id] = place
        let word = role.rawValue.prefix(1).uppercased() + role.rawValue.dropFirst()
        return place == 0 ? word : "\(word) \(place + 1)"
    }

    /// `agent-ana` is Ana.
    private static func ownName(inAgentId id: String) -> String? {
        guard id.hasPrefix(ChannelAccount.agentIdPrefix) else { return nil }
        let own = id.dropFirst(ChannelAccount.agentIdPrefix.count)
        guard (2...30).contains(own.count), own.allSatisfy(\.isLetter) else { return nil }
        return own.prefix(1).uppercased() + own.dropFirst()
    }
}
