import AgentHub
import BotSchema
import Desk
import DirectLineClient
import Handoff
import LineEditing
import Testing
import Transcripts

@testable import ChatScreen

/// Drives a desk's state machine and writes down what it answers.
struct DeskScript {
    private(set) var machine: DeskStateMachine

    /// How the next posts end; without one they succeed.
    var failures: [ClientError] = []
    /// What was to be saved last.
    private(set) var saved: [Activity]?

    init(isInteractive: Bool = true, capacity: Int = 2, answerWithin: Duration? = .seconds(15)) {
        machine = DeskStateMachine(
            configuration: DeskStateMachine.Configuration(
                name: "Dana",
                skills: ["billing": 5],
                capacity: capacity,
                isInteractive: isInteractive,
                linger: .seconds(60),
                answerWithin: answerWithin,
                style: .plain
            )
        )
    }

    /// Takes an event; posts succeed at once, and what only concerns completion is left out.
    mutating func take(_ event: ChatEvent) -> [String] {
        var words: [String] = []
        var actions = machine.handle(event, at: Timestamp(milliseconds: 0))
        while !actions.isEmpty {
            let action = actions.removeFirst()
            switch action {
            case .post(_, let number), .upload(_, _, let number):
                let result: Result<String?, ClientError> =
                    failures.isEmpty ? .success(nil) : .failure(failures.removeFirst())
                actions += machine.handle(.posted(number: number, result), at: Timestamp(milliseconds: 0))
            case .setDrafts(let slots): drafts = slots
            case .save(let transcript, _, _): saved = transcript.activities
            default: break
            }
            if case .setCommands = action { continue }
            let text = ChatScript.words(action)
            if !text.isEmpty { words.append(text) }
        }
        return words
    }

    /// Lets the silence pass for which a script waits, after which the service has no more; once.
    mutating func settle(after words: [String]) -> [String] {
        let timers = words.compactMap { $0.hasPrefix("settle ") ? Int($0.dropFirst(7)) : nil }
        guard let generation = timers.last else { return [] }
        guard take(.timer(.settle(generation: generation))).contains("catch up \(generation)") else { return [] }
        return take(.client(.caughtUp(generation, isCertain: true)))
    }

    /// The lines that there are, as told last.
    private(set) var drafts: DraftSlots?

    /// Comes to work.
    mutating func begin() -> [String] {
        _ = machine.begin()
        return take(.opened(conversationId: "d-1")) + take(.client(.connection(.online)))
            + hear(.signedIn(agentId: "dana", .usual)) + hear(.view(DeskView(Self.hub)))
    }

    mutating func enter(_ line: String) -> [String] { take(.input(.line(line))) }

    mutating func hear(_ event: DeskEvent) -> [String] { hear(event.activity) }

    mutating func hear(_ activity: Activity) -> [String] {
        take(.client(.activity(activity, isEcho: false)))
    }

    mutating func say(_ text: String, in item: WorkItemID, as name: String, id: String? = nil) -> [String] {
        var activity = Activity.message(text)
        activity.id = id ?? "c-\(name)|\(text)"
        let user = ChannelAccount(id: name, name: name, role: "user")
        activity.from = user
        return hear(activity.forDesk(item: item, user: user))
    }

    static func briefing(
        _ item: WorkItemID = "item-1",
        _ name: String = "Maria",
        lines: Int = 2,
        history: [Activity] = []
    ) -> DeskBriefing {
        var activity = Activity.event("handoff.initiate", value: ["Skill": "cards"])
        activity.attachments = [.transcript(of: (0..<lines).map { Activity.message("line \($0)") })]
        var request = WorkRequest(
            conversationId: "c-\(name)",
            user: ChannelAccount(id: name, name: name, role: "user"),
            initiation: HandoffInitiation(activity),
            activity: activity
        )
        request.history = history
        return DeskBriefing(request, item: item)
    }

