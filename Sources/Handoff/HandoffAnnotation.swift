public import BotSchema

/// Something in a record that is about a handoff and yet no signal of one.
///
/// Readers of exports want to see it; the lifecycle must not follow it, since the platforms write it whether or not a
/// human was ever asked.
public struct HandoffAnnotation: Hashable, Sendable {
    /// Where it comes from.
    public let dialect: HandoffDialect
    /// What it says, a few words.
    public let words: String

    /// Reads an activity; nil when it is no such note, or is a ``HandoffSignal``.
    public init?(_ activity: Activity) {
        let name = activity.name ?? ""
        switch activity.type {
        case .trace?:
            let tag = [activity.valueType, activity.name].compactMap { $0?.lowercased() }
            if tag.contains("escalationrequested") {
                self.init(.trace, "the platform notes that an agent was asked for")
            } else if tag.contains("handoff") || activity.value?["outcome"]?.string?.lowercased() == "handoff" {
                self.init(.trace, "the platform notes a handoff")
            } else {
                return nil
            }
        case .invoke? where name == "handoff/action": self.init(.agentAction, "another agent is to go on")
        case .endOfConversation? where activity.isSkillReply:
            self.init(.skill, "the skill answered \(name)" + (activity.code.map { ": \($0)" } ?? ""))
        default: return nil
        }
    }

    private init(_ dialect: HandoffDialect, _ words: String) {
        self.dialect = dialect
        self.words = words
    }
}
