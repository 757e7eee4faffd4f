internal import CVTerm

extension TerminalScreen {
    /// What a program can make of a terminal apart from its text and the cursor.
    package struct State: Hashable, Sendable {
        /// The window's title and that of its icon, in the pieces in which they came.
        package var titles: [String] = []
        /// Whether the screen without scrollback is shown.
        package var isAlternate = false
        /// Whether colours are exchanged all over.
        package var isReversed = false
        /// What of the mouse the program wants to know; 0 is nothing.
        package var mouse = 0
        /// The shape of the cursor; 1 is a block.
        package var cursorShape = 1
        /// Operating system commands that the emulator does not know, such as requests for the clipboard.
        package var unknownCommands: [String] = []
        /// Device control strings that the emulator does not know.
        package var unknownStrings: [String] = []
        /// Control sequences that the emulator does not know, such as `?2026h`.
        package var unknownSequences: Set<String> = []
        /// What the terminal has answered to questions, such as where the cursor is.
        package var answers: [UInt8] = []

        /// Nothing but the text was touched.
        package init() {}
    }

    func note(_ property: VTermProp, _ value: VTermValue, into state: inout State) {
        switch property {
        case VTERM_PROP_TITLE, VTERM_PROP_ICONNAME: state.titles.append(value.string.map { String(cString: $0) } ?? "")
        case VTERM_PROP_ALTSCREEN: state.isAlternate = value.boolean != 0
        case VTERM_PROP_REVERSE: state.isReversed = value.boolean != 0
        case VTERM_PROP_MOUSE: state.mouse = Int(value.number)
        case VTERM_PROP_CURSORSHAPE: state.cursorShape = Int(value.number)
        default: break
        }
    }
}
