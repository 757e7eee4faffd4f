import BotSchema
import Bots

/// Adapter and bot: what is to be heard by whom, each in a lane of its own.
extension Conversation {
    /// Whether nobody waits for adapter or bot.
    var isResting: Bool { pending.isEmpty && observations.isEmpty && turns.isEmpty && heldLines.isEmpty }

    func observe(_ observation: Observation) {
        guard observations.add(observation), !surroundings.scope.add({ await self.runObservations() }) else { return }
        abandonLanes()
    }

    func take(_ turn: Turn) {
        guard turns.add(turn), !surroundings.scope.add({ await self.runTurns() }) else { return }
        abandonLanes()
    }

    /// Asks the adapter about the next line of the user, after whatever the bot has said until now.
    func openNextUserTurn() {
        isUserTurnOpen = !heldLines.isEmpty
        guard isUserTurnOpen else { return }
        let next = heldLines.removeFirst()
        observe(.user(next.activity, next.turn))
    }

    /// The server has stopped: nobody will run what waits, and whoever waits for it must not wait for ever.
    private func abandonLanes() {
        let gone = Outcome.failure(.conversationGone(id))
        while let observation = observations.next() {
            if case .user(_, let turn) = observation { turn.outcome.settle(gone) }
        }
        while let turn = turns.next() { turn.outcome.settle(gone) }
        for line in heldLines { line.turn.outcome.settle(gone) }
        heldLines = []
    }

    private func runObservations() async {
        guard let adapter = surroundings.adapter else { return }
        let channel = ConversationHandle(self, speaker: .adapter)
        while let observation = observations.next() {
            switch observation {
            case .bot(let activity):
                await adapter.botSent(activity, in: channel)
            case .connection(let isOpen):
                await adapter.connectionChanged(isOpen: isOpen, in: channel)
            case .user(let activity, let turn):
                switch await adapter.userSent(activity, in: channel) {
                case .bot: take(turn)
                case .adapter:
                    waitingBytes -= turn.size
                    turn.outcome.settle(.success(nil))
                    openNextUserTurn()
                }
            }
        }
    }

    private func runTurns() async {
        while let turn = turns.next() {
            await perform(turn)
            waitingBytes -= turn.size
            if turn.isUsers, surroundings.adapter != nil { openNextUserTurn() }
        }
    }

    /// Runs one turn, for no longer than the limit: then the user's client is answered and the next turn begins, but
    /// the bot goes on and what it still says arrives.
    private func perform(_ turn: Turn) async {
        let gone = Outcome.failure(.conversationGone(id))
        let (bot, clock, limit) = (surroundings.bot, surroundings.clock, surroundings.limits.turn)
        let channel = ConversationHandle(self, speaker: .bot)
        let isRunning = surroundings.scope.add {
            do {
                turn.outcome.settle(.success(try await bot.onTurn(turn.activity, in: channel)))
            } catch {
                turn.outcome.settle(.failure(error as? BotError ?? BotError(.refused, "the bot failed: \(error)")))
            }
        }
        guard isRunning, !Task.isCancelled else { return turn.outcome.settle(gone) }

        let outcome = await withTaskGroup(of: Void.self) { group in
            group.addTask {
                // A cancelled sleep means that the bot was in time.
                guard (try? await clock.sleep(for: limit, tolerance: nil)) != nil else { return }
                turn.outcome.settle(.failure(.timedOut(after: limit)))
            }
            defer { group.cancelAll() }
            return await turn.outcome.value(orIfCancelled: gone)
        }
        if case .failure(let error) = outcome { surroundings.report(.botFailed(id, error)) }
    }
}
