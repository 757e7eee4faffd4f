import BotSchema
import Bots
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Chats and desks that are left or killed, and go on where they were.
@Suite(.serialized, .timeLimit(.minutes(20)), .waitsForPrograms)
struct ResumeTests {
    /// A server with a hub of people, and one home for everybody.
    private final class Office {
        let home: TemporaryFolder
        let server: PipedProgram
        let address: String

        init(_ arguments: [String] = ["--agent", "desk", "--agent-grace", "60"]) throws {
            home = try TemporaryFolder()
            server = try PipedProgram(
                [BuiltProducts.executable("baton"), "serve"] + arguments,
                environment: baseEnvironment(home: home)
            )
            try server.wait(for: "Ctrl-C stops the server.")
            let range = try #require(server.output.firstRange(of: "baton --direct-line "))
            address = String(server.output[range.upperBound...].prefix { !$0.isWhitespace })
        }

        func chat(_ name: String, _ arguments: [String] = []) throws -> PseudoTerminal {
            try startChat(
                ["--direct-line", address, "--user-name", name] + arguments,
                home: home,
                rows: 100
            )
        }

        func agent(_ name: String, _ arguments: [String] = []) throws -> PseudoTerminal {
            let desk = try startChat(["agent", "--name", name] + arguments, home: home, rows: 120)
            try desk.wait(for: "── signed in as \(name)")
            return desk
        }
    }

    /// How a chat is left.
    enum Leaving: CaseIterable {
        case inOrder, killed
    }

    private func leave(_ chat: PseudoTerminal, _ leaving: Leaving) throws {
        switch leaving {
        case .inOrder:
            chat.send("\u{4}")
            #expect(try chat.waitForExit() == .code(0))
        case .killed:
            chat.signal(SIGKILL)
            #expect(try chat.waitForExit() == .signal(SIGKILL))
        }
    }

    /// The row of `/status` that says where the handoff stands.
    private func handoffRow(_ chat: PseudoTerminal) throws -> String {
        let before = chat.screen.count(of: "handoff     ")
        chat.enter("/status")
        try chat.wait(for: "status") { $0.count(of: "handoff     ") > before }
        let row = chat.screen.transcript.last { $0.contains("handoff     ") } ?? ""
        return row.split(separator: " ").joined(separator: " ")
    }

    @Test(arguments: Leaving.allCases)
    func `a chat that waits in the queue is resumed in the queue, and can leave it`(leaving: Leaving) throws {
        let office = try Office()
        let dana = try office.agent("Dana", ["--capacity", "1"])
        let paul = try office.chat("Paul")
        try paul.wait(for: "[4] Talk to a person")
        paul.enter("Talk to a person")
        try dana.wait(for: "── rings · Paul")
        dana.enter("/accept")
        try paul.wait(for: "Dana>")

        let maria = try office.chat("Maria")
        try maria.wait(for: "[4] Talk to a person")
        maria.enter("Talk to a person about my credit card")
        try maria.waitForDraft("queue 1>")
        let row = try handoffRow(maria)
        try leave(maria, leaving)

        let again = try office.chat("Maria", ["--resume"])
        try again.wait(for: "Resumed the conversation, in the queue at position 1")
        try again.waitForDraft("queue 1>")
        #expect(again.screen.count(of: "you       Talk to a person about my credit card") == 1)
        #expect(try handoffRow(again) == row)
        again.enter("/context")
        try again.wait(for: "va_LastTopic")
        again.enter("/timeline")
        try again.wait(for: "attempt 1  still open")
        again.send("/wit\t")
        try again.waitForDraft("queue 1> /withdraw")
        again.send("\r")
        try again.wait(for: "withdrawn by the user")
        try again.waitForDraft("bot>")
    }

    @Test(arguments: Leaving.allCases)
    func `a chat with an agent is resumed with the agent, and what was missed is told once`(leaving: Leaving) throws {
        let office = try Office()
        let dana = try office.agent("Dana")
        let maria = try office.chat("Maria")
        try maria.wait(for: "[4] Talk to a person")
        maria.enter("Talk to a person about my credit card")
        try dana.wait(for: "── rings · Maria")
        dana.enter("/accept")
        try maria.wait(for: "Dana>")
        dana.enter("What happened?")
        try maria.wait(for: "Dana      What happened?")
        maria.enter("It was declined in Oslo")
        try dana.wait(for: "Maria     It was declined in Oslo")
        let row = try handoffRow(maria)
        try leave(maria, leaving)
        dana.enter("Are you still there?")

        let again = try office.chat("Maria", ["--resume"])
        try again.wait(for: "Resumed the conversation, with Dana")
        try again.wait(for: "Dana      Are you still there?")
        try again.waitForDraft("Dana>")
        #expect(try handoffRow(again) == row)
        for words in ["What happened?", "It was declined in Oslo", "Are you still there?"] {
            #expect(again.screen.count(of: words) == 1, "\(words)")
        }
        again.send("/filter Da\t")
        try again.waitForDraft("Dana> /filter Dana")
        again.send("\u{15}")
        again.enter("/last")
        try again.wait(for: "the last lines") { $0.count(of: "you       It was declined in Oslo") == 2 }
        again.enter("Yes, I am")
        try dana.wait(for: "Maria     Yes, I am")
        again.enter("/withdraw")
        try again.wait(for: "── completed · transferred back to the bot")
        try again.waitForDraft("bot>")
    }

