import AgentHub
import BotSchema
import Desk
import Handoff
import LineEditing
import MessageContent

extension DeskStateMachine {
    /// Takes what the hub sent.
    mutating func arrived(_ activity: Activity, isEcho: Bool) -> [ChatAction] {
        let earlier = record.earlier(than: activity)
        record.append(activity, isEcho: isEcho)
        if isEcho {
            let echo = ChatItem.activity(activity, speaker: .user(name: nil), isEcho: true, isNumbered: false)
            return confirm(activity) + [.show(echo)] + pace(pacer.somethingHappened())
        }
        if let event = DeskEvent(activity) {
            let speaker = Speaker.bot(name: activity.from?.name)
            return [.show(.activity(activity, speaker: speaker, isEcho: false, isNumbered: false))] + follow(event)
        }
        // A hub signs in before it says anything, and names the user in every line.
        if !isSignedIn, activity.type == .message, activity.deskItem == nil { return tellOfAddress() }
        switch activity.type {
        case ActivityType.typing?: return activity.deskItem.flatMap { showTyping(in: $0) } ?? []
        default: return showLine(activity, changing: earlier)
        }
    }

    /// What a user says: under the user's name, and counted where the agent talks to somebody else.
    private mutating func showLine(_ activity: Activity, changing earlier: Activity?) -> [ChatAction] {
        guard let item = activity.deskItem, let index = index(of: item) else {
            let speaker = Speaker.customer(name: customer(activity.from?.name))
            return [.show(.activity(activity, speaker: speaker, isEcho: false, isNumbered: false))]
        }
        guard conversations[index].isNew(activity) else { return [] }
        conversations[index].isTyping = false
        if item != currentItem { conversations[index].unreadCount += 1 }
        let stranger = conversations[index].briefing.stranger(saying: activity)
        let speaker = Speaker.customer(name: stranger ?? title(of: conversations[index]))
        let line = ChatItem.activity(activity, speaker: speaker, isEcho: false, isNumbered: false)
        let before = earlier ?? conversations[index].earlier(than: activity)
        let shown = activity.isAboutAnother ? ChatItem.changed(line, earlier: before) : line
        return [.show(shown)] + noteArrival(in: item, isMessage: activity.type == .message)
    }

    private mutating func showTyping(in item: WorkItemID) -> [ChatAction]? {
        guard let index = index(of: item) else { return nil }
        typingCount += 1
        conversations[index].isTyping = true
        conversations[index].typingGeneration = typingCount
        return [.startTimer(.typing(generation: typingCount), .seconds(3))]
    }

    // MARK: - Events of the hub

    private mutating func follow(_ event: DeskEvent) -> [ChatAction] {
        switch event {
        case .signedIn(let id, let replies):
            isSignedIn = true
            agentId = id
            presence = .available
            cannedReplies = replies
            return []
        case .signedOut(let reason):
            isSignedIn = false
            return [
                .show(.failure("This desk is closed: \(oneLine(reason)).")),
                .leave(exitCode: ExitStatus.failed.rawValue),
            ]
        case .view(let view): return show(view)
        case .offered(let briefing, let rings): return offer(briefing, rings: rings)
        case .transcript(let briefing):
            guard let index = index(of: briefing.item) else { return [] }
            conversations[index].briefing = briefing
            return showTranscript(of: conversations[index])
        case .transcriptMissing(let item, let reason):
            let name = conversations.first { $0.item == item }.map { oneLine($0.name) } ?? item
            return [.show(.failure("The transcript of \(name) cannot be read: \(oneLine(reason))."))]
        case .withdrawn(let item):
            guard let conversation = conversations.first(where: { $0.item == item }) else { return [] }
            remove(item)
            return [.show(.hub(["missed", conversation.name]))]
        case .connected(let briefing): return connect(briefing)
        case .released(let item): return release(item)
        case .userLeft(let item, let side):
            guard let conversation = conversations.first(where: { $0.item == item }) else { return [] }
            remove(item)
            endedItems.append(item)
            let name = conversation.shownName.text
            let words = side == .user ? "\(name) has left the conversation" : "the bot has ended \(name)'s conversation"
            return [.show(.hub([words]))]
        case .userConnectionChanged(let item, let isConnected):
            guard let conversation = conversations.first(where: { $0.item == item }) else { return [] }
            let words = isConnected ? "is connected again" : "has lost the connection; what you write waits there"
            return [.show(.hub(["\(conversation.name) \(words)"]))]
        case .rejected(let item, let reason): return reject(item, reason)
        case .presenceChanged(let presence):
            self.presence = presence
            return [
                .show(
                    .hub([
                        "you are \(presence.rawValue), since you did not take a ring",
                        "/available lets users ring again",
                    ])
                )
            ]
        case .failure(let message):
            hasFailed = true
            return [.show(.failure("The hub says: \(oneLine(message))"))]
        }
    }

