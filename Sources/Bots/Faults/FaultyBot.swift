package import BotSchema
import Handoff

/// A bot with faults: another bot, and what goes wrong with it around a handoff.
package struct FaultyBot: Bot {
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
        let channel: any ConversationChannel =
            faults.contains(.twoInitiations) ? TwiceAskingChannel(channel: conversation) : conversation
        let response = try await bot.onTurn(activity, in: channel)
        // That an agent is there is all that a bot ever hears of one.
        guard let signal = HandoffSignal(activity), case .accepted = signal.kind else { return response }
        if faults.contains(.botSpeaks) {
            try await conversation.send(.message("By the way, have you seen this week's offers?"))
        }
        if faults.contains(.botEnds) { try await conversation.send(.endOfConversation()) }
        return response
    }
}

/// A channel on which each request for an agent is made twice, under an id each.
private struct TwiceAskingChannel: ConversationChannel {
    let channel: any ConversationChannel

    var id: String { channel.id }
    var user: ChannelAccount { get async { await channel.user } }
    var bot: ChannelAccount { get async { await channel.bot } }

    func send(_ activity: Activity) async throws -> Activity {
        let sent = try await channel.send(activity)
        if case .initiate? = HandoffSignal(activity)?.kind { try await channel.send(activity) }
        return sent
    }

    func deliverToBot(_ activity: Activity) async { await channel.deliverToBot(activity) }
    func transcript() async -> [Activity] { await channel.transcript() }
}