    @Test func `a line that was shown as missed is not missed a second time`() throws {
        let office = try Office(["--agent", "none"])
        let first = try office.chat("Maria")
        try first.wait(for: "[4] Talk to a person")
        first.enter("opening hours")
        try first.wait(for: "and closed on Sunday.")
        try leave(first, .killed)
        for _ in 1...2 {
            let again = try office.chat("Maria", ["--resume"])
            try again.wait(for: "Resumed the conversation, with the bot; 3 earlier activities.")
            try again.waitForDraft("bot>")
            #expect(again.screen.count(of: "We are open") == 1)
            #expect(again.screen.count(of: "was cut off") == 0)
            #expect(again.screen.count(of: "you       opening hours") == 1)
            try leave(again, .killed)
        }
    }

    @Test func `choices of before the break can be taken after it`() throws {
        let office = try Office(["--agent", "none"])
        let first = try office.chat("Maria")
        try first.wait(for: "[4] Talk to a person")
        try leave(first, .killed)
        let again = try office.chat("Maria", ["--resume"])
        try again.wait(for: "[1] Opening hours")
        try again.waitForDraft("bot>")
        again.enter("1")
        try again.wait(for: "We are open")
    }

    private nonisolated static var form: Activity {
        var activity = Activity.message("Please fill this in.")
        let content = try? JSONValue(
            parsing: """
                {"type":"AdaptiveCard","version":"1.5","body":[{"type":"Input.Text","id":"name","label":"Name"},
                {"type":"Input.Text","id":"town","label":"Town"},{"type":"Input.Text","id":"pin","label":"Pin","style":
                "password"},{"type":"Input.Text","id":"note","label":"Note"}],"actions":[{"type":"Action.Submit",
                "title":"Order","data":{"kind":"order"}}]}
                """
        )
        activity.attachments = [Attachment(contentType: Attachment.CardType.adaptive, content: content ?? .null)]
        return activity
    }

    @Test(arguments: Leaving.allCases)
    func `a card is filled in further where it was left, and no secret was kept`(leaving: Leaving) async throws {
        let bot = RecordingBot { $0.text == "form" ? [Self.form] : [] }
        try await withServer(of: bot) { address in
            let home = try TemporaryFolder()
            let environment = ["DIRECTLINE_SECRET": "test-secret"]
            let first = try startChat(at: address, home: home)
            try first.wait(for: "bot>")
            first.enter("form")
            try first.wait(for: "[1] Order")
            first.enter("1")
            try first.waitForDraft("Name>")
            first.enter("Ana Alm")
            try first.waitForDraft("Town>")
            if leaving == .killed { try leave(first, .killed) } else { try first.quit() }

            let again = try startChat(["--direct-line", address, "--resume"], home: home, environment: environment)
            try again.wait(for: "Resumed the conversation, with the bot")
            try again.wait(for: "2/4 Town")
            try again.waitForDraft("Town>")
            again.enter("Oslo")
            try again.waitForDraft("Pin>")
            again.enter("31337")
            try again.waitForDraft("Note>")
            try leave(again, .killed)

            let third = try startChat(["--direct-line", address, "--resume"], home: home, environment: environment)
            try third.waitForDraft("Pin>")
            third.enter("4711")
            try third.waitForDraft("Note>")
            third.enter("thanks")
            try third.wait(for: "(chose Order)")
            try third.wait(for: "the bot to hear of it") { _ in bot.activities.count == 2 }
            let sent = try #require(bot.activities.last)
            let answers: JSONValue = [
                "kind": "order", "name": "Ana Alm", "town": "Oslo", "pin": "4711", "note": "thanks",
            ]
            #expect(sent.value == answers)
            try third.waitForDraft("bot>")
            try leave(third, .killed)

            // What was sent is not asked for again.
            let fourth = try startChat(["--direct-line", address, "--resume"], home: home, environment: environment)
            try fourth.wait(for: "Resumed the conversation")
            try fourth.waitForDraft("bot>")
            let list = try PipedProgram(
                ["/bin/grep", "-r", "-l", "31337", home.file(".local/state")],
                environment: baseEnvironment(home: home)
            )
            list.closeInput()
            #expect(try list.waitForExit() == .code(1), "\(list.output)")
        }
    }

