/// What all pages share: no scripts, nothing fetched, every word escaped.
enum HTMLPage {
    private static let policy =
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

    /// A page up to the beginning of its body.
    static func head(title: String, language: String) -> String {
        """
        <!DOCTYPE html>
        <html lang="\(language)">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="\(policy)">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="referrer" content="no-referrer">
        <meta name="color-scheme" content="light dark">
        <title>\(escaped(title))</title>
        <style>
        \(style)
        </style>
        </head>
        <body>

        """
    }

    /// A list of links, each with what is behind it.
    static func list(_ links: [(address: String, words: String, summary: String, opening: String?)]) -> String {
        var html = "<nav aria-label=\"Conversations\">\n<ol>\n"
        for link in links {
            let opening = link.opening.map { "<p dir=\"auto\">“\(escaped($0))”</p>" } ?? ""
            html +=
                "<li><p><a href=\"\(escaped(link.address))\"><span dir=\"auto\">\(escaped(link.words))</span></a></p>"
            html += "<p class=\"faint\" lang=\"en\">\(escaped(link.summary))</p>\(opening)</li>\n"
        }
        return html + "</ol>\n</nav>\n"
    }

    /// A text in which nothing is mark-up.
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
        .talk > li { margin: .75rem 0; padding: .5rem .9rem; border-radius: .6rem; max-width: 85%; background: var(--bot); }
        li.user { margin-left: auto; background: var(--user); }
        li.agent { background: var(--agent); }
        .talk > li.handoff, .talk > li.day, .talk > li.session { background: none; max-width: none; text-align: center; border-radius: 0;
          border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); font-size: .9rem; }
        li.handoff + li.handoff { border-top: 0; margin-top: -.75rem; }
        .talk > li.day { border: 0; } .day h3 { font-size: .9rem; margin: 0; }
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
        img { max-width: 100%; } .talk > li { overflow-x: auto; }
        table { border-collapse: collapse; } caption { text-align: start; padding-bottom: .3rem; }
        th, td { text-align: start; padding: .15rem .9rem .15rem 0; vertical-align: top; }
        nav li { margin: .35rem 0; } nav p { margin: 0; overflow-wrap: anywhere; } main > section { margin-top: 3rem; }
        main > section > h2 { border-top: 3px double var(--line); padding-top: .6rem; overflow-wrap: anywhere; }
        .hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
        @media print { body { margin: 0; max-width: none; } .talk > li, tr { break-inside: avoid; }
          .talk > li { border: 1px solid var(--line); } a::after { content: " (" attr(href) ")"; } }
        """
}
