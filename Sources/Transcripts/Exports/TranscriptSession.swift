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
    ///
    /// Records without a name are of no session.
    public var sessions: [TranscriptSession] {
        guard parts.last?.range.upperBound == activities.count else { return [] }
        var sessions: [(range: Range<Int>, record: ExportRecord)] = []
        for part in parts {
            guard let record = part.record else { continue }
            if let last = sessions.last, last.record.session == record.session,
                last.range.upperBound == part.range.lowerBound
            {
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

    /// The sessions by the place of their first activity.
    package var sessionsByStart: [Int: TranscriptSession] {
        Dictionary(sessions.map { ($0.range.lowerBound, $0) }, uniquingKeysWith: { $1 })
    }

    /// The activities session by session, with what is of none between them; one range where there are no sessions.
    package var sessionRanges: [Range<Int>] {
        var ranges: [Range<Int>] = []
        var end = 0
        for session in sessions {
            if session.range.lowerBound > end { ranges.append(end..<session.range.lowerBound) }
            ranges.append(session.range)
            end = session.range.upperBound
        }
        if end < activities.count { ranges.append(end..<activities.count) }
        return ranges
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
            // Both are in order, and an export has as many conversations as parts.
            let first = parts.partitioningIndex { $0.range.upperBound > range.lowerBound }
            for part in parts[first...].prefix(while: { $0.range.lowerBound < range.upperBound }) {
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

extension Array {
    /// The first place from which on a condition holds, in a list in which it holds from some place on.
    fileprivate func partitioningIndex(where holds: (Element) -> Bool) -> Int {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = low + (high - low) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
