import BotSchema
import Bots
import TestSupport
import Testing

/// Hostile strings in the real program: the terminal stays as it was, and the reader sees that something was there.
@Suite(.serialized, .timeLimit(.minutes(20)), .waitsForPrograms)
struct HostileSessionTests {
    /// What the program itself does to the terminal is no fault; what a hostile string adds is one.
    private func expectUntouched(_ screen: TerminalScreen, since before: TerminalScreen.State) {
        let now = screen.state
        // The program's own title names whoever listens, in words that do nothing.
        #expect(screen.title.isEmpty || screen.title.hasPrefix("Baton · "))
        #expect(now.titles.allSatisfy { HostileStrings.fault(in: $0) == nil })
        #expect(now.isAlternate == before.isAlternate)
        #expect(now.isReversed == before.isReversed)
        #expect(now.mouse == before.mouse)
        #expect(now.cursorShape == before.cursorShape)
        #expect(now.unknownCommands == before.unknownCommands)
        #expect(now.unknownStrings == before.unknownStrings)
        #expect(now.unknownSequences == before.unknownSequences)
        #expect(now.answers == before.answers)
        #expect(screen.bells == 0)
        for line in screen.transcript {
            // The emulator draws what it got; what acts would not be drawn.
            #expect(!line.contains("\u{fffd}\u{fffd}"))
        }
    }

    private nonisolated static func message(_ hostile: String, number: Int) -> JSONValue {
        let words = JSONValue.string(hostile)
        return [
            "type": "message", "id": .string("m\(number)"), "from": ["name": words, "role": "bot"], "text": words,
            "suggestedActions": ["actions": [["type": "imBack", "title": words, "value": words]]],
            "attachments": [
                [
                    "contentType": "application/vnd.microsoft.card.hero",
                    "content": [
                        "title": words, "subtitle": words, "text": words, "images": [["alt": words, "url": words]],
                        "buttons": [["type": "openUrl", "title": words, "value": words]],
                    ],
                ],
                [
                    "contentType": "application/vnd.microsoft.card.adaptive",
                    "content": [
                        "body": [
                            ["type": "TextBlock", "text": words], ["type": words],
                            ["type": "FactSet", "facts": [["title": words, "value": words]]],
                            ["type": "Input.Text", "label": words, "value": words],
                        ], "actions": [["type": "Action.OpenUrl", "title": words, "url": words]],
                    ],
                ], ["contentType": words, "name": words, "contentUrl": words],
            ],
        ]
    }

    private nonisolated static func note(_ hostile: String, number: Int) -> JSONValue {
        let words = JSONValue.string(hostile)
        return [
            "type": "message", "id": .string("n\(number)"), "from": ["name": words, "role": "bot"], "text": words,
            "suggestedActions": ["actions": [["type": "openUrl", "title": words, "value": words]]],
        ]
    }

    @Test func `C39 a loaded file of hostile strings changes nothing but text`() throws {
        let home = try TemporaryFolder()
        let list = HostileStrings.all.enumerated().map { Self.message($0.element.text, number: $0.offset) }
        try home.write(JSONValue.array(list).compactText, to: "hostile.transcript")
        let chat = try startChat(home: home, columns: 100)
        try chat.wait(for: "[1]")
        chat.enter("/set pager off")
        try chat.wait(for: "pager is off")
        chat.enter("/status")
        try chat.wait(for: "online")
        let before = chat.screen.state
        chat.enter("/load \(home.file("hostile.transcript"))")
        try chat.wait(for: "the end of the file") { $0.text.contains("End of ") }
        chat.enter("/lint")
        chat.enter("/timeline")
        chat.enter("all done?")
        try chat.wait(for: "my own line") { $0.count(of: "  you   ") >= 1 }
        expectUntouched(chat.screen, since: before)
        // Every sample is seen, and seen to be more than its plain words.
        let seen = chat.screen.transcript.joined(separator: "\n")
        #expect(seen.contains("head␛[2Jtail"))
        #expect(seen.contains("head‹U+202E›tail"))
        #expect(seen.contains("‹U+200B›"))
        #expect(seen.contains("marks›"))
        #expect(!seen.contains("headtail"))
        #expect(chat.screen.cursor.row > 0)
    }

