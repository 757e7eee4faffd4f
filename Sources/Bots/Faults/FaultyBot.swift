package import BotSchema
import Handoff

/// A bot with faults: another bot, and what goes wrong with it around a handoff.
package struct FaultyBot: Bot, NeverBlocks {
    private let bot: any Bot
    private let faults: Set<BotFault>

    /// A bot that does what another does, and these things wrong.
    package init(_ bot: any Bot, faults: Set<BotFault>) {
        self.bot = bot
        self.faults = faults
    }

    package func onTurn(
        _ activity: Activity,
        in conversation: any ConversationChannel
    ) async throws -> InvokeResponse? {
        let response = try await bot.onTurn(activity, in: conversation)
        // That an agent is there is all that a bot ever hears of one.
        guard let signal = HandoffSignal(activity), case .accepted = signal.kind else { return response }
        if faults.contains(.botSpeaks) {
            try await conversation.send(.message("By the way, have you seen this week's offers?"))
        }
        if faults.contains(.botEnds) { try await conversation.send(.endOfConversation()) }
        return response
    }
}
