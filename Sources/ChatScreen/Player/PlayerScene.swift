import BotSchema
package import Transcripts

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
    ///   - transcript: The conversation in order.
    ///   - clock: How times are told.
    ///   - text: An item as it appears on the screen; empty for what does not.
    /// - Returns: The scenes in order.
    package static func scenes(
        of transcript: Transcript,
        clock: RecordedItems.Clock,
        text: @escaping @Sendable (ChatItem) -> String
    ) -> [PlayerScene] {
        var record = RecordedItems(clock: clock, text: text)
        let starts = transcript.sessionsByStart
        var last: Timestamp?
        var scenes: [PlayerScene] = []
        for (index, activity) in transcript.activities.enumerated() {
            if let session = starts[index] { record.begin(session) }
            let (shown, speaker, requestsAgent) = record.next(activity)
            let items = shown.map(\.item)
            guard !items.isEmpty else { continue }
            let typing = min(typingPerCharacter * (activity.text?.count ?? 20), longestTyping)
            // A recording without times is played as fast as people type.
            var delay = typing + .milliseconds(500)
            if let time = activity.time, let last {
                let gap = time.milliseconds.subtractingReportingOverflow(last.milliseconds).partialValue
                delay = min(max(.milliseconds(gap), .milliseconds(200)), longestDelay)
            }
            last = activity.time ?? last
            let isSpoken = activity.type == .message && items.contains(where: \.isSpoken)
            scenes.append(
                PlayerScene(
                    items: items,
                    delay: scenes.isEmpty ? .zero : delay,
                    composer: isSpoken ? Composer(name: speaker.label, time: min(typing, delay)) : nil,
                    isHandoff: requestsAgent
                )
            )
        }
        return scenes
    }
}

extension ChatItem {
    fileprivate var isSpoken: Bool { if case .activity = self { true } else { false } }
}
