import BotSchema
import Testing

@testable import Handoff

/// Plays activities a second apart and writes down what changes.
private struct Play {
    private(set) var lifecycle = HandoffLifecycle()
    private(set) var transitions: [HandoffTransition] = []
    private var second: Int64 = 0

    mutating func callAsFunction(_ activities: Activity..., isEcho: Bool = false) {
        for activity in activities {
            second += 1
            transitions += lifecycle.receive(activity, isEcho: isEcho, at: Timestamp(milliseconds: second * 1000))
        }
    }

    mutating func userLeft() {
        second += 1
        transitions += lifecycle.userLeft(at: Timestamp(milliseconds: second * 1000))
    }

    mutating func conversationLost() {
        second += 1
        transitions += lifecycle.conversationLost(at: Timestamp(milliseconds: second * 1000))
    }

    var steps: [String] { transitions.map(words) }
    /// Without what is merely said to be odd.
    var moves: [String] { transitions.filter { $0.brokenRule == nil }.map(words) }

    private func words(of transition: HandoffTransition) -> String {
        "\(transition.from) → \(transition.to)" + (transition.outcome.map { ", \($0)" } ?? "")
    }
}

private let accepted = Wire.status("accepted").sent(byAgent: "ana", name: "Ana")

struct LifecycleTests {
    @Test func `a whole handoff is one step for each state`() throws {
        var play = Play()
        play(
            Wire.says(Wire.user, "a person please"),
            Wire.says(Wire.bot, "one moment"),
            Wire.initiate(),
            .handoffQueue(position: 2, estimatedWait: .seconds(60)),
            .handoffQueue(position: 1),
            accepted,
            Wire.agentSays("hello"),
            Wire.says(Wire.user, "thanks"),
            .handoffStatus(.completed(.transferBack), message: "bye", conversationId: "c-17")
                .sent(byAgent: "ana", name: "Ana"),
            Wire.says(Wire.bot, "welcome back")
        )
        #expect(
            play.steps == [
                "bot → requested", "requested → queued", "queued → queued", "queued → live",
                "live → bot, transferredBack",
            ]
        )
        let steps = play.transitions
        try #require(steps.count == 5)
        #expect(steps[0].initiation?.context.skill == "billing")
        #expect(steps[0].dialect == .sdk)
        #expect(steps[1].queuePosition == 2)
        #expect(steps[1].estimatedWait == .seconds(60))
        #expect(steps[2].queuePosition == 1)
        #expect(steps[3].agent?.name == "Ana")
        #expect(steps[3].waited == .seconds(3))
        #expect(steps[4].agent?.name == "Ana")
        #expect(steps[4].waited == .seconds(3))
        #expect(steps[4].handled == .seconds(3))
        #expect(steps[4].message == "bye")
        #expect(play.lifecycle.attempts.map(\.outcome) == [.transferredBack])
        #expect(play.lifecycle.agent == nil)
        #expect(play.lifecycle.agentIds == ["agent-ana"])
    }

    /// The cells of the transition table, each from the state that the first events bring about.
    @Test(
        arguments: [
            ([Wire.initiate(), Wire.status("failed", message: "no agent")], "requested → bot, failed"),
            ([Wire.initiate(), Wire.event("HandoffResponse", value: "timedOut")], "requested → bot, timedOut"),
            ([Wire.initiate(), .handoffQueue(position: 1), Wire.status("failed")], "queued → bot, failed"),
            ([Wire.initiate(), Wire.status("completed")], "requested → bot, completed"),
            (
                [Wire.initiate(), Wire.event("HandoffCompleted", value: "endOfConversation")],
                "requested → ended, ended"
            ),
            ([Wire.initiate(), Wire.event("HandoffResponse", value: "endOfConversation")], "requested → ended, ended"),
            (
                [Wire.initiate(), accepted, Wire.event("HandoffCompleted", value: "endOfConversation")],
                "live → ended, ended"
            ),
            (
                [Wire.initiate(), accepted, Wire.event("HandoffCompleted", value: "transferBack")],
                "live → bot, transferredBack"
            ),
            ([Wire.initiate(), accepted, Wire.event("HandoffCompleted", value: "failed")], "live → bot, lost"),
            ([Wire.initiate(), accepted, Wire.status("failed")], "live → bot, lost"),
            ([Wire.initiate(), accepted, Wire.event("HandoffResponse", value: "timedOut")], "live → bot, lost"),
            ([Wire.initiate(), accepted, Wire.status("completed")], "live → bot, completed"),
            ([Wire.initiate(), Wire.agentSays("hi")], "requested → live"),
            ([Wire.initiate(), .handoffQueue(position: 1), Wire.agentSays("hi")], "queued → live"),
            ([Wire.initiate(), accepted, Wire.status("typing")], "live → live"),
            ([Wire.initiate(), Wire.status("parked")], "requested → requested"),
            ([Wire.initiate(), .endOfConversation()], "requested → closed, aborted"),
            ([Wire.initiate(), accepted, .endOfConversation()], "live → closed, aborted"),
            ([.endOfConversation()], "bot → closed"),
            (
                [
                    Wire.initiate(), accepted, Wire.event("HandoffCompleted", value: "endOfConversation"),
                    .endOfConversation(),
                ],
                "ended → closed"
            ),
            (
                [
                    Wire.initiate(), accepted, Wire.event("HandoffCompleted", value: "endOfConversation"),
                    Wire.says(Wire.user, "hi"),
                ], "ended → bot"
            ),
            (
                [
                    Wire.initiate(), accepted, Wire.event("HandoffCompleted", value: "endOfConversation"),
                    Wire.initiate(id: "9"),
                ],
                "ended → requested"
            ),
        ] as [([Activity], String)]
    )
    func `a signal leads where the table says`(activities: [Activity], last: String) {
        var play = Play()
        for activity in activities { play(activity) }
        #expect(play.moves.last == last)
    }

    /// Events that make no sense where they come change nothing; what is said of them ends with the rule.
    @Test(
        arguments: [
            ([], accepted, "HO203"), ([], Wire.status("failed"), "HO203"), ([], Wire.status("completed"), "HO203"),
            ([], Wire.event("HandoffCompleted", value: "transferBack"), "HO203"),
            ([], .handoffQueue(position: 1), nil),
            ([], Wire.agentSays("hi"), nil), ([], Wire.status("typing"), nil),
            ([Wire.initiate()], Wire.initiate(), "HO201"), ([Wire.initiate()], Wire.initiate(id: "other"), "HO201"),
            ([Wire.initiate()], Wire.says(Wire.bot, "one moment"), nil),
            ([Wire.initiate()], Wire.says(Wire.user, "hello?"), nil),
            ([Wire.initiate(), .handoffQueue(position: 1)], .handoffQueue(position: 1), nil),
            ([Wire.initiate(), accepted], accepted, "HO204"),
            ([Wire.initiate(), accepted], Wire.initiate(id: "other"), "HO202"),
            ([Wire.initiate(), accepted], .handoffQueue(position: 1), nil),
            ([Wire.initiate(), accepted], Wire.says(Wire.bot, "stale"), "HO212"),
            ([Wire.initiate(), Wire.status("accepted")], Wire.says(Wire.bot, "by proxy"), nil),
            ([Wire.initiate(), Wire.status("completed")], accepted, "HO203"),
            (
                [Wire.initiate(), accepted, Wire.event("HandoffCompleted", value: "transferBack")],
                Wire.agentSays("late"), "HO211"
            ),
            ([Wire.initiate(), Wire.agentSays("hi")], accepted, "HO208"),
            ([.endOfConversation()], Wire.initiate(), "HO207"),
            ([.endOfConversation()], .endOfConversation(), "HO204"),
            ([.endOfConversation()], Wire.says(Wire.bot, "hi"), nil),
            ([], Wire.event("SomethingElse", value: 1), nil), ([Wire.initiate()], .typing, nil),
        ] as [([Activity], Activity, String?)]
    )
    func `V13 what makes no sense changes nothing and is told where it is odd`(
        before: [Activity],
        event: Activity,
        rule: String?
    ) {
        var play = Play()
        for activity in before { play(activity) }
        let state = play.lifecycle.state
        let count = play.transitions.count
        play(event)
        #expect(play.lifecycle.state == state)
        let told = play.transitions.dropFirst(count)
        #expect(told.map(\.brokenRule?.id) == (rule.map { [$0] } ?? []))
        #expect(told.allSatisfy { !$0.isChange && $0.message?.hasSuffix("(\($0.brokenRule?.id ?? ""))") == true })
    }

    @Test func `what the bot says after an end that left open who goes on is no news of the handoff`() {
        var lifecycle = HandoffLifecycle()
        let course = [Wire.initiate(), Wire.status("accepted"), Wire.status("completed")]
        for activity in course { _ = lifecycle.receive(activity, at: Timestamp(milliseconds: 0)) }
        #expect(lifecycle.state == .bot && lifecycle.attempt?.outcome == .completed)
        let said = (1...2).flatMap { number in
            lifecycle.receive(Wire.says(Wire.bot, "line \(number)"), at: Timestamp(milliseconds: 1))
        }
        #expect(said.isEmpty && lifecycle.attempt?.outcome == .completed)
    }

    @Test func `who leaves the queue has withdrawn and was not refused`() {
        var lifecycle = HandoffLifecycle()
        var wish = Wire.event("baton.withdraw")
        wish.from = Wire.user
        let course = [
            Wire.initiate(), .handoffQueue(position: 1), wish, Wire.status("failed", message: "left the queue"),
        ]
        let steps = course.flatMap { lifecycle.receive($0, at: Timestamp(milliseconds: 0)) }
        #expect(steps.last?.outcome == .cancelled)
        #expect(steps.last?.words == ["withdrawn by the user after 0 s"])
        let rows = HandoffTimeline(lifecycle).rows { _ in "now" }
        #expect(rows.first?.text == "withdrawn by the user")
        #expect(rows.contains { $0.label == "withdrawn" && $0.text == "now" })
        // Somebody else's event of that name is none of the user's.
        var other = HandoffLifecycle()
        var claim = Wire.event("baton.withdraw")
        claim.from = Wire.bot
        for activity in [Wire.initiate(), claim, Wire.status("failed")] {
            _ = other.receive(activity, at: Timestamp(milliseconds: 0))
        }
        #expect(other.attempt?.outcome == .failed)
    }

    @Test(arguments: [
        (HandoffDialect.sdk, "sdk"), (.threeEvents, "three-events"), (.threeEventsAsCoded, "three-events-as-coded"),
    ])
    func `the steps of a handoff have the dialect of its request`(dialect: HandoffDialect, word: String) {
        let request = Activity.handoffInitiate(
            context: HandoffContext(["Skill": "billing"]),
            transcript: nil,
            replyingTo: .message("human"),
            dialect: dialect
        )
        let reports: [HandoffStatus] = [.accepted, .completed(.transferBack)]
        var lifecycle = HandoffLifecycle()
        let steps =
            ([request, .handoffQueue(position: 1)]
            + reports.map { .handoffStatus($0, conversationId: "c", dialect: dialect) })
            .flatMap { lifecycle.receive($0, at: Timestamp(milliseconds: 0)) }
        #expect(steps.map(\.to) == [.requested, .queued, .live, .bot])
        #expect(steps.map { $0.dialect?.word } == [word, word, word, word])
    }

    @Test func `a completion before any acceptance is a step, and then what is odd about it`() {
        var play = Play()
        play(Wire.initiate(), Wire.status("completed"), accepted)
        #expect(play.steps == ["bot → requested", "requested → bot, completed", "bot → bot", "bot → bot"])
        #expect(
            play.transitions.suffix(2).map(\.message) == [
                "completed before it was accepted (HO205)", "accepted after the end (HO203)",
            ]
        )
    }

    @Test func `who speaks out of turn is told of once an attempt`() {
        var play = Play()
        play(Wire.initiate(), accepted, Wire.says(Wire.bot, "1"), Wire.says(Wire.bot, "2"))
        #expect(play.transitions.compactMap(\.brokenRule?.id) == ["HO212"])
        play(Wire.status("failed"), Wire.initiate(id: "2"), accepted, Wire.says(Wire.bot, "3"))
        #expect(play.transitions.compactMap(\.brokenRule?.id) == ["HO212", "HO212"])
    }

    @Test func `a bot that puts the acceptance into words does not speak out of turn`() {
        var (report, words) = (accepted, Wire.says(Wire.bot, "Ana is with you now"))
        report.id = "report"
        words.replyToId = "report"
        var play = Play()
        play(Wire.initiate(), report, words)
        #expect(play.transitions.compactMap(\.brokenRule?.id) == [])
        words.replyToId = "another"
        play(words)
        #expect(play.transitions.compactMap(\.brokenRule?.id) == ["HO212"])
    }

    @Test func `the hub's own words are neither an agent's nor the bot's`() {
        var notice = Wire.says(ChannelAccount(id: "agent-hub", name: "Agent hub", role: "bot"), "Ana is back.")
        notice.channelData = ["baton": ["author": "hub", "notice": "resumed"]]
        var play = Play()
        play(Wire.says(Wire.bot, "hi"), Wire.initiate(), notice)
        #expect(play.lifecycle.state == .requested)
        play(accepted, notice)
        #expect(play.lifecycle.agent?.name == "Ana")
        #expect(play.lifecycle.agentIds == ["agent-ana"])
        play(Wire.event("HandoffCompleted", value: "endOfConversation"), notice)
        #expect(play.lifecycle.state == .ended)
        #expect(play.transitions.compactMap(\.brokenRule) == [])
    }

    @Test func `V17 a report that relates to another conversation is not for this handoff`() {
        func relating(_ activity: Activity, to id: String) -> Activity {
            var activity = activity
            let reference: JSONObject = ["channelId": "directline", "conversation": ["id": .string(id)]]
            activity.relatesTo = ConversationReference(json: reference)
            return activity
        }
        var play = Play()
        play(relating(Wire.initiate(), to: "bot-side"), relating(Wire.status("accepted"), to: "c-99"))
        #expect(play.lifecycle.state == .requested)
        #expect(play.transitions.last?.brokenRule?.id == "HO111")
        #expect(play.lifecycle.remarks(on: relating(accepted, to: "c-99")).first?.path == "$.relatesTo.conversation.id")
        play(relating(Wire.status("accepted"), to: "bot-side"))
        #expect(play.lifecycle.state == .live)
        play(relating(Wire.status("completed"), to: "c-17"))
        #expect(play.lifecycle.state == .bot)
    }

    @Test func `V17 V18 a report for another conversation is not for this handoff, one without any is`() {
        var play = Play()
        var foreign = Wire.status("accepted")
        foreign.conversation = ConversationAccount(id: "C-17")
        var bare = Wire.status("accepted")
        bare.conversation = nil
        play(Wire.initiate(), foreign)
        #expect(play.lifecycle.state == .requested)
        play(bare)
        #expect(play.lifecycle.state == .live)
    }

    @Test func `V11 the outcome is what the hub has said, whoever speaks after that`() {
        var back = Play()
        back(Wire.initiate(), accepted, Wire.status("completed"), Wire.says(Wire.bot, "back"), Wire.says(Wire.bot, "2"))
        #expect(back.steps.last == "live → bot, completed")
        #expect(back.lifecycle.attempt?.outcome == .completed)

        var over = Play()
        over(Wire.initiate(), accepted, Wire.status("completed"), .endOfConversation())
        #expect(over.steps.suffix(2) == ["live → bot, completed", "bot → closed"])
        #expect(over.lifecycle.attempt?.outcome == .completed)
    }

    @Test(
        arguments: [
            (Wire.status("completed"), HandoffOutcome.completed),
            (Wire.event("HandoffCompleted", value: "transferBack"), .transferredBack),
            (Wire.event("HandoffCompleted", value: "endOfConversation"), .ended),
            (Wire.event("HandoffCompleted", value: "failed"), .lost), (Wire.status("failed"), .lost),
        ]
    )
    func `V11 V47 whatever comes after the end changes nothing, and is told once`(
        end: Activity,
        outcome: HandoffOutcome
    ) {
        let survey = Wire.says(ChannelAccount(id: "survey", name: "Survey", role: "bot"), "How did we do?")
        var system = Wire.says(ChannelAccount(id: "agent-hub", name: "Agent hub", role: "bot"), "Goodbye.")
        system.channelData = ["baton": ["author": "hub"]]
        let afterwards = [
            Wire.says(Wire.bot, "Welcome back"), survey, system, Wire.agentSays("one more thing"), accepted,
            Wire.status("failed"), Wire.status("completed"), Wire.event("HandoffCompleted", value: "transferBack"),
            Wire.event("HandoffResponse", value: "timedOut"), .handoffQueue(position: 2), Wire.status("typing"),
            .typing,
            Wire.event("SurveyRequest", value: 1), Wire.says(Wire.user, "thanks"), Wire.agentSays("and another"), end,
        ]
        var play = Play()
        play(Wire.initiate(), accepted, Wire.agentSays("hello"), Wire.says(Wire.bot, "stale"), end)
        let attempt = play.lifecycle.attempt
        #expect(attempt?.outcome == outcome)
        let before = play.transitions.count
        for _ in 1...3 { for activity in afterwards { play(activity) } }
        #expect(play.lifecycle.attempt == attempt)
        #expect(play.lifecycle.attempts.count == 1)
        let told = play.transitions.dropFirst(before)
        // Only whose turn it is follows from what is said.
        let moves = told.filter { $0.brokenRule == nil }
        #expect(moves.map(\.to) == (outcome == .ended ? [.bot] : []))
        let rules = told.compactMap(\.brokenRule?.id)
        #expect(Set(rules).isSuperset(of: ["HO203", "HO211"]))
        #expect(rules.count == Set(rules).count, "\(rules)")
    }

    @Test func `V15 after a lost agent the bot may ask again`() {
        var play = Play()
        play(Wire.initiate(), accepted, Wire.status("failed"), Wire.initiate(id: "again"), accepted)
        #expect(play.lifecycle.attempts.map(\.outcome) == [.lost, .open])
        #expect(play.transitions.last?.attempt == 2)
    }

    @Test func `V14 a repeated request adds to what is known and counts`() {
        var play = Play()
        play(Wire.initiate(), Wire.initiate(id: "2", value: ["Skill": "cards", "x": 1]), Wire.initiate())
        #expect(play.lifecycle.attempts.count == 1)
        #expect(play.lifecycle.attempt?.repetitions == 1)
        #expect(play.lifecycle.attempt?.initiation.context.skill == "cards")
    }

    @Test func `the user's own events are no signals, the user's own end is`() {
        var play = Play()
        play(Wire.initiate(), accepted, isEcho: true)
        #expect(play.steps.isEmpty)
        play(.endOfConversation(), isEcho: true)
        #expect(play.steps == ["bot → closed"])
    }

    @Test func `a stranger who speaks while an agent is there is the agent`() {
        let stranger = ChannelAccount(id: "x-9", name: "Kim")
        var play = Play()
        play(Wire.says(Wire.bot, "hi"), Wire.initiate(), Wire.says(stranger, "too early"))
        #expect(play.lifecycle.state == .requested)
        play(Wire.status("accepted"), Wire.says(Wire.bot, "the bot"), Wire.says(stranger, "hello"))
        #expect(play.lifecycle.agent?.name == "Kim")
        #expect(play.lifecycle.agentIds == ["x-9"])
        play(Wire.says(ChannelAccount(id: "u1"), "no role, but the user"))
        #expect(play.lifecycle.agentIds == ["x-9"])
    }

    @Test func `a user who leaves while waiting has cancelled`() {
        var play = Play()
        play(Wire.initiate())
        play.userLeft()
        play.userLeft()
        #expect(play.steps == ["bot → requested", "requested → bot, cancelled"])
        #expect(play.transitions.last?.waited == .seconds(1))
    }

    @Test func `a conversation that cannot be reached any more takes its handoff along`() {
        var play = Play()
        play(Wire.initiate(), accepted)
        play.conversationLost()
        play.conversationLost()
        #expect(play.steps.last == "live → closed, aborted")
        #expect(play.transitions.count == 3)
    }

    @Test func `clocks that disagree give no negative times`() {
        var lifecycle = HandoffLifecycle()
        _ = lifecycle.receive(Wire.initiate(), at: Timestamp(milliseconds: .max))
        let step = lifecycle.receive(accepted, at: Timestamp(milliseconds: .min))
        #expect(step.first?.waited == .zero)
    }
}
