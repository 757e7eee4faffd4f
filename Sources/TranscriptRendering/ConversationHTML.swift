import BotSchema
import Handoff
import Transcripts

/// The entries of a conversation and its handoffs as parts of a page.
struct ConversationHTML {
    let times: TimeWords
    let content: HTMLContent
    /// The language of the page, which is not said again.
    let pageLanguage: String

    /// A page's only conversation.
    func whole(_ view: ConversationView) -> String {
        "<h2 class=\"hidden\" lang=\"en\">Conversation</h2>\n" + talk(view)
            + handoffs(view, heading: "h2", id: "handoffs")
    }

    /// One of several conversations.
    func section(_ conversation: NamedConversation, number: Int) -> String {
        let language = conversation.view.language.flatMap { $0 == pageLanguage ? nil : " lang=\"\($0)\"" } ?? ""
        return "<section id=\"c\(number)\" aria-labelledby=\"n\(number)\"\(language)>\n"
            + "<h2 id=\"n\(number)\" dir=\"auto\">\(escaped(conversation.name ?? ""))</h2>\n"
            + "<p class=\"faint\" lang=\"en\">\(escaped(conversation.summary(times)))</p>\n"
            + talk(conversation.view) + handoffs(conversation.view, heading: "h3", id: "h\(number)") + "</section>\n"
    }

    private func talk(_ view: ConversationView) -> String {
        guard !view.entries.isEmpty else { return "" }
        var html = "<ol class=\"talk\">\n"
        var day = ""
        for (entry, time) in view.entries {
            if let today = time.map(times.day), today != day {
                day = today
                html += "<li class=\"day\"><h3><time datetime=\"\(today)\">\(today)</time></h3></li>\n"
            }
            html += item(entry, time, in: view)
        }
        return html + "</ol>\n"
    }

    private func item(_ entry: ConversationView.Entry, _ time: Timestamp?, in view: ConversationView) -> String {
        let stamp = time.map { "<time datetime=\"\($0.text)\">\(times.clock($0))</time>" } ?? ""
        switch entry {
        case .session(let session):
            let words = escaped(PlainText.line(session.words(clock: times.clock)))
            return "<li class=\"session\" lang=\"en\"><p>\(words)</p></li>\n"
        case .handoff(let step):
            guard let words = HandoffWords(step) else { return "" }
            let text = escaped(words.text)
            return "<li class=\"handoff\" lang=\"en\"><p><strong>Handoff:</strong> \(text) \(stamp)</p></li>\n"
        case .message(let message):
            let tag = ConversationView.languageTag(message.activity.locale)
            let language = tag == view.language ? "" : tag.map { " lang=\"\($0)\"" } ?? ""
            let role = message.role == .agent ? " <span class=\"role\" lang=\"en\">agent</span>" : ""
            let remark = message.remark.map { "<p class=\"faint\" lang=\"en\">(\(escaped($0)))</p>\n" } ?? ""
            return "<li class=\"\(message.role.rawValue)\"\(language)>\n"
                + "<p class=\"who\"><b dir=\"auto\">\(escaped(message.name))</b>\(role) \(stamp)</p>\n"
                + content.body(of: message.content) + remark + "</li>\n"
        }
    }

    private func handoffs(_ view: ConversationView, heading: String, id: String) -> String {
        guard !view.timeline.attempts.isEmpty else { return "" }
        let zone = escaped(times.zoneName(at: view.entries.lazy.compactMap(\.time).first))
        var html = "<section aria-labelledby=\"\(id)\" lang=\"en\">\n"
        html += "<\(heading) id=\"\(id)\">Handoffs</\(heading)>\n<table>\n"
        html += "<caption>Who waited how long (times in \(zone))</caption>\n<tbody>\n"
        for row in view.timeline.rows(clockTime: times.clock) {
            let text = escaped(PlainText.line(row.text))
            html += "<tr><th scope=\"row\">\(escaped(row.label))</th><td dir=\"auto\">\(text)</td></tr>\n"
        }
        return html + "</tbody>\n</table>\n</section>\n"
    }

    private func escaped(_ text: String) -> String { HTMLPage.escaped(text) }
}
