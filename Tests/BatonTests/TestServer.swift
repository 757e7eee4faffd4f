import BotSchema
import Bots
import DirectLineServer
import Synchronization
import TestSupport

/// A bot that keeps everything it gets, and answers as a test wants.
final class RecordingBot: Bot {
    private let heard = Mutex<[Activity]>([])
    private let answer: @Sendable (Activity) -> [Activity]
    private let invokeAnswer: @Sendable (Activity) -> InvokeResponse

    init(
        invokeAnswer: @escaping @Sendable (Activity) -> InvokeResponse = { _ in InvokeResponse(status: 501) },
        answer: @escaping @Sendable (Activity) -> [Activity]
    ) {
        self.answer = answer
        self.invokeAnswer = invokeAnswer
    }

    /// What the bot has got from users so far.
    var activities: [Activity] { heard.withLock { $0 }.filter { [.message, .invoke].contains($0.type) } }

    func onTurn(_ activity: Activity, in conversation: any ConversationChannel) async throws -> InvokeResponse? {
        heard.withLock { $0.append(activity) }
        if activity.type == .invoke { return invokeAnswer(activity) }
        for reply in answer(activity) { try await conversation.send(reply) }
        return nil
    }
}

/// Runs a server with a bot in this process, to which the real program connects, for the length of a closure.
func withServer(
    of bot: any Bot,
    adapter: (any ConversationAdapter)? = nil,
    _ body: (_ address: String) throws -> Void
) async throws {
    var configuration = ServerConfiguration(secret: "test-secret")
    configuration.limits.turn = .seconds(600)
    let server = EmbeddedServer(configuration: configuration, bot: bot, adapter: adapter)
    let (addresses, ready) = AsyncStream.makeStream(of: ServerAddress.self, bufferingPolicy: .bufferingNewest(1))
    try await withThrowingTaskGroup(of: Void.self) { group in
        // Not on a thread of the tests, which all may wait for what their servers say.
        group.addTask(executorPreference: globalConcurrentExecutor) {
            defer { ready.finish() }
            try await server.run { ready.yield($0) }
        }
        defer { group.cancelAll() }
        for await address in addresses {
            try body(address.url)
            return
        }
        try await group.next()
    }
}

/// Starts the program against a server of ``withServer(of:_:)``.
func startChat(
    at address: String,
    home: TemporaryFolder,
    environment: [String: String] = [:],
    columns: Int = 80
) throws -> PseudoTerminal {
    try startChat(
        ["--direct-line", address],
        home: home,
        environment: ["DIRECTLINE_SECRET": "test-secret"].merging(environment) { $1 },
        columns: columns
    )
}
