import BotSchema
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Users and agents in terminals of their own, at one `baton serve`.
@Suite(.serialized, .timeLimit(.minutes(20)), .waitsForPrograms)
struct DeskSessionTests {
    @Test func `two terminals: ring, context, accept, hold, transfer, back, while both type`() throws {
        let office = try DeskOffice()
        let dana = try office.agent("Dana", ["--skill", "billing:5"])
        let maria = try office.chat()
        maria.enter(DeskOffice.request)

        try dana.wait(for: "── rings · Maria · skill credit cards")
        try dana.wait(for: "va_LastTopic       Credit card")
        try dana.wait(for: "┆ ")
        try dana.wait(for: "Maria rings")
        #expect(dana.screen.bells == 1)
        #expect(maria.screen.count(of: "accepted") == 0)
        dana.enter("/accept")
        try dana.wait(for: "── connected to Maria")
        try maria.wait(for: "── accepted by Dana after")

        dana.send("half an answer")
        maria.enter("It was declined in Oslo")
        try dana.wait(for: "Maria     It was declined in Oslo")
        try dana.waitForDraft("Maria> half an answer")
        try maria.wait(for: "Dana is typing…")
        maria.send("half a question")
        dana.enter("")
        try maria.wait(for: "Dana      half an answer")
        try maria.waitForDraft("Dana> half a question")
        maria.send("\u{15}")

        dana.enter("/hold")
        try maria.wait(for: "── Dana has put you on hold.")
        maria.enter("still there?")
        try dana.wait(for: "Maria     still there?")
        dana.enter("/resume")
        try maria.wait(for: "── Dana is back.")
        dana.enter("/note her limit is 2000")
        try dana.wait(for: "── note for colleagues")

        let eve = try office.agent("Eve")
        dana.enter("/transfer Eve")
        try dana.wait(for: "── Maria · passed on to Eve")
        try maria.wait(for: "── Dana is passing you on to Eve.")
        try maria.wait(for: "waiting>")
        maria.enter("between two agents")
        try eve.wait(for: "── rings · Maria")
        try eve.wait(for: "Dana  her limit is 2000")
        try eve.wait(for: "half an answer")
        eve.enter("/accept")
        try maria.wait(for: "── Eve has joined the conversation.")
        try maria.wait(for: "Eve>")
        try eve.wait(for: "Maria     between two agents")
        eve.enter("/canned hello")
        try maria.wait(for: "Hello Maria, this is Eve.")

        eve.enter("/transfer Dana")
        try dana.wait(for: "rings once more") { $0.count(of: "── rings · Maria") == 2 }
        dana.enter("/accept")
        try maria.wait(for: "── Dana has joined the conversation.")
        dana.enter("/back")
        try maria.wait(for: "── completed · transferred back to the bot after")
        try maria.wait(for: "Welcome back, this is Robin again.")
        try dana.wait(for: "── Maria · given back to the bot")
        try dana.waitForDraft("desk>")
        maria.enter("opening hours")
        try maria.wait(for: "We are open")
        for line in ["It was declined in Oslo", "still there?", "between two agents"] {
            #expect(maria.screen.count(of: "you       \(line)") == 1)
        }
        #expect(maria.screen.count(of: "her limit is 2000") == 0)
    }

    @Test func `reactions, edits and deletions go both ways`() throws {
        let office = try DeskOffice()
        let (dana, maria) = try office.talking()
        // The request itself, which the desk has from the bot's transcript alone.
        maria.enter("/correct I want a person now")
        try dana.wait(for: "(edited, was: “I want to talk to a person")
        maria.enter("my number is 17")
        try dana.wait(for: "Maria     my number is 17")
        maria.enter("/correct my number is 18")
        try dana.wait(for: "(edited, was: “my number is 17”)")
        dana.enter("see at ten")
        try maria.wait(for: "Dana      see at ten")
        maria.enter("/react like")
        try dana.wait(for: "(reacted to “see at ten”: like)")
        maria.enter("/delete")
        try dana.wait(for: "(deleted: “my number is 18”)")

        dana.enter("/correct see you at ten")
        try maria.wait(for: "(edited, was: “see at ten”)")
        maria.enter("yes")
        try dana.wait(for: "Maria     yes")
        dana.enter("/react heart")
        try maria.wait(for: "(reacted to “yes”: heart)")
        dana.enter("/delete")
        try maria.wait(for: "(deleted: “see you at ten”)")
    }

