import BotSchema
import MessageContent
import LineEditing
import Testing

@testable import ChatScreen

struct TextFormatTests {
    private func lines(
        _ text: String,
        _ format: String?,
        absent: ActivityRenderer.TextFormat = .markdown,
        by speaker: Speaker = .bot(name: "R")
    ) -> [String] {
        var activity = Activity.message(text)
        activity.textFormat = format
        let style = Style(isColored: true, isDrawn: true)
        let renderer = ActivityRenderer(style: style, defaultFormat: absent, clockTime: { _ in "" })
        return renderer.lines(of: activity, by: speaker, columns: 40, isNumbered: false).dropFirst().map {
            String($0.dropFirst(2))
        }
    }

    @Test func `C33 a format is followed, and without one that which is set`() {
        let strong = ["a \u{1b}[1mb\u{1b}[0m"]
        #expect(lines("a **b**", nil) == strong)
        #expect(lines("a **b**", nil, absent: .plain) == ["a **b**"])
        #expect(lines("a **b**", "plain") == ["a **b**"])
        #expect(lines("a **b**", "markdown", absent: .plain) == strong)
        #expect(lines("a **b**", "Markdown", absent: .plain) == strong)
        #expect(lines("<i>a</i> **b** &lt;&#60;", "xml") == ["a **b** <<"])
        #expect(lines("a **b**", "unheard of") == strong)
    }

    @Test func `what a person types is no Markdown unless it says so`() {
        #expect(lines("2 * 3 * 4", nil, by: .user(name: nil)) == ["2 * 3 * 4"])
        #expect(lines("a **b**", nil, by: .customer(name: nil)) == ["a **b**"])
        #expect(lines("a **b**", "markdown", by: .user(name: nil)) == ["a \u{1b}[1mb\u{1b}[0m"])
    }

    @Test(arguments: [
        ("<p>one</p><p>two</p>", "one\ntwo"), ("a<br/>b<br>c", "a\nb\nc"), ("3 < 4", "3 < 4"),
        ("a <!-- b --> c", "a  c"),
        ("<a href=\"x>y\">z</a>", "y\">z"), ("<speak>a<break time=\"1s\"/>b</speak>", "a\nb"), ("&amp;amp;", "&amp;"),
        ("&nope; &#xZZ; &", "&nope; &#xZZ; &"), ("<unclosed", "<unclosed"), ("", ""), ("<?xml version=\"1\"?>x", "x"),
    ])
    func `tags are taken out of xml and speech`(text: String, words: String) {
        #expect(TaggedText.words(of: text) == words)
    }

    @Test(.timeLimit(.minutes(20)), arguments: ["<a", "<!--", "&#", "<", "</"])
    func `text that was made to be slow to strip is stripped all the same`(piece: String) {
        let text = String(repeating: piece, count: 20_000)
        #expect(!TaggedText.words(of: text).isEmpty)
    }

    @Test func `a growing answer is set as what it is so far`() {
        let style = Style(isColored: false, isDrawn: true)
        let activities = ActivityRenderer(style: style, clockTime: { _ in "" })
        let output = ScreenOutput(style: style, activities: activities, now: { "" })
        let text = "- one\n- **tw"
        let preview = ChatPrompt.Preview(speaker: .bot(name: "R"), text: text)
        let prompt = output.prompt(ChatPrompt(listener: .bot, preview: preview), columns: 40)
        #expect(prompt.text == "R\n  • one\n  • **tw …\nbot> ")
    }
}

/// Random texts of the characters that mean something in Markdown.
struct RandomMarkupTests {
    private static let pieces = [
        "*", "**", "_", "~~", "`", "```\n", "> ", "- ", "1. ", "# ", "|", "|-|-|\n", "[", "](", ")", "![", "<", ">",
        "\n", "\n\n",
        "    ", "  \n", "\\", "&amp;", "&#27;", "https://a.example/b", "word ", "a longer piece of text ", "漢字", "👩‍🚀",
        "e\u{301}",
        "---\n", "[ ] ", "[x] ", "\u{1b}[2J", "\u{202e}", ":", "www.x.example ", "<br>", "\t",
    ]

    @Test(.timeLimit(.minutes(20)), arguments: 1...4)
    func `no text is too odd to be set at any width`(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        for _ in 0..<30 {
            let text = (0..<Int.random(in: 1...60, using: &generator)).map { _ in
                Self.pieces.randomElement(using: &generator) ?? ""
            }.joined()
            let columns = Int.random(in: 20...90, using: &generator)
            for style in [Style(isColored: false, isDrawn: true), .full, .plain] {
                let renderer = ActivityRenderer(style: style, clockTime: { _ in "12:00" })
                let lines = renderer.lines(
                    of: .message(text),
                    by: .bot(name: "R"),
                    columns: columns,
                    isNumbered: true
                )
                for line in lines {
                    if style.isDrawn { #expect(DisplayText.columns(line) <= columns, "\(text.debugDescription)") }
                    #expect(!line.contains("\u{202e}") && !line.contains("\u{1b}[2J") && !line.contains("\n"))
                }
            }
        }
    }
}
