import BotSchema
import Bots
import DirectLineClient

/// A bot behind another Direct Line service, such as a Copilot Studio agent.
///
/// Each conversation of ours has one upstream, in which this is the client: user activities go up, everything else
/// comes down as the bot's. So the handoff adapter stands in front of a bot that runs elsewhere.
actor UpstreamBot: Bot {
    private let endpoint: DirectLineEndpoint
    private let credential: DirectLineCredential
    private let allowsClearText: Bool
    private let requestTimeout: Duration?
    private let work: AsyncStream<UpstreamSession>
    private let entrance: AsyncStream<UpstreamSession>.Continuation
    private var sessions: [String: UpstreamSession] = [:]

    /// A bot at a service, which may be reached over `http` on another machine where that is allowed, and may take so
    /// long to answer, or as long as clients grant.
    init(
        endpoint: DirectLineEndpoint,
        credential: DirectLineCredential,
        allowsClearText: Bool = false,
        requestTimeout: Duration? = nil
    ) {
        self.requestTimeout = requestTimeout
        self.allowsClearText = allowsClearText
        self.endpoint = endpoint
        self.credential = credential
        // Unbounded on purpose: one session for each conversation, and a dropped one would never answer.
        (work, entrance) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
    }

    /// Runs the upstream conversations until the task is cancelled; to be called once.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await session in work {
                group.addTask {
                    await session.run()
                    await self.forget(session)
                }
            }
        }
    }

    func onTurn(_ activity: Activity, in conversation: any ConversationChannel) async throws -> InvokeResponse? {
        let session = try await session(for: activity, in: conversation)
        // The service upstream tells its bot of its own members.
        guard activity.type != .conversationUpdate else { return nil }
        try await session.send(activity)
        return nil
    }

    /// A file that the bot links, where it is on the bot's own service.
    ///
    /// - Returns: Nil for a file that is elsewhere, or of a conversation that is not open.
    func file(of attachment: Attachment, in conversationId: String) async throws -> DownloadedFile? {
        try await sessions[conversationId]?.file(of: attachment)
    }

    private func session(
        for activity: Activity,
        in conversation: any ConversationChannel
    ) async throws -> UpstreamSession {
        if let session = sessions[conversation.id] { return session }
        let user = await conversation.user
        // Another turn may have been quicker while the user was asked for.
        if let session = sessions[conversation.id] { return session }
        var configuration = ClientConfiguration(
            endpoint: endpoint,
            credential: credential,
            user: user,
            locale: activity.locale
        )
        configuration.allowsClearText = allowsClearText
        if let requestTimeout { configuration.requestTimeout = requestTimeout }
        let session = UpstreamSession(conversation: conversation, configuration: configuration)
        guard case .enqueued = entrance.yield(session) else {
            throw BotError(.unreachable, "the connection to the bot's service is closed")
        }
        sessions[conversation.id] = session
        return session
    }

    private func forget(_ session: UpstreamSession) {
        if sessions[session.conversation.id] === session { sessions[session.conversation.id] = nil }
    }
}