    @Test func `C39 a live conversation of hostile strings changes nothing but text`() async throws {
        let bot = RecordingBot { activity in
            switch activity.text {
            case "all"?:
                HostileStrings.all.enumerated().compactMap { Activity(Self.note($0.element.text, number: $0.offset)) }
            case "typing"?:
                HostileStrings.all.map { hostile in
                    var typing = Activity.typing
                    typing.from = ChannelAccount(id: "x", name: hostile.text)
                    return typing
                }
            case "person"?:
                [
                    Activity(
                        json: [
                            "type": "event", "name": "handoff.initiate",
                            "value": ["Skill": .string(Self.hostile), "va_LastPhrases": .string(Self.hostile)],
                        ]
                    )
                ]
            default: [.message("yes?")]
            }
        }
        try await withServer(of: bot, adapter: HostileHub(agentName: Self.hostile)) { address in
            let chat = try startChat(at: address, home: try TemporaryFolder())
            try chat.wait(for: "bot>")
            chat.enter("hello")
            try chat.wait(for: "yes?")
            let before = chat.screen.state
            chat.enter("all")
            try chat.wait(for: "the last of them") { $0.count(of: "head␛[␘2Jtail") > 1 }
            chat.enter("/raw")
            try chat.wait(for: "the JSON") { $0.count(of: #""suggestedActions": {"#) == 1 }
            chat.enter("typing")
            chat.enter("person")
            try chat.wait(for: "accepted by agent \"head")
            try chat.wait(for: "the prompt of whoever accepted") {
                $0.lines.last { !$0.isEmpty }?.hasPrefix("agent \"head␛]0;") ?? false
            }
            chat.enter("/context")
            chat.enter("/status")
            try chat.wait(for: "with agent \"head")
            expectUntouched(chat.screen, since: before)
        }
    }

    @Test(arguments: [
        ["show"], ["show", "--plain"], ["stats"], ["check"], ["grep", "head"], ["diff"], ["show", "--json"],
        ["stats", "--json"], ["check", "--json"], ["diff", "--json"], ["grep", "--json", "head"],
    ])
    func `C39 commands over a file of hostile strings print nothing that acts`(command: [String]) throws {
        let home = try TemporaryFolder()
        let list = HostileStrings.all.enumerated().map { Self.message($0.element.text, number: $0.offset) }
        try home.write(JSONValue.array(list).compactText, to: "a.transcript")
        try home.write(JSONValue.array(Array(list.dropFirst(3))).compactText, to: "b.transcript")
        let files = [home.file("a.transcript")] + (command.first == "diff" ? [home.file("b.transcript")] : [])
        let program = try PipedProgram(
            [BuiltProducts.executable("baton"), "transcript"] + command + files,
            environment: baseEnvironment(home: home)
        )
        program.closeInput()
        _ = try program.waitForExit()
        #expect(!program.output.isEmpty)
        #expect(HostileStrings.fault(in: program.output) == nil, "\(command)")
    }

    private nonisolated static let hostile = "head\u{1b}]0;owned\u{7}\u{9b}2J\u{202e}\u{200b}\u{1b}[?1049htail"

    @Test func `C39 hostile file names are harmless in the completion menu`() throws {
        let home = try TemporaryFolder()
        try home.makeFolder("menu")
        for (index, hostile) in HostileStrings.all.enumerated() where hostile.text.utf8.count < 120 {
            let name = "\(index)" + hostile.text.filter { $0 != "/" && $0 != "\0" }
            try home.write("[]", to: "menu/" + name)
        }
        let chat = try startChat(home: home, columns: 60, rows: 40)
        try chat.wait(for: "[1]")
        chat.enter("/status")
        try chat.wait(for: "online")
        let before = chat.screen.state
        chat.send("/load \(home.path)/menu/\t\t")
        try chat.wait(for: "the menu") { $0.text.contains("head") }
        chat.send("\u{15}")
        try chat.waitForDraft("bot>")
        expectUntouched(chat.screen, since: before)
    }
}

/// A hub that accepts at once, as an agent with a name: whoever accepts stands in the prompt.
private struct HostileHub: ConversationAdapter {
    let agentName: String

    func userSent(_ activity: Activity, in conversation: any ConversationChannel) async -> UserTurnRecipient { .bot }

    func botSent(_ activity: Activity, in conversation: any ConversationChannel) async {
        guard activity.name == "handoff.initiate" else { return }
        let accepted = Activity(
            json: [
                "type": "event", "name": "handoff.status", "value": ["state": "accepted"],
                "from": ["id": "agent-a", "name": .string(agentName), "role": "bot"],
                "channelData": ["baton": ["author": "agent", "agentId": "a"]],
            ]
        )
        _ = try? await conversation.send(accepted)
    }
}
