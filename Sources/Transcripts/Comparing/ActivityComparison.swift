public import BotSchema

/// One member in which two activities differ.
public struct MemberDifference: Hashable, Sendable {
    /// The JSON path within the activity, such as `$.attachments[0].content.title`.
    public let path: String
    /// What was expected; nil where nothing was.
    public let expected: JSONValue?
    /// What is there; nil where nothing is.
    public let actual: JSONValue?
}

/// What makes two activities the same for a person who repeats a conversation.
public struct ActivityComparison: Hashable, Sendable {
    /// How much of two activities counts.
    public enum Extent: String, Hashable, Sendable, CaseIterable {
        /// Every member.
        case exact
        /// The members that the expected activity has: other programs record fewer of them.
        case expected
        /// What is said: the texts of messages, and who of user and others says them.
        case text
    }

    /// How much counts.
    public var extent = Extent.exact
    /// Whether the names of bots and agents count; a `.chat` file has one name for all of them.
    public var comparesNames = true
    /// Paths of members that may differ, such as `$.value.caseId` or `$.attachments[].content`.
    public var ignoredPaths: Set<String>
    /// Types of activities that do not count.
    public var ignoredTypes: Set<ActivityType>
    /// Whether what one says may come before or after what another says in the same turn.
    ///
    /// A bot and an agent who speak at the same time are in no order that would come again.
    public var ignoresOrderOfSpeakers = false

    /// A comparison.
    ///
    /// - Parameters:
    ///   - ignoredPaths: Paths of members that may differ, beside ids and times; `$` and indices may be left out.
    ///   - ignoredTypes: Types that do not count, by default those that come and go with timing.
    public init(
        ignoredPaths: Set<String> = [],
        ignoredTypes: Set<ActivityType> = [.typing, .trace, .conversationUpdate]
    ) {
        self.ignoredPaths = Set(ignoredPaths.map(Self.general))
        self.ignoredTypes = ignoredTypes
    }

    /// What differs between two activities.
    ///
    /// Ids, times and addresses do not count, in a transcript that a handoff carries neither. Texts that are marked in
    /// the expected activity may differ as marked, members that it names in `channelData.baton.ignore` in any way.
    ///
    /// - Parameters:
    ///   - expected: The activity as it should be.
    ///   - actual: The activity as it is.
    ///   - names: The ids of the two conversations, each of which stands for the other's where texts mention it.
    /// - Returns: The differences in the order of the expected activity; none when it is the same.
    public func differences(
        expected: Activity,
        actual: Activity,
        names: ConversationNames.Pair = ConversationNames.Pair()
    ) -> [MemberDifference] {
        var walk = Walk(ignored: ignored(by: expected), names: names, takesMore: extent != .exact)
        var (left, right) = (Self.comparable(expected.json), Self.comparable(actual.json))
        if extent == .text {
            let said = ["type", "text", "from.role"]
            left.entries.removeAll { !said.contains($0.key) }
            right.entries.removeAll { !said.contains($0.key) }
        }
        if !comparesNames {
            left["from.name"] = nil
            right["from.name"] = nil
        }
        walk.compare(left, right, at: "$", general: "$")
        return walk.differences
    }

    /// The comparison for an expected conversation.
    ///
    /// Where not every member counts, kinds of activities do not that it has none of: other programs record messages
    /// alone.
    package func adapted(to expected: [Activity]) -> ActivityComparison {
        var adapted = self
        adapted.isAdapted = true
        guard extent != .exact, !isAdapted else { return adapted }
        let kinds: Set<ActivityType> = extent == .text ? [] : Set(expected.compactMap(\.type))
        adapted.countedTypes = kinds.union([.message])
        return adapted
    }

    /// Whether an activity counts at all.
    package func counts(_ activity: Activity) -> Bool {
        guard let type = activity.type else { return countedTypes == nil }
        return !ignoredTypes.contains(type) && countedTypes?.contains(type) != false
    }

    /// The types that count, where others do not.
    private var countedTypes: Set<ActivityType>?
    private var isAdapted = false

    /// The paths that may differ in this activity, in the form in which they are compared.
    func ignored(by expected: Activity) -> Set<String> {
        let marked = expected.channelData?["baton"]?["ignore"]?.array?.compactMap(\.string).map(Self.general) ?? []
        return ignoredPaths.union(marked)
    }

