public import BotSchema

extension TranscriptDiff {
    /// One line of a difference, for reading.
    public struct Line: Hashable, Sendable {
        /// What a line tells.
        public enum Kind: Hashable, Sendable {
            /// Which turn it is.
            case turn
            /// Something that was expected.
            case expected
            /// Something that came instead, or unexpectedly.
            case actual
            /// Something that came, but otherwise; its members follow.
            case changed
            /// A member in which the two differ.
            case member
        }

        /// What the line tells.
        public let kind: Kind
        /// The words; they may hold words from the wire.
        public let text: String
    }

    /// How much differs, in words whose numbers add up; nil when nothing does.
    package var summary: String? {
        guard !isEqual else { return nil }
        let spoken = turns.count { $0.userText != nil }
        let opening = spoken < turns.count ? "what comes before the user speaks differs" : nil
        let count = spokenTurnCount == 1 ? "1 turn" : "\(spokenTurnCount) turns"
        let others = spoken == 0 ? nil : "\(spoken) of \(count) \(spoken == 1 ? "differs" : "differ")"
        return [others, opening].compactMap(\.self).joined(separator: ", and ")
    }

    /// The differences for reading; none when the conversations are the same.
    public var lines: [Line] {
        turns.flatMap { turn -> [Line] in
            let head =
                turn.userText.map { "turn \(turn.number), after “\(Self.short($0))”" } ?? "before the user speaks"
            return [Line(kind: .turn, text: head)] + lines(of: turn)
        }
    }

    /// The differences of one turn, without its head.
    package func lines(of turn: Turn) -> [Line] { turn.changes.flatMap(Self.lines) }

    private static func lines(_ change: Change) -> [Line] {
        switch change {
        case .missing(_, let activity):
            return [Line(kind: .expected, text: "missing     " + short(words(activity), 300))]
        case .unexpected(_, let activity):
            return [Line(kind: .actual, text: "unexpected  " + short(words(activity), 300))]
        case .changed(_, _, let expected, let actual, let members):
            let (before, after) = (words(expected), words(actual))
            let isTextAlone = members.count == 1 && members[0].path == "$.text"
            let details = isTextAlone ? [] : members.map { Line(kind: .member, text: words($0)) }
            // What differs may be far within, or in no word at all.
            guard before.prefix(300) != after.prefix(300) else {
                let same = isTextAlone ? members.map { Line(kind: .member, text: words($0)) } : details
                return [Line(kind: .changed, text: "changed     " + short(before))] + same
            }
            return [
                Line(kind: .expected, text: "expected    " + short(before, 300)),
                Line(kind: .actual, text: "came        " + short(after, 300)),
            ] + details
        }
    }

    private static func words(_ difference: MemberDifference) -> String {
        var expected = difference.expected?.compactText ?? "nothing"
        var actual = difference.actual?.compactText ?? "nothing"
        // Long values are shown from where they differ, with a little of what is before.
        let common = zip(expected, actual).prefix { $0 == $1 }.count
        if common > 40, max(expected.count, actual.count) > 80 {
            expected = "…" + expected.dropFirst(common - 20)
            actual = "…" + actual.dropFirst(common - 20)
        }
        (expected, actual) = (short(expected), short(actual))
        return "\(difference.path): expected \(expected), came \(actual)"
    }

    private static func words(_ activity: Activity) -> String {
        let who = activity.isFromUser ? "you" : activity.from?.name ?? activity.from?.id ?? "bot"
        let type = activity.type?.rawValue ?? "activity"
        let what =
            activity.type == .message
            ? activity.text ?? (activity.attachments.isEmpty ? "a message without words" : "a message with attachments")
            : [type, activity.name, activity.value?.compactText].compactMap(\.self).joined(separator: " ")
        return "\(who): \(what)"
    }

    private static func short(_ text: String, _ length: Int = 80) -> String {
        text.count > length ? text.prefix(length) + "…" : text
    }

    /// The differences as a JSON object, for machines.
    public var json: JSONValue {
        [
            "equal": .bool(isEqual), "turns": .number(JSONNumber(turnCount)),
            "differences": .array(
                turns.map { turn in
                    [
                        "turn": .number(JSONNumber(turn.number)), "user": turn.userText.map(JSONValue.string) ?? nil,
                        "changes": .array(turn.changes.map(Self.json)),
                    ]
                }
            ),
        ]
    }

    private static func json(_ change: Change) -> JSONValue {
        switch change {
        case .missing(let index, let activity):
            return ["kind": "missing", "expectedIndex": .number(JSONNumber(index)), "expected": activity.jsonValue]
        case .unexpected(let index, let activity):
            return ["kind": "unexpected", "actualIndex": .number(JSONNumber(index)), "actual": activity.jsonValue]
        case .changed(let expected, let actual, _, _, let members):
            let list = members.map { member -> JSONValue in
                var object: JSONObject = ["path": .string(member.path)]
                object["expected"] = member.expected
                object["actual"] = member.actual
                return .object(object)
            }
            return [
                "kind": "changed", "expectedIndex": .number(JSONNumber(expected)),
                "actualIndex": .number(JSONNumber(actual)), "members": .array(list),
            ]
        }
    }
}
