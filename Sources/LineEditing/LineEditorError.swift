/// Why there is no line editor, or what it cannot do.
package struct LineEditorError: Error, CustomStringConvertible {
    /// The kinds of failure.
    package struct Code: Sendable, Hashable {
        private enum Kind { case unusableTerminal, switchedOff, systemCall, historyFile }

        private let kind: Kind

        /// Standard input or output is no terminal, or it cannot draw.
        package static let unusableTerminal = Code(kind: .unusableTerminal)
        /// The person's `~/.editrc` says `edit off`.
        package static let switchedOff = Code(kind: .switchedOff)
        /// The system refused something that is needed.
        package static let systemCall = Code(kind: .systemCall)
        /// The history file cannot be read or written.
        package static let historyFile = Code(kind: .historyFile)
    }

    /// What kind of failure it is.
    package let code: Code
    /// What happened, in a sentence for a person.
    package let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    package var description: String { message }
}
