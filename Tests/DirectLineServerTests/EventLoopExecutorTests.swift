import BotSchema
import Bots
@testable import DirectLineServer
import NIOPosix
import Synchronization
import TestSupport
import Testing

/// Where the code of others runs: a loop that is blocked serves none of its connections.
@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct EventLoopExecutorTests {
    /// Notes whether it was called on an event loop.
    private final class Witness: Sendable {
        let isOnLoop = Mutex<[Bool]>([])

        func look() { isOnLoop.withLock { $0.append(MultiThreadedEventLoopGroup.currentEventLoop != nil) } }
    }

    private struct AnyBot: Bot {
        let witness: Witness

        func onTurn(
            _ activity: Activity,
            in conversation: any ConversationChannel
        ) async throws -> InvokeResponse? {
            witness.look()
            try await conversation.send(.message("heard"))
            witness.look()
            return nil
        }
    }

    private struct QuickBot: Bot, NeverBlocks {
        let bot: AnyBot

        func onTurn(
            _ activity: Activity,
            in conversation: any ConversationChannel
        ) async throws -> InvokeResponse? { try await bot.onTurn(activity, in: conversation) }
    }

    private struct AnyAdapter: ConversationAdapter {
        let witness: Witness

        func userSent(_ activity: Activity, in conversation: any ConversationChannel) async -> UserTurnRecipient {
            witness.look()
            return .bot
        }

        func botSent(_ activity: Activity, in conversation: any ConversationChannel) async { witness.look() }
    }

    @Test func `a bot and an adapter that may block never run on an event loop`() async throws {
        let witness = Witness()
        try await withServer(bot: AnyBot(witness: witness), adapter: AnyAdapter(witness: witness)) { server in
            let conversation = try await server.start()
            for _ in 1...5 { #expect(try await conversation.say("hi").status == 200) }
        }
        let seen = witness.isOnLoop.withLock { $0 }
        #expect(seen.count >= 15)
        #expect(!seen.contains(true))
    }

    @Test func `a bot that never blocks stays on the event loop`() async throws {
        let witness = Witness()
        try await withServer(bot: QuickBot(bot: AnyBot(witness: witness))) { server in
            let conversation = try await server.start()
            for _ in 1...5 { #expect(try await conversation.say("hi").status == 200) }
        }
        let seen = witness.isOnLoop.withLock { $0 }
        #expect(seen.count >= 10)
        #expect(!seen.contains(false))
    }
}
