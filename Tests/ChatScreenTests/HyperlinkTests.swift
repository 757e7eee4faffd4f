import LineEditing
import Testing

@testable import ChatScreen

struct HyperlinkTests {
    private let plain = Style(isColored: false, isDrawn: true)
    private let linked = Style(isColored: false, isDrawn: true, hasHyperlinks: true)

    private func open(_ target: String, _ words: String) -> String {
        "\u{1b}]8;;\(target)\u{1b}\\\(words)\u{1b}]8;;\u{1b}\\"
    }

    @Test(arguments: [
        ("the site", "https://example.com/a", "the site (https://example.com/a)"),
        ("https://example.com/a", "https://example.com/a", "https://example.com/a"),
        ("www.example.com", "http://www.example.com", "www.example.com"),
        ("ana@example.com", "mailto:ana@example.com", "ana@example.com"),
        ("", "https://example.com/a", "https://example.com/a"),
        ("https://bank.example", "https://evil.example", "https://bank.example (really https://evil.example)"),
        ("bank.example", "https://evil.example", "bank.example (really https://evil.example)"),
        ("example.com", "https://example.com/", "example.com (https://example.com/)"),
        ("www.bank.example", "https://evil.example", "www.bank.example (really https://evil.example)"),
        ("click", "javascript:alert(1)", "click (javascript:alert(1))"),
        ("click", "data:text/html;base64,AAAA", "click ((inline data, text/html))"),
        ("click", "https://a.example/\u{202e}x", "click (https://a.example/‹U+202E›x)"),
    ])
    func `an address is always to be read`(words: String, target: String, shown: String) {
        #expect(Hyperlink(target).text(for: words, in: plain) == shown)
    }

    @Test func `words open their address only when they do not look like another`() {
        let good = "https://good.example/a"
        #expect(Hyperlink(good).text(for: "here", in: linked) == open(good, "here") + " (" + open(good, good) + ")")
        #expect(Hyperlink(good).text(for: good, in: linked) == open(good, good))
        let evil = "https://evil.example"
        let shown = Hyperlink(evil).text(for: "https://bank.example", in: linked)
        #expect(shown == "https://bank.example (really " + open(evil, evil) + ")")
    }

    @Test(arguments: [
        "javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "https://a.example/ x", "https://bаnk.example",
        "https://a.example/\u{1b}]8;;https://evil.example\u{7}", "https://a.example/\u{202e}", "vscode://x", "relative",
    ])
    func `what is not plain to read is not made to be opened`(target: String) {
        let text = Hyperlink(target).text(for: "here", in: linked)
        #expect(!text.contains("\u{1b}"), "\(text.debugDescription)")
    }

    @Test func `a link that is cut over lines is whole on each`() {
        let target = "https://example.com/a/long/path"
        let lines = DisplayText.wrapped(open(target, target), columns: 12)
        #expect(lines.count == 3)
        for line in lines {
            #expect(line.hasPrefix("\u{1b}]8;;\(target)\u{1b}\\"))
            #expect(line.hasSuffix("\u{1b}]8;;\u{1b}\\"))
        }
    }

    @Test(arguments: [
        (["TERM": "xterm-kitty"], true), (["TERM": "xterm-256color"], false),
        (["TERM": "dumb", "WT_SESSION": "1"], false),
        (["TERM": "xterm-256color", "VTE_VERSION": "6800"], true),
        (["TERM": "xterm-256color", "VTE_VERSION": "4205"], false),
        (["TERM": "tmux-256color", "VTE_VERSION": "6800"], false),
        (["TERM": "xterm-256color", "TMUX": "/tmp/x", "TERM_PROGRAM": "vscode"], false),
        (["TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"], true),
        (["TERM": "xterm", "FORCE_HYPERLINK": "1"], true),
        (["TERM": "xterm-kitty", "FORCE_HYPERLINK": "0"], false), ([:], false),
    ])
    func `hyperlinks are written where they are known`(environment: [String: String], isSupported: Bool) {
        #expect(Hyperlink.isSupported { environment[$0] } == isSupported)
    }
}
