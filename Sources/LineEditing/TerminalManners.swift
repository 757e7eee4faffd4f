/// How a console calls a person who may look elsewhere, and whether it says in the window's title what goes on.
package struct TerminalManners: Sendable, Equatable {
    /// When the bell rings for a message that matters, or a notification is sent.
    package enum Occasion: String, Hashable, Sendable, CaseIterable {
        /// Never.
        case off
        /// While the window has not the focus, as far as the terminal tells.
        case unfocused
        /// Always.
        case always
    }

    /// The sequence that makes the terminal notify the desktop.
    package enum NotificationForm: String, Hashable, Sendable, CaseIterable {
        /// OSC 9: iTerm2, kitty, foot, WezTerm, Windows Terminal.
        case osc9
        /// OSC 777: rxvt-unicode, VTE, foot, Ghostty.
        case osc777
    }

    /// When the bell rings.
    package var bell: Occasion
    /// When the desktop is notified.
    package var notification: Occasion
    /// How the desktop is notified.
    package var form: NotificationForm
    /// Whether the window's title says what goes on.
    package var showsTitle: Bool
    /// Whether pages taller than the screen go to a pager.
    package var usesPager: Bool

    /// Manners; by default nothing calls, and the title is left alone.
    package init(
        bell: Occasion = .off,
        notification: Occasion = .off,
        form: NotificationForm = .osc9,
        showsTitle: Bool = false,
        usesPager: Bool = true
    ) {
        self.bell = bell
        self.notification = notification
        self.form = form
        self.showsTitle = showsTitle
        self.usesPager = usesPager
    }

    /// Whether the terminal is to report when its window gets and loses the focus.
    var needsFocus: Bool { bell == .unfocused || notification == .unfocused }

    /// The bytes that call for a message.
    ///
    /// - Parameters:
    ///   - call: what the message is about.
    ///   - isFocused: whether the window has the focus, as far as is known.
    /// - Returns: nothing where nothing is due.
    func bytes(for call: AttentionCall, isFocused: Bool) -> String {
        let isDue = { (occasion: Occasion) in occasion == .always || occasion == .unfocused && !isFocused }
        var bytes = isDue(bell) ? "\u{7}" : ""
        guard isDue(notification) else { return bytes }
        // A semicolon ends a field of OSC 777, and the terminal shows no more than a line.
        let words = { (text: String) in
            String(DisplayText.neutralised(text, keepingNewlines: false).replacing(";", with: ",").prefix(200))
        }
        switch form {
        case .osc9: bytes += "\u{1b}]9;\(words(call.title)): \(words(call.text))\u{1b}\\"
        case .osc777: bytes += "\u{1b}]777;notify;\(words(call.title));\(words(call.text))\u{1b}\\"
        }
        return bytes
    }
}

/// What the person is called for.
package struct AttentionCall: Sendable, Equatable {
    /// Who calls, such as the agent's name, as it came.
    package var title: String
    /// What it is about, such as the beginning of a message, as it came.
    package var text: String

    /// A call.
    package init(title: String, text: String) {
        self.title = title
        self.text = text
    }
}
