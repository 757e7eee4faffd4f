/// Tells who speaks in a recorded conversation whose activities do not say it themselves.
///
/// Services leave out the role of the user or all roles, and exports number them, with either meaning of the numbers.
/// The one place that decides is here: it reads what the activities tell about each account, and lays its decision into
/// ``Activity/author``, which ``Activity/isFromUser`` heeds. A role in words always counts as it stands.
public struct AuthorEvidence: Sendable {
    /// Of more accounts than this nothing more is learned.
    private static let accountLimit = 10_000

    /// What is known of an account.
    private struct Account: Sendable {
        /// Above zero for the user, below for bots, agents and hubs.
        var score = 0
        var hasSpoken = false
        var isSettled = false
    }

    private var accounts: [String: Account] = [:]
    private var authors: [String: String] = [:]
    /// For each number of a role, how much speaks for the user.
    private var numbers: [Int: Int] = [:]
    private var hasFirstLine = false
    private var lastSpeaker: String?
    /// Whether an activity leaves open who speaks.
    private var hasGaps = false

    /// Nothing is known yet.
    public init() {}

    /// The number that stands for the user: 1, unless the file shows that it is 0.
    public var userNumber: Int { (numbers[0] ?? 0) > (numbers[1] ?? 0) + 1 ? 0 : 1 }

    /// Learns from some activities and lays into each what is known then of its author.
    public mutating func resolve(_ activities: inout [Activity]) {
        if !hasGaps { hasGaps = activities.contains(where: Self.isOpen) }
        guard hasGaps else { return }
        for activity in activities { learn(activity) }
        lay(into: &activities)
    }

    /// Learns from an activity, where the record leaves open who speaks or may do so later.
    package mutating func take(_ activity: Activity) {
        if Self.isOpen(activity) { hasGaps = true }
        learn(activity)
    }

    /// Lays into each activity what is known now of its author.
    package func lay(into activities: inout [Activity]) {
        guard hasGaps else { return }
        for index in activities.indices { activities[index].author = author(of: activities[index]) }
    }

    /// Whether an activity leaves open who wrote it.
    public static func isOpen(_ activity: Activity) -> Bool {
        activity.from.map { $0.json["role"]?.string == nil } ?? false
    }

    /// The activities with what they tell together about who speaks.
    public static func resolved(_ activities: [Activity]) -> [Activity] {
        var (evidence, resolved) = (AuthorEvidence(), activities)
        evidence.resolve(&resolved)
        return resolved
    }

    // MARK: - Deciding

    private func author(of activity: Activity) -> Activity.Author? {
        guard let from = activity.from else { return nil }
        if let role = from.json["role"]?.string, !role.isEmpty { return nil }
        if let number = from.json["role"]?.int, number == 0 || number == 1 {
            return number == userNumber ? .user : .other
        }
        if activity.recipient?.role?.lowercased() == "bot" { return .user }
        guard let key = Self.key(from), let account = accounts[key] else { return nil }
        if account.score != 0 { return account.score > 0 ? .user : .other }
        return key == onlyUnexplained ? .user : nil
    }

    /// The one speaker of whom nothing is known, where others are known and none of them is the user.
    private var onlyUnexplained: String? {
        guard accounts.count <= 100, !accounts.values.contains(where: { $0.score > 0 && $0.hasSpoken }) else {
            return nil
        }
        let unexplained = accounts.filter { $0.value.hasSpoken && $0.value.score == 0 }
        let isBotKnown = accounts.values.contains { $0.score < 0 }
        return unexplained.count == 1 && isBotKnown ? unexplained.first?.key : nil
    }

    // MARK: - Learning

