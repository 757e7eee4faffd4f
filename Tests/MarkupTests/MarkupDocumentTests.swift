import Testing

@testable import Markup

struct MarkupDocumentTests {
    private func blocks(_ text: String) -> [MarkupBlock] { MarkupDocument(commonMark: text).blocks }

    @Test func `headings know their level`() {
        #expect(
            blocks("# One\n\nTwo\n---") == [.heading(level: 1, [.text("One")]), .heading(level: 2, [.text("Two")])]
        )
    }

    @Test func `stress, code and deletion nest`() {
        #expect(
            blocks("*a **b*** `c` ~~d~~ ~5") == [
                .paragraph([
                    .emphasis([.text("a "), .strong([.text("b")])]), .text(" "), .code("c"), .text(" "),
                    .strikethrough([.text("d")]), .text(" ~5"),
                ])
            ]
        )
    }

    @Test func `texts that are parsed at once do not take one another's syntax`() async {
        let text = "~~d~~ and www.example.com"
        let expected = blocks(text)
        await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask { (0..<500).count { _ in MarkupDocument(commonMark: text).blocks != expected } }
            }
            #expect(await group.reduce(0, +) == 0)
        }
    }

    @Test func `lists keep their start, nest and hold tasks`() {
        #expect(
            blocks("3. x\n4. y\n   - [x] z\n   - [ ] w") == [
                .list(
                    start: 3,
                    isTight: true,
                    [
                        MarkupListItem([.paragraph([.text("x")])]),
                        MarkupListItem([
                            .paragraph([.text("y")]),
                            .list(
                                start: nil,
                                isTight: true,
                                [
                                    MarkupListItem([.paragraph([.text("z")])], isChecked: true),
                                    MarkupListItem([.paragraph([.text("w")])], isChecked: false),
                                ]
                            ),
                        ]),
                    ]
                )
            ]
        )
    }

    @Test func `links and pictures keep where they lead`() {
        #expect(
            blocks("[a](https://x.y \"t\") ![p](q.png) https://z.w") == [
                .paragraph([
                    .link(target: "https://x.y", title: "t", [.text("a")]), .text(" "),
                    .image(source: "q.png", [.text("p")]), .text(" "),
                    .link(target: "https://z.w", title: nil, [.text("https://z.w")]),
                ])
            ]
        )
    }

    @Test func `tables have a header and alignments`() {
        #expect(
            blocks("|a|b|\n|:-|-:|\n|1|2|\n|3|") == [
                .table(
                    MarkupTable(
                        alignments: [.left, .right],
                        header: [[.text("a")], [.text("b")]],
                        rows: [[[.text("1")], [.text("2")]], [[.text("3")], []]]
                    )
                )
            ]
        )
    }

    @Test func `code, quotes, rules and breaks`() {
        #expect(
            blocks("```swift\nlet a\n\n  b\n```\n> q\n\n***\none\ntwo  \nthree") == [
                .code(language: "swift", "let a\n\n  b"), .quote([.paragraph([.text("q")])]), .rule,
                .paragraph([.text("one"), .softBreak, .text("two"), .hardBreak, .text("three")]),
            ]
        )
    }

    @Test func `HTML is text and nothing else`() {
        #expect(blocks("<b>x</b>") == [.paragraph([.html("<b>"), .text("x"), .html("</b>")])])
        #expect(blocks("<div>\nx\n</div>") == [.html("<div>\nx\n</div>")])
    }

    @Test func `entities name characters`() {
        #expect(blocks("&amp;&#27;&#x202e;") == [.paragraph([.text("&\u{1b}\u{202e}")])])
    }

    @Test(arguments: [
        "half a **word", "```\nopen fence", "| a |", "[a](htt", "> quote\n> ", "1. ", "- [", "![", "&#", "\\",
    ])
    func `what is cut short in the middle reads as text`(text: String) {
        #expect(!blocks(text).isEmpty)
    }

    @Test(arguments: ["hello", "one\ntwo", "one\n\ntwo\n\n\nthree", " a  b ", "", "\n", "Grüße, 你好", "what's 2 - 1?"])
    func `what is unmarked reads as the parser would read it`(text: String) {
        #expect(text.isUnmarked)
        #expect(MarkupDocument(commonMark: text).blocks == CommonMark.blocks(of: text))
    }

    @Test(arguments: ["1. a", "- a", "a\n===", "    a", "a@b.c", "www.a.b", "http://a.b", "a *b*", "\ta", "a\n#b"])
    func `what may be marked goes to the parser`(text: String) {
        #expect(!text.isUnmarked)
    }

    @Test(
        .timeLimit(.minutes(20)),
        arguments: [
            "> ", "* ", "*a **a ", "[", "![[]()", "[a](<b", "<", "\\", "`", "_a ", "|", "~~", "&", "www.", "a@", "](",
            "1. ", "\u{0}",
            "|\n|-\n", "<!--", "<?", "[a]: b\n", "- - ",
        ]
    )
    func `a text that was made to be slow is read all the same`(piece: String) {
        let text = String(repeating: piece, count: MarkupDocument.byteLimit / piece.utf8.count)
        let time = ContinuousClock().measure { #expect(!blocks(text).isEmpty) }
        #expect(time < .seconds(5), "\(time)")
    }

    @Test(.timeLimit(.minutes(20)))
    func `a wide head over many short rows does not fill the memory`() {
        let head = String(repeating: "|a", count: 8000) + "\n" + String(repeating: "|-", count: 8000) + "\n"
        let text = head + String(repeating: "|\n", count: 15_000)
        #expect(blocks(text).allSatisfy { if case .table = $0 { false } else { true } })
    }

    @Test func `a link's definition alone is still to be read`() {
        #expect(blocks("[1]: https://x.y") == [.paragraph([.text("[1]: https://x.y")])])
        #expect(
            blocks("see [1]\n\n[1]: https://x.y") == [
                .paragraph([.text("see "), .link(target: "https://x.y", title: nil, [.text("1")])])
            ]
        )
    }

    @Test func `depth has an end`() {
        let text = String(repeating: "> ", count: 5000) + "deep"
        #expect(blocks(text).description.contains("deep"))
        let nested = String(repeating: "*a _b ", count: 2000) + String(repeating: "_ *", count: 2000)
        #expect(!blocks(nested).isEmpty)
    }

    @Test func `a megabyte is shown without structure`() {
        let text = String(repeating: "*x* ", count: 262_144)
        #expect(blocks(text) == [.paragraph([.text(String(text.dropLast()))])])
    }
}
