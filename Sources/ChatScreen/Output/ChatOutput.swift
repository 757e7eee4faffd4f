package import LineEditing

/// Where the chat's items go: a screen for people or JSON lines for machines.
package protocol ChatOutput: Sendable {
    /// The text of an item as it is printed now, empty when the output does not show this kind of item.
    func text(of item: ChatItem, columns: Int) -> String

    /// What stands before the line being typed.
    func prompt(_ prompt: ChatPrompt, columns: Int) -> Prompt
}
