package import BotSchema
import Handoff

/// What appears on the screen at one moment of a played conversation.
package struct PlayerScene: Sendable {
    /// What appears.
    package let items: [ChatItem]
    /// The time from the scene before to this one.
    package let delay: Duration
    /// Who composes it, and for how long before it appears; nil where nobody does.
    package let composer: Composer?
    /// Whether a handoff is requested in it.
    package let isHandoff: Bool

    /// Somebody who composes a message.
    package struct Composer: Hashable, Sendable {
        /// The speaker as the screen calls them.
        package let name: String
        /// How long it takes.
        package let time: Duration
    }

    /// Pauses are kept up to this long; nobody watches a queue for an hour.
    private static let longestDelay = Duration.seconds(4)
    private static let longestTyping = Duration.milliseconds(2500)
    private static let typingPerCharacter = Duration.milliseconds(25)

    /// The scenes of a conversation, one for each activity that shows.
    ///
    /// - Parameters:
    ///   - activities: The conversation in order.
    ///   - isShown: Whether an item appears on the screen at all.
    /// - Returns: The scenes in order.
    package static func scenes(of activities: [Activity], isShown: (ChatItem) -> Bool) -> [PlayerScene] {
        var lifecycle = HandoffLifecycle()
        var last: Timestamp?
        var scenes: [PlayerScene] = []
        for activity in activities {
            let instant = activity.time ?? last ?? Timestamp(milliseconds: 0)
            let steps = lifecycle.receive(activity, at: instant)
            let speaker = Speaker(of: activity, agentIds: lifecycle.agentIds)
            let message = ChatItem.activity(activity, speaker: speaker, isEcho: false, isNumbered: false)
            let items = ([message] + steps.map(ChatItem.handoff)).filter(isShown)
            guard !items.isEmpty else { continue }
            let typing = min(typingPerCharacter * (activity.text?.count ?? 20), longestTyping)
            // A recording without times is played as fast as people type.
            var delay = typing + .milliseconds(500)
            if let time = activity.time, let last {
                let gap = time.milliseconds.subtractingReportingOverflow(last.milliseconds).partialValue
                delay = min(max(.milliseconds(gap), .milliseconds(200)), longestDelay)
            }
            last = activity.time ?? last
            let isSpoken = activity.type == .message && isShown(message)
            scenes.append(
                PlayerScene(
                    items: items,
                    delay: scenes.isEmpty ? .zero : delay,
                    composer: isSpoken ? Composer(name: speaker.label, time: min(typing, delay)) : nil,
                    isHandoff: steps.contains { $0.to == .requested && $0.isChange }
                )
            )
        }
        return scenes
    }
}
