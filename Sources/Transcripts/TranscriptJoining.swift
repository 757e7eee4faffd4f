import BotSchema

extension Transcript {
    /// One transcript of several, file after file.
    ///
    /// An activity that is in more than one of them, as overlapping recordings have it, is kept once: where it comes
    /// first. The order of its members does not count, which services and tools change. Equal activities within one
    /// file stay, since a file tells what happened.
    ///
    /// - Parameter transcripts: The parts in their order.
    /// - Returns: The whole as a plain list, with the number of activities that were left out as copies.
    public static func merging(_ transcripts: [Transcript]) -> (whole: Transcript, copies: Int) {
        var activities: [Activity] = []
        var seen: Set<JSONValue> = []
        var copies = 0
        for transcript in transcripts {
            var told: [JSONValue] = []
            for activity in transcript.activities {
                guard isTold(activity) else {
                    activities.append(activity)
                    continue
                }
                let content = activity.jsonValue.inOrderOfNames
                guard !seen.contains(content) else {
                    copies += 1
                    continue
                }
                activities.append(activity)
                told.append(content)
            }
            seen.formUnion(told)
        }
        return (Transcript(activities: activities), copies)
    }

    /// Only what has an id or a time can be told from another activity of the same words.
    private static func isTold(_ activity: Activity) -> Bool { activity.id != nil || activity.time != nil }

    /// The conversations in a transcript, each in the order of the file.
    ///
    /// Activities that name no conversation belong to that of the activity before, at the beginning to the one after;
    /// in an export each record is of the conversation that its name tells, else a conversation of its own.
    ///
    /// - Returns: The conversations in the order in which they begin, with the id that their activities name.
    public func splitByConversation() -> [(id: String?, transcript: Transcript)] {
        let isWhole = parts.last?.range.upperBound == activities.count
        let parts = isWhole ? parts : [ExportPart(range: activities.indices, record: nil)]
        var order: [ConversationKey] = []
        var conversations: [ConversationKey: [Range<Int>]] = [:]
        for (number, part) in parts.enumerated() {
            // What the activities say themselves goes before the record's name.
            var current =
                activities[part.range].lazy.compactMap { $0.conversation?.id }.first ?? part.record?.conversationId
            for index in part.range {
                current = activities[index].conversation?.id ?? current
                let key = ConversationKey(id: current, part: current == nil ? number : nil)
                if conversations[key] == nil { order.append(key) }
                var ranges = conversations[key] ?? []
                if let last = ranges.last, last.upperBound == index {
                    ranges[ranges.count - 1] = last.lowerBound..<(index + 1)
                } else {
                    ranges.append(index..<(index + 1))
                }
                conversations[key] = ranges
            }
        }
        return order.map { ($0.id, slice(conversations[$0] ?? [])) }
    }

    private struct ConversationKey: Hashable {
        let id: String?
        /// The record in which it is, where it names itself nowhere.
        let part: Int?
    }

    /// The transcript in the order of the activities' times.
    ///
    /// Times may be wrong, equal or missing (A2042), so files are never sorted unasked. An activity without a time
    /// stays behind the one that it follows; equal times keep the order of the file.
    public func sortedByTime() -> Transcript {
        var last = Timestamp(milliseconds: .min)
        let timed = activities.enumerated().map { index, activity in
            last = activity.time ?? last
            return (time: last, index: index, activity: activity)
        }
        let sorted = timed.sorted { ($0.time, $0.index) < ($1.time, $1.index) }
        guard sorted.map(\.index) != Array(activities.indices) else { return self }
        return Transcript(activities: sorted.map(\.activity))
    }
}

extension JSONValue {
    /// The value with the members of its objects by name, and of equal names the one that is read.
    fileprivate var inOrderOfNames: JSONValue {
        switch self {
        case .object(let object):
            var last: [String: JSONValue] = [:]
            for entry in object.entries { last[entry.key] = entry.value }
            let entries = last.sorted { $0.key < $1.key }.map {
                JSONObject.Entry(key: $0.key, value: $0.value.inOrderOfNames)
            }
            return .object(JSONObject(entries: entries))
        case .array(let elements): return .array(elements.map(\.inOrderOfNames))
        default: return self
        }
    }
}
