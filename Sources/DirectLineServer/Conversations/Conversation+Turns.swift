import BotSchema
import Bots

/// Adapter and bot: what is to be heard by whom, each in a lane of its own.
extension Conversation {
    /// Whether nobody waits for adapter or bot.
    var isResting: Bool { pending.isEmpty && observations.isEmpty && turns.isEmpty && heldLines.isEmpty }

    func observe(_ observation: Observation) {
        guard observations.add(observation) else { return }
        let executor = surroundings.adapterExecutor
        let isBegun = surroundings.scope.add {
            await withTaskExecutorPreference(executor) { await self.runObservations() }
        }
        if !isBegun { abandonLanes() }
    }

    func take(_ turn: Turn) {
        guard turns.add(turn) else { return }
        let executor = surroundings.botExecutor
        let isBegun = surroundings.scope.add {
            await withTaskExecutorPreference(executor) { await self.runTurns() }
        }
        if !isBegun { abandonLanes() }
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
            case .failure(let activity, let error):
                await adapter.botFailed(on: activity, error, in: channel)
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
            guard await perform(turn) else { return }
            hasEnded(turn)
        }
    }

    /// A turn waits no more, whether the bot has ended it or its time is up.
    private func hasEnded(_ turn: Turn) {
        waitingBytes -= turn.size
        if turn.isUsers, surroundings.adapter != nil { openNextUserTurn() }
    }

    /// Runs one turn, for no longer than the limit: then the user's client is answered and the next turn begins, but
    /// the bot goes on and what it still says arrives.
    ///
    /// - Returns: False when another runner has gone on with the turns meanwhile.
    private func perform(_ turn: Turn) async -> Bool {
        guard !Task.isCancelled else {
            turn.outcome.settle(.failure(.conversationGone(id)))
            return true
        }
        turnNumber += 1
        let (number, scope, executor) = (turnNumber, surroundings.scope, surroundings.botExecutor)
        let deadline = surroundings.deadlines.add(after: surroundings.limits.turn) {
            // A scope that has ended cancels the turn, which ends it as well.
            _ = scope.add { await withTaskExecutorPreference(executor) { await self.overtake(turn, number) } }
        }
        let outcome = await run(turn)
        surroundings.deadlines.remove(deadline)
        guard turnNumber == number else { return false }
        // A deadline that has passed in this moment comes too late.
        turnNumber += 1
        turn.outcome.settle(outcome)
        if case .failure(let error) = outcome { hasFailed(turn, error) }
        return true
    }

    /// The operator hears of it, and of an activity that the adapter delivered the adapter.
    private func hasFailed(_ turn: Turn, _ error: BotError) {
        surroundings.report(.botFailed(id, error, on: turn.activity))
        if !turn.isUsers, surroundings.adapter != nil { observe(.failure(turn.activity, error)) }
    }

    /// Has the bot answer, without holding the conversation.
    @concurrent private nonisolated func run(_ turn: Turn) async -> Outcome {
        do {
            return .success(
                try await surroundings.bot.onTurn(turn.activity, in: ConversationHandle(self, speaker: .bot))
            )
        } catch {
            return .failure(error as? BotError ?? BotError(.refused, "the bot failed: \(error)"))
        }
    }

    /// Leaves a turn whose time is up to itself, and goes on with the next.
    private func overtake(_ turn: Turn, _ number: Int) async {
        guard turnNumber == number else { return }
        turnNumber += 1
        let error = BotError.timedOut(after: surroundings.limits.turn)
        turn.outcome.settle(.failure(error))
        hasFailed(turn, error)
        hasEnded(turn)
        await runTurns()
    }
}
