import BotSchema

extension ChatPrompt {
    /// What the window's title says: who listens, and what is wrong.
    package var windowTitle: String {
        let listener =
            switch listener {
            case .connecting: "connecting"
            case .bot: "bot"
            case .waiting: "waiting for an agent"
            case .queue(let position): position.map { "queue, place \($0)" } ?? "queue"
            case .agent(let name): name.text
            case .desk: "desk"
            case .user(let name, _): name.text
            case .field(let name, _): name
            case .closed: "closed"
            }
        return "Baton · " + listener + (note.isEmpty ? "" : " · " + note)
    }
}
