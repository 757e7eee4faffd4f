import BotSchema
import Bots
import Handoff

// What the hub tells, and what user and bot are to know of it.
extension HandoffSession {
    func follow(_ report: HubReport) async throws {
        if let step = HandoffStep.Kind(report) { note(step) }
        switch report {
        case .queued(let position, _) where wasAccepted: try await tell(.queued(at: position))
        case .queued(let position, let estimatedWait):
            let skill = initiation.context.skill
            let event = Activity.handoffQueue(position: position, estimatedWait: estimatedWait, skill: skill)
            try await conversation.send(event.sentByHub)
        case .accepted(let agent):
            record.wasAccepted = true
            mute(for: agent)
            if faults.isDisjoint(with: [.statusLate, .statusReordered]) {
                try await publish(.accepted, by: agent)
            } else {
                keptAcceptance = KeptAcceptance(agent: agent)
            }
            try await connect()
        case .joined(let agent):
            mute(for: agent)
            try await tell(.joined(agent), about: agent)
            try await connect()
        case .interrupted(let agent): try await tell(.interrupted(agent), about: agent)
        case .reachable(let agent):
            try await tell(.reachable(agent), about: agent)
            try await deliverUntaken()
        case .typing(let agent):
            try await conversation.send(.typing.sent(byAgent: agent.id, name: agent.name))
        case .message(let activity, let agent):
            let line = agentLines.forUser(activity).sent(byAgent: agent.id, name: agent.name)
            for (number, part) in line.partsThatChannelsTake.enumerated() {
                let sent = try await conversation.send(part)
                if number == 0 { agentLines.insert(hubId: activity.id, userId: sent.id) }
            }
            if faults.contains(.statusLate), keptAcceptance?.due == nil {
                keptAcceptance?.due = clock.now + StatusFault.lateness
            }
        case .held(let agent): try await tell(.held(by: agent), about: agent)
        case .resumed(let agent): try await tell(.resumed(by: agent), about: agent)
        case .idle(let agent, let remaining): try await tell(.idle(with: agent, endsIn: remaining), about: agent)
        case .expired(let agent, let silence):
            try await tell(.expired(with: agent, after: silence), about: agent)
            isEndTold = true
        case .transferring(let agent, let target): try await wait(.transferring(from: agent, to: target), for: agent)
        case .reassigning(let agent): try await wait(.reassigning(from: agent), for: agent)
        case .abandoned(let agent, let time):
            let notice = HubNotice.abandoned(by: agent, after: time)
            try await tell(notice, about: agent)
            isEndTold = true
            // Whoever comes back finds the bot, and the bot must know.
            try await end(wasAccepted ? .completed(.ended) : .failed, message: notice.text, by: agent)
        case .completed(let completion, let agent, let unread, let note):
            untaken = unread + untaken
            try await end(.completed(completion), by: agent, note: note)
        case .failed(_, let reason): try await end(.failed, message: reason)
        case .timedOut(let reason):
            // The protocol cannot time out what was accepted: for bot and user the agent is lost (HO206).
            try await end(wasAccepted ? .lost : .timedOut, message: reason)
        case .lost(let agent, let reason, let unread):
            untaken = unread + untaken
            try await end(.lost, message: reason, by: agent)
        }
    }

    private func mute(for agent: HubAgent) {
        guard phase != .closed else { return }
        record.agent = agent.name
        liveConversations.insert(conversation.id, agent: agent.name, requestedBy: request.replyToId)
    }

    private func connect() async throws {
        if phase == .waiting { phase = .live }
        try await deliverUntaken()
    }

    /// Between two agents nobody has the user, and lines are kept again.
    private func wait(_ notice: HubNotice, for agent: HubAgent) async throws {
        if phase == .live { phase = .waiting }
        record.agent = nil
        try await tell(notice, about: agent)
    }

    func tell(_ notice: HubNotice, about agent: HubAgent? = nil) async throws {
        try await conversation.send(notice.activity(about: agent))
    }

    /// For the bot the user is back; the agent hears that the user has left.
    func leaveHub() async throws {
        if let item { await hub.close(item, endedBy: .user) }
        guard wasAccepted else {
            return try await end(.failed, message: "The user has left the queue.", as: .cancelled)
        }
        try await end(.completed(.transferBack))
    }

