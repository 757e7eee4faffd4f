/// Something that a bot does wrong while it hands over, on demand.
package enum BotFault: String, NamedFault {
    /// It talks although an agent has the conversation.
    case botSpeaks = "bot-speaks"
    /// It ends the conversation although an agent has it.
    case botEnds = "bot-ends"

    package var summary: String {
        switch self {
        case .botSpeaks: "the bot says something while an agent has the conversation"
        case .botEnds: "the bot ends the conversation while an agent has it"
        }
    }
}