    private mutating func offer(_ briefing: DeskBriefing, rings: Duration?) -> [ChatAction] {
        remove(briefing.item)
        let conversation = DeskConversation(
            number: nextNumber,
            briefing: briefing,
            phase: .ringing,
            besides: agentNames
        )
        conversations.append(conversation)
        var parts = ["rings", title(of: conversation).text]
        if let skill = briefing.skillWords { parts.append(skill) }
        if let rings { parts.append("\(rings.seconds) s to answer") }
        parts.append(configuration.isInteractive ? "/accept (F2) or /decline" : "/accept or /decline")
        // What to do about it stands last, nearest to where the answer is typed.
        return [.ring] + showBrief(of: conversation, lines: 6) + [.show(.hub(parts))] + tell(.look, words: "look")
    }

    private mutating func connect(_ briefing: DeskBriefing) -> [ChatAction] {
        let known = index(of: briefing.item)
        if let known {
            conversations[known].enter(.live)
            conversations[known].briefing = briefing
        } else {
            conversations.append(
                DeskConversation(number: nextNumber, briefing: briefing, phase: .live, besides: agentNames)
            )
        }
        guard let index = index(of: briefing.item) else { return [] }
        if current == nil { currentItem = briefing.item }
        isWarnedOfLeaving = false
        let conversation = conversations[index]
        let isResumed = known == nil && isTakingOver
        if isResumed { recall(briefing) }
        let isCurrent = currentItem == briefing.item
        let hint =
            isResumed
            ? "resumed" : isCurrent ? "say hello" : "/\(conversation.number) or Alt-\(conversation.number) goes there"
        let line = ChatAction.show(.hub(["connected to \(conversation.name)", hint]))
        // One that came without a ring has not been read yet.
        return known == nil ? showBrief(of: conversation, lines: 12) + [line] : [line]
    }

    /// What was said belongs to what this desk can look back over, as if the agent had never been away.
    private mutating func recall(_ briefing: DeskBriefing) {
        for activity in briefing.conversation { record.append(activity, isEcho: activity.humanAgent != nil) }
    }

    private mutating func release(_ item: WorkItemID) -> [ChatAction] {
        transfers[item] = nil
        guard let conversation = conversations.first(where: { $0.item == item }) else { return [] }
        remove(item)
        var parts = [conversation.name, "no longer yours"]
        if let words = conversation.departure { parts[1] = words }
        if let current, conversations.count > 0 { parts.append("you talk to \(current.name)") }
        return [.show(.hub(parts))]
    }

    private mutating func reject(_ item: WorkItemID, _ reason: HubAction.Rejection) -> [ChatAction] {
        hasFailed = true
        let name = conversations.first { $0.item == item }.map { oneLine($0.name) } ?? item
        if let index = index(of: item) {
            switch (reason, conversations[index].phase) {
            case (.targetUnavailable, _):
                conversations[index].stay()
                endedItems.removeAll { $0 == item }
            case (_, .ringing), (_, .accepting), (.gone, _), (.alreadyTaken, _): remove(item)
            default: break
            }
        }
        if reason == .targetUnavailable, let refused = transfers[item]?.first {
            transfers[item]?.removeFirst()
            return [.show(.failure(refusal(of: refused.target, refused.words, keeping: name)))]
        }
        return [.show(.failure("\(name): \(reason.words)."))]
    }

    // MARK: - Views

