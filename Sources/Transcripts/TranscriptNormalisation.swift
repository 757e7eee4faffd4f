import BotSchema

extension Transcript {
    /// The transcript as the specification spells it, for programs that take nothing else.
    ///
    /// Roles and times that are numbers become words and ISO 8601; an activity that does not say for whom it is, or in
    /// which conversation, gets what the others tell: Emulator and Web Chat tell the user's lines by it. Never done
    /// unasked, since an archive keeps what it was given.
    ///
    /// - Parameter conversationId: The id for conversations that have none; those of an export get a number too.
    /// - Returns: The transcript, and what was changed in how many activities.
    public func normalised(conversationId: String) -> (transcript: Transcript, changes: [TranscriptLoss]) {
        var normaliser = Normaliser(parties: Parties(activities), conversationId: conversationId)
        let isWhole = parts.last?.range.upperBound == activities.count
        let starts = isWhole ? parts.enumerated().map { ($1.range.lowerBound, ($0, $1.record)) } : []
        let partOfStart = Dictionary(starts, uniquingKeysWith: { $1 })
        let normal = Transcript(
            activities: activities.enumerated().map { index, activity in
                if let (number, record) = partOfStart[index], record != nil || parts.count > 1 {
                    // A record whose name tells no conversation is one of its own.
                    normaliser.conversationId = record?.conversationId ?? "\(conversationId)-\(number + 1)"
                }
                return normaliser.normalised(activity)
            }
        )
        let changes = normaliser.counts.sorted { $0.key < $1.key }.map { TranscriptLoss($0.key, count: $0.value) }
        return (normal, changes)
    }

    /// Whether ``normalised(conversationId:)`` would change how roles and times are spelt.
    public var hasExportedSpelling: Bool {
        activities.contains { activity in
            let oddities = ActivitySpelling.Oddities(activity.json)
            return oddities.hasNumericRole || oddities.hasNumericTime
        }
    }

    /// Who talks with whom, as far as the activities tell.
    private struct Parties {
        var user = ChannelAccount(id: "user", role: "user")
        var bot = ChannelAccount(id: "bot", role: "bot")

        init(_ activities: [Activity]) {
            let messages = activities.filter { $0.type == .message }
            user = Self.account(messages.first(where: \.isFromUser)?.from, "user") ?? user
            bot = Self.account(messages.first { !$0.isFromUser }?.from, "bot") ?? bot
        }

        private static func account(_ account: ChannelAccount?, _ role: String) -> ChannelAccount? {
            guard let account, let id = account.id, !id.isEmpty else { return nil }
            return ChannelAccount(id: id, name: account.name, role: role)
        }
    }

    private struct Normaliser {
        let parties: Parties
        var conversationId: String
        var counts: [String: Int] = [:]

        mutating func normalised(_ activity: Activity) -> Activity {
            var activity = activity
            // What the number of the sender's role means was decided for the whole file.
            let number = activity.from?.json["role"]?.int
            let userNumber = number.map { activity.isFromUser ? $0 : 1 - $0 } ?? 1
            for name in ["from", "recipient"] {
                guard var account = ChannelAccount(activity.json[name]), let role = account.json["role"]?.int,
                    (0...1).contains(role)
                else { continue }
                account.role = role == userNumber ? "user" : "bot"
                activity.json[name] = account.jsonValue
                count("roles that were numbers, as words")
            }
            if ActivitySpelling.Oddities(activity.json).hasNumericTime, let time = activity.time {
                activity.timestamp = time.text
                count("times that were numbers, as ISO 8601")
            }
            if activity.recipient == nil, activity.from != nil {
                activity.recipient = activity.isFromUser ? parties.bot : parties.user
                count("recipients that were missing, from what others tell")
            }
            if activity.conversation?.id == nil {
                activity.conversation = ConversationAccount(id: conversationId)
                count("conversations that were missing")
            }
            return activity
        }

        private mutating func count(_ change: String) { counts[change, default: 0] += 1 }
    }
}