    private func end(
        _ status: HandoffStatus,
        message: String? = nil,
        by agent: HubAgent? = nil,
        note remark: String? = nil,
        as outcome: HandoffOutcome? = nil
    ) async throws {
        note(HandoffStep.Kind(status, outcome, by: agent, reason: message))
        self.outcome = wasAccepted ? .agent : outcome == .cancelled ? .withdrawn : .nobody
        // Before the bot hears of it, which may well have something to say to it.
        liveConversations.remove(conversation.id)
        record.isReturning = true
        if faults.contains(.statusLate) { try await publishKeptAcceptance() }
        let said = status == .completed(.transferBack) ? await saidWithAgent(by: agent, note: remark) : nil
        // The bot's reason speaks of the user, who is not spoken to.
        let words = outcome == .cancelled ? "You have left the queue." : nil
        let isWithdrawal = outcome == .cancelled
        try await publish(
            status,
            message: message,
            by: agent,
            transcript: said,
            words: words,
            isWithdrawal: isWithdrawal
        )
        try await publishKeptAcceptance()
        if let agent, case .completed = status, faults.contains(.agentAfterEnd) {
            let afterthought = Activity.message("One more thing: please keep your receipt.")
            try await conversation.send(afterthought.sent(byAgent: agent.id, name: agent.name))
        }
        if phase != .closed { phase = .returning }
    }

    /// What user and agent said since the request, without the lines that the bot itself gets, and the note for the bot.
    private func saidWithAgent(by agent: HubAgent?, note: String?) async -> [Activity] {
        let log = await conversation.transcript()
        let start = log.firstIndex { $0.id == request.id }.map { $0 + 1 } ?? log.endIndex
        let unread = Set(untaken.compactMap(\.id))
        let said = log[start...].filter { line in
            guard line.isForAgents, !line.isFromHub, line.id.map(unread.contains) != true else { return false }
            return line.humanAgent != nil || line.isFromUser
        }.asTheyStand.filter { $0.type == .message }
        guard let note, let agent else { return said }
        var last = Activity.noteForBot(note, byAgent: agent.id, name: agent.name)
        last.conversation = ConversationAccount(id: conversation.id)
        return said + [last]
    }

    /// What comes next; nil when the session is over, or an acceptance that was kept back is due.
    func nextLetter() async -> Letter? {
        guard let due = keptAcceptance?.due else { return await inbox.next() }
        return await inbox.next(within: due - clock.now, on: clock)
    }

    var isAcceptanceDue: Bool {
        !Task.isCancelled && phase != .closed && keptAcceptance?.due.map { $0 <= clock.now } ?? false
    }

    func publishKeptAcceptance() async throws {
        guard let kept = keptAcceptance.take() else { return }
        try await publish(.accepted, by: kept.agent)
    }

    /// The user's stream first: whoever watches it sees the status before what the bot makes of it.
    private func publish(
        _ status: HandoffStatus,
        message: String? = nil,
        by agent: HubAgent?,
        transcript: [Activity]? = nil,
        words: String? = nil,
        isWithdrawal: Bool = false
    ) async throws {
        var plain = Activity.handoffStatus(
            status,
            message: message,
            conversationId: conversation.id,
            dialect: dialect
        )
        if let transcript { await plain.attachTranscript(transcript, keeping: conversation.keepTranscript) }
        if isWithdrawal { plain = plain.reportingWithdrawal }
        let event = agent.map { plain.sent(byAgent: $0.id, name: $0.name) } ?? plain.sentByHub
        let events = StatusFault.allCases.filter(faults.contains).reduce([event]) { events, fault in
            events.flatMap { fault.activities(for: $0, status) }
        }
        for event in events {
            var delivered = try await conversation.send(event)
            delivered.recipient = await conversation.bot
            if let id = delivered.id { liveConversations.allowReplies(to: id, in: conversation.id) }
            await conversation.deliverToBot(delivered)
        }
        if announces, !isEndTold, !events.isEmpty {
            try await tell(HubNotice(announcing: status, by: agent, because: words ?? message), about: agent)
        }
    }
}

extension HandoffStep.Kind {
    /// The step that a report of the hub is, nil when it is none, or an end.
    fileprivate init?(_ report: HubReport) {
        switch report {
        case .queued(let position, _): self = .queued(position: position)
        case .accepted(let agent), .joined(let agent): self = .accepted(by: agent)
        case .interrupted(let agent): self = .interrupted(agent)
        case .reachable(let agent): self = .reachable(agent)
        case .transferring(let agent, _), .reassigning(let agent): self = .transferring(from: agent)
        default: return nil
        }
    }

    /// The step that the last status is.
    fileprivate init(_ status: HandoffStatus, _ outcome: HandoffOutcome?, by agent: HubAgent?, reason: String?) {
        switch status {
        case .completed(.ended): self = .completed(outcome ?? .ended, by: agent)
        case .completed(.transferBack): self = .completed(outcome ?? .transferredBack, by: agent)
        case .completed(.unspecified), .accepted: self = .completed(outcome ?? .completed, by: agent)
        case .failed: self = .failed(outcome ?? .failed, by: agent, reason: reason)
        case .timedOut: self = .failed(outcome ?? .timedOut, by: agent, reason: reason)
        case .lost: self = .failed(outcome ?? .lost, by: agent, reason: reason)
        }
    }
}
