import BotSchema
import DirectLineClient
import LineEditing
import Testing

@testable import ChatScreen

/// Settings, speed dial, the editor and the second Ctrl-C, on both sides of a chat.
struct ScreenCommandTests {
    private var sides = Sides.atTerminal()

    private mutating func take(_ event: ChatEvent, at milliseconds: Int64 = 0) -> [String] {
        sides.handle(event, of: .user, at: Timestamp(milliseconds: milliseconds))
            .filter { if case .setCommands = $0.action { false } else { true } }
            .map { ChatScript.words($0.action) }
    }

    private mutating func enter(_ line: String) -> [String] { take(.input(.line(line))) }

    @Test mutating func `a setting is followed, told and kept`() {
        #expect(
            enter("/theme light") == ["/theme light", "adopt light", "theme is light from now on.", "keep theme light"]
        )
        #expect(enter("/set title off").contains("keep title off"))
        #expect(enter("/set theme")[1].contains("light · the colours (terminal, dark, light, mono)"))
        #expect(enter("/theme")[1].contains("light (now)"))
    }

    @Test mutating func `what cannot be set changes nothing`() {
        #expect(
            enter("/theme loud") == [
                "/theme loud", "theme is one of terminal, dark, light, mono, and not “loud”.",
            ]
        )
        #expect(enter("/set nonsense on")[1].hasPrefix("There is no setting “nonsense”; there are: theme, bell"))
        #expect(enter("/set \u{1b}[31m")[1].hasPrefix("There is no setting “␛[31m”"))
    }

    @Test mutating func `a setting that cannot be kept is told`() {
        _ = sides.begin()
        let failure = CommandFailure("theme is kept for this chat only: no room")
        #expect(take(.settingKept(.failure(failure))) == ["theme is kept for this chat only: no room"])
        #expect(take(.settingKept(.success("theme"))).isEmpty)
    }

    @Test mutating func `speed dials say their words`() {
        #expect(enter("/1") == ["/1", "Nothing is on /1; /set 1 WORDS puts something there."])
        #expect(enter("/set 1 to a person").contains("keep 1 to a person"))
        #expect(enter("/1").first == "you: to a person")
        #expect(enter("/set 1").last?.contains("to a person") == true, "who looks does not change it")
        #expect(enter("/1").first == "you: to a person")
        #expect(enter("/set 1 -").last == "keep 1 nothing")
        _ = enter("/set 2 /2")
        #expect(enter("/2").last?.hasPrefix("There is no command /2") == true)
    }

    @Test mutating func `at a desk the numbers are its users`() {
        _ = enter("/set 1 words for the bot")
        _ = enter("/as agent")
        #expect(enter("/1").contains { $0.hasPrefix("There is no conversation 1") })
        #expect(enter("/theme dark").contains("adopt dark"))
    }

    @Test mutating func `the editor gets the rest of the line`() {
        #expect(enter("/edit some words") == ["/edit some words", "edit some words"])
    }

    @Test mutating func `Ctrl-C twice leaves, but not when it puts a line aside`() {
        #expect(take(.input(.interrupt(clearing: "half a line")), at: 0).isEmpty)
        #expect(take(.input(.interrupt(clearing: "")), at: 500) == ["Ctrl-C again leaves; so does /quit."])
        #expect(take(.input(.interrupt(clearing: "")), at: 3000) == ["Ctrl-C again leaves; so does /quit."])
        #expect(take(.input(.interrupt(clearing: "")), at: 4000).contains("leave 0"))
    }

    @Test mutating func `Ctrl-C gives up the card that is being filled in, and leaves nothing else`() throws {
        _ = take(.opened(conversationId: "c-1"))
        let card = #"""
            {"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","content":{"body":[
            {"type":"Input.Text","id":"a"}],"actions":[{"type":"Action.Submit"}]}}]}
            """#
        let message = try #require(Activity(try JSONValue(parsing: card)))
        _ = take(.client(.activity(message, isEcho: false)))
        _ = enter("/card")
        #expect(take(.input(.interrupt(clearing: ""))).contains("Nothing was sent."))
        #expect(take(.input(.interrupt(clearing: ""))) == ["Ctrl-C again leaves; so does /quit."])
    }

    @Test mutating func `an agent's words call the person and the bot's do not`() throws {
        _ = take(.opened(conversationId: "c-1"))
        let agent = try #require(Activity(try JSONValue(parsing: Fixture.agentSays)))
        #expect(take(.client(.activity(agent, isEcho: false))).contains("call Ana: Good morning"))
        #expect(!take(.client(.activity(.message("hi"), isEcho: false))).contains { $0.hasPrefix("call") })
    }

    @Test mutating func `a line for a conversation that is over is kept for the next`() {
        _ = take(.opened(conversationId: "c-1"))
        _ = take(.client(.connection(.failed(ClientError(.unauthorized, "closed")))))
        #expect(enter("important words").last?.contains("/resend says it there") == true)
        #expect(sides.unsentLines == ["important words"])
        _ = enter("/new")
        _ = take(.opened(conversationId: "c-2"))
        _ = take(.client(.connection(.online)))
        #expect(enter("/resend").contains("post 1 important words"))
    }

    @Test func `settings read as they are written`() throws {
        var settings = Settings()
        for key in Settings.keys {
            for value in key.values.isEmpty ? ["words"] : key.values {
                try settings.set(key.name, to: value)
                #expect(settings[key.name] == value)
            }
        }
    }

    @Test(arguments: Theme.allCases)
    func `every ink has a colour in every theme`(theme: Theme) {
        let inks: [Style.Ink] = [.user, .bot, .agent, .handoff, .failure, .faint, .strong]
        for ink in inks {
            let sgr = theme.sgr(for: ink)
            #expect(!sgr.isEmpty && sgr.allSatisfy { $0.isNumber || $0 == ";" })
        }
    }
}

/// What Tab offers.
struct CommandCompletionTests {
    private static let completion = {
        var set = CommandSet()
        set.choices = ["Opening hours", "Order status"]
        set.people = ["Robin", "Ana"]
        set.recent = ["newest \u{1b}", "older"]
        set.words = ["event": ["seen.here"], "filter": ["agent", "files"]]
        return CommandCompletion(set)
    }()

    private static func offered(_ line: String) -> [String] {
        let request = CompletionRequest(line: line, cursor: line.count)
        return completion.complete(request).candidates.map { $0.summary.isEmpty ? $0.text : "\($0.text) \($0.summary)" }
    }

    @Test(arguments: [
        ("o", ["Opening hours", "Order status"]), ("", ["Opening hours", "Order status"]), ("ope", ["Opening hours"]),
        ("ask @an", ["Ana"]), ("ask ro", ["Robin"]), ("/choose ", ["1 Opening hours", "2 Order status"]),
        ("/raw ", ["1 newest ␛", "2 older"]), ("/find a", ["Ana"]), ("/filter f", ["files"]),
        ("/theme l", ["light"]), ("/set theme m", ["theme mono"]), ("/xyz ", []), ("hello there", []),
    ])
    func `Tab knows choices, people, activities and settings`(line: String, candidates: [String]) {
        #expect(Self.offered(line) == candidates)
    }

    @Test func `events that were seen come before those that are usual`() {
        #expect(Self.offered("/event ").first == "seen.here")
        #expect(Self.offered("/event ").count > 1)
    }

    @Test func `of several files the last is completed`() {
        #expect(Self.offered("/attach /nowhere \"/etc/hostn") == ["\"/etc/hostname"])
    }
}
