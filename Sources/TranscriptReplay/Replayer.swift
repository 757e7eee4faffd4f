import AsyncAlgorithms
import BotSchema
package import DirectLineClient

/// Says the user's half of a recorded conversation to a live bot.
package struct Replayer: Sendable {
    private let script: ReplayScript
    private let patience: ReplayStateMachine.Patience
    private let clock: any Clock<Duration>

    /// A replayer of a script.
    package init(
        _ script: ReplayScript,
        patience: ReplayStateMachine.Patience = ReplayStateMachine.Patience(),
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.script = script
        self.patience = patience
        self.clock = clock
    }

    /// Opens a conversation and says the lines in it, each at its moment.
    ///
    /// - Parameters:
    ///   - configuration: With whom to talk.
    ///   - onProgress: Told where it stands.
    /// - Returns: What came, and how it compares.
    /// - Throws: ``ClientError`` when no conversation can be opened; `CancellationError`.
    package func run(
        _ configuration: ClientConfiguration,
        onProgress: @escaping @Sendable (ReplayStateMachine.Progress) -> Void = { _ in }
    ) async throws -> ReplayResult {
        try await DirectLine.withConversation(configuration) { conversation in
            let events = AsyncChannel<ReplayStateMachine.Event>()
            return await withDiscardingTaskGroup { group in
                group.addTask {
                    for await event in conversation.events {
                        if let event = Self.event(event) { await events.send(event) }
                    }
                }
                let result = await perform(events, on: conversation, in: &group, onProgress)
                group.cancelAll()
                events.finish()
                return result
            }
        }
    }

    private func perform(
        _ events: AsyncChannel<ReplayStateMachine.Event>,
        on conversation: Conversation,
        in group: inout DiscardingTaskGroup,
        _ onProgress: @Sendable (ReplayStateMachine.Progress) -> Void
    ) async -> ReplayResult {
        var machine = ReplayStateMachine(script, patience: patience)
        var ending = ReplayStateMachine.Ending.broken("the replay was stopped")
        var iterator = events.makeAsyncIterator()
        receiving: while let event = await iterator.next(isolation: #isolation) {
            for action in machine.handle(event) {
                switch action {
                case .send(let activity):
                    group.addTask { await events.send(await post(activity, on: conversation)) }
                case .catchUp(let generation): group.addTask { await conversation.catchUp(generation) }
                case .startTimer(let timer, let duration):
                    group.addTask {
                        guard (try? await clock.sleep(for: duration)) != nil else { return }
                        await events.send(.timer(timer))
                    }
                case .tell(let progress): onProgress(progress)
                case .finish(let end):
                    ending = end
                    break receiving
                }
            }
        }
        return ReplayResult(script, received: machine.received, ending: ending, botFailures: machine.botFailures)
    }

    private func post(_ activity: Activity, on conversation: Conversation) async -> ReplayStateMachine.Event {
        do {
            _ = try await conversation.send(activity)
            return .posted(botFailure: nil)
        } catch let error as ClientError where error.code == .botFailed {
            return .posted(botFailure: error.message)
        } catch {
            return .broken((error as? ClientError)?.message ?? "the replay was stopped")
        }
    }

    private static func event(_ event: ClientEvent) -> ReplayStateMachine.Event? {
        switch event {
        case .activity(let activity, let isEcho): .arrived(activity, isEcho: isEcho)
        case .connection(.online), .connection(.polling): .online
        case .connection(.ended): .ended
        case .connection(.expired): .broken("the token is no longer valid")
        case .connection(.failed(let error)): .broken(error.message)
        case .caughtUp(let generation, let isCertain): .caughtUp(generation: generation, isCertain: isCertain)
        case .connection(.reconnecting): .offline
        case .connection, .notice: nil
        }
    }
}
