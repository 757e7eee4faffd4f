import BotSchema
import Handoff
import Transcripts

/// One of the conversations of a file, with what it is called among them.
struct NamedConversation {
    /// Its id, or its number where it has none; nil where it is the only one.
    let name: String?
    let view: ConversationView

    /// The conversations of a transcript, those left out that show nothing beside others that do.
    static func all(in transcript: Transcript) -> [NamedConversation] {
        let parts = transcript.splitByConversation()
        let conversations = parts.enumerated().map { number, part in
            NamedConversation(
                name: PlainText.line(part.id.flatMap { $0.isEmpty ? nil : $0 } ?? "conversation \(number + 1)"),
                view: ConversationView(
                    of: part.transcript.activities,
                    sessionsByStart: part.transcript.sessionsByStart
                )
            )
        }
        let shown = conversations.filter { !$0.view.entries.isEmpty }
        guard shown.count > 1 else {
            let whole = ConversationView(of: transcript.activities, sessionsByStart: transcript.sessionsByStart)
            return [NamedConversation(name: nil, view: whole)]
        }
        return shown
    }

    /// When it began, how much was said in it and what became of its handoffs.
    func summary(_ times: TimeWords) -> String { Self.summary(of: [self], times) }

    /// The same of several together.
    static func summary(of conversations: [NamedConversation], _ times: TimeWords) -> String {
        let entries = conversations.lazy.flatMap(\.view.entries)
        let messages = entries.count { if case .message = $0.entry { true } else { false } }
        let outcomes = conversations.flatMap { $0.view.timeline.attempts.map(\.outcome.rawValue) }
        var parts = [
            messages == 1 ? "1 message" : "\(messages) messages",
            outcomes.count == 1 ? "1 handoff" : "\(outcomes.count) handoffs",
        ]
        if let first = entries.compactMap(\.time).min() { parts.insert(times.whole(first), at: 0) }
        if conversations.count > 1 { parts.insert("\(conversations.count) conversations", at: 0) }
        // Of many the number alone is read.
        if (1...5).contains(outcomes.count) { parts[parts.count - 1] += " (\(outcomes.joined(separator: ", ")))" }
        return parts.joined(separator: ", ")
    }

    /// The first words of the user, by which people tell conversations apart.
    var opening: String? {
        for (entry, _) in view.entries {
            guard case .message(let message) = entry, message.role == .user else { continue }
            guard let line = PlainLines.lines(of: message.content).first(where: { !$0.isEmpty }) else { continue }
            return line.count > 80 ? line.prefix(79) + "…" : line
        }
        return nil
    }
}
