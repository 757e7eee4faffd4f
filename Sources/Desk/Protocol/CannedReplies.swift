import BotSchema

/// Answers that agents give again and again, each under a short name.
///
/// `{UserName}` and `{AgentName}` stand for the names of the two who talk.
package struct CannedReplies: Hashable, Sendable {
    /// One answer.
    package struct Reply: Hashable, Sendable {
        /// The name under which it is sent.
        package let shortcut: String
        /// The words, with placeholders.
        package let text: String

        /// An answer.
        package init(_ shortcut: String, _ text: String) {
            self.shortcut = shortcut
            self.text = text
        }
    }

    /// The answers in the order in which they are listed.
    package var replies: [Reply]

    /// These answers.
    package init(_ replies: [Reply]) { self.replies = replies }

    /// What a hub offers that was given no others.
    package static let usual = CannedReplies([
        Reply("hello", "Hello {UserName}, this is {AgentName}. I have your conversation in front of me."),
        Reply("moment", "One moment please, I am looking into it."),
        Reply("thanks", "Thank you for waiting, {UserName}."),
        Reply("more", "Is there anything else that I can do for you?"),
        Reply("bye", "Glad I could help. Goodbye, {UserName}!"),
    ])

    /// The words of an answer for two people.
    ///
    /// - Returns: Nil when no answer, or more than one, has a name that begins so.
    package func text(_ shortcut: String, user: String, agent: String) -> String? {
        let wanted = shortcut.lowercased()
        let fitting = replies.filter { $0.shortcut.lowercased().hasPrefix(wanted) }
        guard let reply = fitting.first(where: { $0.shortcut.lowercased() == wanted }) ?? fitting.onlyElement else {
            return nil
        }
        return reply.text.replacing("{UserName}", with: user).replacing("{AgentName}", with: agent)
    }
}

extension CannedReplies {
    init(json: JSONValue?) {
        self.init(
            (json?.array ?? []).compactMap { entry in
                guard let shortcut = entry["shortcut"]?.string, let text = entry["text"]?.string else { return nil }
                return Reply(shortcut, text)
            }
        )
    }

    var json: JSONValue {
        .array(replies.map { ["shortcut": .string($0.shortcut), "text": .string($0.text)] })
    }
}

extension [CannedReplies.Reply] {
    fileprivate var onlyElement: Element? { count == 1 ? first : nil }
}
