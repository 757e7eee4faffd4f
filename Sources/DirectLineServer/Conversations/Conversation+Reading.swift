import BotSchema
import NIOCore

/// The part of a conversation that one poll is answered with.
struct ActivityPage: Sendable {
    /// What is in it, oldest first.
    var items: [ConversationLog.Item] = []
    /// The position before it.
    let start: Int
    /// The position behind it.
    var watermark: Int
}

extension Conversation {
    /// Where a stream begins that has everything up to a watermark.
    func position(after watermark: Int?) -> LogPosition { log.position(after: watermark ?? 0) }

    /// The next frame for a stream, one activity each: clients reorder those that come together (DirectLineJS 0.15).
    ///
    /// Waits until there is one. Nil when the conversation was closed, the calling task is cancelled, or nobody is there
    /// any more, which is asked at every ring of the bell.
    ///
    /// - Throws: ``StoreError`` when the store cannot give back an old activity.
    func nextFrame(
        for reader: inout LogPosition,
        while isThere: () -> Bool
    ) async throws(StoreError) -> LoggedActivity? {
        while !isClosed, !Task.isCancelled {
            let rings = bell.rings
            guard isThere() else { return nil }
            if let item = log.next(for: &reader) { return try await load(item) }
            await bell.wait(after: rings)
        }
        return nil
    }

    /// What is behind a watermark, from the start without one, as far as one answer may hold it.
    func page(after watermark: Int?) -> ActivityPage {
        noticeUser()
        var reader = position(after: watermark)
        var page = ActivityPage(start: reader.watermark, watermark: reader.watermark)
        var bytes = 0
        while page.items.count < surroundings.limits.pageActivities {
            var next = reader
            guard let item = log.next(for: &next) else {
                page.watermark = next.watermark
                break
            }
            bytes += item.size
            // One that is larger than a page is a page of its own.
            guard page.items.isEmpty || bytes <= surroundings.limits.pageBytes else { break }
            reader = next
            page.watermark = reader.watermark
            if !item.isPassing { page.items.append(item) }
        }
        return page
    }

    /// The newest activities as far as they have no more than so many bytes, oldest first.
    ///
    /// - Throws: ``StoreError`` when the store cannot give one back.
    func activities(newest limit: Int = 16 << 20) async throws(StoreError) -> [Activity] {
        var (newest, bytes): ([ConversationLog.Item], Int) = ([], 0)
        for item in log.items.reversed() {
            bytes += item.size
            guard bytes <= limit || newest.isEmpty else { break }
            newest.append(item)
        }
        var activities: [Activity] = []
        for item in newest.reversed() {
            if let activity = try await load(item).activity { activities.append(activity) }
        }
        return activities
    }

    /// An activity of the log with its content, from the store if need be.
    ///
    /// - Throws: ``StoreError`` when the store cannot give it back; the operator has been told.
    nonisolated func load(_ item: ConversationLog.Item) async throws(StoreError) -> LoggedActivity {
        switch item {
        case .loaded(let activity, _): return activity
        case .stored(let row, let position, _):
            do throws(StoreError) {
                return try await surroundings.storedActivities.activity(in: row, at: position, of: surroundings.store)
            } catch {
                surroundings.storeHealth.noteUnreadable(error)
                throw error
            }
        }
    }
}

extension LoggedActivity {
    /// The activity, parsed; nil for what a damaged store has.
    var activity: Activity? {
        Activity(try? JSONValue(parsing: Array(json.readableBytesView)))
    }
}
