/// A name that somebody has chosen, as every screen shows it: never so that it is read as somebody else's.
///
/// Screens tell speakers apart by what stands before their words. A user called “you”, or like the agent, would put
/// words into another's mouth, so such a name stands in quotes behind the word for who it is: `user "you"`.
package struct ShownName: Hashable, Sendable {
    /// The name, marked where it would be read as somebody else's; not yet made safe for terminals.
    package let text: String

    /// The words by which screens call somebody, and what they are read as.
    private static let words: Set<String> = [
        "you", "youelsewhere", "me", "user", "bot", "agent", "hub", "agenthub", "handoff", "baton",
    ]

    /// A name.
    ///
    /// - Parameters:
    ///   - name: What somebody calls themselves; without one, the role stands for it.
    ///   - role: The word for who it is.
    ///   - others: The names of everybody else who speaks here, as far as known.
    package init(_ name: String?, of role: String, besides others: some Sequence<String> = []) {
        guard let name, case let form = NameForm(name), !form.core.isEmpty || !form.isPlain else {
            let isBlank = name?.allSatisfy(\.isWhitespace) ?? true
            text = isBlank ? role : name ?? role
            return
        }
        let isTaken = form.core != role && Self.words.contains(form.core)
        let isAnothers = isTaken || others.contains { NameForm($0).core == form.core }
        text = form.isPlain && !isAnothers ? name : Self.marked(name, role)
    }

    private init(text: String) { self.text = text }

    /// The name of somebody about whom nothing is certain but the role.
    package static func marking(_ name: String?, of role: String) -> ShownName {
        ShownName(text: name.map { marked($0, role) } ?? role)
    }

    /// The name with what is to be known of its owner behind it.
    package func noting(_ remark: String) -> ShownName { ShownName(text: "\(text) (\(remark))") }

    /// The name behind the number by which a desk calls its owner.
    package func numbered(_ number: Int) -> ShownName { ShownName(text: "\(number) \(text)") }

    private static func marked(_ name: String, _ role: String) -> String {
        "\(role) \"\(name.replacing("\"", with: "'"))\""
    }
}

extension ShownName: CustomStringConvertible, CustomDebugStringConvertible {
    package var description: String { text }
    package var debugDescription: String { text.debugDescription }
}

extension ChannelAccount {
    /// What a human agent of this account is called in sentences and prompts, nil where nothing tells.
    package var shownAgentName: ShownName? { (name ?? id).map { ShownName($0, of: "agent") } }
}
