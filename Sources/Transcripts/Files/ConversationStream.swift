package import BotSchema

/// Takes activities one by one and gives back each conversation when the next one begins.
///
/// Holds one conversation at a time. One whose activities are mixed with another's comes in several parts.
package struct ConversationStream: Sendable {
    /// A conversation, or a part of one.
    package struct Part: Hashable, Sendable {
        /// The id that its activities name.
        package let id: String?
        /// The activities in the order of the file.
        package let activities: [Activity]
    }

    private var id: String?
    private var activities: [Activity] = []

    /// A stream at its beginning.
    package init() {}

    /// Takes an activity; one that names no conversation belongs to that of the one before.
    ///
    /// - Returns: The conversation that has ended with it, if one has.
    package mutating func take(_ activity: Activity) -> Part? {
        let next = activity.conversation?.id
        guard let next, let id, next != id else {
            id = id ?? next
            activities.append(activity)
            return nil
        }
        let ended = Part(id: id, activities: activities)
        self.id = next
        activities = [activity]
        return ended
    }

    /// The last conversation; nil where there was nothing.
    package mutating func finish() -> Part? {
        defer { activities = [] }
        return activities.isEmpty ? nil : Part(id: id, activities: activities)
    }
}
