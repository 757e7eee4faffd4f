import BotSchema
import Handoff

/// A bot's transcript of a conversation beside the server's own log of it.
///
/// What the log has is shown as the log has it. The rest is only what the bot says: it loses the account that it claims
/// and any mark, and the name says that nobody has verified it.
struct CheckedTranscript {
    /// What an entry says; links stay out, since clients and bots are given different ones.
    private struct Words: Hashable {
        let type: ActivityType?
        let text: String
        let attachments: [String?]

        init(_ activity: Activity) {
            type = activity.type
            text = activity.text ?? ""
            attachments = activity.attachments.map(\.contentType)
        }

        var isEmpty: Bool { text.isEmpty && attachments.isEmpty }
    }

    /// What a party has said in certain words.
    private struct Saying: Hashable {
        let party: Party
        let words: Words
    }

    private enum Party: Hashable { case user, bot, agent }

    /// The entries in the order of the bot's transcript.
    let entries: [Activity]

    /// Checks a transcript.
    ///
    /// An entry is confirmed when the log has its id with the same words. Bots make up ids for what they say themselves
    /// (Bot Builder for Python), so that without such an id the same words of the same party count. Either way an entry
    /// must stand behind the one before as it does in the log: in another order words may mean something else.
    init(_ claimed: [Activity], log: [Activity], user: ChannelAccount) {
        let log = log.filter { !$0.isImported }
        let standing = Dictionary(log.asTheyStand.map { ($0.id ?? "", $0) }) { $1 }
        let ids = Dictionary(log.enumerated().map { ($1.id ?? "", $0) }) { $1 }
        let sayings = Dictionary(grouping: log.indices) {
            Saying(party: Self.party(of: log[$0], user), words: Words(log[$0]))
        }
        var anchors: [Int?] = []
        var last = -1
        for entry in claimed {
            let place = entry.id.flatMap { ids[$0] }
            let isConfirmed =
                place.map { place in
                    let said = [log[place], standing[entry.id ?? ""]].compactMap { $0.map(Words.init) }
                    return place > last && said.contains(Words(entry))
                } ?? false
            anchors.append(isConfirmed ? place : nil)
            if isConfirmed { last = place ?? last }
        }
        // How far words may be looked for: not behind the next entry that its id has confirmed.
        var ends: [Int] = []
        var end = log.count
        for anchor in anchors.reversed() {
            ends.append(end)
            end = anchor ?? end
        }
        ends.reverse()

        var entries: [Activity] = []
        var next = 0
        for (number, entry) in claimed.enumerated() {
            var place = anchors[number]
            let words = Words(entry)
            if place == nil, entry.id.flatMap({ ids[$0] }) == nil, !words.isEmpty {
                let places = sayings[Saying(party: Self.party(of: entry, user), words: words)] ?? []
                place = places.first(atLeast: next).flatMap { $0 < ends[number] ? $0 : nil }
            }
            guard let place else {
                entries.append(Self.unverified(entry, user: user))
                continue
            }
            next = place + 1
            // Bots keep lines as they were said; what the user has corrected or taken back since, no agent reads.
            let line = log[place]
            if let id = line.id, line.type == .message {
                if let stands = standing[id] { entries.append(stands) }
            } else {
                entries.append(line)
            }
        }
        self.entries = entries
    }

    private static func party(of activity: Activity, _ user: ChannelAccount) -> Party {
        if activity.humanAgent != nil || activity.isFromHub { return .agent }
        return activity.isFromUser || activity.from?.role == nil && activity.from?.id == user.id ? .user : .bot
    }

    private static func unverified(_ activity: Activity, user: ChannelAccount) -> Activity {
        var claim = activity
        let fallback = party(of: activity, user) == .user ? "User" : "Bot"
        let name = activity.from?.name.flatMap { $0.isEmpty ? nil : $0 } ?? fallback
        claim.from = ChannelAccount(id: "unverified", name: "\(name) (unverified)", role: "bot")
        claim.id = nil
        var data = claim.channelData?.object ?? JSONObject()
        data["desk"] = nil
        data["baton"] = ["unverified": true]
        claim.channelData = .object(data)
        return claim
    }
}

extension WorkRequest {
    /// A bot's request, with a transcript that was checked against the server's log.
    init(
        conversationId: String,
        user: ChannelAccount,
        request: Activity,
        _ initiation: HandoffInitiation,
        log: [Activity]
    ) {
        var (request, initiation) = (request, initiation)
        if let claimed = initiation.transcript {
            let entries = CheckedTranscript(claimed, log: log, user: user).entries
            initiation.transcript = entries
            let others = request.attachments.filter { !HandoffInitiation.isTranscript($0) }
            request.attachments = others + [.transcript(of: entries)]
        }
        self.init(conversationId: conversationId, user: user, initiation: initiation, activity: request)
        // What comes after the request is told to the agent line by line.
        let end = request.id.flatMap { id in log.lastIndex { $0.id == id } } ?? log.endIndex
        if (initiation.transcript ?? []).isEmpty { observed = log[..<end].filter(\.isForAgents).map(\.observed) }
    }
}

extension Activity {
    /// The activity as an agent may read it: channel data and entities are between the user's client and the bot, and
    /// only the server's own marks stay.
    fileprivate var observed: Activity {
        var copy = self
        copy.json["entities"] = nil
        copy.channelData = channelData?["baton"].map { ["baton": $0] }
        return copy
    }
}

extension [Int] {
    /// The first of ascending numbers that is not below another.
    fileprivate func first(atLeast number: Int) -> Int? {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low < count ? self[low] : nil
    }
}
