public import BotSchema

/// A session of a conversation, as an export divides it: what was said until nobody had spoken for half an hour.
public struct TranscriptSession: Hashable, Sendable {
    /// Which of the transcript's activities it holds.
    public let range: Range<Int>
    /// The conversation that it is a session of.
    public let conversationId: String
    /// When it began, as the export says.
    public let start: Timestamp?
    /// How it ended, where its activities tell.
    public let outcome: SessionOutcome?
}

extension TranscriptSession {
    /// The session in words for one line; ids and outcomes are as the file has them.
    ///
    /// - Parameter clock: How a time of day is written.
    /// - Returns: The words, not neutralised.
    package func words(clock: (Timestamp) -> String) -> String {
        var parts = ["session of \(conversationId)"]
        if let start { parts.append("began \(clock(start))") }
        if let outcome {
            parts.append("ended \(outcome.outcome)" + (outcome.reason.map { " (\($0))" } ?? ""))
            if let kind = outcome.kind { parts.append(kind) }
        } else {
            parts.append("no outcome recorded")
        }
        return parts.joined(separator: ", ")
    }
}

/// How a session ended: what the trace `SessionInfo` says (Copilot Studio).
public struct SessionOutcome: Hashable, Sendable {
    /// Such as `Resolved`, `Escalated`, `HandOff` or `Abandoned`.
    public let outcome: String
    /// Why, such as `AgentTransferRequestedByUser`.
    public let reason: String?
    /// Whether anything was asked: `Engaged` or `Unengaged`.
    public let kind: String?

    /// Reads the trace; nil for every other activity.
    public init?(_ activity: Activity) {
        guard activity.type == .trace, activity.valueType == "SessionInfo",
            let outcome = activity.value?["outcome"]?.string, !outcome.isEmpty
        else { return nil }
        self.outcome = outcome
        reason = activity.value?["outcomeReason"]?.string
        kind = activity.value?["sessionType"]?.string ?? activity.value?["type"]?.string
    }
}

extension Transcript {
    /// The sessions of an export, in the order of the activities; empty for files that are not divided so.
    public var sessions: [TranscriptSession] {
        guard parts.last?.range.upperBound == activities.count else { return [] }
        var sessions: [(range: Range<Int>, record: ExportRecord)] = []
        for part in parts {
            guard let record = part.record else { return [] }
            if let last = sessions.last, last.record.session == record.session {
                sessions[sessions.count - 1].range = last.range.lowerBound..<part.range.upperBound
            } else {
                sessions.append((part.range, record))
            }
        }
        return sessions.map { range, record in
            TranscriptSession(
                range: range,
                conversationId: record.conversationId,
                start: record.start ?? activities[range].lazy.compactMap(\.time).first,
                outcome: activities[range].lazy.compactMap(SessionOutcome.init).last
            )
        }
    }

    /// The activities with the conversation that the file tells of them all, where they name none.
    ///
    /// For a reader who asks for it; a file is never written so.
    package func activities(in conversationId: String?) -> [Activity] {
        guard let conversationId, !sessions.isEmpty else { return activities }
        return activities.map { activity in
            guard activity.conversation?.id?.isEmpty ?? true else { return activity }
            var placed = activity
            placed.conversation = ConversationAccount(id: conversationId)
            return placed
        }
    }

    /// A part of the transcript, with its own sessions.
    func slice(_ ranges: [Range<Int>]) -> Transcript {
        var slice = Transcript(activities: [])
        for range in ranges {
            let count = slice.activities.count
            slice.activities += activities[range]
            for part in parts where part.range.overlaps(range) {
                let shared = part.range.clamped(to: range)
                let offset = count - range.lowerBound
                slice.parts.append(
                    ExportPart(
                        range: (shared.lowerBound + offset)..<(shared.upperBound + offset),
                        record: part.record
                    )
                )
            }
        }
        return slice
    }
}
