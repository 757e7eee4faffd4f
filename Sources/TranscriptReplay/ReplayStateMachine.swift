package import BotSchema
import ChatScreen
import Handoff
import Transcripts

/// Decides when the next line of a recorded conversation is said again: event in, actions out, nothing is done.
///
/// A line is said when everything that came before it in the recording has come again, handoffs and agents included,
/// and nothing more arrives for a moment. What does not come is waited for as long as it took then and some patience
/// more; what differs counts as come, so that one changed answer does not hold up the rest.
package struct ReplayStateMachine: Sendable {
    /// How patient a replay is.
    package struct Patience: Sendable {
        /// The silence that ends a turn in which everything came, at most; a shorter pause of the recording is kept.
        package var settle: Duration
        /// How much longer than in the recording an answer may take.
        package var answerWithin: Duration
        /// How much longer than in the recording a turn may take in all.
        package var bound: Duration

        /// A patience.
        package init(
            settle: Duration = .milliseconds(500),
            answerWithin: Duration = .seconds(15),
            bound: Duration = .seconds(120)
        ) {
            self.settle = settle
            self.answerWithin = answerWithin
            self.bound = bound
        }
    }

    /// What happens to a replay.
    package enum Event: Sendable {
        /// Activities can be sent and arrive.
        case online
        /// The stream is down; what is said meanwhile arrives later.
        case offline
        /// The service was asked for what had not arrived, and it has come before this.
        case caughtUp(generation: Int, isCertain: Bool)
        /// Something arrived.
        case arrived(Activity, isEcho: Bool)
        /// The line on its way was taken; a bot that failed on it says so in a sentence.
        case posted(botFailure: String?)
        /// A timer ran out.
        case timer(Timer)
        /// The other side ended the conversation.
        case ended
        /// The conversation cannot go on, for a reason in a sentence.
        case broken(String)
    }

    /// What a replay waits for in time.
    package enum Timer: Hashable, Sendable {
        /// Silence; older generations are void.
        case quiet(generation: Int)
        /// The bound of a turn.
        case bound(turn: Int)
    }

    /// What a replay is to do.
    package enum Action: Sendable {
        /// Say the line of a turn; answer with ``Event/posted(botFailure:)``.
        case send(Activity)
        /// Ask the service for what has not arrived; answer with ``Event/caughtUp(generation:isCertain:)``.
        case catchUp(generation: Int)
        /// Wait; answer with ``Event/timer(_:)``.
        case startTimer(Timer, Duration)
        /// Tell where it stands.
        case tell(Progress)
        /// It is over.
        case finish(Ending)
    }

    /// Where a replay stands.
    package struct Progress: Hashable, Sendable {
        /// The turn under way, from 0 for the opening.
        package let turn: Int
        /// How many lines there are.
        package let count: Int
        /// What the user said last.
        package let words: String?
        /// How many of the turn's activities are still to come.
        package let missing: Int
    }

    /// How a replay ended.
    package enum Ending: Hashable, Sendable {
        /// Every line was said.
        case complete
        /// The other side ended the conversation while lines were left.
        case ended(unsaid: Int)
        /// The conversation broke off, for a reason in a sentence.
        case broken(String)
    }

    private let script: ReplayScript
    private let patience: Patience
    private var record = ConversationRecord()
    private var names: ConversationNames.Pair
    private var turn = 0
    /// What is still to come in this turn.
    private var missing: [ReplayScript.Expectation]
    /// What came in this turn, or before it, and is none of that.
    private var surplus: [Activity] = []
    private var isOnline = false
    private var isPosting = false
    /// Whether activities arrive at present.
    private var isDelivering = false
    /// So often has the service been asked in vain.
    private var failures = 0
    private var isFinished = false
    private var generation = 0
    private var handoff = HandoffLifecycle()
    /// How much sooner than in the recording the user spoke while waiting for an agent, who is no quicker for it.
    private var lead = Duration.zero

    /// Sentences about lines on which the bot failed, by turn.
    package private(set) var botFailures: [Int: String] = [:]

    /// A replay that has not begun.
    package init(_ script: ReplayScript, patience: Patience = Patience()) {
        self.script = script
        self.patience = patience
        names = ConversationNames.Pair(expected: script.recorded)
        missing = script.turns[0].expected
    }

    /// What came so far, the user's own lines among it.
    package var received: [Activity] { record.transcript.activities }

    /// Takes an event.
    ///
    /// - Returns: What to do, in order; nothing after the end.
    package mutating func handle(_ event: Event) -> [Action] {
        guard !isFinished else { return [] }
        switch event {
        case .online:
            isDelivering = true
            guard !isOnline else { return wait() }
            isOnline = true
            return [.tell(progress), bound] + wait()
        case .offline:
            isDelivering = false
            return []
        case .caughtUp(let generation, let isCertain):
            guard generation == self.generation, isDelivering, !isPosting else { return [] }
            failures = isCertain ? 0 : failures + 1
            return isCertain || failures == 3 ? next() : wait()
        case .arrived(let activity, let isEcho): return arrived(activity, isEcho: isEcho)
        case .posted(let botFailure):
            isPosting = false
            botFailures[turn] = botFailure
            return wait()
        case .timer(.quiet(let generation)):
            return generation == self.generation && isDelivering && !isPosting ? [.catchUp(generation: generation)] : []
        case .timer(.bound(let turn)): return turn == self.turn ? next() : []
        case .ended:
            let unsaid = script.turns.count - 1 - turn
            return finish(unsaid == 0 ? .complete : .ended(unsaid: unsaid))
        case .broken(let reason): return finish(.broken(reason))
        }
    }

    private mutating func arrived(_ activity: Activity, isEcho: Bool) -> [Action] {
        record.append(activity, isEcho: isEcho)
        names.actual.learn(from: activity)
        _ = handoff.receive(activity, isEcho: isEcho, at: activity.time ?? Timestamp(milliseconds: 0))
        if activity.type != nil, !isEcho, script.comparison.counts(activity) {
            if !take(activity) { surplus.append(activity) }
            return [.tell(progress)] + wait()
        }
        return wait()
    }

    /// Takes something off the list of what is to come.
    private mutating func take(_ activity: Activity) -> Bool {
        let place = missing.firstIndex { expected in
            expected.activity.type == activity.type
                && script.comparison.differences(expected: expected.activity, actual: activity, names: names).isEmpty
        }
        guard let place else { return false }
        missing.remove(at: place)
        return true
    }

    private var progress: Progress {
        Progress(
            turn: turn,
            count: script.turns.count - 1,
            words: script.turns[turn].words,
            missing: missing.count
        )
    }

    private var bound: Action {
        .startTimer(.bound(turn: turn), script.turns[turn].length + lead + patience.bound)
    }

    /// Begins to wait for silence anew.
    private mutating func wait() -> [Action] {
        guard isOnline, !isPosting else { return [] }
        generation += 1
        return [.startTimer(.quiet(generation: generation), silence)]
    }

    /// The silence after which the turn counts as over.
    private var silence: Duration {
        guard let next = missing.first else {
            let isLast = turn == script.turns.count - 1
            let pause = isLast ? .zero : script.turns[turn + 1].pause
            return pause == .zero ? patience.settle : min(patience.settle, pause)
        }
        // As much came as was to come, only other things: more is unlikely.
        if surplus.count >= missing.count { return next.delay + patience.settle }
        return next.delay + lead + patience.answerWithin
    }

    /// Goes on to the next line, or to the end.
    private mutating func next() -> [Action] {
        guard turn + 1 < script.turns.count else { return finish(.complete) }
        turn += 1
        lead = handoff.state.isWaiting ? lead + script.turns[turn].pause : .zero
        missing = script.turns[turn].expected
        // An agent may have been quicker than then, so what is to come may have come.
        surplus = surplus.filter { !take($0) }
        isPosting = true
        generation += 1
        let line = script.turns[turn].line.map { [Action.send($0)] } ?? []
        return [.tell(progress)] + line + [bound]
    }

    private mutating func finish(_ ending: Ending) -> [Action] {
        isFinished = true
        return [.finish(ending)]
    }
}