    @Test func `an agent is killed in mid-chat, a colleague takes over, and no line is lost`() throws {
        let office = try DeskOffice(["--agent", "desk", "--agent-grace", "1"])
        let (dana, maria) = try office.talking()
        maria.enter("line zero")
        try dana.wait(for: "line zero")
        let eve = try office.agent("Eve")

        dana.signal(SIGKILL)
        _ = try dana.waitForExit()
        try maria.wait(for: "── The connection to Dana is broken.")
        maria.enter("line one")
        maria.enter("line two")
        try maria.wait(for: "── Dana was disconnected. A colleague will be with you.")
        try eve.wait(for: "── rings · Maria")
        try eve.wait(for: "line zero")
        eve.enter("/accept")
        try eve.wait(for: "Maria     line two")
        try maria.wait(for: "── Eve has joined the conversation.")
        let heard = eve.screen.transcript.filter { $0.contains("Maria     line") && !$0.contains("┆") }
        #expect(heard.map { $0.suffix(8) } == ["line one", "line two"])
        eve.enter("/end")
        try maria.wait(for: "── completed · Eve ended it")
    }

    @Test func `a desk that hangs loses its ring, and has it again when it is back`() throws {
        let office = try DeskOffice()
        let dana = try office.agent("Dana")
        let maria = try office.chat()
        dana.signal(SIGSTOP)
        maria.enter(DeskOffice.request)
        try maria.wait(for: "── queued")
        dana.signal(SIGCONT)
        // The ring that it could not see, and the one that is for it now.
        try dana.wait(for: "the second ring") { $0.count(of: "── rings · Maria") == 2 }
        dana.enter("/accept")
        try maria.wait(for: "── accepted by Dana")
        #expect(dana.screen.count(of: "you are away") == 0)
    }

    @Test func `an agent is killed, nobody else is there, and the bot resumes with what was said`() throws {
        let office = try DeskOffice(["--agent", "desk", "--agent-grace", "1", "--agent-loss", "bot"])
        let (dana, maria) = try office.talking()
        dana.signal(SIGKILL)
        _ = try dana.waitForExit()
        try maria.wait(for: "── The connection to Dana is broken.")
        maria.enter("opening hours")
        try maria.wait(for: "── lost: the agent is gone")
        // Said to the agent who was no longer there; the bot has it now.
        try maria.wait(for: "We are open")
    }

    @Test func `an agent who comes back within the grace goes on where the line broke`() throws {
        let office = try DeskOffice(["--agent", "desk", "--agent-grace", "60"])
        let (dana, maria) = try office.talking()
        maria.enter("before the break")
        try dana.wait(for: "before the break")
        dana.signal(SIGKILL)
        _ = try dana.waitForExit()
        try maria.wait(for: "── The connection to Dana is broken.")
        maria.enter("during the break")
        let again = try office.agent("Dana")
        try again.wait(for: "── connected to Maria")
        try again.wait(for: "before the break")
        try again.wait(for: "Maria     during the break")
        try maria.wait(for: "── Dana is connected again.")
        again.enter("here I am")
        try maria.wait(for: "here I am")
        #expect(again.screen.count(of: "during the break") == 1)
    }

