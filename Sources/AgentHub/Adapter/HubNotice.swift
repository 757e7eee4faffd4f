package import BotSchema
import Handoff

/// What the hub tells the user in words, where the handoff protocol has no status for it.
///
/// It goes over the wire as a message, marked in `channelData.baton` with a code and what the code's sentence needs.
/// Whoever reads it makes the words anew from these: the text of the message is for other clients and is not believed.
package struct HubNotice: Hashable, Sendable {
    /// What is told; the words on the wire are stable.
    package enum Code: String, Hashable, Sendable {
        case held, resumed, transferring, joined, reassigning, interrupted, reachable, idle, expired, abandoned, queued
        case undelivered
        /// The bot asks again and again in vain.
        case slowed
        // What handoff events say as well.
        case accepted, ended, returned, refused
    }

    /// What is told.
    package let code: Code
    /// The agent that it is about.
    package private(set) var agentName: String?
    /// Whom the user is passed on to.
    private var target: String?
    /// A number of seconds, or a place in line.
    private var number: Int?
    /// The beginning of what the user said, or why nobody came.
    private var quote: String?

    /// Whether a handoff event in the same conversation tells the same, so that a client that draws those needs no words.
    package var isAnnouncement: Bool {
        switch code {
        case .accepted, .ended, .returned, .refused: true
        default: false
        }
    }

    private init(_ code: Code, agent: HubAgent? = nil, target: String? = nil, number: Int? = nil) {
        self.code = code
        agentName = agent?.name
        self.target = target
        self.number = number
    }

    /// The account under which the hub itself speaks.
    private static let accountId = "agent-hub"

    /// Reads the notice that a message is; nil for what people and bots say.
    ///
    /// Only the hub's own account gives notices. The marks must be the server's own; who reads from a service that may
    /// not be ours removes them first.
    package init?(_ activity: Activity) {
        guard activity.type == .message, activity.from?.id == Self.accountId, let mark = activity.channelData?["baton"],
            mark["author"]?.string == "hub", let code = mark["notice"]?.string.flatMap(Code.init(rawValue:))
        else { return nil }
        self.init(code, number: mark["number"]?.int)
        agentName = mark["agentName"]?.string.map(Self.shortened)
        target = mark["target"]?.string.map(Self.shortened)
        quote = mark["quote"]?.string.map(Self.shortened)
    }

    /// A name or the beginning of a text: one line of bounded length.
    private static func shortened(_ text: String) -> String {
        let line = String(text.prefix(200).map { $0.isNewline ? " " : $0 })
        return line.count <= 60 ? line : line.prefix(59) + "…"
    }

    /// The words for the user.
    package var text: String {
        let agentName = agentName.map { ShownName($0, of: "agent").text }
        let target = target.map { ShownName($0, of: "agent").text }
        let agent = agentName ?? "the agent"
        let start = agentName ?? "The agent"
        return switch code {
        case .held: "\(start) has put you on hold."
        case .resumed: "\(start) is back."
        case .transferring: "\(start) is passing you on to \(target ?? "a colleague")."
        case .joined: "\(start) has joined the conversation."
        case .reassigning: "\(start) was disconnected. A colleague will be with you."
        case .interrupted: "The connection to \(agent) is broken. What you write is kept."
        case .reachable: "\(start) is connected again."
        case .idle:
            "Are you still there? You are connected with \(agent)."
                + (number.map { " Without a word the conversation ends in \(Self.words(forSeconds: $0))." } ?? "")
        case .expired: "Nobody wrote for \(time), so the conversation with \(agent) has ended."
        case .abandoned:
            "You were disconnected for \(time), so "
                + (agentName.map { "the conversation with \($0) has ended." } ?? "you have lost your place in line.")
        case .queued:
            number.map { $0 == 1 ? "You are next in line." : "You are number \($0) in line." } ?? "You are in line."
        case .undelivered:
            "Your message\(quote.map { " “\($0)”" } ?? "") did not reach the agent. Please send it again."
        case .slowed:
            "The bot asks for an agent again as soon as a handoff has failed. Its next requests wait, each longer than the"
                + " one before" + (number.map { ", up to \(Self.words(forSeconds: $0))." } ?? ".")
        case .accepted: "You are connected with \(agent)."
        case .ended: "\(start) has ended the conversation."
        case .returned: (agentName.map { "\($0) has ended the conversation. " } ?? "") + "You are back with the bot."
        case .refused: (quote ?? "No agent could be found.") + " You are back with the bot."
        }
    }

    private var time: String { number.map(Self.words(forSeconds:)) ?? "some time" }

    static func held(by agent: HubAgent) -> HubNotice { HubNotice(.held, agent: agent) }

    static func resumed(by agent: HubAgent) -> HubNotice { HubNotice(.resumed, agent: agent) }

    static func transferring(from agent: HubAgent, to target: String) -> HubNotice {
        HubNotice(.transferring, agent: agent, target: target)
    }

    static func joined(_ agent: HubAgent) -> HubNotice { HubNotice(.joined, agent: agent) }

    static func reassigning(from agent: HubAgent) -> HubNotice { HubNotice(.reassigning, agent: agent) }

    static func interrupted(_ agent: HubAgent) -> HubNotice { HubNotice(.interrupted, agent: agent) }

    static func reachable(_ agent: HubAgent) -> HubNotice { HubNotice(.reachable, agent: agent) }

    static func idle(with agent: HubAgent, endsIn remaining: Duration?) -> HubNotice {
        HubNotice(.idle, agent: agent, number: remaining.map { Int($0.components.seconds) })
    }

    static func expired(with agent: HubAgent, after silence: Duration) -> HubNotice {
        HubNotice(.expired, agent: agent, number: Int(silence.components.seconds))
    }

    static func abandoned(by agent: HubAgent?, after absence: Duration) -> HubNotice {
        HubNotice(.abandoned, agent: agent, number: Int(absence.components.seconds))
    }

    static func queued(at position: Int) -> HubNotice { HubNotice(.queued, number: position) }

    static func slowed(upTo pause: Duration) -> HubNotice {
        HubNotice(.slowed, number: Int(pause.components.seconds))
    }

    /// The words for a status, for users whose clients draw no events.
    init(announcing status: HandoffStatus, by agent: HubAgent?, because reason: String?) {
        switch status {
        case .accepted: self.init(.accepted, agent: agent)
        case .completed(.transferBack): self.init(.returned, agent: agent)
        case .completed: self.init(.ended, agent: agent)
        case .failed, .timedOut, .lost:
            self.init(.refused, agent: agent)
            quote = reason.map(Self.shortened)
        }
    }

    static func undelivered(_ text: String?) -> HubNotice {
        var notice = HubNotice(.undelivered)
        notice.quote = text.map(shortened)
        return notice
    }

    /// Whole minutes from two on, else seconds.
    private static func words(forSeconds seconds: Int) -> String {
        if seconds >= 120 { return "\(seconds / 60 + (seconds % 60 >= 30 ? 1 : 0)) minutes" }
        return seconds == 1 ? "1 second" : "\(seconds) seconds"
    }

    /// The message for the user's stream, from the hub itself.
    func activity(about agent: HubAgent? = nil) -> Activity {
        var activity = Activity.message(text).sentByHub.marked(author: "hub", notice: code.rawValue)
        if let agent { activity = activity.marked("agentId", .string(agent.id)) }
        if let name = agentName ?? agent?.name { activity = activity.marked("agentName", .string(name)) }
        if let target { activity = activity.marked("target", .string(target)) }
        if let number { activity = activity.marked("number", .number(JSONNumber(number))) }
        if let quote { activity = activity.marked("quote", .string(quote)) }
        return activity
    }
}

extension Activity {
    /// The activity under the hub's own account.
    var sentByHub: Activity {
        var activity = marked("author", "hub")
        activity.from = .agentHub
        return activity
    }

    func marked(author: JSONValue, notice: String) -> Activity {
        marked("author", author).marked("notice", .string(notice))
    }

    /// The activity with a member of this program's own channel data.
    func marked(_ name: String, _ value: JSONValue) -> Activity {
        var activity = self
        var data = channelData?.object ?? JSONObject()
        var mark = data["baton"]?.object ?? JSONObject()
        mark[name] = value
        data["baton"] = .object(mark)
        activity.channelData = .object(data)
        return activity
    }
}
