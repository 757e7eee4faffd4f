package import BotSchema
package import Transcripts

/// Everything that arrived in a conversation, once each and in order of arrival, for saving and for `/raw`.
package struct ConversationRecord: Sendable {
    /// An activity and whether it is the echo of one of ours.
    package struct Entry: Sendable {
        package var activity: Activity
        package var isEcho: Bool
    }

    /// The entries in order of arrival.
    package private(set) var entries = ConversationEntries()
    /// Where the newest are by their ids; what is older is not changed any more.
    private var places = RecentPlaces()
    /// Where the newest words of messages are that later activities have changed, by the ids of the messages.
    private var changes = RecentPlaces()
    /// What the service has taken and the stream has not brought back yet.
    private var accepted: Set<String> = []

    /// An empty record.
    package init() {}

    /// Keeps an activity; `typing` is a moment and not a record, and a changed message takes the place of the old one.
    ///
    /// - Returns: Whether it changed an earlier one.
    @discardableResult
    package mutating func append(_ activity: Activity, isEcho: Bool) -> Bool {
        guard activity.type != .typing else { return false }
        let entry = Entry(activity: activity, isEcho: isEcho)
        let isReturned = activity.id.map { accepted.remove($0) != nil } ?? false
        let subject = activity.type == .messageUpdate ? subject(of: activity) : nil
        let isMessage = activity.type == .message || activity.type == .messageUpdate
        if isMessage || isReturned, let place = activity.id.flatMap({ places[$0] }) {
            entries.replace(at: place, with: entry)
            return !isReturned
        }
        // A bot's deletion bears the id of what it deletes, which stays the message's.
        if let id = activity.id, activity.type != .messageDelete || places[id] == nil { places[id] = entries.count }
        if let subject, subject != activity.id { changes[subject] = entries.count }
        entries.append(entry)
        return false
    }

    /// Keeps what the service has taken under an id, until the stream brings it back: that may be after a `/save`, or
    /// after the person has left.
    mutating func accept(_ activity: Activity, as id: String, at now: Timestamp) {
        guard places[id] == nil else { return }
        var activity = activity
        activity.id = id
        activity.from = activity.from ?? ChannelAccount(id: "user", role: "user")
        activity.timestamp = activity.timestamp ?? now.text
        append(activity, isEcho: true)
        if places[id] != nil { accepted.insert(id) }
    }

    /// What was said under an id, and whether it is an echo.
    func entry(withId id: String) -> Entry? { places[id].map { entries[$0] } }

    /// The newest state of a message.
    func message(withId id: String) -> Activity? { (changes[id] ?? places[id]).map { entries[$0].activity } }

    /// The id of the message that an activity is, changes, ends or reacts to.
    ///
    /// A bot's changes bear the id of the message. What a user or an agent sends gets an id of its own from the
    /// channel, and `replyToId` names the message.
    private func subject(of activity: Activity) -> String? {
        switch activity.type {
        case ActivityType.messageReaction?: activity.replyToId
        case ActivityType.messageUpdate?, ActivityType.messageDelete?:
            activity.id.flatMap { places[$0] == nil ? nil : $0 }
                ?? activity.replyToId.flatMap { id in
                    // A bot may only say to which line of the user it replies.
                    places[id].flatMap { entries[$0].activity.isFromUser == activity.isFromUser ? id : nil }
                }
        case ActivityType.message?: activity.id
        default: nil
        }
    }

    /// The message that an activity changes, ends or reacts to, as it was.
    func earlier(than activity: Activity) -> Activity? { subject(of: activity).flatMap(message(withId:)) }

    /// The activity a number of places from the end, 1 being the newest.
    package func activity(fromEnd number: Int) -> Activity? {
        let index = entries.count - number
        return entries.indices.contains(index) ? entries[index].activity : nil
    }

    /// The record as a transcript in which Emulator and Web Chat see who speaks.
    ///
    /// A service may leave the roles out, which live clients do not need but every reader of files does: Emulator
    /// finds the user and the bot by `role`. Only missing roles are filled in; nothing else is changed.
    package var transcript: Transcript {
        let bot = entries.first { !$0.isEcho && $0.activity.from?.id != nil }?.activity.from
        return Transcript(
            activities: entries.map { entry in
                var activity = entry.activity
                activity.from = activity.from?.withRole(entry.isEcho ? "user" : "bot")
                activity.recipient =
                    activity.recipient?.withRole(entry.isEcho ? "bot" : "user")
                    ?? (entry.isEcho ? bot?.withRole("bot") : nil)
                return activity
            }
        )
    }
}

extension ChannelAccount {
    fileprivate func withRole(_ role: String) -> ChannelAccount {
        guard self.role == nil else { return self }
        var account = self
        account.role = role
        return account
    }
}

/// Where the newest of a few thousand things are, by their ids; the oldest are forgotten.
private struct RecentPlaces: Sendable {
    private static let limit = 4096
    private var newer: [String: Int] = [:]
    private var older: [String: Int] = [:]

    subscript(id: String) -> Int? {
        get { newer[id] ?? older[id] }
        set {
            if newer.count >= Self.limit { (older, newer) = (newer, [:]) }
            newer[id] = newValue
        }
    }
}