    @Test func `a desk without a hub, or with a user's secret, is one clear line`() throws {
        let home = try TemporaryFolder()
        let environment = baseEnvironment(home: home)
        func output(of arguments: [String], secret: String? = nil) throws -> (String, PseudoTerminal.Exit) {
            let program = try PipedProgram(
                [BuiltProducts.executable("baton"), "agent"] + arguments,
                environment: environment.merging(secret.map { ["BATON_AGENT_SECRET": $0] } ?? [:]) { $1 }
            )
            program.closeInput()
            let exit = try program.waitForExit()
            return (program.output, exit)
        }
        let none = try output(of: [])
        #expect(none.1 == .code(1))
        #expect(none.0.contains("No hub of yours runs on this machine."))

        let server = try PipedProgram(
            [BuiltProducts.executable("baton"), "serve", "--agent", "desk"],
            environment: environment.merging(["BATON_SECRET": "users", "BATON_AGENT_SECRET": "agents-s3cr3t"]) { $1 }
        )
        try server.wait(for: "Ctrl-C stops the server.")
        let hub = try #require(
            server.output.firstRange(of: "baton agent --hub ").map { range in
                String(server.output[range.upperBound...].prefix { !$0.isWhitespace })
            }
        )
        let wrong = try output(of: ["--hub", hub], secret: "users")
        #expect(wrong.1 == .code(1))
        #expect(wrong.0.split(separator: "\n").count == 1)
        #expect(!wrong.0.contains("s3cr3t"))
        // The agents' secret opens no user's conversation either.
        let user = try PipedProgram(
            [BuiltProducts.executable("baton"), "--direct-line", try #require(server.output.firstAddress)],
            environment: environment.merging(["DIRECTLINE_SECRET": "agents-s3cr3t"]) { $1 }
        )
        user.closeInput()
        #expect(try user.waitForExit() == .code(1))
        // Right on this machine without any word: the file of the hub's owner admits.
        let found = try output(of: ["--json"])
        #expect(found.1 == .code(0))
        #expect(found.0.contains("desk.signedIn"))
        #expect(!server.output.contains("s3cr3t") && !found.0.contains("s3cr3t"))
    }

    @Test func `a script is an agent`() throws {
        let office = try DeskOffice()
        let desk = try PipedProgram(
            [BuiltProducts.executable("baton"), "agent", "--plain", "--name", "Dana"],
            environment: baseEnvironment(home: office.home)
        )
        desk.send("/accept\nHello from a script\n/note seen\n/back\n")
        desk.closeInput()
        try desk.wait(for: "signed in as Dana")
        let maria = try office.chat()
        maria.enter(DeskOffice.request)
        try maria.wait(for: "Dana      Hello from a script")
        maria.enter("I have a question")
        try maria.wait(for: "── completed · transferred back to the bot")
        #expect(try desk.waitForExit() == .code(0))
        #expect(!desk.output.contains("\u{1b}"))
    }

    @Test func `one tester plays both sides in one terminal`() throws {
        let home = try TemporaryFolder()
        let chat = try startChat(["--agent", "desk"], home: home)
        try chat.wait(for: "[4] Talk to a person")
        chat.enter("/as agent")
        try chat.wait(for: "── signed in as")
        chat.enter("/as user")
        try chat.wait(for: "You are the user.")
        chat.enter(DeskOffice.request)
        try chat.wait(for: "The desk rings; /as agent goes there.")
        chat.enter("/as agent")
        try chat.wait(for: "── rings · User")
        chat.enter("/accept")
        try chat.wait(for: "── connected to User")
        chat.enter("Hello, here is the other me")
        try chat.wait(for: "new for the user")
        chat.enter("/as user")
        try chat.wait(for: "── accepted by")
        try chat.wait(for: "seen as the user") { $0.count(of: "Hello, here is the other me") == 2 }
        chat.enter("And here the first")
        chat.enter("/as agent")
        try chat.wait(for: "User      And here the first")
        chat.enter("/end")
        try chat.wait(for: "── User · ended")
        chat.enter("/as user")
        try chat.wait(for: "── completed")
    }