    private mutating func learn(_ activity: Activity) {
        guard let from = activity.from, let key = Self.key(from) else { return }
        let strength = Self.strength(of: activity)
        add(strength, to: key)
        settle(key, from)
        if activity.type == .message { accounts[key]?.hasSpoken = true }
        learnRecipient(of: activity, key, strength)
        learnReply(activity, key)
        if activity.isHandoffRequest, let lastSpeaker, lastSpeaker != key { add(2, to: lastSpeaker) }
        learnNumber(activity, from)
        if activity.type == .message { lastSpeaker = key }
        if let id = activity.id, authors.count < Self.accountLimit { authors[id] = key }
    }

    private mutating func learnRecipient(of activity: Activity, _ key: String, _ strength: Int) {
        guard let recipient = activity.recipient, let other = Self.key(recipient), other != key else { return }
        settle(other, recipient)
        if activity.type == .conversationUpdate { add(-3, to: other) }
        if strength < 0 { add(1, to: other) }
        switch recipient.json["role"]?.string?.lowercased() {
        case "bot"?: add(3, to: key)
        case "user"?: add(-3, to: key)
        default: break
        }
    }

    private mutating func learnReply(_ activity: Activity, _ key: String) {
        guard let other = activity.replyToId.flatMap({ authors[$0] }), other != key else { return }
        add(-2, to: key)
        add(2, to: other)
        if let number = activity.from?.json["role"]?.int { numbers[number, default: 0] -= 2 }
    }

    private mutating func learnNumber(_ activity: Activity, _ from: ChannelAccount) {
        guard let number = from.json["role"]?.int else { return }
        numbers[number, default: 0] += Self.strength(of: activity)
        if activity.type == .message, !hasFirstLine {
            hasFirstLine = true
            numbers[number, default: 0] += 1
        }
        // A bot's message goes to the user, and a recipient that is updated is the bot.
        if let other = activity.recipient?.json["role"]?.int, other != number, activity.type == .conversationUpdate {
            numbers[other, default: 0] -= 3
        }
    }

    private mutating func add(_ score: Int, to key: String) {
        guard accounts[key] != nil || accounts.count < Self.accountLimit else { return }
        guard accounts[key, default: Account()].isSettled == false else { return }
        accounts[key, default: Account()].score += score
    }

    /// A role in words says it of the account everywhere.
    private mutating func settle(_ key: String, _ account: ChannelAccount) {
        guard let role = account.json["role"]?.string?.lowercased(), !role.isEmpty,
            accounts[key] != nil || accounts.count < Self.accountLimit
        else { return }
        accounts[key, default: Account()].score = role == "user" ? 100 : -100
        accounts[key, default: Account()].isSettled = true
    }

    /// What an activity alone tells of its sender.
    private static func strength(of activity: Activity) -> Int {
        var strength = 0
        if activity.type == .event, let name = activity.name {
            let names = [
                "handoff.initiate", "handoff.status", "handoff.response", "handoffcompleted", "initiatehandoff",
            ]
            if names.contains(name.lowercased()) || name.hasPrefix("baton.") { strength -= 5 }
        }
        if activity.type == .trace { strength -= 2 }
        if activity.inputHint != nil || activity.suggestedActions != nil { strength -= 3 }
        if activity.attachments.contains(where: { $0.contentType?.hasPrefix("application/vnd.microsoft.card") == true })
        {
            strength -= 2
        }
        if activity.channelData?["postBack"] != nil || activity.channelData?["messageBack"] != nil { strength += 3 }
        if activity.entities.contains(where: { $0["type"]?.string == "ClientCapabilities" }) { strength += 3 }
        // People have accounts in a directory, and Direct Line's tokens name users so.
        if activity.from?.json["aadObjectId"]?.string?.isEmpty == false { strength += 3 }
        if activity.from?.id?.hasPrefix("dl_") == true { strength += 3 }
        return strength
    }

    private static func key(_ account: ChannelAccount) -> String? { account.id ?? account.name }
}

extension Activity {
    fileprivate var isHandoffRequest: Bool { type == .event && name?.lowercased() == "handoff.initiate" }
}
