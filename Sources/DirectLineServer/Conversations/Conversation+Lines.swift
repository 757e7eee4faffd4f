import BotSchema

/// The line that a `messageUpdate` or `messageDelete` names: only its author may change it.
enum NamedLine: Sendable {
    /// The activity changes no line.
    case none
    /// It names one that is not there.
    case missing(String)
    /// It names this one.
    case line(Activity)

    /// Lets a user's activity pass, unless it changes somebody else's line.
    ///
    /// - Throws: 403 for the line of another, 404 for one that is not there, which may still come.
    func check(author: ChannelAccount?) throws(HTTPFailure) {
        switch self {
        case .none: return
        case .missing(let id): throw .noActivity(id)
        case .line(let line):
            guard line.from?.id == author?.id, line.isFromUser, !Authorship.isImported(line) else {
                throw .forbidden("only the author of a message may change or delete it")
            }
        }
    }
}

/// What a bot means by an id of its own.
enum BotsLine: Sendable {
    /// The bot has said nothing of this id.
    case none
    /// The bot has said it, and nobody has seen it.
    case withheld
    /// The bot has said this.
    case line(Activity)
}

/// What has become of new content for an activity of the bot.
enum Replacement: Hashable, Sendable {
    case done
    /// The bot has said nothing of this id.
    case unknown
    /// It would become something else than what it is, which is said in words.
    case otherKind(String)
}

extension Activity {
    /// What it is that was said, such as `a message` or `the event handoff.initiate`.
    var kindInWords: String {
        switch type {
        case ActivityType.event?: "the event \(name ?? "without a name")"
        case ActivityType.message?: "a message"
        default: "of type \(type?.rawValue ?? "message")"
        }
    }
}

/// Ids that were given to a bot for what nobody has seen, of which the newest are remembered.
struct WithheldActivities: Sendable {
    private static let limit = 100
    private var ids: [String] = []

    func contains(_ id: String) -> Bool { ids.contains(id) }

    mutating func insert(_ id: String?) {
        guard let id else { return }
        if ids.count == Self.limit { ids.removeFirst() }
        ids.append(id)
    }
}

extension Conversation {
    /// The line that an activity of a client or a bot names, as it is now.
    ///
    /// To be asked before the activity gets an id: what comes meanwhile has its own place in the order.
    func line(namedBy activity: Activity) async throws(StoreError) -> NamedLine {
        guard activity.type == .messageUpdate || activity.type == .messageDelete,
            let id = activity.replyToId ?? activity.id, !id.isEmpty
        else { return .none }
        guard let item = log[id], let line = try await load(item).activity else { return .missing(id) }
        return .line(line)
    }

    /// What the bot has said under an id, and whether anybody has seen it.
    func said(byBot activityId: String) async throws(StoreError) -> BotsLine {
        if withheld.contains(activityId) { return .withheld }
        guard let item = log[activityId], let said = try await load(item).activity else { return .none }
        if surroundings.authorship.standsForBots(said) { return .withheld }
        return surroundings.authorship.isBots(said) ? .line(said) : .none
    }
}