    private mutating func show(_ view: DeskView) -> [ChatAction] {
        self.view = view
        isTakingOver = false
        if let own = view.colleagues.first(where: { $0.id == agentId }) { presence = own.presence }
        if awaitedViews > 0 {
            awaitedViews -= 1
            return [.show(.table(title: "the hub", rows(of: view)))]
        }
        guard !hasBegun else { return [] }
        hasBegun = true
        let others = view.colleagues.filter { $0.id != agentId && $0.presence != .offline }.map(\.name)
        var parts = ["signed in as \(configuration.name)", "\(view.waiting.count) waiting"]
        if !others.isEmpty { parts.append("also at work: \(others.joined(separator: ", "))") }
        return [.show(.hub(parts))]
    }

    private func rows(of view: DeskView) -> [ChatItem.Row] {
        var rows = view.waiting.map { waiting in
            let skills = waiting.skills.keys.sorted().joined(separator: ", ")
            let words = [waiting.queue, skills.isEmpty ? nil : "skill \(skills)", "waits for \(waiting.seconds) s"]
            return ChatItem.Row(waiting.item, words.compactMap(\.self).joined(separator: " · "))
        }
        rows += view.colleagues.map { colleague in
            let skills = colleague.skills.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            var words = [
                colleague.presence.rawValue, "\(colleague.load.used) of \(colleague.load.capacity)",
            ]
            if !skills.isEmpty { words.append(skills.joined(separator: ", ")) }
            if colleague.isStandIn { words.append("simulated") }
            if colleague.id == agentId { words.append("you") }
            return ChatItem.Row(colleague.name, words.joined(separator: " · "))
        }
        return rows + view.figures.map { ChatItem.Row($0.label, $0.text) }
    }

    /// Context, the newest lines and the notes of a conversation.
    func showBrief(of conversation: DeskConversation, lines limit: Int) -> [ChatAction] {
        let briefing = conversation.briefing
        var actions: [ChatAction] = []
        if let context = briefing.initiation?.context, !context.isEmpty { actions.append(.show(context.table)) }
        if let problem = briefing.initiation?.transcriptProblem {
            actions.append(.show(.notice("No transcript: \(oneLine(problem))")))
        } else if briefing.initiation?.transcript == nil, let link = briefing.initiation?.transcriptURL {
            let place = oneLine(String(link.prefix { $0 != "?" }))
            actions.append(.show(.notice("The transcript is at \(place); /transcript fetches it.")))
        }
        if !briefing.observed.isEmpty {
            let words = "The bot sent no transcript. This is what Baton's server saw:"
            actions.append(.show(.notice(briefing.isTranscriptLinked ? "What Baton's server saw:" : words)))
        }
        let messages = (briefing.conversation + said(since: conversation)).asTheyStand.filter { $0.type == .message }
        let left = messages.count - limit
        if left > 0 || briefing.omitted > 0 {
            let words = (left > 0 ? left : 0) + briefing.omitted
            let hint = left > 0 && limit < 200 ? "; /brief shows them" : ""
            actions.append(.show(.notice("(\(words.of("earlier line", "earlier lines"))\(hint))")))
        }
        actions += messages.suffix(limit).map { activity in
            let speaker = speaker(of: activity, in: briefing)
            return .show(.loaded(.activity(activity, speaker: speaker, isEcho: false, isNumbered: false)))
        }
        if !briefing.notes.isEmpty {
            actions.append(.show(.table(title: "notes", briefing.notes.map { ChatItem.Row($0.author, $0.text) })))
        }
        return actions
    }

    /// What was said before the request and since, all of it.
    func showTranscript(of conversation: DeskConversation) -> [ChatAction] {
        let briefing = conversation.briefing
        let origin = briefing.observed.isEmpty ? "" : ", as Baton's server saw it"
        let since = briefing.history + said(since: conversation)
        let parts = [("before the handoff" + origin, briefing.before), ("since then", since)]
        var actions: [ChatAction] = []
        for (title, said) in parts where !said.isEmpty {
            actions.append(.show(.loadedHeader("\(title): \(said.count.of("entry", "entries"))")))
            actions += said.map { activity in
                let speaker = speaker(of: activity, in: briefing)
                return .show(.loaded(.activity(activity, speaker: speaker, isEcho: false, isNumbered: false)))
            }
        }
        if briefing.omitted > 0 {
            actions.insert(.show(.notice("\(briefing.omitted.of("older entry", "older entries")) had no room.")), at: 0)
        }
        guard actions.isEmpty else { return actions }
        let problem = briefing.initiation?.transcriptProblem ?? "The request came without a transcript"
        return [.show(.notice(oneLine(problem) + "."))]
    }

