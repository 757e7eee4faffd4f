public import BotSchema

/// Puts together replies that grow while the bot writes them, without any I/O.
///
/// Such a reply is a run of `typing` activities, each with the whole text so far, and one `message` at its end. They
/// belong together by `channelData` or by one entity of type `streaminfo` (Web Chat's live streaming; activity
/// specification A9240 to A9247). Parts come late and twice; what is behind the newest part is ignored.
public struct LiveReplies: Sendable {
    /// What an activity does to a reply.
    public enum Change: Hashable, Sendable {
        /// The reply's text so far, which takes the place of what was shown; a status such as `Searching…` is none of it.
        case grows(id: String, text: String, isStatus: Bool)
        /// The reply is complete: the message takes the place of what was shown.
        ///
        /// The result is `success`, `timeout` or `error` where the bot says so.
        case ends(id: String, message: Activity, result: String?)
        /// The reply is taken back.
        case retracted(id: String)
        /// The part is older than what is shown, or its reply has ended.
        case ignored
        /// The activity is no part of such a reply.
        case unrelated
    }

    private struct Reply: Sendable {
        var text = ""
        var sequence: Int?
        var lastPart: Timestamp
    }

    private struct Part {
        let id: String
        let type: String
        let sequence: Int?
        let result: String?
    }

    /// A reply of which nothing has come for so long is interrupted.
    private static let patience: Int64 = 60_000
    /// How many replies may grow at once; the one silent for longest makes room.
    private static let capacity = 32

    private var open: [String: Reply] = [:]
    private var ended = RecentSet<String>(capacity: 256)

    /// No replies yet.
    public init() {}

    /// Takes an activity of the bot.
    ///
    /// - Parameters:
    ///   - activity: Any activity.
    ///   - now: The time, for ``interrupted(at:)``.
    /// - Returns: What it does to a reply.
    public mutating func take(_ activity: Activity, at now: Timestamp) -> Change {
        guard let part = Self.part(of: activity) else { return .unrelated }
        if ended.contains(part.id) { return .ignored }
        if part.type == "final" { return end(part, activity) }
        guard activity.type == .typing else { return .unrelated }
        var reply = open[part.id] ?? Reply(lastPart: now)
        if let sequence = part.sequence, let last = reply.sequence, sequence <= last { return .ignored }
        reply.sequence = part.sequence ?? reply.sequence
        reply.lastPart = now
        let isStatus = part.type == "informative"
        // An empty part is a sign of life and keeps what is shown.
        let text = activity.text.flatMap { $0.isEmpty ? nil : $0 } ?? reply.text
        if !isStatus { reply.text = text }
        open[part.id] = reply
        if open.count > Self.capacity, let oldest = open.min(by: { $0.value.lastPart < $1.value.lastPart })?.key {
            open[oldest] = nil
        }
        return .grows(id: part.id, text: text, isStatus: isStatus)
    }

    /// Gives up the replies of which nothing has come for a minute; what comes later goes on with them.
    ///
    /// - Returns: Their ids.
    public mutating func interrupted(at now: Timestamp) -> [String] {
        let silent = open.filter { now.milliseconds - $0.value.lastPart.milliseconds >= Self.patience }.keys.sorted()
        for id in silent { open[id] = nil }
        return silent
    }

    private mutating func end(_ part: Part, _ activity: Activity) -> Change {
        let isRetraction = activity.type == .typing && (activity.text ?? "").isEmpty
        guard isRetraction || activity.type == .message else { return .ignored }
        open[part.id] = nil
        _ = ended.insert(part.id)
        return isRetraction ? .retracted(id: part.id) : .ends(id: part.id, message: activity, result: part.result)
    }

    private static func part(of activity: Activity) -> Part? {
        let entities = activity.entities.filter { $0["type"]?.string?.lowercased() == "streaminfo" }
        // Of several nobody knows which counts (A9246).
        guard entities.count <= 1 else { return nil }
        let data = activity.channelData
        let isInData = data?["streamType"] != nil || data?["streamId"] != nil
        guard let info = entities.first ?? (isInData ? data : nil) else { return nil }
        // The first part of a reply may carry no id: its own is the reply's (Web Chat).
        guard let id = info["streamId"]?.string ?? activity.id, !id.isEmpty else { return nil }
        return Part(
            id: id,
            type: info["streamType"]?.string?.lowercased() ?? (activity.type == .message ? "final" : "streaming"),
            sequence: info["streamSequence"]?.int,
            result: info["streamResult"]?.string
        )
    }
}