    @Test func `who asks before anybody is at the desk waits, is told what to do, and can answer`() throws {
        let home = try TemporaryFolder()
        let chat = try startChat(["--agent", "desk"], home: home)
        try chat.wait(for: "[4] Talk to a person")
        chat.enter(DeskOffice.request)
        try chat.wait(for: "To answer as the agent, type /as agent; /as user brings you back.")
        chat.enter("/as agent")
        try chat.wait(for: "── rings · User")
        try chat.wait(for: "── signed in as")
        chat.enter("/accept")
        try chat.wait(for: "── connected to User")
        chat.enter("Here I am")
        chat.enter("/as user")
        try chat.wait(for: "── accepted by")
    }

    @Test func `a script plays both sides`() throws {
        let home = try TemporaryFolder()
        let program = try PipedProgram(
            [BuiltProducts.executable("baton"), "--plain", "--agent", "desk"],
            environment: baseEnvironment(home: home)
        )
        let lines = [
            "/as agent", "/as user", DeskOffice.request, "/as agent", "/accept", "Hello", "/back", "/as user",
            "opening hours",
        ]
        program.send(lines.joined(separator: "\n") + "\n")
        program.closeInput()
        let exit = try program.waitForExit()
        #expect(exit == .code(0), "\(program.output)")
        #expect(program.output.contains("transferred back to the bot"))
        #expect(program.output.contains("We are open"))
    }

    @Test func `several users at one desk, canned replies, away and back`() throws {
        let office = try DeskOffice()
        let dana = try office.agent("Dana")
        let maria = try office.chat()
        let paul = try office.chat(["--user-name", "Paul"])
        maria.enter(DeskOffice.request)
        try dana.wait(for: "── rings · Maria")
        dana.enter("/accept")
        try maria.wait(for: "Dana>")
        paul.enter(DeskOffice.request)
        try dana.wait(for: "── rings · 2 Paul")
        dana.enter("/accept 2")
        try paul.wait(for: "Dana>")
        try dana.wait(for: "2 Paul>")
        dana.enter("for Paul")
        try paul.wait(for: "Dana      for Paul")
        maria.enter("and me?")
        try dana.wait(for: "1 Maria   and me?")
        try dana.wait(for: "/1 Maria: 1 new")
        dana.enter("/1")
        try dana.wait(for: "── you talk to Maria")
        dana.enter("for Maria")
        try maria.wait(for: "Dana      for Maria")
        #expect(paul.screen.count(of: "for Maria") == 0)
        dana.enter("/away")
        try dana.wait(for: "── you are away")
        dana.enter("/list")
        try dana.wait(for: "2 Paul   live")
        dana.enter("/queue")
        try dana.wait(for: "2 of 2")
        dana.enter("/available")
        try dana.wait(for: "── you are available")
        paul.send("\u{4}")
        _ = try paul.waitForExit()
    }

    @Test(arguments: [
        (["--skill", "billing:11"], "billing:11"), (["--capacity", "0"], "--capacity"), (["--name", " "], "--name"),
        (["--hub", "nonsense"], "--hub"), (["--hub", "http://127.0.0.1:1"], "127.0.0.1:1"),
    ])
    func `a wrong word of an agent is one clear failure`(arguments: [String], hint: String) throws {
        let home = try TemporaryFolder()
        let program = try PipedProgram(
            [BuiltProducts.executable("baton"), "agent"] + arguments,
            environment: baseEnvironment(home: home)
        )
        program.closeInput()
        let exit = try program.waitForExit()
        #expect(exit != .code(0))
        #expect(program.output.contains(hint), "\(program.output)")
    }
}

extension String {
    fileprivate var firstAddress: String? {
        firstRange(of: "baton --direct-line ").map { String(self[$0.upperBound...].prefix { !$0.isWhitespace }) }
    }
}