    static var hub: HubView {
        var machine = HubStateMachine()
        _ = machine.receive(.agentJoined(HubAgent(id: "dana", name: "Dana", skills: ["billing": 5])), at: .zero)
        _ = machine.receive(.agentJoined(HubAgent(id: "eve", name: "Eve", skills: ["cards": 5])), at: .zero)
        return machine.view(for: "dana", at: .zero)
    }
}

@Suite struct DeskStateMachineTests {
    @Test func `a desk signs in as soon as it is connected, and says who else is there`() {
        var script = DeskScript()
        #expect(
            script.begin() == [
                "post 1 desk.signIn", "sign in", "prompt desk",
                "-- handoff: signed in as Dana, 0 waiting, also at work: Eve",
            ]
        )
    }

    @Test func `a desk signs in again by itself at a hub that was restarted, once`() {
        var script = DeskScript()
        _ = script.begin()
        let forgotten = ChatEvent.client(.connection(.failed(ClientError(.notFound, "conversation d-1 not found"))))
        #expect(script.take(forgotten).contains("start"))
        #expect(!script.take(forgotten).contains("start"), "what is not signed in is not tried again and again")
        let again = script.take(.opened(conversationId: "d-2")) + script.take(.client(.connection(.online)))
        #expect(again.contains { $0.hasSuffix("desk.signIn") })
        var gone = DeskScript()
        _ = gone.begin()
        let refused = gone.take(.client(.connection(.failed(ClientError(.unauthorized, "no")))))
        #expect(!refused.contains("start") && refused.joined().contains("The hub is gone"))
    }

    @Test func `a ring calls, shows context and the newest lines, and waits for the answer`() {
        var script = DeskScript()
        _ = script.begin()
        let ring = script.hear(.offered(DeskScript.briefing(lines: 9), rings: .seconds(20)))
        #expect(
            ring == [
                "ring", "handoff context\n  Skill  cards", "(3 earlier lines; /brief shows them)",
                "loaded: bot: line 3",
                "loaded: bot: line 4", "loaded: bot: line 5", "loaded: bot: line 6", "loaded: bot: line 7",
                "loaded: bot: line 8",
                "-- handoff: rings, Maria, skill cards, 20 s to answer, /accept (F2) or /decline",
                "post 2 desk.look", "prompt desk",
            ]
        )
        #expect(script.enter("hello") == ["Maria rings: /accept first. Not sent: “hello”"])
        #expect(script.enter("/accept") == ["/accept", "post 3 desk.accept", "prompt desk"])
        #expect(
            script.hear(.connected(DeskScript.briefing())) == [
                "-- handoff: connected to Maria, say hello", #"prompt user(name: "Maria", number: nil)"#,
            ]
        )
        #expect(script.enter("hello") == ["you: hello", "post 4 hello"])
        #expect(script.say("hi", in: "item-1", as: "Maria") == ["user Maria: hi"])
    }

    @Test func `who is away and wants to accept is told how to be rung`() {
        var script = DeskScript()
        _ = script.begin()
        _ = script.hear(.offered(DeskScript.briefing(), rings: nil))
        _ = script.hear(.withdrawn("item-1"))
        _ = script.hear(.presenceChanged(.away))
        #expect(
            script.enter("/accept") == ["/accept", "Nothing rings while you are away; /available lets users ring."]
        )
    }

    @Test func `a ring that is over, declined or taken by a colleague leaves no trace at the desk`() {
        var script = DeskScript()
        _ = script.begin()
        _ = script.hear(.offered(DeskScript.briefing(), rings: nil))
        #expect(script.hear(.withdrawn("item-1")) == ["-- handoff: missed, Maria", "prompt desk"])
        #expect(script.enter("/accept") == ["/accept", "Nothing rings that you could accept."])
        _ = script.hear(.offered(DeskScript.briefing(), rings: nil))
        #expect(script.enter("/decline").contains("post 4 desk.decline"))
        _ = script.hear(.offered(DeskScript.briefing(), rings: nil))
        _ = script.enter("/accept")
        #expect(script.hear(.rejected("item-1", .alreadyTaken)).first == "Maria: a colleague has it already.")
        #expect(script.machine.conversations.isEmpty)
    }

    @Test func `several users: lines go to the one at the prompt, the others are counted`() {
        var script = DeskScript()
        _ = script.begin()
        for (item, name) in [("item-1", "Maria"), ("item-2", "Paul")] {
            _ = script.hear(.offered(DeskScript.briefing(item, name), rings: nil))
            _ = script.enter("/accept")
            _ = script.hear(.connected(DeskScript.briefing(item, name)))
        }
        #expect(script.machine.current?.name == "Paul")
        #expect(script.say("me too", in: "item-1", as: "Maria").first == "user 1 Maria: me too")
        #expect(script.enter("for Paul").first == "you: (to Paul) for Paul")
        #expect(script.enter("/1").contains("-- handoff: you talk to Maria"))
        #expect(script.enter("/7").last == "There is no conversation 7; /list shows yours.")
        #expect(script.hear(.userLeft("item-1")).first == "-- handoff: Maria has left the conversation")
        #expect(script.machine.current?.name == "Paul")
        let ended = script.hear(.userLeft("item-2", endedBy: .bot))
        #expect(ended.first == "-- handoff: the bot has ended Paul's conversation")
    }

    @Test func `a key goes to another user, and each has a line`() {
        var script = DeskScript()
        _ = script.begin()
        #expect(script.drafts == DraftSlots(current: DraftSlots.nobody))
        for (item, name) in [("item-1", "Maria"), ("item-2", "Paul")] {
            _ = script.hear(.connected(DeskScript.briefing(item, name)))
        }
        let both: Set = ["item-1", "item-2"]
        #expect(script.drafts == DraftSlots(current: "item-1", numbered: [1: "item-1", 2: "item-2"], kept: both))
        _ = script.say("me too", in: "item-2", as: "Paul")
        let selected = script.take(.input(.draftSelected("item-2", selectionCount: 1)))
        #expect(selected.first == "-- handoff: you talk to Paul")
        #expect(script.drafts?.current == "item-2")
        // Told again before the line is entered, which changes nothing.
        #expect(script.take(.input(.draftSelected("item-2", selectionCount: 1))) == [])
        #expect(script.enter("for Paul").first == "you: (to Paul) for Paul")
        _ = script.enter("/end")
        #expect(script.drafts?.numbered == [1: "item-1"] && script.drafts?.kept == both)
        _ = script.hear(.released("item-2"))
        #expect(script.drafts == DraftSlots(current: "item-1", numbered: [1: "item-1"], kept: ["item-1"]))
    }

    @Test func `what was typed to a user who has just left reaches nobody else, commands included`() {
        var script = DeskScript()
        _ = script.begin()
        for (item, name) in [("item-1", "Maria"), ("item-2", "Paul")] {
            _ = script.hear(.connected(DeskScript.briefing(item, name)))
        }
        _ = script.hear(.userLeft("item-1"))
        #expect(script.machine.current?.name == "Paul")
        for line in ["Dear Maria", "/end", "/canned hello"] {
            // The line was entered before the editor had heard of it.
            _ = script.take(.input(.draftSelected("item-1", selectionCount: 0)))
            #expect(
                script.enter(line) == ["That user is no longer at your desk. Not sent: “\(line)”"]
            )
        }
        _ = script.take(.input(.draftSelected("item-1", selectionCount: 0)))
        #expect(script.enter("/list").last?.contains("Paul") == true)
        #expect(script.enter("for Paul").contains("you: for Paul"))
    }

    @Test func `F2 accepts what rings and stays with the user to whom the agent types`() {
        var script = DeskScript()
        _ = script.begin()
        let key = ChatEvent.input(.functionKey(2))
        #expect(script.take(key) == ["Nothing rings that you could accept."])
        _ = script.hear(.offered(DeskScript.briefing(), rings: nil))
        #expect(script.take(key).contains { $0.hasSuffix("desk.accept") })
        #expect(script.hear(.connected(DeskScript.briefing())).first == "-- handoff: connected to Maria, say hello")
        _ = script.hear(.offered(DeskScript.briefing("item-2", "Paul"), rings: nil))
        #expect(script.take(key).contains { $0.hasSuffix("desk.accept") })
        #expect(script.drafts?.current == "item-1")
        let connected = script.hear(.connected(DeskScript.briefing("item-2", "Paul")))
        #expect(connected.first == "-- handoff: connected to Paul, /2 or Alt-2 goes there")
        #expect(script.machine.current?.name == "Maria" && script.drafts?.current == "item-1")
        #expect(script.take(.input(.functionKey(3))) == [])
    }

    @Test func `a new session at the hub keeps the lines until it has told who is there`() {
        var script = DeskScript()
        _ = script.begin()
        _ = script.hear(.connected(DeskScript.briefing()))
        _ = script.take(.opened(conversationId: "d-2"))
        #expect(script.drafts?.kept == ["item-1"], "what is typed to Maria is not given up")
        _ = script.take(.client(.connection(.online)))
        _ = script.hear(.signedIn(agentId: "dana", .usual))
        _ = script.hear(.connected(DeskScript.briefing()))
        #expect(script.drafts?.current == "item-1")
    }

    @Test func `what users have said is found again, whoever it was`() {
        var desk = DeskScript()
        _ = desk.begin()
        for (item, name) in [("item-1", "Maria"), ("item-2", "Omar")] {
            _ = desk.hear(.connected(DeskScript.briefing(WorkItemID(item), name)))
            _ = desk.say("My \(name) card is lost", in: WorkItemID(item), as: name)
        }
        #expect(desk.enter("/find CARD").contains("-- 2 messages with “CARD” --"))
        #expect(desk.enter("/filter maria").last == "loaded: user Maria: My Maria card is lost")
        #expect(desk.enter("/last 1").last == "loaded: user Omar: My Omar card is lost")
        #expect(desk.enter("/filter nobody").last?.hasPrefix("“nobody” has said nothing") == true)
    }

    @Test func `a line that a new sign-in tells again is shown once`() {
        var script = DeskScript()
        _ = script.begin()
        _ = script.hear(.connected(DeskScript.briefing()))
        #expect(script.say("once", in: "item-1", as: "Maria", id: "c|1") == ["user Maria: once"])
        #expect(script.say("once", in: "item-1", as: "Maria", id: "c|1") == [])
    }

    @Test func `hold, note, transfer, back and end are told to the hub in the user's conversation`() throws {
        var script = DeskScript()
        _ = script.begin()
        #expect(script.enter("/hold").last == "There is no conversation at your desk.")
        _ = script.hear(.connected(DeskScript.briefing()))
        #expect(script.enter("/hold").contains("post 2 desk.hold"))
        #expect(script.enter("/hold").last == "Maria is on hold already.")
        #expect(script.enter("/resume").contains("post 3 desk.resume"))
        #expect(script.enter("/note be nice").contains("post 4 desk.note"))
        #expect(script.enter("/transfer eve").contains("post 6 desk.transfer"))
        #expect(
            script.hear(.rejected("item-1", .targetUnavailable)).first
                == "Eve cannot take Maria now; Maria stays with you; at work: Eve."
        )
        #expect(script.machine.current?.isOpen == true)
        _ = script.enter("/transfer Eve")
        #expect(script.hear(.released("item-1")).first == "-- handoff: Maria, passed on to Eve")
        _ = script.hear(.connected(DeskScript.briefing()))
        #expect(script.enter("/back").contains { $0.hasSuffix("desk.end") })
        #expect(script.hear(.released("item-1")).first == "-- handoff: Maria, given back to the bot")
        #expect(script.enter("/done").contains { $0.hasSuffix("desk.finishWrapUp") })
        #expect(script.enter("/done").last == "There is nothing to wrap up.")
    }

    @Test func `a transfer that is refused does not take back the one that was asked for meanwhile`() {
        var script = DeskScript()
        _ = script.begin()
        _ = script.hear(.connected(DeskScript.briefing()))
        _ = script.enter("/transfer Nobody")
        _ = script.enter("/transfer Eve")
        #expect(
            script.hear(.rejected("item-1", .targetUnavailable)).first
                == "Nobody called Nobody is at work; Maria stays with you; at work: Eve."
        )
        #expect(script.machine.current?.isOpen == false)
        #expect(script.hear(.released("item-1")).first == "-- handoff: Maria, passed on to Eve")
    }

    @Test(arguments: [
        ("Dana", "You are Dana yourself"), ("queue none", "There is no queue none"),
        ("skill golf", "Nobody with the skill golf can take Maria now"),
    ])
    func `a refused transfer says why, and who is there`(target: String, words: String) {
        var script = DeskScript()
        _ = script.begin()
        _ = script.hear(.connected(DeskScript.briefing()))
        _ = script.enter("/transfer \(target)")
        let told = script.hear(.rejected("item-1", .targetUnavailable)).first ?? ""
        #expect(told.hasPrefix(words) && told.hasSuffix("; Maria stays with you; at work: Eve."), "\(told)")
    }

    @Test func `where nobody signs the agent in, or a bot speaks, the desk says that this is no hub`() {
        var silent = DeskScript(isInteractive: false)
        _ = silent.take(.opened(conversationId: "d-1"))
        #expect(silent.take(.client(.connection(.online))).contains("sign in"))
        let told = silent.take(.timer(.signIn))
        #expect(told.first?.hasPrefix("No hub signs you in here: this is an address for users.") == true, "\(told)")
        #expect(told.last == "leave 1")
        var bot = DeskScript()
        _ = bot.take(.opened(conversationId: "d-1"))
        _ = bot.take(.client(.connection(.online)))
        var greeting = Activity.message("Hello! I'm Robin.")
        greeting.from = ChannelAccount(id: "robin", name: "Robin", role: "bot")
        #expect(bot.hear(greeting).first?.hasPrefix("No hub signs you in here") == true)
        // A hub that is slow to be heard is one all the same.
        var slow = DeskScript()
        _ = slow.begin()
        #expect(slow.take(.timer(.signIn)).isEmpty)
    }

    @Test func `the help of each side says what its numbers do`() {
        #expect(SlashCommand.deskHelpRows.contains { $0.label.hasPrefix("/1 … /9") && $0.text.contains("user") })
        #expect(SlashCommand.helpRows.contains { $0.label == "/1 … /9" && $0.text.contains("/set 1") })
    }

    @Test func `a missed ring says what the hub made of it, and how to go on`() {
        var script = DeskScript()
        _ = script.begin()
        let words = script.hear(.presenceChanged(.away))
        #expect(words.first?.contains("you are away") == true)
        #expect(words.first?.contains("/available") == true)
        #expect(script.enter("/available").contains { $0.hasSuffix("desk.presence") })
    }

    @Test func `leaving with a user at the desk is asked for twice, and the hub is told`() {
        var script = DeskScript()
        _ = script.begin()
        _ = script.hear(.connected(DeskScript.briefing()))
        #expect(
            script.enter("/quit").last == "A conversation is still yours; leave once more to give it to a colleague."
        )
        #expect(script.enter("/quit").suffix(3) == ["post 2 desk.signOut", "leave soon", "leave 0"])
    }

    @Test func `composing is told to the user once in three seconds, commands are not`() {
        var script = DeskScript()
        _ = script.begin()
        #expect(script.take(.input(.composing("he"))) == [])
        _ = script.hear(.connected(DeskScript.briefing()))
        #expect(script.take(.input(.composing("/no"))) == [])
        #expect(script.take(.input(.composing("he"))) == ["signal typing", "composing"])
        #expect(script.take(.input(.composing("hello"))) == [])
        _ = script.take(.timer(.composing))
        #expect(script.take(.input(.composing("hello you"))) == ["signal typing", "composing"])
    }

    @Test func `a script for which nothing rings ends with a failure`() {
        var script = DeskScript(isInteractive: false)
        _ = script.begin()
        let waiting = script.enter("/accept")
        #expect(waiting == ["linger 0"])
        #expect(script.take(.timer(.linger(turn: 0))) == ["Nothing came within 60 s for “/accept”.", "leave 3"])
    }

    @Test func `words of a user cannot move the cursor, whatever they are in`() {
        var script = DeskScript()
        _ = script.begin()
        let evil = "M\u{1b}[2Jx\u{7}\n\u{9b}31m"
        var words = script.hear(.offered(DeskScript.briefing("item-1", evil), rings: nil))
        words += script.enter("/accept")
        words += script.hear(.connected(DeskScript.briefing("item-1", evil)))
        words += script.say(evil, in: "item-1", as: evil)
        words += script.hear(.failure(evil)) + script.hear(.signedOut(reason: evil))
        // The prompt is dressed by the output, which has a test of its own.
        words.removeAll { $0.hasPrefix("prompt") }
        for scalar in words.joined().unicodeScalars where scalar != "\n" {
            #expect(scalar.properties.generalCategory != .control)
        }
    }
}