    /// The form in which paths are compared: with `$`, and without indices.
    private static func general(_ path: String) -> String {
        var general = path.hasPrefix("$") ? "" : path.hasPrefix("[") ? "$" : "$."
        var isIndex = false
        for character in path {
            if character == "]" { isIndex = false }
            if !isIndex { general.append(character) }
            if character == "[" { isIndex = true }
        }
        return general
    }

    /// Members that are different in every conversation.
    static let passing: Set<String> = [
        "id", "timestamp", "localTimestamp", "localTimezone", "replyToId", "conversation", "recipient", "serviceUrl",
        "channelId", "callerId", "relatesTo", "from",
    ]

    /// Members of `channelData.baton` that tell nothing of what was said.
    static let passingMarks = ["ignore", "agentId", "delayMilliseconds"]

    /// The activity without what is different in every conversation.
    private static func comparable(_ activity: JSONObject, depth: Int = 0) -> JSONObject {
        var object = JSONObject(entries: activity.entries.filter { !passing.contains($0.key) && !$0.value.isNull })
        let role = Activity(json: activity)
        object["from.role"] = .string(role.isFromUser ? "user" : "other")
        if !role.isFromUser, let name = role.from?.name { object["from.name"] = .string(name) }
        if var data = object["channelData"]?.object {
            data["clientActivityID"] = nil
            if var baton = data["baton"]?.object {
                for key in passingMarks { baton[key] = nil }
                data["baton"] = baton.isEmpty ? nil : .object(baton)
            }
            object["channelData"] = data.isEmpty ? nil : .object(data)
        }
        guard depth < 2 else { return object }
        // An event may tell of another activity, as a hub does of what it kept from the user.
        if var value = object["value"]?.object, let told = value["activity"]?.object, told.contains("type") {
            value["activity"] = .object(comparable(told, depth: depth + 1))
            object["value"] = .object(value)
        }
        guard let attachments = object["attachments"]?.array else { return object }
        object["attachments"] = .array(attachments.map { carried($0, depth: depth) })
        return object
    }

    /// Transcripts within attachments are conversations too.
    private static func carried(_ attachment: JSONValue, depth: Int) -> JSONValue {
        guard var object = attachment.object, var content = object["content"]?.object,
            let activities = content["activities"]?.array
        else { return attachment }
        content["activities"] = .array(
            activities.map { entry in entry.object.map { .object(comparable($0, depth: depth + 1)) } ?? entry }
        )
        object["content"] = .object(content)
        return .object(object)
    }

    private struct Walk {
        let ignored: Set<String>
        let names: ConversationNames.Pair
        /// Whether the actual value may have members that the expected one has not.
        let takesMore: Bool
        var differences: [MemberDifference] = []

        mutating func compare(_ expected: JSONObject, _ actual: JSONObject, at path: String, general: String) {
            for entry in expected.entries {
                let (place, kind) = ("\(path).\(entry.key)", "\(general).\(entry.key)")
                compare(entry.value, actual[entry.key], at: place, general: kind)
            }
            for entry in actual.entries where !takesMore && !expected.contains(entry.key) {
                let (place, kind) = ("\(path).\(entry.key)", "\(general).\(entry.key)")
                compare(nil, entry.value, at: place, general: kind)
            }
        }

        mutating func compare(_ expected: JSONValue?, _ actual: JSONValue?, at path: String, general: String) {
            guard !ignored.contains(general) else { return }
            switch (expected, actual) {
            case (.object(let expected)?, .object(let actual)?):
                compare(expected, actual, at: path, general: general)
            case (.array(let expected)?, .array(let actual)?) where expected.count == actual.count:
                for index in expected.indices {
                    compare(expected[index], actual[index], at: "\(path)[\(index)]", general: general + "[]")
                }
            case (.string(let expected)?, .string(let actual)?):
                if !ConversationNames.isSame(expected, actual, names) { note(path, .string(expected), .string(actual)) }
            case (.string("<*>")?, _?): break
            case (.number(let expected)?, .number(let actual)?):
                if expected != actual, expected.double != actual.double {
                    note(path, .number(expected), .number(actual))
                }
            default: if expected != actual { note(path, expected, actual) }
            }
        }

        private mutating func note(_ path: String, _ expected: JSONValue?, _ actual: JSONValue?) {
            differences.append(MemberDifference(path: path, expected: expected, actual: actual))
        }
    }
}
