import BotSchema
import LineEditing
import TestSupport
import Testing

@testable import ChatScreen

/// Screens with less: without colours, without drawing, in ASCII, and of messages that are HTML.
struct DegradedScreenTests {
    private static let conversation = """
        {"type":"message","id":"1","timestamp":"2026-01-02T03:04:05Z","from":{"name":"Robin","role":"bot"},"text":
        "**Hello!** This is a _rather_ long answer of the bot’s, with `code` and a [link](https://a.example/long).\\n\\n- one\\n- two",
        "attachments":[{"contentType":"application/vnd.microsoft.card.hero","content":{"title":"Larkhill Card","text":
        "Apply “today”…","images":[{"url":"https://example.com/card.png","alt":"a blue card"}],"buttons":[{"type":
        "imBack","title":"Apply","value":"apply"}]}}]},
        {"type":"message","id":"2","timestamp":"2026-01-02T03:05:05Z","from":{"name":"Ana","role":"agent"},"text":
        "Grüße, what can I do for you today, and for how long?"}
        """

    static let html = """
        {"type":"message","id":"1","timestamp":"2026-01-02T03:04:05Z","from":{"name":"Ana","role":"agent"},"text":
        "<p>Dear <b>Maria</b>, a&lt;b stays, and so does <blink>this</blink>.</p><ul><li>one</li><li><i>two</i></li></ul>\
        <table><tr><th>Day</th><th>Open</th></tr><tr><td>Mon</td><td>9 to 5</td></tr></table>\
        <p>See <a href='https://a.example/x'>our page</a>.<br/><img src='https://a.example/c.png' alt='a cat'></p>"}
        """

    private func expectScreen(_ json: String, columns: Int, style: Style, _ name: String) throws {
        let text = try CardGoldenTests.screen(json, columns: columns, style: style)
        for line in text.split(separator: "\n") { #expect(DisplayText.columns(String(line)) <= columns) }
        // Escapes can be looked at.
        try Golden.expect(text.replacing("\u{1b}", with: "␛"), equals: name + ".txt")
    }

    @Test(arguments: [60, 20])
    func `without colours bold, faint and underlined stay`(columns: Int) throws {
        var style = Style.full
        style.dropsColors = true
        let text = try CardGoldenTests.screen(Self.conversation, columns: columns, style: style)
        let parameters = text.matches(of: #/\u{1b}\[([0-9;]*)m/#).flatMap { $0.output.1.split(separator: ";") }
        #expect(parameters.allSatisfy { (Int($0) ?? 99) < 10 }, "\(parameters)")
        #expect(parameters.contains("1") && parameters.contains("2"))
        try expectScreen(Self.conversation, columns: columns, style: style, "no-color-\(columns)")
    }

    @Test(arguments: [60, 20])
    func `plain lines are wrapped at words on a terminal`(columns: Int) throws {
        var style = Style.plain
        style.wraps = true
        try expectScreen(Self.conversation, columns: columns, style: style, "plain-\(columns)")
    }

    @Test(arguments: [60, 20])
    func `a terminal without UTF-8 gets our own signs in ASCII`(columns: Int) throws {
        var style = Style(isColored: false, isDrawn: true)
        style.isASCII = true
        let text = try CardGoldenTests.screen(Self.conversation, columns: columns, style: style)
        // Words that people write have no other spelling.
        #expect(Set(text.unicodeScalars.filter { !$0.isASCII }) == ["ü", "ß"])
        try expectScreen(Self.conversation, columns: columns, style: style, "ascii-\(columns)")
    }

    @Test(arguments: [80, 40, 20])
    func `a message in HTML is formatted text`(columns: Int) throws {
        try expectScreen(Self.html, columns: columns, style: Style(isColored: false, isDrawn: true), "html-\(columns)")
    }

    @Test func `the environment tells whether a terminal takes UTF-8`() {
        let takes = { (variables: [String: String]) in TerminalKind.takesUTF8 { variables[$0] } }
        #expect(takes(["LANG": "de_DE.UTF-8"]) && takes(["LC_CTYPE": "C.utf8", "LANG": "C"]))
        #expect(!takes([:]) && !takes(["LC_ALL": "C", "LANG": "en_US.UTF-8"]) && !takes(["LANG": "de_DE.ISO-8859-1"]))
        #expect(takes(["LC_ALL": "", "LANG": "en_US.UTF-8"]))
    }
}

/// Arguments of commands.
struct ArgumentTests {
    @Test(arguments: [
        ("a b", ["a", "b"]), ("\"a b\" c", ["a b", "c"]), ("'a b'", ["a b"]), (#"a\ b.txt c"#, ["a b.txt", "c"]),
        (#""a \"b\" \\ \c""#, [#"a "b" \ \c"#]), (#"'a\b'"#, [#"a\b"#]), (#"it\'s"#, ["it's"]), (#"a\"#, [#"a\"#]),
        (#"my\ \"best\"\ file"#, [#"my "best" file"#]), ("", []),
    ])
    func `names of files are quoted and escaped as in a shell`(line: String, words: [String]) {
        #expect(line.quotedWords == words)
    }
}