@Suite struct SidesTests {
    private func words(_ steps: [Sides.Step]) -> [String] {
        steps.map { "\($0.side): \(ChatScript.words($0.action))" }
    }

    @Test func `each side reads as in a terminal of its own, and what it missed is shown on its turn`() {
        var sides = Sides.atTerminal()
        let now = Timestamp(milliseconds: 0)
        _ = sides.begin()
        _ = sides.handle(.opened(conversationId: "c"), of: .user, at: now)
        _ = sides.handle(.client(.connection(.online)), of: .user, at: now)
        let first = words(sides.handle(.input(.line("/as agent")), of: .user, at: now))
        #expect(first.contains("agent: open"))
        _ = sides.handle(.opened(conversationId: "d"), of: .agent, at: now)
        _ = sides.handle(.client(.connection(.online)), of: .agent, at: now)
        var message = Activity.message("hello user")
        message.from = ChannelAccount(id: "bot", name: "Robin", role: "bot")
        let meanwhile = sides.handle(.client(.activity(message, isEcho: false)), of: .user, at: now)
        #expect(!words(meanwhile).contains { $0.contains("hello user") })
        guard case .setPrompt(let prompt)? = meanwhile.first?.action else { return #expect(Bool(false)) }
        #expect(prompt.note.contains("1 new for the user"))
        let back = words(sides.handle(.input(.line("/as user")), of: .user, at: now))
        #expect(back.contains("user: bot Robin: hello user"))
        #expect(
            words(sides.handle(.input(.line("/as user")), of: .user, at: now)).last == "user: You are the user already."
        )
    }

