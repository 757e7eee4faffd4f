import BotSchema
import Testing
import TranscriptRendering
import Transcripts

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
}

extension String {
    fileprivate func components(of separator: Character) -> [Substring] { split(separator: separator).dropFirst() + [] }
}
