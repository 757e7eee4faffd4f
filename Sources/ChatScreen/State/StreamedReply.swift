import BotSchema

/// An answer that a bot sends while it grows: a run of `typing` activities with the text so far, then one message.
///
/// The parts are tied together by one `streaminfo` entity, or by members of `channelData`; live streaming is described
/// by Web Chat's documentation and the activity specification of the Agents SDK (A9240 to A9247).
struct StreamedReply: Sendable, Equatable {
    /// What a part of an answer does to what is shown.
    enum Change: Equatable, Sendable {
        /// The text so far is this.
        case grew
        /// The whole message has come, or the answer was taken back.
        case ended
        /// The part is old, or is of an answer that has ended.
        case none
    }

    /// What an activity says about the stream that it is a part of.
    struct Part: Equatable, Sendable {
        let streamId: String
        let sequence: Int?
        let isFinal: Bool
        let isInformative: Bool

        /// Nil when the activity is no part of a stream; more than one entity counts as none (A9246).
        init?(_ activity: Activity) {
            guard activity.type == .typing || activity.type == .message else { return nil }
            let entities = (activity.json["entities"]?.array ?? []).filter {
                $0["type"]?.string?.lowercased() == "streaminfo"
            }
            guard entities.count <= 1 else { return nil }
            let info = entities.first ?? activity.channelData
            let kind = info?["streamType"]?.string?.lowercased()
            guard kind != nil || info?["streamSequence"] != nil,
                let streamId = info?["streamId"]?.string ?? activity.id
            else { return nil }
            self.streamId = streamId
            sequence = info?["streamSequence"]?.int
            isFinal = kind == "final" || activity.type == .message
            isInformative = kind == "informative"
        }
    }

    /// The stream, nil while none is under way.
    private(set) var streamId: String?
    /// The text so far.
    private(set) var text = ""
    private var sequence = 0
    private var endedIds: [String] = []

    /// Whether an answer is growing.
    var isGrowing: Bool { streamId != nil && !text.isEmpty }

    /// Takes a part; the text replaces what was shown, and an empty one leaves it.
    mutating func receive(_ part: Part, _ activity: Activity) -> Change {
        guard !endedIds.contains(part.streamId) else { return .none }
        if part.isFinal {
            endedIds = endedIds.suffix(31) + [part.streamId]
            guard streamId == part.streamId || streamId == nil else { return .none }
            (streamId, text, sequence) = (nil, "", 0)
            return .ended
        }
        if streamId != part.streamId { (streamId, text, sequence) = (part.streamId, "", 0) }
        if let number = part.sequence {
            guard number > sequence else { return .none }
            sequence = number
        }
        guard let new = activity.text, !new.isEmpty else { return .none }
        text = new
        return .grew
    }

    /// Gives up an answer that grows no more, and returns what there was of it.
    mutating func abandon() -> String {
        defer { (streamId, text, sequence) = (nil, "", 0) }
        if let streamId { endedIds = endedIds.suffix(31) + [streamId] }
        return text
    }
}
