import BotSchema
import Handoff
import Transcripts

/// A conversation as one page: no scripts, nothing fetched, every word escaped, fit for screen readers and paper.
struct HTMLRendering {
    let text: String

    init(_ view: ConversationView, title: String) {
        let title = Self.escaped(PlainText.line(title))
        var html = """
            <!DOCTYPE html>
            <html lang="\(view.language ?? "en")">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="\(Self.policy)">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="referrer" content="no-referrer">
            <meta name="color-scheme" content="light dark">
            <title>\(title)</title>
            <style>
            \(Self.style)
            </style>
            </head>
            <body>
            <header>
            <h1>\(title)</h1>
            <p>\(Self.escaped(Self.summary(of: view)))</p>
            </header>
            <main lang="\(view.language ?? "en")">
            <h2 class="hidden" lang="en">Conversation</h2>
            <ol>

            """
        var day = ""
        for (entry, time) in view.entries {
            if let today = time.map(TimeWords.day), today != day {
                day = today
                html += "<li class=\"day\"><h3><time datetime=\"\(today)\">\(today)</time></h3></li>\n"
            }
            html += Self.item(entry, time, in: view)
        }
        html += "</ol>\n</main>\n"
        html += Self.timeline(view.timeline)
        text = html + "</body>\n</html>\n"
    }

    private static let policy =
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

    private static func summary(of view: ConversationView) -> String {
        let messages = view.entries.count { if case .message = $0.entry { true } else { false } }
        let times = view.entries.compactMap(\.time)
        let handoffs = view.timeline.attempts.count
        var parts = ["\(messages) messages", handoffs == 1 ? "1 handoff" : "\(handoffs) handoffs"]
        if let first = times.min() {
            parts.insert(first.text.prefix(10) + " " + TimeWords.clock(first) + " UTC", at: 0)
        }
        return parts.joined(separator: ", ")
    }

    // MARK: - Entries

    private static func item(_ entry: ConversationView.Entry, _ time: Timestamp?, in view: ConversationView) -> String {
        let stamp = time.map { "<time datetime=\"\($0.text)\">\(TimeWords.clock($0))</time>" } ?? ""
        switch entry {
        case .session(let session):
            let words = escaped(PlainText.line(session.words(clock: { TimeWords.clock($0) })))
            return "<li class=\"session\" lang=\"en\"><p>\(words)</p></li>\n"
        case .handoff(let step):
            guard let words = HandoffWords(step) else { return "" }
            return
                "<li class=\"handoff\" lang=\"en\"><p><strong>Handoff:</strong> \(escaped(words.text)) \(stamp)</p></li>\n"
        case .message(let message):
            let tag = ConversationView.languageTag(message.activity.locale)
            let language = tag == view.language ? "" : tag.map { " lang=\"\($0)\"" } ?? ""
            let role = message.role == .agent ? " <span class=\"role\" lang=\"en\">agent</span>" : ""
            let remark = message.remark.map { "<p class=\"faint\" lang=\"en\">(\(escaped($0)))</p>\n" } ?? ""
            return "<li class=\"\(message.role.rawValue)\"\(language)>\n"
                + "<p class=\"who\"><b dir=\"auto\">\(escaped(message.name))</b>\(role) \(stamp)</p>\n"
                + HTMLContent.body(of: message.content) + remark + "</li>\n"
        }
    }

    // MARK: - Handoffs

    private static func timeline(_ timeline: HandoffTimeline) -> String {
        guard !timeline.attempts.isEmpty else { return "" }
        var html = "<section aria-labelledby=\"handoffs\" lang=\"en\">\n<h2 id=\"handoffs\">Handoffs</h2>\n<table>\n"
        html += "<caption>Who waited how long (times in UTC)</caption>\n<tbody>\n"
        for row in timeline.rows(clockTime: { TimeWords.clock($0) }) {
            let text = escaped(PlainText.line(row.text))
            html += "<tr><th scope=\"row\">\(escaped(row.label))</th><td dir=\"auto\">\(text)</td></tr>\n"
        }
        return html + "</tbody>\n</table>\n</section>\n"
    }

    static func escaped(_ text: String) -> String {
        var escaped = ""
        escaped.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private static let style = """
        :root { --line: #8a8f98; --user: #dbeafe; --agent: #dcfce7; --bot: #f1f3f5; }
        @media (prefers-color-scheme: dark) { :root { --user: #1e3a5f; --agent: #14432a; --bot: #2a2d31; } }
        body { font: 1rem/1.5 system-ui, sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem; }
        ol, ul { list-style: none; margin: 0; padding: 0; }
        main > ol > li { margin: .75rem 0; padding: .5rem .9rem; border-radius: .6rem; max-width: 85%; background: var(--bot); }
        li.user { margin-left: auto; background: var(--user); }
        li.agent { background: var(--agent); }
        main > ol > li.handoff, main > ol > li.day, main > ol > li.session { background: none; max-width: none; text-align: center; border-radius: 0;
          border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); font-size: .9rem; }
        li.handoff + li.handoff { border-top: 0; margin-top: -.75rem; }
        main > ol > li.day { border: 0; } .day h3 { font-size: .9rem; margin: 0; }
        ul.list { list-style: disc; } ol.list { list-style: decimal; } .list { padding-inline-start: 1.4rem; }
        .title { font-weight: 600; } .faint { opacity: .75; } blockquote { margin: .2rem 0; padding-inline-start: .7rem;
          border-inline-start: 3px solid var(--line); } code { font-family: ui-monospace, monospace; }
        table.grid { margin: .3rem 0; } .grid th, .grid td { border: 1px solid var(--line); padding: .15rem .5rem; }
        .file { border-inline-start: 3px solid var(--line); padding-inline-start: .7rem; }
        p, dl, pre { margin: .2rem 0; }
        .who { font-size: .85rem; }
        .words, dd, dt, pre { white-space: pre-wrap; overflow-wrap: anywhere; }
        .choices li { display: inline-block; border: 1px solid var(--line); border-radius: 1rem; padding: .1rem .7rem;
          margin: .15rem .3rem .15rem 0; }
        .field { border: 1px dashed var(--line); padding: .1rem .5rem; }
        dl { display: grid; grid-template-columns: auto 1fr; gap: 0 1rem; } dd { margin: 0; } dt { font-weight: 600; }
        img { max-width: 100%; }
        table { border-collapse: collapse; } caption { text-align: start; padding-bottom: .3rem; }
        th, td { text-align: start; padding: .15rem .9rem .15rem 0; vertical-align: top; }
        .hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
        @media print { body { margin: 0; max-width: none; } main > ol > li, tr { break-inside: avoid; }
          main > ol > li { border: 1px solid var(--line); } a::after { content: " (" attr(href) ")"; } }
        """
}
