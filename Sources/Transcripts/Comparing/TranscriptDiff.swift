public import BotSchema

/// How one conversation differs from another, turn by turn.
public struct TranscriptDiff: Hashable, Sendable {
    /// What became of one activity.
    public enum Change: Hashable, Sendable {
        /// It was expected and did not come; the number is its place in the expected conversation, from 0.
        case missing(Int, Activity)
        /// It came and was not expected; the number is its place in the actual conversation.
        case unexpected(Int, Activity)
        /// It came otherwise than expected.
        case changed(expected: Int, actual: Int, Activity, Activity, [MemberDifference])
    }

    /// What the user said and what came of it, where that differs.
    public struct Turn: Hashable, Sendable {
        /// The number of the turn in the expected conversation, from 1; 0 is what comes before the user speaks.
        public let number: Int
        /// What the user said; nil before the user speaks.
        public let userText: String?
        /// The differences, in order.
        public let changes: [Change]
    }

    /// The places of two activities that belong together, or of one that stands alone.
    package struct Pair: Hashable, Sendable {
        /// The place in the expected conversation, from 0.
        package let expected: Int?
        /// The place in the actual one.
        package let actual: Int?
    }

    /// The turns that differ.
    public let turns: [Turn]
    /// The words with which the turns begin; the first, before the user speaks, has none.
    package let userTexts: [String?]
    /// All activities that count, in the order of both conversations.
    package let pairs: [Pair]
    /// How many turns were compared, what comes before the user speaks among them.
    public let turnCount: Int
    /// How many of them begin with something that the user said, in either conversation.
    package let spokenTurnCount: Int

    /// Whether nothing differs.
    public var isEqual: Bool { turns.isEmpty }

    /// Compares two conversations.
    ///
    /// - Parameters:
    ///   - expected: The conversation as it should be; its marks tell what may differ.
    ///   - actual: The conversation as it is.
    ///   - comparison: What makes two activities the same.
    public init(expected: [Activity], actual: [Activity], comparison: ActivityComparison = ActivityComparison()) {
        let comparison = comparison.adapted(to: expected)
        let left = Self.turns(of: expected, comparison)
        let right = Self.turns(of: actual, comparison)
        let pairs = Alignment.pairs(left.count, right.count) { row, column in
            left[row].isSame(as: right[column])
        }
        let alike = Likeness(comparison: comparison, names: ConversationNames.Pair(expected: expected, actual: actual))
        userTexts = left.map(\.userText)
        let joined = Self.joined(pairs)
        turnCount = joined.count
        // The opening is the first of both, and a turn is one pair however it is paired.
        spokenTurnCount = joined.count - 1
        var matches: [Pair] = []
        turns = joined.compactMap { pair in
            let (expected, actual) = (pair.left.map { left[$0] }, pair.right.map { right[$0] })
            let changes = Self.changes(expected?.entries ?? [], actual?.entries ?? [], alike, &matches)
            guard !changes.isEmpty else { return nil }
            return Turn(
                number: expected?.number ?? actual?.number ?? 0,
                userText: (expected ?? actual)?.userText,
                changes: changes
            )
        }
        self.pairs = matches
    }

    // MARK: - Turns

    private struct RawTurn {
        let number: Int
        let userText: String?
        var entries: [(index: Int, activity: Activity)]

        func isSame(as other: RawTurn) -> Bool {
            guard let userText, let words = other.userText else { return userText == other.userText }
            return userText == words || TextPattern(userText)?.matches(words) == true
        }
    }

    private static func turns(of activities: [Activity], _ comparison: ActivityComparison) -> [RawTurn] {
        var turns = [RawTurn(number: 0, userText: nil, entries: [])]
        for (index, activity) in activities.enumerated() {
            guard comparison.counts(activity) else { continue }
            if activity.type == .message, activity.isFromUser {
                let text = activity.text ?? activity.value?.compactText ?? ""
                turns.append(RawTurn(number: turns.count, userText: text, entries: []))
            }
            turns[turns.count - 1].entries.append((index, activity))
        }
        return turns
    }

    /// A turn that is missing where another is unexpected is one turn in which the user said something else.
    private static func joined(_ pairs: [Alignment.Pair]) -> [(left: Int?, right: Int?)] {
        var joined: [(left: Int?, right: Int?)] = []
        var lefts: [Int] = []
        var rights: [Int] = []
        func flush() {
            let common = min(lefts.count, rights.count)
            joined += zip(lefts, rights).map { ($0, $1) }
            joined += lefts.dropFirst(common).map { ($0, nil) }
            joined += rights.dropFirst(common).map { (nil, $0) }
            (lefts, rights) = ([], [])
        }
        for pair in pairs {
            switch pair {
            case .left(let index): lefts.append(index)
            case .right(let index): rights.append(index)
            case .both(let left, let right):
                flush()
                joined.append((left, right))
            }
        }
        flush()
        return joined
    }

