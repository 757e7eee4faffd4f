package import BotSchema

/// Tells of each activity of a file which conversation it is of, as ``Transcript/splitByConversation()`` does.
///
/// Activities that name no conversation wait for one that does, the first few thousand of a record at most.
package struct ConversationSorter: Sendable {
    /// Which conversation it is.
    package struct Key: Hashable, Sendable {
        /// The id that its activities or its record name.
        package let id: String?
        /// The record in which it is, where it names itself nowhere.
        let part: Int?
    }

    private static let waitingLimit = 4096

    private var part = 0
    private var record: ExportRecord?
    private var current: String?
    private var isDecided = false
    private var waiting: [Activity] = []

    /// A sorter that has seen nothing.
    package init() {}

    /// Takes what comes next.
    ///
    /// - Parameters:
    ///   - piece: A piece of the file.
    ///   - body: Takes an activity with its conversation and the record in which it is.
    package mutating func take(
        _ piece: OpenTranscript.Piece,
        _ body: (Activity, Key, ExportRecord?) -> Void
    ) {
        switch piece {
        case .part(let record):
            finish(body)
            part += 1
            (self.record, current, isDecided) = (record, nil, false)
        case .session: break
        case .activity(let activity):
            current = activity.conversation?.id ?? current
            guard !isDecided else { return body(activity, key, record) }
            waiting.append(activity)
            if current != nil || waiting.count >= Self.waitingLimit { finish(body) }
        }
    }

    /// Lets go of what still waits.
    package mutating func finish(_ body: (Activity, Key, ExportRecord?) -> Void) {
        guard !isDecided else { return }
        current = current ?? record?.conversationId
        isDecided = true
        for activity in waiting { body(activity, key, record) }
        waiting = []
    }

    private var key: Key { Key(id: current, part: current == nil ? part : nil) }
}