    @Test func `each side has its own line, and an editor that is ahead is told where the desk is`() {
        var sides = Sides.atTerminal()
        let now = Timestamp(milliseconds: 0)
        func drafts(_ steps: [Sides.Step]) -> [DraftSlots] {
            steps.compactMap { if case .setDrafts(let slots) = $0.action { slots } else { nil } }
        }
        #expect(drafts(sides.begin()).isEmpty, "one line, as long as there is one side")
        _ = sides.handle(.input(.line("/as agent")), of: .user, at: now)
        let view = DeskEvent.view(DeskView(DeskScript.hub)).activity
        let there = drafts(sides.handle(.client(.activity(view, isEcho: false)), of: .agent, at: now))
        #expect(there.last?.current == DraftSlots.nobody)
        let back = drafts(sides.handle(.input(.line("/as user")), of: .user, at: now))
        #expect(back.last?.current == "user's side" && back.last?.numbered == [:])
        let ahead = drafts(sides.handle(.input(.draftSelected("gone", selectionCount: 4)), of: .user, at: now))
        #expect(ahead.map(\.heardSelections) == [4] && ahead.map(\.current) == ["user's side"])
    }

    @Test func `without a hub there is no desk to sit at`() {
        var sides = Sides.atTerminal(hasDesk: false)
        _ = sides.begin()
        let steps = words(sides.handle(.input(.line("/as agent")), of: .user, at: Timestamp(milliseconds: 0)))
        #expect(steps.last == "user: There is no hub here that has a desk for you.")
        #expect(sides.current == .user)
    }
}
