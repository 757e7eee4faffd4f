package import BotSchema
package import Transcripts

/// What a replay does turn by turn: the user's half of a recorded conversation, and what is to come of it.
package struct ReplayScript: Sendable {
    /// A thing that the user did and what came until the next.
    package struct Turn: Sendable {
        /// What the user sends; nil for the opening, in which the bot may greet.
        package let line: Activity?
        /// The line in words, for progress.
        package let words: String?
        /// How long after the last word the user sent it; zero where the recording does not tell.
        package let pause: Duration
        /// What came, in order.
        package fileprivate(set) var expected: [Expectation] = []
        /// How long all of it took.
        package fileprivate(set) var length = Duration.zero
    }

    /// Something that came, and how long after what was before it.
    package struct Expectation: Sendable {
        package let activity: Activity
        package let delay: Duration
    }

    /// The turns; the first is the opening.
    package let turns: [Turn]
    /// What makes two activities the same.
    package let comparison: ActivityComparison
    /// The recording, as far as it counts for comparing.
    package let recorded: [Activity]

    /// How long a recorded wait is honoured; nobody replays the night that an agent was away.
    private static let longestWait = Duration.seconds(120)

    /// The script of a recorded conversation.
    ///
    /// - Parameters:
    ///   - recorded: The activities of one conversation, in order.
    ///   - comparison: What makes two activities the same.
    package init(_ recorded: [Activity], comparison: ActivityComparison = ActivityComparison()) {
        let comparison = comparison.adapted(to: recorded)
        self.recorded = recorded
        self.comparison = comparison
        var turns = [Turn(line: nil, words: nil, pause: .zero)]
        var last: Timestamp?
        for activity in recorded {
            guard comparison.counts(activity) else { continue }
            let since = Self.wait(from: last, to: activity.time)
            last = activity.time ?? last
            if activity.isFromUser {
                turns.append(Turn(line: activity.forSayingAgain, words: activity.spokenWords, pause: since))
            } else {
                turns[turns.count - 1].expected.append(Expectation(activity: activity, delay: since))
                turns[turns.count - 1].length += since
            }
        }
        self.turns = turns
    }

    /// Whether the user says anything at all.
    package var hasLines: Bool { turns.count > 1 }

    private static func wait(from earlier: Timestamp?, to later: Timestamp?) -> Duration {
        guard let earlier, let later else { return .zero }
        return min(max(later.duration(since: earlier), .zero), longestWait)
    }
}

extension Timestamp {
    /// The time since an earlier one, negative where it is later.
    func duration(since earlier: Timestamp) -> Duration {
        let (difference, overflow) = milliseconds.subtractingReportingOverflow(earlier.milliseconds)
        return overflow ? .zero : .milliseconds(difference)
    }
}