    private func speaker(of activity: Activity, in briefing: DeskBriefing) -> Speaker {
        if activity.humanAgent != nil { return .agent(name: activity.from?.name) }
        let bot = briefing.initiation?.context.botName
        let speaker: Speaker
        if let stranger = briefing.stranger(saying: activity), activity.isFromUser {
            speaker = .customer(name: stranger)
        } else if activity.isFromUser {
            let name = activity.from?.name ?? briefing.userName
            speaker = .customer(name: customer(name, besides: DeskConversation.speakers(in: briefing)))
        } else {
            speaker = .bot(name: activity.from?.name ?? bot)
        }
        return activity.isImported ? .imported(speaker) : speaker
    }

    /// The name of a user, which is no agent's.
    func customer(_ name: String?, besides others: [String] = []) -> ShownName {
        ShownName(name, of: "user", besides: agentNames + others)
    }

    /// The bot's request, as the hub has it.
    func showRequest(of conversation: DeskConversation) -> [ChatAction] {
        guard let request = conversation.briefing.request else {
            return [.show(.failure("The hub has no request of a bot for this conversation."))]
        }
        let json = DisplayText.neutralised(request.jsonValue.prettyText)
        return [.show(.answer(json.split(separator: "\n").map(String.init)))]
    }

    func showRaw(_ argument: String, _ command: SlashCommand) -> [ChatAction] {
        guard let number = argument.isEmpty ? 1 : Int(argument), number > 0,
            let activity = record.activity(fromEnd: number)
        else {
            let count = record.entries.count.of("activity", "activities")
            return [.show(.failure("There is no activity \(oneLine(argument)) from the end: the desk has \(count)."))]
        }
        let json = DisplayText.neutralised(activity.jsonValue.prettyText)
        return [.show(.answer(json.split(separator: "\n").map(String.init)))]
    }

    /// The answer to `/list`.
    var list: ChatItem {
        guard !conversations.isEmpty else { return .notice("There is no conversation at your desk.") }
        let rows = conversations.map { conversation in
            var words: [String]
            switch conversation.phase {
            case .ringing: words = ["rings"]
            case .accepting: words = ["is being accepted"]
            case .live: words = ["live"]
            case .onHold: words = ["on hold"]
            case .leaving: words = [conversation.departure ?? "done"]
            }
            if conversation.item == currentItem { words.append("you talk here") }
            if conversation.unreadCount > 0 { words.append("\(conversation.unreadCount) new") }
            if let skill = conversation.briefing.skillWords { words.append(skill) }
            return ChatItem.Row("\(conversation.number) \(conversation.name)", words.joined(separator: " · "))
        }
        return .table(title: nil, rows)
    }

    var status: [ChatItem.Row] {
        let skills = configuration.skills.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        var rows = [
            ChatItem.Row("connection", connection?.summary ?? "not yet connected"),
            ChatItem.Row("agent", configuration.name + (isSignedIn ? "" : ", not signed in")),
            ChatItem.Row("presence", presence.rawValue),
            ChatItem.Row("capacity", "\(conversations.count { $0.isOpen }) of \(configuration.capacity)"),
            ChatItem.Row("skills", skills.isEmpty ? "any" : skills.joined(separator: ", ")),
        ]
        if let conversationId { rows.append(ChatItem.Row("desk", conversationId)) }
        return rows
    }
}

extension DeskBriefing {
    /// The skill that was asked for, and whether this agent has it; nil where none was.
    fileprivate var skillWords: String? {
        guard let skill = initiation?.context.skill else { return nil }
        return "skill \(skill)" + (droppedSkills.isEmpty ? "" : ", which you do not have")
    }

    /// Whether the transcript is still behind its link.
    var isTranscriptLinked: Bool { initiation?.transcript == nil && initiation?.transcriptURL != nil }
}
