/// A client of Direct Line 3.0.
public enum DirectLine {
    /// Starts or resumes a conversation, runs a closure with it, and leaves it.
    ///
    /// Everything that the conversation needs lives inside: connections, the stream, the refreshing of its token. When
    /// the closure returns or throws, the socket is closed with 1000 and nothing stays behind; cancelling closes at
    /// once. The service keeps the conversation.
    ///
    /// - Parameters:
    ///   - configuration: Whom to talk to, as whom, and how patiently.
    ///   - body: Uses the conversation; it should read ``Conversation/events`` for as long as it runs.
    /// - Returns: What the closure returned.
    /// - Throws: ``ClientError`` when the conversation could not be started, which is tried once; what the closure
    ///   threw; `CancellationError`.
    public static func withConversation<Result>(
        _ configuration: ClientConfiguration,
        body: (Conversation) async throws -> Result
    ) async throws -> Result {
        let network = try Network(configuration)
        let result: Result
        do {
            result = try await run(configuration, HTTPExchange(network, configuration), body)
        } catch {
            await network.shutdown()
            throw error
        }
        await network.shutdown()
        return result
    }

    private static func run<Result>(
        _ configuration: ClientConfiguration,
        _ exchange: HTTPExchange,
        _ body: (Conversation) async throws -> Result
    ) async throws -> Result {
        let start = try await ConversationStart(configuration, exchange).begin()
        let conversation = start.conversation
        await conversation.recall()
        if let notice = start.notice { await conversation.queue.push(.notice(notice)) }

        async let stream: Void = withTaskGroup { group in
            group.addTask { await conversation.keepTokenFresh() }
            group.addTask { await conversation.noticeSleep() }
            await ActivityStream(of: conversation).run(from: start.streamURL)
            group.cancelAll()
        }
        let result: Result
        do {
            result = try await body(conversation)
        } catch {
            conversation.leave()
            await stream
            throw error
        }
        conversation.leave()
        await stream
        return result
    }
}
