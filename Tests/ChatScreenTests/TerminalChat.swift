import BotSchema

@testable import ChatScreen

extension ChatStateMachine {
    /// A chat at a terminal.
    static func atTerminal(
        style: Style = .plain,
        settle: Duration = .seconds(1),
        linger: Duration = .seconds(1)
    ) -> ChatStateMachine {
        ChatStateMachine(
            configuration: Configuration(isInteractive: true, settle: settle, linger: linger, style: style)
        )
    }
}

extension Sides {
    /// A chat at a terminal, with a desk of Dana's or with none.
    static func atTerminal(hasDesk: Bool = true) -> Sides {
        guard hasDesk else { return Sides(chat: .atTerminal()) }
        return Sides(chat: .atTerminal(settle: .milliseconds(500), linger: .seconds(60))) {
            DeskStateMachine(configuration: DeskStateMachine.Configuration(name: "Dana", style: .plain))
        }
    }
}

extension ScreenOutput {
    /// What a terminal shows of the actions of a chat, with the times that the activities bear.
    static func text(of actions: [ChatAction], columns: Int, style: Style) -> String {
        let output = ScreenOutput(
            style: style,
            activities: ActivityRenderer(
                style: style,
                clockTime: { $0.timestamp.map { String($0.dropFirst(11).prefix(5)) } ?? "" }
            ),
            now: { "" }
        )
        return actions.compactMap { action -> String? in
            guard case .show(let item) = action else { return nil }
            let text = output.text(of: item, columns: columns)
            return text.isEmpty ? nil : text + "\n"
        }.joined()
    }
}
