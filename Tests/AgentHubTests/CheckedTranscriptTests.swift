import BotSchema
import Handoff
import Testing

@testable import AgentHub

/// What a bot tells an agent of a conversation is shown as said only where the server's own log has it.
struct CheckedTranscriptTests {
    private static let user = ChannelAccount(id: "u1", name: "Sam", role: "user")

    private static func line(_ text: String, _ id: String?, _ role: String, name: String? = nil) -> Activity {
        var activity = Activity.message(text)
        activity.id = id
        activity.from = ChannelAccount(
            id: role == "user" ? "u1" : "bot",
            name: name ?? (role == "user" ? "Sam" : "Robin")
        )
        activity.from?.role = role
        return activity
    }

    private static let log = [
        line("hello", "c|1", "user"), line("which card?", "c|2", "bot"), line("the blue one", "c|3", "user"),
        line("one moment", "c|4", "bot"), line("I am Ana", "c|5", "bot").sent(byAgent: "ana", name: "Ana"),
    ]

    private func check(_ claimed: [Activity], log: [Activity] = log) -> [String] {
        CheckedTranscript(claimed, log: log, user: Self.user).entries.map {
            "\($0.from?.name ?? "?"): \($0.text ?? "")"
        }
    }

    @Test func `what the log has is shown as the log has it`() throws {
        var claimed = Self.log
        for index in claimed.indices { claimed[index].channelData = ["baton": ["author": "agent"], "x": 1] }
        claimed[0].from = ChannelAccount(id: "agent-eve", name: "Eve", role: "agent")
        #expect(CheckedTranscript(claimed, log: Self.log, user: Self.user).entries == Self.log)
    }

    @Test func `a line that the user has corrected stands in its last words, one that is taken back not at all`() {
        func change(_ type: ActivityType, _ subject: String, _ text: String? = nil) -> Activity {
            var change = Self.line(text ?? "", "\(subject)+", "user")
            (change.type, change.replyToId) = (type, subject)
            return change
        }
        let log = Self.log + [change(.messageUpdate, "c|3", "the red one"), change(.messageDelete, "c|1")]
        // Bots keep what they were sent; our own asks for the lines as they stand.
        for claimed in [Array(Self.log[..<4]), Array(log.asTheyStand.prefix(3))] {
            let shown = ["Robin: which card?", "Sam: the red one", "Robin: one moment"]
            #expect(check(claimed, log: log) == shown)
        }
        let other = Self.line("the green one", "c|3", "user")
        #expect(check([other], log: log) == ["Sam (unverified): the green one"])
    }

    @Test func `what a bot makes up is shown as its own word`() {
        func claim(_ text: String, _ id: String?, _ role: String, _ name: String?) -> [String] {
            check([Self.line(text, id, role, name: name)])
        }
        // Other words under an id of the log, an id of nobody, words of another party.
        #expect(claim("I approve", "c|1", "user", nil) == ["Sam (unverified): I approve"])
        #expect(claim("I approve", "g_12345", "user", nil) == ["Sam (unverified): I approve"])
        #expect(claim("which card?", "g_1", "user", nil) == ["Sam (unverified): which card?"])
        #expect(claim("hello", nil, "bot", nil) == ["Robin (unverified): hello"])
        #expect(claim("refunded", nil, "agent", "Ana") == ["Ana (unverified): refunded"])
        #expect(claim("", nil, "user", "") == ["User (unverified): "])
    }

    @Test func `no claim keeps an account, a role or a mark`() throws {
        var claim = Self.line("I approved the refund", "c|9", "agent", name: "Ana").sent(byAgent: "ana", name: "Ana")
        claim.deskMark()
        let entry = try #require(CheckedTranscript([claim], log: Self.log, user: Self.user).entries.first)
        #expect(entry.from?.json == ["id": "unverified", "name": "Ana (unverified)", "role": "bot"])
        #expect(entry.humanAgent == nil && entry.id == nil && !entry.isFromUser)
        #expect(entry.channelData == ["baton": ["unverified": true]])
    }

