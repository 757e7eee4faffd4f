import AgentHub
import BotSchema
import Desk

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

    init(number: Int, briefing: DeskBriefing, phase: Phase) {
        self.number = number
        item = briefing.item
        self.briefing = briefing
        self.phase = phase
        knownLines = Set(briefing.history.compactMap(\.id))
    }

    /// How it left, as far as the agent knows.
    var departure: String? { departures.last }
    var name: String { briefing.userName }
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

    /// Whether a line of the user is new here.
    mutating func isNew(_ activity: Activity) -> Bool {
        guard let id = activity.deskSource else { return true }
        return knownLines.insert(id).inserted
    }
}
