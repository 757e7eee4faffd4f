import AgentHub
import BotSchema
import Desk
import Handoff

/// A conversation at a desk, from the ring until it is off the desk.
struct DeskConversation: Sendable {
    enum Phase: Equatable, Sendable {
        /// The agent is rung and has not answered.
        case ringing
        /// The agent took it, and the hub has not said whether it is the agent's.
        case accepting
        case live
        case onHold
        /// The agent is done with it, and the hub has not taken it off the desk.
        case leaving
    }

    /// The small number by which the agent calls it.
    let number: Int
    let item: WorkItemID
    let shownName: ShownName
    var briefing: DeskBriefing
    private(set) var phase: Phase
    /// How the agent asked to be rid of it, in words; the hub answers one after the other.
    private var departures: [String] = []
    /// Lines of the user that the agent has not seen in this conversation's place.
    var unreadCount = 0
    var typingGeneration = 0
    var isTyping = false
    /// What the user said, by the ids in the user's own conversation: a new sign-in tells it again.
    private var knownLines: Set<String>
    /// The newest words of lines of the briefing that the user has changed since, by the ids of the lines.
    private var changedLines: [String: Activity] = [:]

    /// A conversation that has come to the desk; `others` are the names of everybody at the hub, as far as known.
    init(number: Int, briefing: DeskBriefing, phase: Phase, besides others: [String]) {
        self.number = number
        shownName = ShownName(briefing.userName, of: "user", besides: others + Self.speakers(in: briefing))
        item = briefing.item
        self.briefing = briefing
        self.phase = phase
        knownLines = Set(briefing.history.compactMap(\.id))
    }

    /// The names of the bot and the agents who speak in a briefing.
    static func speakers(in briefing: DeskBriefing) -> [String] {
        let others = briefing.conversation.compactMap(\.from).filter { account in
            account.role?.lowercased() != "user" && account.id != briefing.user.id
        }
        return others.compactMap(\.name) + [briefing.initiation?.context.botName].compactMap(\.self)
    }

    /// What the line to this user is called: a hub that starts over numbers its items anew, but no conversation has the
    /// id of another.
    var lineName: String { item + (briefing.request?.conversation?.id.map { "@" + $0 } ?? "") }

    /// How it left, as far as the agent knows.
    var departure: String? { departures.last }
    /// The user's name as the desk shows it.
    var name: String { shownName.text }
    var isRinging: Bool { phase == .ringing || phase == .accepting }
    var isOpen: Bool { phase == .live || phase == .onHold }

    mutating func enter(_ phase: Phase) {
        self.phase = phase
        departures = []
    }

    /// The agent asks the hub to take it off the desk, perhaps before the answer to an earlier wish.
    mutating func leave(_ words: String) {
        phase = .leaving
        departures.append(words)
    }

    /// The hub did not follow the oldest wish to be rid of it.
    mutating func stay() {
        departures = Array(departures.dropFirst())
        if departures.isEmpty { phase = .live }
    }

    /// The line of the briefing that an activity changes, ends or reacts to, as it was.
    mutating func earlier(than activity: Activity) -> Activity? {
        guard activity.isAboutAnother, let id = activity.deskSubject else { return nil }
        let earlier = changedLines[id] ?? briefing.conversation.last { $0.id == id }
        if earlier != nil, activity.type == .messageUpdate { changedLines[id] = activity }
        return earlier
    }

    /// Whether a line of the user is new here.
    mutating func isNew(_ activity: Activity) -> Bool {
        guard let id = activity.deskSource else { return true }
        return knownLines.insert(id).inserted
    }
}

extension DeskBriefing {
    /// The name of somebody else who speaks in the user's conversation by another client, marked as what nobody vouches
    /// for; nil for the user.
    func stranger(saying activity: Activity) -> ShownName? {
        guard let id = activity.from?.id, id != user.id ?? "user" else { return nil }
        return .marking(activity.from?.name ?? id, of: "user")
    }
}
