/// What a person (or a pipe) hands in.
package enum LineInput: Sendable, Equatable {
    /// A line that was entered, without its final newline. It may hold newlines that were typed or pasted inside it.
    case line(String)
    /// The person is composing this line; told once a second at most, and only by consoles that see keys.
    case composing(String)
    /// The person pressed ^C; what stood in the line was put aside, nothing on an empty line.
    case interrupt(clearing: String)
    /// The line with this name is edited from now on, after so many selections by keys; told before each line that is
    /// entered as well, where there are several.
    case draftSelected(String, selectionCount: Int)
    /// The person pressed a function key that has no meaning for the line, such as F2.
    case functionKey(Int)
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

    /// Says which lines there are beside the one that is edited, and which is to be edited.
    func setDrafts(_ slots: DraftSlots)

    /// Calls the person: the terminal's bell. Consoles without a terminal do nothing.
    func ring()

    /// Waits while more is to be shown than the terminal takes, so that memory does not grow with a burst.
    func settled() async

    /// Shows lines in the person's pager when they are taller than the screen, else above the line as `show` does.
    ///
    /// What is shown meanwhile appears when the pager has been left.
    func page(_ lines: String)

    /// Opens a text in the person's editor, `$VISUAL` or `$EDITOR`; what is saved there becomes the line, unsent.
    ///
    /// What is shown meanwhile appears when the editor has been left.
    func edit(_ text: String)

    /// Calls the person as ``setManners(_:)`` says: by the bell, by a notification of the desktop, or not at all.
    func call(_ call: AttentionCall)

    /// Says what goes on in the title of the terminal's window, where manners allow it. May be foreign text.
    func setTitle(_ title: String)

    /// Changes how the person is called.
    func setManners(_ manners: TerminalManners)

    /// Brings one element when nobody takes any more what is shown, and ends with the console. For one consumer.
    var losses: AsyncStream<Void> { get }

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
    /// Whether what is typed behind it is nobody's business: it is drawn as dots and kept nowhere.
    package var isSecret: Bool

    /// Creates a prompt.
    package init(text: String, right: String = "", isSecret: Bool = false) {
        self.text = text
        self.right = right
        self.isSecret = isSecret
    }
}

extension Console {
    /// Brings nothing: a terminal that is lost ends the input.
    package var losses: AsyncStream<Void> { AsyncStream { $0.finish() } }

    /// Does nothing.
    package func setDrafts(_ slots: DraftSlots) {}

    /// Does nothing.
    package func ring() {}

    /// Returns at once.
    package func settled() async {}

    /// Shows the lines.
    package func page(_ lines: String) { show(lines) }

    /// Says that there is no editor here.
    package func edit(_ text: String) { show("There is no editor for a console without lines to edit.") }

    /// Does nothing.
    package func call(_ call: AttentionCall) {}

    /// Does nothing.
    package func setTitle(_ title: String) {}

    /// Does nothing.
    package func setManners(_ manners: TerminalManners) {}
}
