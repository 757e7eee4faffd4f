import BotSchema

extension Conversation {
    /// More than this many activities of the past are not asked for.
    private static let earlierLimit = 100_000

    /// Finds out what was said before, where the configuration asks for it; to be called before anything arrives.
    func recall() async {
        guard let resume = configuration.resume, let known = resume.known else { return }
        let history = await pages(from: nil)
        var earlier = EarlierActivities()
        earlier.isFromService = !history.isEmpty
        if history.isEmpty {
            earlier.seen = Self.newest(of: known)
        } else {
            let behind = resume.watermark == nil ? history : await pages(from: resume.watermark)
            earlier.seen = Self.merged(history, unseen: Set(behind.compactMap(\.id)), known: Self.newest(of: known))
        }
        let arrived = Set((history + known.filter { $0.id != nil }).compactMap(\.clientActivityID))
        for activity in known where activity.id == nil {
            guard let clientID = activity.clientActivityID else { continue }
            // Its echo may still come, or come again.
            expectEcho(of: activity, clientID)
            if !arrived.contains(clientID) { earlier.unsettled.append(activity) }
        }
        noteSeen(earlier.seen)
        remember(earlier)
    }

    /// The activities behind a position, as far as the service gives them; none when it does not.
    private func pages(from start: String?) async -> [Activity] {
        var watermark = start
        var activities: [Activity] = []
        var ids: Set<String> = []
        while activities.count < Self.earlierLimit {
            guard
                let set = try? await service.activities(
                    tokens.bearer,
                    conversation: conversationId,
                    watermark: watermark
                )
            else { break }
            // An activity that was changed since may come once more under its id.
            activities += set.activities.filter { $0.type != .typing }
            let newIds = set.activities.compactMap(\.id).filter { ids.insert($0).inserted }
            // A service that counts positions otherwise could give the same page for ever.
            guard !newIds.isEmpty, let next = set.watermark, next != watermark else { break }
            watermark = next
        }
        return activities
    }

    /// The last state of each activity of a record, in the place of its first.
    private static func newest(of known: [Activity]) -> [Activity] {
        var places: [String: Int] = [:]
        var newest: [Activity] = []
        for activity in known {
            guard let id = activity.id else { continue }
            if let place = places[id] {
                newest[place] = activity
            } else {
                places[id] = newest.count
                newest.append(activity)
            }
        }
        return newest
    }

    /// What of a history has been seen: all before the position, and all up to the last that is known.
    ///
    /// What the service no longer has, or never kept, stands behind the one that it followed.
    private static func merged(_ history: [Activity], unseen: Set<String>, known: [Activity]) -> [Activity] {
        let ids = Set(history.compactMap(\.id))
        let knownIds = Set(known.compactMap(\.id))
        let firstUnseen = history.firstIndex { $0.id.map(unseen.contains) ?? false } ?? history.count
        let lastKnown = history.lastIndex { $0.id.map(knownIds.contains) ?? false }.map { $0 + 1 } ?? 0
        var followers: [String?: [Activity]] = [:]
        var anchor: String?
        for activity in known {
            guard let id = activity.id else { continue }
            if ids.contains(id) { anchor = id } else { followers[anchor, default: []].append(activity) }
        }
        return history.prefix(max(firstUnseen, lastKnown)).reduce(into: followers[nil] ?? []) { seen, activity in
            seen.append(activity)
            if let id = activity.id { seen += followers[id] ?? [] }
        }
    }
}
