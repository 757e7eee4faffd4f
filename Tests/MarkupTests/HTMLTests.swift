import Testing

@testable import Markup

/// HTML in messages, as hubs send it.
struct HTMLTests {
    private func blocks(_ text: String) -> [MarkupBlock] { MarkupDocument(commonMarkAndHTML: text).blocks }

    @Test func `inline tags are read among CommonMark`() {
        #expect(
            blocks("a <b>bold</b> <i>it</i> **too**<br>next") == [
                .paragraph([
                    .text("a "), .strong([.text("bold")]), .text(" "), .emphasis([.text("it")]), .text(" "),
                    .strong([.text("too")]), .hardBreak, .text("next"),
                ])
            ]
        )
        #expect(
            blocks("<a href=\"https://a.example/?x=1&amp;y=2\">here</a>") == [
                .paragraph([.link(target: "https://a.example/?x=1&y=2", title: nil, [.text("here")])])
            ]
        )
        #expect(
            blocks("see <img src='u.png' alt='a cat'>") == [
                .paragraph([.text("see "), .image(source: "u.png", [.text("a cat")])])
            ]
        )
        #expect(
            blocks("- one <strong>x</strong>\n- two") == [
                .list(
                    start: nil,
                    isTight: true,
                    [
                        MarkupListItem([.paragraph([.text("one "), .strong([.text("x")])])]),
                        MarkupListItem([.paragraph([.text("two")])]),
                    ]
                )
            ]
        )
    }

    @Test(arguments: [
        "a<b", "1 < 2 > 0", "<unknown>x</unknown>", "x <br", "</b>", "<b>open", "<b></i>", "<blink>a</blink>",
    ])
    func `what is no known tag stays as it is`(text: String) {
        #expect(blocks(text).map(\.words).joined() == text)
    }

    @Test func `paragraphs, lists and tables stand on their lines`() {
        #expect(
            blocks("<p>one &amp; <em>two</em></p>\n<p>three</p>") == [
                .paragraph([.text("one & "), .emphasis([.text("two")])]), .paragraph([.text("three")]),
            ]
        )
        #expect(
            blocks("Choose:<ul><li>tea</li><li>coffee<ol start=\"3\"><li>black</li></ol></li></ul>after") == [
                .paragraph([.text("Choose:")]),
                .list(
                    start: nil,
                    isTight: true,
                    [
                        MarkupListItem([.paragraph([.text("tea")])]),
                        MarkupListItem([
                            .paragraph([.text("coffee")]),
                            .list(start: 3, isTight: true, [MarkupListItem([.paragraph([.text("black")])])]),
                        ]),
                    ]
                ),
                .paragraph([.text("after")]),
            ]
        )
        #expect(
            blocks("<table><tr><th>day</th><th>open</th></tr><tr><td>Mon</td><td>9<br>to 5</td></tr></table>") == [
                .table(
                    MarkupTable(
                        alignments: [.natural, .natural],
                        header: [[.text("day")], [.text("open")]],
                        rows: [[[.text("Mon")], [.text("9"), .hardBreak, .text("to 5")]]]
                    )
                )
            ]
        )
    }

    @Test(
        .timeLimit(.minutes(20)),
        arguments: ["<ul><li>", "<b>", "<table>", "<td>", "<a href=\"", "</li>", "<p", "<li>x</ul>"]
    )
    func `text that was made to be slow or deep is read all the same`(piece: String) {
        #expect(!blocks("x" + String(repeating: piece, count: 30_000 / piece.utf8.count)).isEmpty)
    }
}

extension MarkupBlock {
    fileprivate var words: String {
        switch self {
        case .paragraph(let inlines): inlines.plainText
        case .html(let html): html
        default: "\(self)"
        }
    }
}
