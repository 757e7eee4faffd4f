import BotSchema
import Handoff
import Testing

/// Each rule with a record that breaks it and a close neighbour that does not.
struct LintRuleTests {
    /// A rule's number, what breaks it, and the neighbour.
    struct Example: Sendable, CustomStringConvertible {
        var rule: String
        var broken: [Activity]
        var sound: [Activity]

        var description: String { rule }
    }

    private static func findings(_ record: [Activity], origin: HandoffLint.Origin = .wire) -> [HandoffFinding] {
        HandoffLint(origin: origin, now: Timestamp("2030-01-01T00:00:00Z")).findings(in: record)
    }

    @Test(arguments: examples)
    func `a rule is broken by its example and not by the neighbour`(example: Example) {
        let broken = Self.findings(example.broken, origin: example.origin)
        #expect(broken.contains { $0.rule.id == example.rule }, "\(broken)")
        let sound = Self.findings(example.sound, origin: example.origin)
        #expect(!sound.contains { $0.rule.id == example.rule }, "\(sound)")
    }

    @Test func `every rule has an example`() {
        let shown = Set(Self.examples.map(\.rule))
        let elsewhere: Set = ["HO160", "HO161", "HO163", "HO165", "HO215"]
        #expect(Set(HandoffRule.all.map(\.id)) == shown.union(elsewhere))
        #expect(HandoffRule.all.map(\.id) == HandoffRule.all.map(\.id).sorted())
    }

    @Test func `a sound handoff has no findings, in each dialect`() {
        for dialect in [HandoffDialect.sdk, .threeEvents] {
            let initiate = dialect == .sdk ? Lint.initiate() : Lint.initiate("HandoffInitiation")
            let record = [
                Lint.says(Wire.user, "a person please"), Lint.says(Wire.bot, "one moment"), initiate,
                Lint.report(.accepted, dialect), Lint.agentSays("hello"), Lint.says(Wire.user, "hi"),
                Lint.report(.completed(.transferBack), dialect), Lint.says(Wire.bot, "welcome back"),
            ]
            #expect(Self.findings(record) == [])
            #expect(Self.findings(record, origin: .transcript) == [])
        }
    }

    @Test func `a finding says where and why`() throws {
        let finding = try #require(Self.findings([Lint.event("handoff.status", ["state": "parked"])]).first)
        #expect(finding.rule.id == "HO122")
        #expect(finding.index == 0)
        #expect(finding.path == "$.value.state")
        #expect(finding.description == "HO122 warning activity 1 $.value.state: “parked” is not documented")
        #expect(finding.rule.document == "handoff protocol")
        #expect(finding.json["severity"] == "warning")
    }

    @Test func `what breaks a rule less is told as less`() {
        func severity(_ rule: String, _ record: [Activity], _ origin: HandoffLint.Origin = .wire) -> String? {
            Self.findings(record, origin: origin).first { $0.rule.id == rule }?.severity.rawValue
        }
        #expect(severity("HO003", [.message("x")], .post) == "information")
        #expect(severity("HO005", [.message("x")], .post) == "warning")
        #expect(severity("HO005", [.message("x")], .transcript) == "information")
        #expect(severity("HO003", [.message("x")], .transcript) == nil)
        #expect(severity("HO004", [.message("x")], .transcript) == nil)
        #expect(severity("HO125", [Lint.event("HandoffCompleted", nil)]) == "warning")
        #expect(severity("HO140", [Lint.initiate("GenesysHandoff", value: "a summary")]) == "information")
        let guid: JSONValue = ["va_ConversationId": "0f8fad5b-d9cb-469f-a165-70867728950e"]
        #expect(severity("HO112", [Lint.initiate(value: guid)]) == "information")
        let proxied = [Lint.initiate(), Lint.event("handoff.status", ["state": "accepted"]), Lint.says(Wire.bot, "hi")]
        #expect(severity("HO212", proxied) == "information")
    }

    @Test func `a bot that rejects a report breaks the protocol, one that rejects a request does not`() {
        let status = Lint.event("handoff.status", ["state": "accepted"])
        #expect(HandoffLint.finding(rejected: status)?.rule.id == "HO215")
        #expect(HandoffLint.finding(rejected: Lint.initiate()) == nil)
        #expect(HandoffLint.finding(rejected: .message("hi")) == nil)
    }

