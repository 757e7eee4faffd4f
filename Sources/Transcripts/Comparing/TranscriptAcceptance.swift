package import BotSchema

extension Transcript {
    /// The transcript with what came instead of what it held.
    ///
    /// What is the same stays as it is written, ids, times and marks included; of what differs, the members that do are
    /// replaced. Marks that still match stay. What is missing goes, what was unexpected comes in its place.
    ///
    /// - Parameters:
    ///   - actual: What came.
    ///   - diff: How it differs from this transcript.
    ///   - comparison: What made two activities the same.
    /// - Returns: The transcript, in the form in which it was read.
    package func accepting(
        _ actual: [Activity],
        as diff: TranscriptDiff,
        comparison: ActivityComparison = ActivityComparison()
    ) -> Transcript {
        let acceptance = ActivityAcceptance(
            comparison: comparison,
            names: ConversationNames.Pair(expected: activities, actual: actual)
        )
        let counted = Set(diff.pairs.compactMap(\.expected))
        var accepted: [Activity] = []
        var next = 0
        /// What does not count stays where it is.
        func keep(until end: Int) {
            while next < end {
                if !counted.contains(next) { accepted.append(activities[next]) }
                next += 1
            }
        }
        for pair in diff.pairs {
            if let index = pair.expected {
                keep(until: index)
                next = max(next, index + 1)
            }
            switch (pair.expected, pair.actual) {
            case (let index?, let other?): accepted.append(acceptance.accepted(activities[index], actual[other]))
            case (nil, let other?):
                var activity = actual[other]
                // It is part of the recorded conversation now, and of its time.
                activity.conversation = accepted.last { $0.conversation != nil }?.conversation
                activity.timestamp = accepted.last { $0.timestamp != nil }?.timestamp
                accepted.append(activity)
            default: break
            }
        }
        keep(until: activities.count)
        var transcript = self
        transcript.activities = accepted
        return transcript
    }
}

/// Puts what came into the place of what was expected, member by member.
private struct ActivityAcceptance {
    let comparison: ActivityComparison
    let names: ConversationNames.Pair

    func accepted(_ expected: Activity, _ actual: Activity) -> Activity {
        let ignored = comparison.ignored(by: expected)
        if comparison.extent == .text {
            var accepted = expected
            accepted.json["text"] = value(expected.json["text"], actual.json["text"], "$.text", ignored)
            return accepted
        }
        return Activity(json: activity(expected.json, actual.json, "$", ignored))
    }

    private func activity(
        _ expected: JSONObject,
        _ actual: JSONObject,
        _ path: String,
        _ ignored: Set<String>
    ) -> JSONObject {
        var accepted = object(expected, actual, path, ignored, keeping: ActivityComparison.passing)
        // Who speaks counts for everybody but the user, by name.
        if !Activity(json: actual).isFromUser, var from = accepted["from"]?.object {
            let name = value(from["name"], actual["from"]?["name"], "\(path).from.name", ignored)
            if from["name"] != name {
                from["name"] = name
                accepted["from"] = .object(from)
            }
        }
        if let told = expected["channelData"] {
            var data = accepted["channelData"]?.object ?? JSONObject()
            var marks = data["baton"]?.object ?? JSONObject()
            data["clientActivityID"] = told["clientActivityID"]
            for mark in ActivityComparison.passingMarks { marks[mark] = told["baton"]?[mark] }
            if !marks.isEmpty { data["baton"] = .object(marks) }
            if !data.isEmpty { accepted["channelData"] = .object(data) }
        }
        return accepted
    }

    private func object(
        _ expected: JSONObject,
        _ actual: JSONObject,
        _ path: String,
        _ ignored: Set<String>,
        keeping passing: Set<String> = []
    ) -> JSONObject {
        var entries = expected.entries.compactMap { entry -> JSONObject.Entry? in
            guard !passing.contains(entry.key), !entry.value.isNull || actual[entry.key] != nil else { return entry }
            return value(entry.value, actual[entry.key], "\(path).\(entry.key)", ignored).map {
                JSONObject.Entry(key: entry.key, value: $0)
            }
        }
        // A file that another program recorded keeps to the members that it has.
        guard comparison.extent == .exact else { return JSONObject(entries: entries) }
        entries += actual.entries.filter { entry in
            !expected.contains(entry.key) && !passing.contains(entry.key) && !entry.value.isNull
                && !ignored.contains("\(path).\(entry.key)")
        }
        return JSONObject(entries: entries)
    }

    private func value(
        _ expected: JSONValue?,
        _ actual: JSONValue?,
        _ path: String,
        _ ignored: Set<String>
    ) -> JSONValue? {
        guard !ignored.contains(path) else { return expected }
        switch (expected, actual) {
        case (.object(let expected)?, .object(let actual)?):
            // Transcripts within attachments are conversations too.
            if path.hasSuffix(".content.activities[]") || path == "$.value.activity" && expected.contains("type") {
                return .object(activity(expected, actual, "$", []))
            }
            return .object(object(expected, actual, path, ignored))
        case (.array(let expected)?, .array(let actual)?) where expected.count == actual.count:
            return .array(zip(expected, actual).map { value($0, $1, path + "[]", ignored) ?? $1 })
        case (.string("<*>")?, _?): return expected
        case (.string(let text)?, .string(let other)?):
            return ConversationNames.isSame(text, other, names) ? expected : actual
        case (.number(let number)?, .number(let other)?):
            return number == other || number.double == other.double ? expected : actual
        default: return actual
        }
    }
}