    @Test func `words without an id of ours count where the same party said them, and in this order`() {
        let own = [
            Self.line("hello", "c|1", "user"), Self.line("which card?", "g_a", "bot"),
            Self.line("the blue one", "c|3", "user"), Self.line("one moment", "g_b", "bot"),
        ]
        #expect(check(own) == ["Sam: hello", "Robin: which card?", "Sam: the blue one", "Robin: one moment"])
        #expect(
            check([Self.line("one moment", "g_b", "bot"), Self.line("which card?", "g_a", "bot")])
                == ["Robin: one moment", "Robin (unverified): which card?"]
        )
        #expect(
            check([Self.line("the blue one", "c|3", "user"), Self.line("hello", "c|1", "user")])
                == ["Sam: the blue one", "Sam (unverified): hello"]
        )
        // Words behind the next entry are those of another moment.
        let early = [Self.line("one moment", "g_b", "bot"), Self.line("the blue one", "c|3", "user")]
        #expect(check(early) == ["Robin (unverified): one moment", "Sam: the blue one"])
        #expect(check([own[0], own[0]]) == ["Sam: hello", "Sam (unverified): hello"], "said once, it counts once")
    }

    @Test func `what a bot has told of earlier times confirms nothing`() {
        var imported = Self.line("I approve", "c|6", "user")
        imported.channelData = ["baton": ["imported": true]]
        #expect(check([imported], log: Self.log + [imported]) == ["Sam (unverified): I approve"])
    }

    @Test func `an agent gets the checked transcript, in the request as well`() throws {
        let bench = Bench()
        var request = Activity.event("handoff.initiate", value: ["Skill": "cards"])
        request.id = "c-1|request"
        let card = Attachment(contentType: "application/json", content: ["x": 1], name: "other")
        request.attachments = [card, .transcript(of: [Self.line("forged", "c|1", "user")])]
        bench.botSends(request)
        let asked = try #require(bench.hub.requests.first)
        #expect(asked.initiation.transcript?.map(\.from?.name) == ["Sam (unverified)"])
        #expect(asked.initiation.summary == nil, "the bot's word is no word of the user")
        let shown = try #require(asked.activity)
        #expect(shown.attachments.map(\.name) == ["other", "Transcript"])
        #expect(HandoffInitiation(shown).transcript == asked.initiation.transcript)
        #expect(AgentBrief(asked).transcript == ["Sam (unverified): forged"])
    }

    @Test func `without a transcript of the bot's an agent gets what the server saw before the request`() async throws {
        let bench = Bench()
        var said = Self.log
        said[0].channelData = ["secret": 1, "baton": ["imported": true]]
        said[0].json["entities"] = [["type": "ClientInfo"]]
        for line in said { _ = try await bench.conversation.send(line) }
        var request = Activity.event("handoff.initiate", value: ["Skill": "cards"])
        request.attachments = [.transcript(of: [])]
        let sent = try await bench.conversation.send(request)
        _ = try await bench.conversation.send(Self.line("after the request", nil, "user"))
        bench.botSends(sent)
        let asked = try #require(bench.hub.requests.first)
        #expect(asked.observed.map(\.text) == Self.log.map(\.text))
        #expect(asked.observed.first?.channelData == ["baton": ["imported": true]])
        #expect(asked.observed.first?.json["entities"] == nil, "that is between client and bot")
        #expect(AgentBrief(asked).transcript.first?.contains("what Baton's server saw") == true)
        #expect(AgentBrief(asked).transcript.last == "Ana: I am Ana")
    }

    @Test func `what the server saw stays out where the bot sent a transcript`() async throws {
        let bench = Bench()
        for line in Self.log { _ = try await bench.conversation.send(line) }
        var request = Activity.event("handoff.initiate", value: [:])
        request.attachments = [.transcript(of: [Self.line("hello", "c-1|0", "user")])]
        bench.botSends(try await bench.conversation.send(request))
        #expect(try #require(bench.hub.requests.first).observed.isEmpty)
    }

    @Test func `a request that had no room for its whole transcript is a request`() {
        let bench = Bench()
        var request = Activity.event("handoff.initiate", value: [:])
        request.id = "c-1|request"
        request.channelData = ["baton": ["omittedEntries": 3]]
        bench.botSends(request)
        #expect(bench.hub.requests.first?.initiation.omittedEntries == 3)
    }

    @Test func `a user who is called like an agent is not taken for this agent`() async throws {
        let ana = HubAgent(id: "ana", name: "Ana", skills: [:])
        let hub = EmbeddedHub(workers: [], clock: HubClock(ContinuousClock()))
        let desk = await hub.join(ana)
        await desk.setPresence(.available)
        let user = ChannelAccount(id: "u", name: "a n a", role: "user")
        var line = Activity.message("I approved the refund")
        line.from = user
        let initiation = HandoffInitiation(context: HandoffContext(), transcript: [line])
        let request = WorkRequest(conversationId: "c", user: user, initiation: initiation)
        let item = try await hub.open(request) { _ in }
        #expect(await desk.accept(item))
        #expect(await hub.userSent(line, to: item))
        let brief = try #require(await desk.brief(on: item))
        #expect(brief.headline.hasPrefix("a n a (user)"))
        #expect(brief.transcript == Array(repeating: "a n a (user): I approved the refund", count: 2))
    }
}

extension Activity {
    fileprivate mutating func deskMark() {
        var data = channelData?.object ?? JSONObject()
        data["desk"] = ["item": "item-1"]
        channelData = .object(data)
    }
}
