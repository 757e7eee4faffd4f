import BotSchema
import Testing
import TranscriptRendering
import Transcripts

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

struct RenderingTests {
    private static let attack =
        #"</p><script>alert(1)</script><img src=x onerror=\"a()\"> & 'x' [b](javascript:a()) **c**"#

    /// A handoff with words that try to be more than words.
    static let text = #"""
        [{"type":"message","id":"1","timestamp":"2026-01-02T03:04:05Z","locale":"fr-CH","text":"\#(attack)",
          "from":{"id":"u","name":"<b>Zoë</b>","role":"user"},"recipient":{"id":"b","role":"bot"},"conversation":{"id":"c"}},
         {"type":"message","text":"One\nmoment \u001b[31m\u202e","timestamp":"2026-01-02T03:04:06Z","from":{"id":"b","role":"bot"},
          "suggestedActions":{"actions":[{"type":"imBack","title":"Yes"},
            {"type":"openUrl","title":"Help","value":"https://example.org/?a=1&b=\"2\""},
            {"type":"openUrl","title":"Bad","value":"javascript:alert(1)"}]},
          "attachments":[{"contentType":"image/png","name":"dot","contentUrl":"data:image/png;base64,iVBORw0KGgo="},
            {"contentType":"image/svg+xml","name":"vector","contentUrl":"data:image/svg+xml;base64,PHN2Zz4="},
            {"contentType":"application/vnd.microsoft.card.receipt","content":{"title":"Bill","items":[{"title":"Tea","price":"2"}],"total":"2"}}]},
         {"type":"event","name":"handoff.initiate","timestamp":"2026-01-02T03:04:07Z","from":{"id":"b","role":"bot"},"conversation":{"id":"c"},"value":{"Skill":"credit cards"}},
         {"type":"event","name":"handoff.status","timestamp":"2026-01-02T03:04:17Z","from":{"id":"h","role":"bot"},"conversation":{"id":"c"},"value":{"state":"accepted"}},
         {"type":"message","text":"Ana here","timestamp":"2026-01-02T03:04:20Z","from":{"id":"a","name":"Ana","role":"agent"}},
         {"type":"event","name":"handoff.status","timestamp":"2026-01-02T03:05:20Z","from":{"id":"h","role":"bot"},"conversation":{"id":"c"},"value":{"state":"completed"}},
         {"type":"trace","name":"t"}]
        """#

    static func transcript() throws -> Transcript { try Transcript(parsing: Array(text.utf8), name: "a.json") }

    private func render(_ format: RenderedFormat) throws -> String {
        String(decoding: try Self.transcript().rendered(as: format, title: "A <title>"), as: UTF8.self)
    }

    @Test func `a page runs nothing, fetches nothing and shows every word as it is`() throws {
        let html = try render(.html)
        #expect(
            html.contains(
                "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
            )
        )
        #expect(!html.lowercased().contains("<script"))
        #expect(
            html.contains(
                "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=&quot;a()&quot;&gt; &amp; &#39;x&#39;"
            )
        )
        #expect(html.contains("&lt;b&gt;Zoë&lt;/b&gt;") && html.contains("<title>A &lt;title&gt;</title>"))
        #expect(!html.contains("href=\"javascript") && html.contains("<span dir=\"auto\">Bad</span>"))
        #expect(html.contains("href=\"https://example.org/?a=1&amp;b=&quot;2&quot;\""))
        #expect(
            html.contains(
                "<img src=\"data:image/png;base64,iVBORw0KGgo=\" alt=\"image: dot, image/png, 8 B (inline data, image/png)\">"
            )
        )
        #expect(!html.contains("svg+xml;base64"))
        #expect(!html.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" })
        #expect(html.contains("<html lang=\"fr-CH\">"))
    }

    @Test func `a page shows the states of the handoff and who waited how long`() throws {
        let html = try render(.html)
        #expect(html.contains("handoff requested · skill credit cards"))
        #expect(html.contains("accepted after 10 s"))
        #expect(html.contains("<span class=\"role\" lang=\"en\">agent</span>"))
        #expect(html.contains("<th scope=\"row\">time to human</th><td dir=\"auto\">10 s</td>"))
        #expect(html.contains("<dl><dt dir=\"auto\">Tea</dt><dd dir=\"auto\">2</dd><dt dir=\"auto\">Total</dt>"))
    }

    @Test func `plain text has a line an utterance and no control characters`() throws {
        let text = try render(.text)
        let lines = text.split(separator: "\n")
        #expect(lines.first == "== 2026-01-02 ==")
        #expect(lines.contains("03:04:06  Bot: One"))
        #expect(lines.contains("          - Help https://example.org/?a=1&b=\"2\""))
        #expect(lines.contains("03:04:17  -- accepted after 10 s"))
        #expect(lines.contains("03:04:20  Ana (agent): Ana here"))
        #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 })
    }

    @Test func `Markdown gives the speakers no mark-up of their own`() throws {
        let text = try render(.markdown)
        #expect(text.contains(#"&lt;/p\>&lt;script\>alert\(1\)&lt;/script\>"#))
        #expect(text.contains(#"\[b\]\(javascript\:a\(\)\) \*\*c\*\*"#))
        #expect(text.contains("- [Help](<https://example.org/?a=1&b=\"2\">)"))
        #expect(text.contains(#"- Bad javascript\:alert\(1\)"#))
        #expect(text.contains("> **handoff** · 03:04:07 · handoff requested"))
    }

    @Test func `a cast is a header and events in order with a marker at each state`() throws {
        let lines = try render(.cast).split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        #expect(lines[0]["version"] == 2)
        #expect(lines[0]["timestamp"] == 1767323045)
        let times = lines.dropFirst().map { $0[0]?.double ?? -1 }
        #expect(times == times.sorted() && times.first == 0)
        let markers = lines.dropFirst().filter { $0[1] == "m" }.map { $0[2]?.string ?? "" }
        #expect(markers == ["handoff: requested", "handoff: live", "handoff: completed"])
        // No word from the wire reaches the terminal as a command.
        let screens = lines.dropFirst().compactMap { $0[1] == "o" ? $0[2]?.string : nil }
        #expect(screens.joined().components(of: "\u{1B}").allSatisfy { $0.hasPrefix("[") && $0.contains("m") })
        #expect(!screens.joined().contains("\u{1B}[31m"))
    }

    @Test(arguments: RenderedFormat.allCases)
    func `what a form for people leaves out is told`(format: RenderedFormat) throws {
        let losses = try Self.transcript().losses(in: format)
        #expect(losses.map(\.description).last == "activities that show nothing, such as events, in 1 activity")
        #expect(losses.count == 2)
    }

    @Test(arguments: RenderedFormat.allCases)
    func `any activities can be rendered`(format: RenderedFormat) {
        let odd: [JSONValue] = [
            [:], ["type": 7], ["type": "message", "text": ["x"], "attachments": "y", "from": []],
            [
                "type": "message",
                "attachments": [["contentType": "application/vnd.microsoft.card.adaptive", "content": nil]],
            ],
            ["type": "message", "timestamp": "9999999-01-01", "value": [1, 2]], ["type": "messageDelete"],
            ["type": "message", "timestamp": 1e300, "text": "\r\n\t\u{0}"],
        ]
        let transcript = Transcript(activities: odd.compactMap { Activity($0) })
        #expect(!transcript.rendered(as: format, title: "\u{1B}]0;x\u{7}").contains(7))
    }

    // MARK: - Several conversations

    private static let several = #"""
        [{"type":"message","timestamp":"2026-03-01T23:30:00Z","text":"first <here>","conversation":{"id":"c&1"},"from":{"id":"u","role":"user"}},
         {"type":"message","timestamp":"2026-03-01T23:31:00Z","text":"another","conversation":{"id":"c2"},"from":{"id":"v","role":"user"}},
         {"type":"message","timestamp":"2026-03-03T09:00:00Z","text":"later","conversation":{"id":"c&1"},"from":{"id":"b","role":"bot"}}]
        """#

    private func several(_ format: RenderedFormat, _ options: RenderingOptions) throws -> String {
        let transcript = try Transcript(parsing: Array(Self.several.utf8), name: "a.json")
        return String(decoding: transcript.rendered(as: format, options), as: UTF8.self)
    }

    @Test func `a page of several conversations begins with an index that leads to each`() throws {
        let html = try several(.html, RenderingOptions(title: "Talks"))
        #expect(html.contains("<a href=\"#c1\"><span dir=\"auto\">c&amp;1</span></a>"))
        #expect(html.contains("<section id=\"c1\"") && html.contains("<section id=\"c2\""))
        #expect(
            html.contains("2026-03-01 23:30:00 UTC, 2 messages, 0 handoffs") && html.contains("“first &lt;here&gt;”")
        )
        let later = try #require(html.firstRange(of: ">later<"))
        let second = try #require(html.firstRange(of: "<section id=\"c2\""))
        #expect(later.lowerBound < second.lowerBound, "a conversation is whole")
        let one = try render(.html)
        #expect(!one.contains("<nav") && one.contains("2026-01-02 03:04:05 UTC, 3 messages, 1 handoff (completed)"))
    }

    @Test(arguments: [
        (RenderedFormat.text, "==== c&1 ===="), (.markdown, "## c&1\n\n### 2026-03-01"), (.cast, "══ c2 ══"),
    ])
    func `a line divides conversations in every form`(format: RenderedFormat, line: String) throws {
        let text = try several(format, RenderingOptions(title: "t"))
        #expect(text.contains(line.replacing("&", with: format == .markdown ? "&amp;" : "&")), "\(text)")
        #expect(text.contains("2026-03-03"))
    }

    @Test func `an index leads to the pages of a folder`() throws {
        var index = HTMLIndex(RenderingOptions(title: "All & more"))
        index.add("a b?.html", of: try Self.transcript(), title: "a b?")
        index.add("<c>.html", of: try Transcript(parsing: Array(Self.several.utf8), name: "c"), title: "<c>")
        let html = String(decoding: index.bytes, as: UTF8.self)
        #expect(html.contains("<h1 dir=\"auto\">All &amp; more</h1>\n<p>2 files</p>"))
        #expect(html.contains("href=\"./a%20b%3F.html\"") && html.contains("href=\"./%3Cc%3E.html\""))
        #expect(html.contains("2 conversations, 2026-03-01 23:30:00 UTC, 3 messages, 0 handoffs") && !html.contains("<c>"))
    }

    // MARK: - Options

    @Test func `pictures are words where they are not wanted, and where they are too large`() throws {
        let bare = String(
            decoding: try Self.transcript().rendered(as: .html, RenderingOptions(title: "t", showsPictures: false)),
            as: UTF8.self
        )
        #expect(!bare.contains("<img") && bare.contains("dot"))
        let large = "data:image/png;base64," + String(repeating: "A", count: 8 << 20)
        let activity = Activity(json: [
            "type": "message",
            "attachments": [["contentType": "image/png", "name": "vast", "contentUrl": .string(large)]],
        ])
        let page = Transcript(activities: [activity]).rendered(as: .html, title: "t")
        #expect(page.count < 1 << 20)
        #expect(String(decoding: page, as: UTF8.self).contains("vast"))
    }

    @Test(arguments: RenderedFormat.allCases)
    func `times are told where this program runs when that is asked for`(format: RenderedFormat) throws {
        let seconds = try #require(Timestamp("2026-01-02T03:04:05Z")).milliseconds / 1000
        var time = time_t(seconds)
        var parts = tm()
        localtime_r(&time, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let local = "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
        let options = RenderingOptions(title: "t", zone: .local)
        let text = String(decoding: try Self.transcript().rendered(as: format, options), as: UTF8.self)
        if format != .cast { #expect(text.contains(local)) }
        #expect(text.contains("2026-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"))
        if format == .html { #expect(text.contains("datetime=\"2026-01-02T03:04:05.000Z\"")) }
    }
}

extension String {
    fileprivate func components(of separator: Character) -> [Substring] { split(separator: separator).dropFirst() + [] }
}
