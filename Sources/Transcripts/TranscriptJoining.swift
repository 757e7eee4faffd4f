import BotSchema

extension Transcript {
    /// One transcript of several, file after file.
    ///
    /// An activity that is in more than one of them, as overlapping recordings have it, is kept once: where it comes
    /// first. Equal activities within one file stay, since a file tells what happened.
    ///
    /// - Parameter transcripts: The parts in their order.
    /// - Returns: The whole as a plain list, with the number of activities that were left out as copies.
    public static func merging(_ transcripts: [Transcript]) -> (whole: Transcript, copies: Int) {
        var activities: [Activity] = []
        var seen: Set<Activity> = []
        var copies = 0
        for transcript in transcripts {
            let fresh = transcript.activities.filter { !(isTold($0) && seen.contains($0)) }
            copies += transcript.activities.count - fresh.count
            activities += fresh
            seen.formUnion(fresh)
        }
        return (Transcript(activities: activities), copies)
    }

    /// Only what has an id or a time can be told from another activity of the same words.
    private static func isTold(_ activity: Activity) -> Bool { activity.id != nil || activity.time != nil }

    /// The conversations in a transcript, each in the order of the file.
    ///
    /// Activities that name no conversation belong to that of the activity before, at the beginning to the one after;
    /// in an export each record is a conversation, unless several records name the same one.
    ///
    /// - Returns: The conversations in the order in which they begin, with the id that their activities name.
    public func splitByConversation() -> [(id: String?, transcript: Transcript)] {
        let starts = source?.activities == activities ? partStarts : []
        let ends = starts.dropFirst() + [activities.count]
        let parts = starts.isEmpty ? [0..<activities.count] : zip(starts, ends).map { $0..<$1 }
        var order: [ConversationKey] = []
        var conversations: [ConversationKey: [Activity]] = [:]
        for (number, part) in parts.enumerated() {
            var current = activities[part].lazy.compactMap { $0.conversation?.id }.first
            for activity in activities[part] {
                current = activity.conversation?.id ?? current
                let key = ConversationKey(id: current, part: current == nil ? number : nil)
                if conversations[key] == nil { order.append(key) }
                conversations[key, default: []].append(activity)
            }
        }
        return order.map { ($0.id, Transcript(activities: conversations[$0] ?? [])) }
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