    @Test func `V44 a message that the adapter kept from the user is the bot's all the same`() {
        let kept = Lint.event("baton.suppressed", ["activity": ["type": "message", "text": "stale"]])
            .with("channelData", ["baton": ["author": "hub"]])
        let record = [Lint.initiate(), Lint.event("handoff.status", ["state": "accepted"]), kept]
        let findings = HandoffLint(isComplete: false).findings(in: record)
        #expect(findings.map(\.rule.id) == ["HO212"])
        #expect(findings.map(\.index) == [2])
        #expect(findings.map(\.severity) == [.warning])
    }

    @Test func `the hub's own words are neither the bot's nor an agent's`() {
        let notice = Lint.says(ChannelAccount(id: "agent-hub", role: "bot"), "You are next in line.")
            .with("channelData", ["baton": ["author": "hub", "notice": "queued"]])
        let accepted = Lint.report(.accepted, .sdk)
        let ended = Lint.event("HandoffCompleted", "endOfConversation")
        let lost = Lint.event("handoff.status", ["state": "failed"])
        #expect(HandoffLint().findings(in: [notice]) == [])
        let talk = [Lint.initiate(), notice, accepted, notice, lost, notice, Lint.says(Wire.bot, "Sorry.")]
        #expect(HandoffLint().findings(in: talk) == [])
        #expect(HandoffLint().findings(in: [Lint.initiate(), accepted, lost, notice]).map(\.rule.id) == ["HO214"])
        #expect(
            HandoffLint().findings(in: [Lint.initiate(), accepted, ended, notice]).allSatisfy { $0.rule.id == "HO106" }
        )
    }

    @Test func `what is missing at the end of a record that goes on may still come`() {
        let record = [Lint.initiate()]
        #expect(HandoffLint(isComplete: false).findings(in: record) == [])
        #expect(HandoffLint().findings(in: record).map(\.rule.id) == ["HO209"])
    }

    @Test func `the reader's own events are no signals`() {
        let record = [Lint.event("handoff.status", ["state": "accepted"])]
        #expect(HandoffLint().findings(in: record, echoes: [0]) == [])
        #expect(HandoffLint().findings(in: record).map(\.rule.id) == ["HO203"])
    }
}

extension LintRuleTests.Example {
    /// Some rules are about transcripts only.
    fileprivate var origin: HandoffLint.Origin { rule == "HO162" ? .transcript : .wire }
}

/// Activities with everything that a received one must have.
enum Lint {
    static func initiate(
        _ name: String = "handoff.initiate",
        value: JSONValue? = ["Skill": "billing"],
        attachments: JSONValue? = nil
    ) -> Activity {
        let activity = event(name, value).with("attachments", attachments)
        return activity
    }

    static func event(_ name: String, _ value: JSONValue?) -> Activity {
        complete(.event(name, value: value), from: Wire.bot)
    }

    static func says(_ account: ChannelAccount, _ text: String) -> Activity { complete(.message(text), from: account) }

    static func agentSays(_ text: String) -> Activity { says(Wire.bot, text).sent(byAgent: "ana", name: "Ana") }

    static func report(_ status: HandoffStatus, _ dialect: HandoffDialect) -> Activity {
        complete(.handoffStatus(status, conversationId: "c-17", dialect: dialect), from: Wire.bot)
            .sent(byAgent: "ana", name: "Ana")
    }

    static func complete(_ activity: Activity, from account: ChannelAccount = Wire.bot) -> Activity {
        var activity = activity
        activity.channelId = "directline"
        activity.conversation = ConversationAccount(id: "c-17")
        activity.from = account
        return activity
    }

    /// A list of one transcript attachment.
    static func transcript(_ content: JSONValue?, name: String? = "Transcript") -> JSONValue {
        var attachment: JSONObject = ["contentType": "application/json"]
        attachment["content"] = content
        attachment["name"] = name.map(JSONValue.string)
        return [.object(attachment)]
    }

    static func entries(_ entries: JSONValue...) -> JSONValue { ["activities": .array(entries)] }
}

extension Activity {
    func with(_ member: String, _ value: JSONValue?) -> Activity {
        var activity = self
        activity.json[member] = value
        return activity
    }
}
