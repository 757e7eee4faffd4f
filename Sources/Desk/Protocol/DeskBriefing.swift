package import AgentHub
package import BotSchema
package import Handoff

/// What an agent is told of a conversation that rings or is the agent's.
package struct DeskBriefing: Hashable, Sendable {
    /// The work item.
    package let item: WorkItemID
    /// Who asks.
    package let user: ChannelAccount
    /// The bot's request as the hub received it, with context and transcript; nil where it came another way.
    package let request: Activity?
    /// What the hub's server saw before the request, oldest first; empty where the bot sent a transcript.
    package let observed: [Activity]
    /// What user and agents have said since, oldest first.
    package let history: [Activity]
    /// What colleagues have noted; never for the user.
    package let notes: [AgentNote]
    /// The skills that were asked for and that the agent does not have, though others may.
    package let droppedSkills: [String]
    /// How many of the oldest entries of transcript and history were left out to keep the activity small.
    package let omitted: Int

    /// Larger briefings lose their oldest lines: Direct Line clients take frames of a few megabytes at most.
    static let sizeLimit = 1 << 20

    /// The briefing on a request.
    package init(_ request: WorkRequest, item: WorkItemID) {
        self.item = item
        user = request.user
        notes = request.notes
        droppedSkills = request.droppedSkills
        let activity = request.activityWithTranscript
        let said = request.history.asTheyStand
        let size = (activity?.jsonValue.serialized().count ?? 0)
        let seen = activity.map(HandoffInitiation.init)?.transcript?.isEmpty == false ? [] : request.observed
        guard size > Self.sizeLimit, let activity else {
            self.request = activity
            // The newest of both: what was seen before the request is older than the history.
            let kept = (seen + said).newest(within: Self.sizeLimit - size)
            history = Array(kept.suffix(said.count))
            observed = Array(kept.dropLast(history.count))
            omitted = seen.count + said.count - kept.count
            return
        }
        observed = []
        var small = activity
        let transcript = HandoffInitiation(activity).transcript ?? []
        let kept = transcript.newest(within: Self.sizeLimit / 2)
        small.attachments = kept.isEmpty ? [] : [.transcript(of: kept)]
        self.request = small
        history = said.newest(within: Self.sizeLimit / 2)
        omitted = transcript.count - kept.count + said.count - history.count
    }

    /// What the request is about, read out of it.
    package var initiation: HandoffInitiation? { request.map(HandoffInitiation.init) }

    /// The user's name, or a word for it.
    package var userName: String { user.name.flatMap { $0.isEmpty ? nil : $0 } ?? "User" }

    /// What was said before the request, oldest first: what the bot sent along, else what the server saw.
    package var before: [Activity] { observed.isEmpty ? initiation?.transcript ?? [] : observed }

    /// What was said before, by bot, user and agents, oldest first.
    package var conversation: [Activity] { before + history }
}

extension DeskBriefing {
    init?(json: JSONValue?) {
        guard let item = json?["item"]?.string else { return nil }
        self.item = item
        user = json?["user"]?.object.map(ChannelAccount.init(json:)) ?? ChannelAccount(id: "user", role: "user")
        request = json?["request"].flatMap { Activity($0) }
        let isGiven = request.map(HandoffInitiation.init)?.transcript?.isEmpty == false
        observed = isGiven ? [] : (json?["observed"]?.array ?? []).compactMap { Activity($0) }
        history = (json?["history"]?.array ?? []).compactMap { Activity($0) }
        notes = (json?["notes"]?.array ?? []).map { note in
            AgentNote(author: note["author"]?.string ?? "", text: note["text"]?.string ?? "")
        }
        omitted = json?["omitted"]?.int ?? 0
        droppedSkills = (json?["droppedSkills"]?.array ?? []).compactMap(\.string)
    }

    func json(ringing: Duration?) -> JSONValue {
        var json: JSONObject = ["item": .string(item), "user": .object(user.json)]
        json["request"] = request?.jsonValue
        if !observed.isEmpty { json["observed"] = .array(observed.map(\.jsonValue)) }
        if !history.isEmpty { json["history"] = .array(history.map(\.jsonValue)) }
        if !notes.isEmpty {
            json["notes"] = .array(notes.map { ["author": .string($0.author), "text": .string($0.text)] })
        }
        if !droppedSkills.isEmpty { json["droppedSkills"] = .array(droppedSkills.map(JSONValue.string)) }
        if omitted > 0 { json["omitted"] = .number(JSONNumber(omitted)) }
        if let ringing { json["ringsMilliseconds"] = .number(JSONNumber(Int(ringing / .milliseconds(1)))) }
        return .object(json)
    }
}

extension WorkRequest {
    /// The bot's request with the transcript in it that was read from behind its link.
    fileprivate var activityWithTranscript: Activity? {
        guard var activity, let read = initiation.transcript, HandoffTranscript(activity)?.entries == nil,
            HandoffTranscript(activity)?.url != nil
        else { return activity }
        activity.attachments = [.transcript(of: read)] + activity.attachments.filter { $0.name != "Transcript" }
        return activity
    }
}

extension [Activity] {
    /// The newest entries that together need no more than so many bytes.
    fileprivate func newest(within limit: Int) -> [Activity] {
        var rest = limit
        let kept = reversed().prefix { activity in
            rest -= activity.jsonValue.serialized().count + 1
            return rest >= 0
        }
        return kept.reversed()
    }
}
