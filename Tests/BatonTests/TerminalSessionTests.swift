import BotSchema
import TestSupport
import Testing

/// The real program in a terminal: what a person sees from the first prompt to the last.
@Suite(.serialized, .timeLimit(.minutes(20)), .waitsForPrograms)
struct TerminalSessionTests {
    @Test func `a whole handoff is played and saved on one screen`() throws {
        let home = try TemporaryFolder()
        let chat = try startChat(home: home)
        try chat.wait(for: "bot>")
        try chat.wait(for: "[1]")
        chat.enter("I want to talk to a person about my credit card")
        try chat.wait(for: "── handoff requested · skill credit cards")
        try chat.wait(for: "── accepted by Ana after")
        try chat.wait(for: "Ana>")
        chat.enter("thanks, that is all")
        try chat.wait(for: "── completed")
        try chat.wait(for: "prompt of the bot") { $0.lines.last { !$0.isEmpty }?.hasPrefix("bot>") ?? false }
        chat.enter("/save \(home.file("talk.json"))")
        try chat.wait(for: "Saved")
        for state in ["handoff requested", "accepted by", "── completed"] {
            #expect(chat.screen.count(of: state) == 1, "\(state) in\n\(chat.screen.text)")
        }
        chat.send("\u{4}")
        #expect(try chat.waitForExit() == .code(0))
        #expect(chat.isCooked)

        let saved = try JSONValue(parsing: try home.read("talk.json"))
        #expect(saved["contentType"] == "application/json")
        #expect(saved["name"] == "Transcript")
        let activities = try #require(saved["content"]?["activities"]?.array).compactMap { Activity($0) }
        let mine = try #require(activities.first { $0.text?.hasPrefix("I want to talk") == true })
        #expect(mine.from?.role == "user")
        #expect(mine.clientActivityID != nil)
        #expect(activities.contains { $0.name == "handoff.initiate" })
    }

    @Test(arguments: [
        ("half a line", ["Ana> half a line"]),
        ("你好，世界 你好", ["Ana> 你好，世界 你好"]),
        ("ok 👩🏽‍🚀 e\u{301}t", nil),
        (
            String(repeating: "wrapped words ", count: 9) + "end",
            [
                "Ana> wrapped words wrapped words wrapped words wrapped words wrapped words wrapp",
                "ed words wrapped words wrapped words wrapped words end",
            ]
        ),
    ])
    func `what is being typed stays while an agent writes`(draft: String, rows: [String]?) throws {
        let home = try TemporaryFolder()
        let chat = try startChat(["--agent-pace", "4"], home: home)
        try chat.wait(for: "[1]")
        chat.enter("I want to talk to a person about my credit card")
        chat.send(draft)
        try chat.wait(for: "the agent's words") { $0.count(of: "Ana ") > 1 }
        // How an emoji sequence is drawn differs between terminals; that it is kept is seen in the file below.
        if let rows {
            try chat.wait(for: "the draft below the agent's words") { screen in
                screen.lines.filter { !$0.isEmpty }.suffix(rows.count) == rows[...]
            }
        }
        chat.send("!")
        chat.enter("")
        try chat.wait(for: "my own line") { $0.count(of: "  you   ") == 2 }
        chat.enter("/save \(home.file("talk.json"))")
        try chat.wait(for: "Saved")
        let saved = try JSONValue(parsing: try home.read("talk.json"))
        let texts = try #require(saved["content"]?["activities"]?.array).compactMap { $0["text"]?.string }
        #expect(texts.contains(draft + "!"))
    }

    @Test func `a search through the history goes on while messages arrive`() throws {
        let home = try TemporaryFolder()
        let chat = try startChat(home: home)
        try chat.wait(for: "[1]")
        chat.enter("opening hours")
        try chat.wait(for: "the answer") { $0.count(of: "opening hours") >= 1 }
        chat.enter("I want to talk to a person about my credit card")
        chat.send("\u{12}openi")
        try chat.wait(for: "the match") { $0.lines.last { !$0.isEmpty }?.contains("opening hours") ?? false }
        try chat.wait(for: "accepted by Ana")
        try chat.wait(for: "the search, still there") {
            $0.lines.last { !$0.isEmpty }?.contains("opening hours") ?? false
        }
        chat.send("\u{7}")
        try chat.wait(for: "the empty prompt") { $0.lines.last { !$0.isEmpty } == "Ana>" }
    }

    @Test func `a narrower and a wider screen keep the line being typed`() throws {
        let home = try TemporaryFolder()
        let chat = try startChat(home: home)
        try chat.wait(for: "[1]")
        let draft = "a line that is longer than thirty columns for sure"
        chat.send(draft)
        try chat.waitForDraft("bot> " + draft)
        chat.resize(columns: 30, rows: 40)
        chat.send("!")
        try chat.wait(for: "the line on two rows") { screen in
            screen.lines.filter { !$0.isEmpty }.suffix(2) == [
                "bot> a line that is longer tha", "n thirty columns for sure!",
            ]
        }
        chat.resize(columns: 100, rows: 40)
        chat.send("!")
        try chat.waitForDraft("bot> " + draft + "!!")
    }

    @Test func `an unknown command, a bad file and an unwritable one leave the prompt alive`() throws {
        let home = try TemporaryFolder()
        let chat = try startChat(home: home)
        try chat.wait(for: "[1]")
        chat.enter("/nonsense")
        try chat.wait(for: "There is no command /nonsense")
        try home.write(#"[{"type":"message""#, to: "cut.json")
        chat.enter("/load \(home.file("cut.json"))")
        try chat.wait(for: "byte 18")
        chat.enter("/save /nowhere/at/all.json")
        try chat.wait(for: "/nowhere/at")
        chat.enter("/status")
        try chat.wait(for: "online")
        chat.send("\u{4}")
        #expect(try chat.waitForExit() == .code(0))
    }

    @Test func `history reaches from one run to the next`() throws {
        let home = try TemporaryFolder()
        let first = try startChat(home: home)
        try first.wait(for: "[1]")
        first.enter("opening hours")
        try first.wait(for: "my line") { $0.count(of: "  you   ") == 1 }
        first.send("\u{4}")
        _ = try first.waitForExit()
        let second = try startChat(home: home)
        try second.wait(for: "[1]")
        second.send("\u{1b}[A")
        try second.waitForDraft("bot> opening hours")
    }

    @Test func `Tab completes commands and file names`() throws {
        let home = try TemporaryFolder()
        try home.write("[]", to: "conversation.transcript")
        let chat = try startChat(home: home)
        try chat.wait(for: "[1]")
        chat.send("/lo\t")
        try chat.wait(for: "the command") { $0.lines.last { !$0.isEmpty }?.hasPrefix("bot> /load") ?? false }
        chat.send("\(home.path)/conv\t")
        try chat.wait(for: "conversation.transcript")
    }
}
