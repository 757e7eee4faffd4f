import AgentHub
import BotSchema
import Desk
import DirectLineClient
import Handoff
import Transcripts

/// Files, saving and sending again at a desk, as in the chat.
extension DeskStateMachine {
    /// Lists the files of the conversation in which the agent talks, or fetches one of them.
    mutating func open(_ argument: String, _ command: SlashCommand) -> [ChatAction] {
        guard let conversation = current ?? conversations.first ?? lastConversation else {
            return [.show(.failure(Self.nobodyYet))]
        }
        return begin(ReceivedFiles(in: said(in: conversation).filter { $0.type != .event }).open(argument, command))
    }

    /// Saves the conversation in which the agent talks, or the one that left last, with the lines on their way.
    mutating func save(_ wish: SaveWish) -> [ChatAction] {
        guard let conversation = current ?? conversations.first ?? lastConversation else {
            return [.show(.failure(Self.nobodyYet))]
        }
        guard outbox.inFlight == nil else {
            awaitedSaves.append((conversation.item, wish))
            return []
        }
        return write(conversation, wish)
    }

    /// Saves what was to be saved when the last line had arrived.
    mutating func saveAwaited() -> [ChatAction] {
        let saves = awaitedSaves
        awaitedSaves = []
        return saves.flatMap { save in
            let known = conversations + (lastConversation.map { [$0] } ?? [])
            return known.first { $0.item == save.item }.map { write($0, save.wish) } ?? []
        }
    }

    /// Sends what did not reach its user, in order; never what may have.
    mutating func resend() -> [ChatAction] {
        do throws(CommandFailure) {
            return try lost.takeUndelivered().flatMap { line in
                let isOpen = conversations.contains { $0.item == line.activity.deskItem && $0.isOpen }
                guard isOpen else {
                    let words = "\(line.words.quotedBeginning) is not sent: the user is no longer at your desk."
                    return [ChatAction.show(.failure(words))]
                }
                let name = conversations.first { $0.item == line.activity.deskItem }?.name
                let item = ChatItem.entered(line.words, to: conversations.count { $0.isOpen } > 1 ? name : nil)
                return [.show(item)] + post(line.activity, words: line.words, files: line.files)
            }
        } catch {
            return [.show(.failure(error.message))]
        }
    }

    /// A line or a command did not arrive, or nobody knows; only lines to users can be sent again, since a command may
    /// mean something else by then.
    mutating func failed(_ sent: Outbox.Outgoing, _ error: ClientError) -> [ChatAction] {
        let words = sent.words.quotedBeginning
        guard sent.activity.isForAgents else {
            hasFailed = true
            return [.show(.failure("\(words) did not reach the hub: \(error.message)"))]
        }
        pacer.lineFailed()
        switch error.delivery {
        case .unknown where echoedNumber == sent.number: return [.show(.notice("\(words) was delivered."))]
        case .unknown:
            lost.add(doubtful: sent)
            return [.show(.failure("\(words) may not have been delivered: \(error.message)"))]
        case .delivered, .notDelivered:
            hasFailed = true
            lost.add(undelivered: sent)
            let failure = ChatAction.show(.failure("\(words) was not delivered: \(error.message)"))
            return configuration.isInteractive ? [failure, .show(.notice("/resend sends it again."))] : [failure]
        }
    }

    /// The echo of a line proves that it was delivered.
    mutating func confirm(_ echo: Activity) -> [ChatAction] {
        pacer.lineHasId(echo.id, isEcho: true)
        if let sent = outbox.inFlight, sent.isEchoed(by: echo) { echoedNumber = sent.number }
        return lost.confirm(by: echo).map { [.show(.notice("\($0.words.quotedBeginning) was delivered."))] } ?? []
    }

    /// What is unsettled when the hub is reached anew: lines that wait can be sent again.
    mutating func handOver() -> [ChatAction] {
        let count = lost.undelivered.count
        let sent = lost.take(over: &outbox) { $0.activity.isForAgents }
        echoedNumber = nil
        var actions: [ChatAction] = []
        if let sent {
            actions.append(.show(.failure("\(sent.words.quotedBeginning) may not have been delivered.")))
        }
        if lost.undelivered.count > count {
            let lines = (lost.undelivered.count - count).of("line", "lines")
            actions.append(.show(.failure("Not delivered: \(lines); /resend sends again.")))
        }
        return actions
    }

    private static var nobodyYet: String { "There is no conversation at your desk." }

    /// Counts what is read or written from now on.
    private mutating func begin(_ actions: [ChatAction]) -> [ChatAction] {
        filesUnderWay += actions.count(where: \.isFileWork)
        return actions
    }

    private mutating func write(_ conversation: DeskConversation, _ wish: SaveWish) -> [ChatAction] {
        let activities = said(in: conversation, withNotes: !wish.isPublic)
        guard !activities.isEmpty else { return [.show(.failure("There is nothing to save yet."))] }
        return begin([wish.action(saving: Transcript(activities: activities))])
    }

    /// All of one conversation and nothing of another: what was said before and at the request, then what user and
    /// agents have said, as the user's own conversation has it.
    private func said(in conversation: DeskConversation, withNotes: Bool = false) -> [Activity] {
        let briefing = conversation.briefing
        return briefing.before + (briefing.request.map { [$0] } ?? []) + briefing.history
            + said(since: conversation, withNotes: withNotes)
    }

    /// What has been said at this desk since the hub told of the conversation, as the user's own conversation has it.
    func said(since conversation: DeskConversation, withNotes: Bool = false) -> [Activity] {
        let briefing = conversation.briefing
        let earlier = briefing.conversation + (briefing.request.map { [$0] } ?? [])
        let known = Set(earlier.compactMap(\.id))
        var sources: [String: String] = [:]
        return record.entries.compactMap { entry -> Activity? in
            let activity = entry.activity
            let isNote = activity.name == "desk.note" && activity.value?["item"]?.string == conversation.item
            guard activity.deskItem == conversation.item && activity.isForAgents || isNote && withNotes,
                ![activity.id, activity.deskSource].compactMap(\.self).contains(where: known.contains)
            else { return nil }
            var copy = activity
            copy.conversation = briefing.request?.conversation
            copy.id = activity.deskSource ?? activity.id
            if let id = activity.id { sources[id] = activity.deskSource }
            copy.replyToId = activity.deskSubject ?? activity.replyToId.map { sources[$0] ?? $0 }
            var data = activity.channelData?.object ?? JSONObject()
            data["desk"] = nil
            copy.channelData = data.entries.isEmpty ? nil : .object(data)
            guard !entry.isEcho else { return copy.sent(byAgent: agentId ?? "agent", name: configuration.name) }
            copy.from?.role = "user"
            return copy
        }
    }
}