    // MARK: - Activities

    private typealias Entry = (index: Int, activity: Activity)

    private struct Likeness {
        let comparison: ActivityComparison
        let names: ConversationNames.Pair

        func differences(_ expected: Entry, _ actual: Entry) -> [MemberDifference] {
            comparison.differences(expected: expected.activity, actual: actual.activity, names: names)
        }

        func isSame(_ expected: Entry, _ actual: Entry) -> Bool {
            expected.activity.type == actual.activity.type && differences(expected, actual).isEmpty
        }
    }

    private static func changes(
        _ left: [Entry],
        _ right: [Entry],
        _ alike: Likeness,
        _ matches: inout [Pair]
    ) -> [Change] {
        var changes: [Change] = []
        var missing: [Entry] = []
        var unexpected: [Entry] = []
        func flush() {
            let last = between(missing, unexpected, alike)
            changes += last
            matches += last.map(\.pair)
            (missing, unexpected) = ([], [])
        }
        let pairs = Alignment.pairs(left.count, right.count) { alike.isSame(left[$0], right[$1]) }
        let moved = alike.comparison.ignoresOrderOfSpeakers ? moved(pairs, left, right, alike) : [:]
        let arrived = Set(moved.values)
        for pair in pairs {
            switch pair {
            case .left(let index):
                if let other = moved[index] {
                    matches.append(Pair(expected: left[index].index, actual: right[other].index))
                } else {
                    missing.append(left[index])
                }
            case .right(let index): if !arrived.contains(index) { unexpected.append(right[index]) }
            case .both(let row, let column):
                // Long turns are paired by place alone, so a pair may differ.
                guard alike.isSame(left[row], right[column]) else {
                    missing.append(left[row])
                    unexpected.append(right[column])
                    continue
                }
                flush()
                matches.append(Pair(expected: left[row].index, actual: right[column].index))
            }
        }
        flush()
        return changes
    }

    /// What came at another place among what others say, and is in its order among what the same one says.
    private static func moved(
        _ pairs: [Alignment.Pair],
        _ left: [Entry],
        _ right: [Entry],
        _ alike: Likeness
    ) -> [Int: Int] {
        let (speakers, others) = (left.map(\.activity.speakerName), right.map(\.activity.speakerName))
        var free = pairs.compactMap { if case .right(let index) = $0 { index } else { nil } }
        var moved: [Int: Int] = [:]
        for case .left(let index) in pairs {
            let rank = speakers[..<index].count { $0 == speakers[index] }
            let place = free.firstIndex { other in
                others[other] == speakers[index] && others[..<other].count { $0 == others[other] } == rank
                    && alike.isSame(left[index], right[other])
            }
            if let place { moved[index] = free.remove(at: place) }
        }
        return moved
    }

    /// What became of those that are between two that are the same.
    private static func between(_ missing: [Entry], _ unexpected: [Entry], _ alike: Likeness) -> [Change] {
        var changes: [Change] = []
        var rest = unexpected
        for entry in missing {
            guard let place = rest.firstIndex(where: { $0.activity.type == entry.activity.type }) else {
                changes.append(.missing(entry.index, entry.activity))
                continue
            }
            changes += rest[..<place].map { .unexpected($0.index, $0.activity) }
            let other = rest[place]
            rest.removeFirst(place + 1)
            changes.append(
                .changed(
                    expected: entry.index,
                    actual: other.index,
                    entry.activity,
                    other.activity,
                    alike.differences(entry, other)
                )
            )
        }
        return changes + rest.map { .unexpected($0.index, $0.activity) }
    }
}

extension TranscriptDiff.Change {
    fileprivate var pair: TranscriptDiff.Pair {
        switch self {
        case .missing(let index, _): TranscriptDiff.Pair(expected: index, actual: nil)
        case .unexpected(let index, _): TranscriptDiff.Pair(expected: nil, actual: index)
        case .changed(let expected, let actual, _, _, _): TranscriptDiff.Pair(expected: expected, actual: actual)
        }
    }
}

extension Activity {
    /// Who says it, as far as that stays the same from conversation to conversation.
    fileprivate var speakerName: String { isFromUser ? "user" : from?.name ?? from?.id ?? "" }
}
