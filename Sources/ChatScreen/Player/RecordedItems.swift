package import BotSchema
import Handoff
import LineEditing
package import MessageContent
package import Transcripts

/// Turns a record into what the chat would have shown, one activity after the other: the days and sessions as well.
package struct RecordedItems: Sendable {
    /// How times are told at the person's place.
    package struct Clock: Sendable {
        let day: @Sendable (Timestamp) -> CalendarDate?
        let dateAndTime: @Sendable (Timestamp) -> String

        /// A clock.
        ///
        /// - Parameters:
        ///   - day: The day of an instant.
        ///   - dateAndTime: An instant as date and time of day.
        package init(
            day: @escaping @Sendable (Timestamp) -> CalendarDate?,
            dateAndTime: @escaping @Sendable (Timestamp) -> String
        ) {
            self.day = day
            self.dateAndTime = dateAndTime
        }
    }

    private let clock: Clock
    private let hasDetails: Bool
    private let text: @Sendable (ChatItem) -> String
    private var lifecycle = HandoffLifecycle(readingTraces: true)
    private var last = Timestamp(milliseconds: 0)
    private var lastDay: CalendarDate?
    private var session: ChatItem?

    /// Items before the first activity.
    ///
    /// - Parameters:
    ///   - clock: How times are told.
    ///   - hasDetails: Whether what bots note for their developers is shown.
    ///   - text: An item as it appears; empty for what does not.
    package init(clock: Clock, hasDetails: Bool = false, text: @escaping @Sendable (ChatItem) -> String) {
        self.clock = clock
        self.hasDetails = hasDetails
        self.text = text
    }

    /// A session begins with the next activity.
    package mutating func begin(_ session: TranscriptSession) {
        self.session = .session(session, words: session.words(clock: clock.dateAndTime))
    }

    /// What appears with an activity, who speaks in it, and whether an agent is asked for.
    package mutating func next(
        _ activity: Activity
    ) -> (shown: [(item: ChatItem, text: String)], speaker: Speaker, requestsAgent: Bool) {
        last = activity.time ?? last
        let steps = lifecycle.receive(activity, at: last)
        let speaker = Speaker(of: activity, agentIds: lifecycle.agentIds)
        var items = [ChatItem.activity(activity, speaker: speaker, isEcho: false, isNumbered: false)]
        if hasDetails, let note = activity.traceNote { items.append(.notice(note)) }
        items += steps.map(ChatItem.handoff)
        var shown = rendered(items)
        if !shown.isEmpty, let day = activity.time.flatMap(clock.day), day != lastDay {
            lastDay = day
            shown = rendered([.day(day)]) + shown
        }
        if let session = session.take() { shown = rendered([session]) + shown }
        return (shown, speaker, steps.contains { $0.to == .requested && $0.isChange })
    }

    /// Each item is rendered once, which also tells whether it appears.
    private func rendered(_ items: [ChatItem]) -> [(item: ChatItem, text: String)] {
        items.map { ($0, text($0)) }.filter { !$0.text.isEmpty }
    }
}

extension Activity {
    /// What a bot noted for its developers, in one line; nil for everything else.
    fileprivate var traceNote: String? {
        guard type == .trace else { return nil }
        let label = valueType ?? name ?? "trace"
        let words = value.map { $0.isNull ? label : "\(label) \($0.compactText)" } ?? label
        return DisplayText.neutralised(words, keepingNewlines: false)
    }
}
