public import BotSchema

/// An event that is no part of any handoff dialect: something between a bot and the clients that were made for it.
///
/// People who test a bot want to know that it was sent; nothing else is done with it (A5002).
public struct UnknownEvent: Hashable, Sendable {
    /// The name, nil for an event that breaks the rule that it has one.
    public let name: String?
    /// How many bytes of JSON its value has.
    public let size: Int
    /// Whether its name speaks of a handoff, though not in a form that is known.
    public let isAboutHandoff: Bool

    /// Reads an activity; nil for what is no event, is a ``HandoffSignal`` or is this program's own.
    public init?(_ activity: Activity) {
        guard activity.type == .event, HandoffSignal(activity) == nil else { return nil }
        let name = activity.name.flatMap { $0.isEmpty ? nil : $0 }
        if let name, name.hasPrefix("baton.") { return nil }
        self.name = name
        size = activity.value?.serialized().count ?? 0
        isAboutHandoff = name.map { EscalationName($0).isAboutHandoff } ?? false
    }
}