    @Test func `a desk that is killed and started again has what was being typed to each user`() throws {
        let office = try Office()
        let dana = try office.agent("Dana")
        let users = try ["Maria", "Paul"].map { name in
            let user = try office.chat(name)
            try user.wait(for: "[4] Talk to a person")
            user.enter("I want to talk to a person")
            try dana.wait(for: "\(name) rings")
            dana.send("\u{1b}OQ")
            try user.wait(for: "Dana>")
            return user
        }
        try dana.wait(for: "── connected to Paul")
        dana.send("half for Maria\u{1b}2half for Paul")
        try dana.waitForDraft("2 Paul> half for Paul")
        let folder = office.home.path + "/.local/state/baton"
        try dana.wait(for: "the drafts on disk") { _ in
            let name = TemporaryFolder.names(in: folder).first { $0.hasPrefix("desk-drafts@") }
            let text = name.flatMap { try? office.home.read(".local/state/baton/" + $0) }
            return text.map { String(decoding: $0, as: UTF8.self) }?.contains("half for Paul") == true
        }
        dana.signal(SIGKILL)
        _ = try dana.waitForExit()
        let again = try office.agent("Dana")
        try again.waitForDraft("1 Maria> half for Maria")
        again.send("\u{1b}2")
        try again.waitForDraft("2 Paul> half for Paul")
        again.enter("")
        try users[1].wait(for: "half for Paul")
        #expect(users[0].screen.count(of: "half for") == 0)
    }

    @Test func `an agent's desk that is killed goes on, says so, and looks back over what was said`() throws {
        let office = try Office()
        let dana = try office.agent("Dana")
        let maria = try office.chat("Maria")
        try maria.wait(for: "[4] Talk to a person")
        maria.enter("Talk to a person about my credit card")
        try dana.wait(for: "── rings · Maria")
        dana.enter("/accept")
        try maria.wait(for: "Dana>")
        dana.enter("What happened?")
        try maria.wait(for: "Dana      What happened?")
        maria.enter("It was declined in Oslo")
        try dana.wait(for: "Maria     It was declined in Oslo")
        dana.signal(SIGKILL)
        _ = try dana.waitForExit()
        let again = try office.agent("Dana")
        try again.wait(for: "── connected to Maria · resumed")
        try again.waitForDraft("Maria>")
        again.enter("/find Oslo")
        try again.wait(for: "1 message with “Oslo”")
        again.enter("/filter you")
        try again.wait(for: "the agent's own line") { $0.count(of: "What happened?") == 2 }
        again.enter("/end")
        try maria.wait(for: "── completed · Dana ended it")
    }

    @Test func `the demo bot's question is still open after its server was killed`() throws {
        let home = try TemporaryFolder()
        func serve(_ port: String) throws -> PipedProgram {
            let server = try PipedProgram(
                [
                    BuiltProducts.executable("baton"), "serve", "--port", port, "--store",
                    home.file("conversations.db"),
                ],
                environment: baseEnvironment(home: home)
            )
            try server.wait(for: "Ctrl-C stops the server.")
            return server
        }
        var server = try serve("0")
        let range = try #require(server.output.firstRange(of: "baton --direct-line "))
        let address = String(server.output[range.upperBound...].prefix { !$0.isWhitespace })
        let chat = try startChat(["--direct-line", address], home: home)
        try chat.wait(for: "[4] Talk to a person")
        chat.enter("order status")
        try chat.wait(for: "What is the number of your order?")
        server.signal(SIGKILL)
        _ = try server.waitForExit()
        server = try serve(String(address.split(separator: ":").last ?? "0"))
        try chat.wait(for: "Connected again.")
        chat.enter("my number is 4711")
        try chat.wait(for: "Order 4711: packed this morning")
        withExtendedLifetime(server) {}
    }

    @Test func `a file to load that is not there ends the chat before it begins`() throws {
        let home = try TemporaryFolder()
        for arguments in [["--load", "/nowhere/at/all.transcript"], ["--load", "/nowhere/at/all", "--as", "context"]] {
            let program = try PipedProgram(
                [BuiltProducts.executable("baton"), "--plain"] + arguments,
                environment: baseEnvironment(home: home)
            )
            program.send("opening hours\n")
            program.closeInput()
            #expect(try program.waitForExit() == .code(1))
            #expect(program.output.contains("/nowhere/at/all"), "\(program.output)")
            #expect(!program.output.contains("We are open"))
        }
        let chat = try startChat(["--load", "/nowhere/at/all"], home: home)
        #expect(try chat.waitForExit() == .code(1))
    }
}

extension PseudoTerminal {
    /// Leaves by the command, which needs no empty line.
    fileprivate func quit() throws {
        enter("/quit")
        #expect(try waitForExit() == .code(0))
    }
}
