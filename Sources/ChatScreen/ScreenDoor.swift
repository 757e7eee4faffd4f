import LineEditing

/// How the chat reaches what keeps and follows a person's settings.
package struct ScreenDoor: Sendable {
    /// Follows the settings from now on, such as by other colours.
    package var adopt: @Sendable (Settings) -> Void
    /// Keeps a setting for the next chat, nil for none; answers its name, or why not in one sentence.
    package var keep: @Sendable (String, String?) async -> Result<String, CommandFailure>
    /// Keeps lines that were not sent for the next chat.
    package var keepUnsent: @Sendable ([String]) -> Void

    /// A door; by default nothing is behind it.
    package init(
        adopt: @escaping @Sendable (Settings) -> Void = { _ in },
        keep: @escaping @Sendable (String, String?) async -> Result<String, CommandFailure> = { name, _ in
            .success(name)
        },
        keepUnsent: @escaping @Sendable ([String]) -> Void = { _ in }
    ) {
        self.adopt = adopt
        self.keep = keep
        self.keepUnsent = keepUnsent
    }
}

extension ChatItem {
    /// Whether it is what a command answers, and not something that happens.
    var isAnswer: Bool {
        switch self {
        case .answer, .table, .loadedHeader, .loaded: true
        default: false
        }
    }
}

extension ChatEvent {
    /// Whether what is shown for it was asked for just now.
    var isAnswered: Bool {
        switch self {
        case .input(.line), .fetched: true
        default: false
        }
    }
}
