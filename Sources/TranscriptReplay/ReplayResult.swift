package import BotSchema
import Handoff
package import Transcripts

/// How a replayed conversation compares with the recorded one.
package struct ReplayResult: Sendable {
    /// What differs, turn by turn.
    package let diff: TranscriptDiff
    /// What came, the user's own lines among it.
    package let received: [Activity]
    /// How the replay ended.
    package let ending: ReplayStateMachine.Ending
    /// Sentences about lines on which the bot failed, in order.
    package let botFailures: [String]
    /// The states through which the recorded handoffs went, with their outcomes.
    package let expectedStates: [String]
    /// The states through which the handoffs went now.
    package let actualStates: [String]

    /// Compares what came with the recording.
    package init(
        _ script: ReplayScript,
        received: [Activity],
        ending: ReplayStateMachine.Ending,
        botFailures: [Int: String] = [:]
    ) {
        diff = TranscriptDiff(expected: script.recorded, actual: received, comparison: script.comparison)
        self.received = received
        self.ending = ending
        self.botFailures = botFailures.sorted { $0.key < $1.key }.map { "line \($0.key): \($0.value)" }
        expectedStates = Self.states(of: script.recorded)
        actualStates = Self.states(of: received)
        // A file of messages alone tells nothing of the handoffs in it.
        comparesStates = script.comparison.extent == .exact || !expectedStates.isEmpty
    }

    private let comparesStates: Bool
    private var hasExpectedStates: Bool { !comparesStates || expectedStates == actualStates }

    /// Whether everything went as in the recording.
    package var passes: Bool {
        diff.isEqual && ending == .complete && botFailures.isEmpty && hasExpectedStates
    }

    /// The reason for which the conversation could not be replayed to its end by no fault of the bot's.
    package var breakdown: String? {
        if case .broken(let reason) = ending { reason } else { nil }
    }

    /// What is wrong besides the differences, in sentences.
    package var remarks: [String] {
        var remarks = botFailures
        switch ending {
        case .complete: break
        case .ended(let unsaid):
            remarks.append(
                "the bot ended the conversation while \(unsaid == 1 ? "1 line was" : "\(unsaid) lines were") left to say"
            )
        case .broken(let reason): remarks.append("the conversation broke off: \(reason)")
        }
        if !hasExpectedStates {
            remarks.append("handoff: expected \(Self.words(expectedStates)), came \(Self.words(actualStates))")
        }
        return remarks
    }

    /// States in one line.
    package static func words(_ states: [String]) -> String {
        states.isEmpty ? "none" : states.joined(separator: " → ")
    }

    private static func states(of activities: [Activity]) -> [String] {
        var lifecycle = HandoffLifecycle()
        return activities.flatMap { activity in
            // Times tell nothing here; only the order does.
            lifecycle.receive(activity, at: activity.time ?? Timestamp(milliseconds: 0)).filter(\.isChange)
        }.map { step in step.outcome.map { "\(step.to.rawValue) (\($0.rawValue))" } ?? step.to.rawValue }
    }
}
