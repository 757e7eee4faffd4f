/// What a person (or a pipe) hands in.
package enum LineInput: Sendable, Equatable {
    /// A line that was entered, without its final newline. It may hold newlines that were typed or pasted inside it.
    case line(String)
    /// The person is composing this line; told once a second at most, and only by consoles that see keys.
    case composing(String)
    /// The person pressed ^C.
    case interrupt
    /// Nothing more will come: ^D on an empty line, the end of a pipe, a lost terminal, or a signal to stop.
    case endOfInput
}

/// Where lines come from and where text for the person goes.
///
/// `LineEditor` is the console of a terminal, `PlainConsole` that of pipes and of terminals that cannot draw.
package protocol Console: Sendable {
    /// Everything that is handed in, in order. For one consumer.
    ///
    /// `endOfInput` comes once, as the last element. Nothing that was entered is dropped: a person's lines wait in an
    /// unbounded buffer, a pipe is not read further while 64 of its lines wait.
    var inputs: AsyncStream<LineInput> { get }

    /// Prints lines for the person, above the line that is being edited.
    ///
    /// Callable from any thread; returns without waiting for the terminal, and keeps the order of the calls. `\n`
    /// separates lines, and a missing last one is added. The text may hold our own SGR and OSC 8 sequences; foreign
    /// text must have gone through `DisplayText.neutralised` before.
    func show(_ lines: String)

    /// Changes what stands before the line that is being edited; its text and the cursor stay.
    func setPrompt(_ prompt: Prompt)

    /// Calls the person: the terminal's bell. Consoles without a terminal do nothing.
    func ring()

    /// Ends the input and gives the terminal back.
    ///
    /// Returns when everything shown is written. A second call waits for the same end.
    func close() async

    /// The present width for text; very large where lines are not to be wrapped.
    var columns: Int { get }
}

/// What stands before and behind the line that is being edited.
package struct Prompt: Sendable, Equatable {
    /// The text before the line.
    ///
    /// It may hold SGR sequences and newlines.
    package var text: String
    /// A text at the right margin, shown while the line leaves room for it.
    ///
    /// It may hold SGR sequences.
    package var right: String

    /// Creates a prompt.
    package init(text: String, right: String = "") {
        self.text = text
        self.right = right
    }
}

extension Console {
    /// Does nothing.
    package func ring() {}
}
