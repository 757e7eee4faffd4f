import AgentHub
import BotSchema
import Desk
import Handoff
import LineEditing

extension DeskStateMachine {
    /// Takes a line, a sign of composing, an interrupt or the end of the input.
    mutating func receive(_ input: LineInput) -> [ChatAction] {
        isAside = false
        switch input {
        case .interrupt: return []
        case .draftSelected(let line, _): return select(line)
        case .functionKey(let number): return number == 2 ? acceptByKey() : []
        case .composing(let draft): return tellOfComposing(draft)
        case .line(let line):
            guard !configuration.isInteractive else {
                defer { lostAddressee = nil }
                return lostAddressee == nil ? enter(line) : enterForNobody(line)
            }
            waitingLines.append(line)
            return []
        case .endOfInput:
            hasInputEnded = true
            return configuration.isInteractive ? leave() : []
        }
    }

    private mutating func tellOfComposing(_ draft: String) -> [ChatAction] {
        guard let current, current.phase == .live, !draft.hasPrefix("/"), !isComposingTold,
            connection?.canSend == true
        else { return [] }
        isComposingTold = true
        var typing = Activity.typing
        typing.deskItem = current.item
        // No more often than every three seconds (A6001).
        return [.signal(typing), .startTimer(.composing, .seconds(3))]
    }

    // MARK: - Lines

    mutating func enter(_ line: String) -> [ChatAction] {
        let word = line.trimmed.dropFirst()
        if line.trimmed.hasPrefix("/"), let number = Int(word) {
            return [.show(.enteredCommand(line))] + go(to: number)
        }
        switch EnteredLine(line, commands: SlashCommand.desk) {
        case .blank: return []
        case .unknownCommand(let word, let suggestion):
            let hint = suggestion.map { "did you mean /\($0)?" } ?? "/help lists the commands."
            return [.show(.enteredCommand(line)), .show(.misuse("There is no command /\(oneLine(word)); \(hint)"))]
        case .command(let command, let argument):
            return [.show(.enteredCommand(line))] + run(command, argument: argument)
        case .message(let text): return say(text)
        }
    }

    private mutating func say(_ text: String) -> [ChatAction] { say(.message(text), words: text) }

    /// Says something to the user with whom the agent talks, perhaps with files.
    mutating func say(_ activity: Activity, words: String, files: [String] = []) -> [ChatAction] {
        guard let current else {
            if let ringing = conversations.first(where: \.isRinging) {
                let name = oneLine(ringing.name)
                return [.show(.failure("\(name) rings: /accept first. Not sent: \(words.quotedBeginning)"))]
            }
            let reason = "There is nobody at your desk to say it to."
            return [.show(.failure("\(reason) Not sent: \(words.quotedBeginning)"))]
        }
        var activity = activity
        activity.deskItem = current.item
        guard connection?.isOver != true else {
            lost.add(undelivered: Outbox.Outgoing(number: 0, activity: activity, words: words, files: files))
            hasFailed = true
            let hint = configuration.isInteractive ? " /reconnect, then /resend says it." : ""
            return [.show(.failure("Not sent, since the hub is gone: \(words.quotedBeginning).\(hint)"))]
        }
        let isOneOfMany = conversations.count { $0.isOpen } > 1
        let item = ChatItem.entered(words, to: isOneOfMany ? current.name : nil)
        return [.show(item)] + startTurn(words, in: current.item) + post(activity, words: words, files: files)
    }

    /// Changes a line of the conversation in which the agent talks, or reacts to one.
    private mutating func send(_ change: LineChange) -> [ChatAction] {
        inConversation { machine, current in
            do throws(CommandFailure) {
                let unsent = machine.outbox.unsent
                var (activity, words) = try change.activity(for: machine.record, besides: unsent) {
                    $0.deskItem == current.item
                }
                activity.deskItem = current.item
                let doubt = change.doubt.map { [ChatAction.show(.notice($0))] } ?? []
                return [.show(.entered(words, to: nil))] + doubt + machine.post(activity, words: words)
            } catch {
                return [.show(.failure(error.message))]
            }
        }
    }

    /// Whether there is a line for a change; a script waits for one.
    func hasLine(for change: LineChange) -> Bool {
        guard let current, current.isOpen else { return false }
        return change.subject(in: record) { $0.deskItem == current.item } != nil
    }

    /// Goes to the user at whose line the person is: by a key, or since that user's line was entered just before the
    /// desk went to somebody else.
    private mutating func select(_ line: String) -> [ChatAction] {
        lostAddressee = nil
        guard line != DraftSlots.nobody, line != current?.lineName else { return [] }
        guard let index = conversations.firstIndex(where: { $0.lineName == line && $0.isOpen }) else {
            lostAddressee = line
            return []
        }
        currentItem = conversations[index].item
        conversations[index].unreadCount = 0
        return [.show(.hub(["you talk to \(conversations[index].name)"]))]
    }

    /// A line was entered at the prompt of a user who had just left; nobody else must get it.
    private mutating func enterForNobody(_ line: String) -> [ChatAction] {
        if case .command(let command, _) = EnteredLine(line, commands: SlashCommand.desk),
            !Self.commandsInConversation.contains(command.name)
        {
            return enter(line)
        }
        if line.trimmed.hasPrefix("/"), Int(line.trimmed.dropFirst()) != nil || line.trimmed == "/" {
            return enter(line)
        }
        let words = "That user is no longer at your desk. Not sent: \(line.quotedBeginning)"
        return [.show(.failure(words))]
    }

    /// The commands that do something to the user with whom the agent talks.
    static let commandsInConversation: Set = [
        "note", "hold", "resume", "transfer", "back", "end", "canned", "attach", "correct", "delete", "react",
    ]

    private mutating func go(to number: Int) -> [ChatAction] {
        guard let index = conversations.firstIndex(where: { $0.number == number }) else {
            return [.show(.failure("There is no conversation \(number); /list shows yours."))]
        }
        let conversation = conversations[index]
        guard conversation.isOpen else {
            return [.show(.failure("\(oneLine(conversation.name)) rings: /accept \(number) takes it."))]
        }
        currentItem = conversation.item
        conversations[index].unreadCount = 0
        return [.show(.hub(["you talk to \(conversation.name)"]))]
    }

    // MARK: - Commands

    private mutating func run(_ command: SlashCommand, argument: String) -> [ChatAction] {
        switch command.name {
        case "help": return [.show(SlashCommand.help(SlashCommand.desk))]
        case "accept": return accept(argument)
        case "decline": return decline(argument)
        case "brief": return withConversation(argument) { showBrief(of: $0, lines: 200) }
        case "request": return withConversation(argument) { showRequest(of: $0) }
        case "transcript": return transcript(argument)
        case "list": return [.show(list)]
        case "canned": return canned(argument)
        case "note":
            guard !argument.isEmpty else { return usage(command) }
            return inConversation { machine, current in
                [.show(.hub(["note for colleagues", argument]))]
                    + machine.tell(.note(current.item, argument), words: argument)
            }
        case "correct", "delete", "react":
            guard let change = LineChange(command, argument) else { return usage(command) }
            return send(change)
        case "hold": return hold(true)
        case "resume": return hold(false)
        case "transfer":
            guard !argument.isEmpty else { return usage(command) }
            return transfer(argument)
        case "back": return end(.transferBack, "given back to the bot", note: argument.isEmpty ? nil : argument)
        case "end": return end(.ended, "ended")
        case "done": return finishWrapUp()
        case "available", "busy", "away": return setPresence(AgentPresence(rawValue: command.name) ?? .available)
        case "queue":
            awaitedViews += 1
            return tell(.look, words: "/queue")
        case "attach":
            guard !argument.isEmpty else { return usage(command) }
            let files = FilesToSend(argument)
            return say(Activity(type: .message), words: files.words, files: files.paths)
        case "open": return open(argument, command)
        case "save":
            guard let wish = SaveWish(argument) else { return usage(command) }
            return save(wish)
        case "resend": return resend()
        case "raw": return showRaw(argument, command)
        case "find", "filter", "last": return past.follow(command, argument) ?? usage(command)
        case "as":
            guard let side = Side(rawValue: argument.lowercased()) else { return usage(command) }
            isAside = !configuration.isInteractive && side != .agent
            return [.switchSide(side)]
        case "status": return [.show(.table(title: nil, status))]
        case "reconnect":
            return connection?.isOver == true || conversationId == nil ? [.startConversation] : [.reconnect]
        case "edit", "theme", "set": return ScreenCommands.answerInScript(to: command, argument)
        case "quit": return quit()
        default: return usage(command)
        }
    }

    private func usage(_ command: SlashCommand) -> [ChatAction] { command.usageActions }

    /// The kinds of entries that `/filter` knows here.
    static let filterKinds = ["you", "user", "files", "events"]

    /// What came to the desk and was said from it, of all its conversations.
    private var past: ConversationPast {
        let entries = record.entries
        return ConversationPast(
            kinds: Self.filterKinds,
            count: entries.count,
            entries: { entries.filter($0) },
            speaker: { [self] entry in
                entry.isEcho ? .user(name: nil) : .customer(name: customer(entry.activity.from?.name))
            }
        )
    }

    /// Does something in the conversation in which the agent talks.
    private mutating func inConversation(
        _ body: (inout DeskStateMachine, DeskConversation) -> [ChatAction]
    ) -> [ChatAction] {
        guard let current else { return [.show(.failure("There is no conversation at your desk."))] }
        return body(&self, current)
    }

    /// The conversation of a number, else the one in which the agent talks, else the one that rings.
    private func withConversation(_ argument: String, _ body: (DeskConversation) -> [ChatAction]) -> [ChatAction] {
        let meant =
            argument.isEmpty
            ? current ?? conversations.first : conversations.first { $0.number == Int(argument) }
        guard let meant else {
            let words =
                argument.isEmpty
                ? "There is no conversation at your desk." : "There is no conversation \(oneLine(argument))."
            return [.show(.failure(words))]
        }
        return body(meant)
    }

    /// Everything that was said; the hub fetches what the bot's request only links.
    private mutating func transcript(_ argument: String) -> [ChatAction] {
        var linked: WorkItemID?
        let actions = withConversation(argument) { conversation in
            guard conversation.briefing.isTranscriptLinked else { return showTranscript(of: conversation) }
            linked = conversation.item
            return [.show(.notice("Fetching the transcript…"))]
        }
        return actions + (linked.map { tell(.transcript($0), words: "/transcript") } ?? [])
    }

    private func ringing(_ argument: String) -> Int? {
        conversations.firstIndex { $0.phase == .ringing && (argument.isEmpty || $0.number == Int(argument)) }
    }

    private mutating func accept(_ argument: String) -> [ChatAction] {
        if argument.hasPrefix("item-") { return tell(.accept(argument), words: "/accept \(argument)") }
        guard let index = ringing(argument) else {
            let isAway = presence != .available && argument.isEmpty
            let words = isAway ? "Nothing rings while you are \(presence.rawValue); /available lets users ring." : nil
            return [.show(.failure(words ?? "Nothing rings that you could accept."))]
        }
        conversations[index].enter(.accepting)
        // Whoever accepts wants to talk to that user.
        currentItem = nil
        return tell(.accept(conversations[index].item), words: "/accept")
    }

    /// Takes what rings and stays with the user with whom the agent talks: the line being typed stays where it is.
    private mutating func acceptByKey() -> [ChatAction] {
        guard let index = ringing("") else { return [.show(.notice("Nothing rings that you could accept."))] }
        conversations[index].enter(.accepting)
        return tell(.accept(conversations[index].item), words: "F2")
    }

    private mutating func decline(_ argument: String) -> [ChatAction] {
        guard let index = ringing(argument) else { return [.show(.failure("Nothing rings that you could decline."))] }
        let declined = conversations[index]
        remove(declined.item)
        return [.show(.hub(["declined", declined.name]))] + tell(.decline(declined.item), words: "/decline")
    }

    private mutating func hold(_ isOnHold: Bool) -> [ChatAction] {
        inConversation { machine, current in
            guard current.phase == (isOnHold ? .live : .onHold) else {
                let words = isOnHold ? "is on hold already" : "is not on hold"
                return [.show(.failure("\(machine.oneLine(current.name)) \(words)."))]
            }
            if let index = machine.index(of: current.item) {
                machine.conversations[index].enter(isOnHold ? .onHold : .live)
            }
            let words = isOnHold ? "\(current.name) is on hold" : "\(current.name) is off hold"
            return [.show(.hub([words]))]
                + machine.tell(isOnHold ? .hold(current.item) : .resume(current.item), words: "/hold")
        }
    }

    private mutating func end(
        _ completion: HandoffCompletion,
        _ words: String,
        note: String? = nil
    ) -> [ChatAction] {
        inConversation { machine, current in
            machine.leave(current.item, words)
            machine.endedItems.append(current.item)
            return machine.tell(.end(current.item, completion, note: note), words: "/end")
        }
    }

    private mutating func leave(_ item: WorkItemID, _ words: String) {
        if let index = index(of: item) { conversations[index].leave(words) }
    }

    private mutating func finishWrapUp() -> [ChatAction] {
        guard !endedItems.isEmpty else { return [.show(.failure("There is nothing to wrap up."))] }
        let items = endedItems
        endedItems = []
        let actions = items.flatMap { tell(.finishWrapUp($0), words: "/done") }
        return [.show(.hub(["wrap-up done"]))] + actions
    }

    private mutating func transfer(_ argument: String) -> [ChatAction] {
        inConversation { machine, current in
            let (target, words) = machine.target(argument)
            machine.leave(current.item, "passed on to \(words)")
            machine.transfers[current.item, default: []].append((target, words))
            // Who is there is known by the time that the hub refuses.
            return machine.tell(.look, words: "look")
                + machine.tell(.transfer(current.item, target), words: "/transfer \(argument)")
        }
    }

    /// A colleague by name or id, a queue or a skill.
    private func target(_ argument: String) -> (TransferTarget, words: String) {
        let word = argument.prefix { !$0.isWhitespace }.lowercased()
        let rest = String(argument.dropFirst(word.count)).trimmed
        switch word {
        case "queue" where !rest.isEmpty:
            let queue = view?.queues.first { $0.id.lowercased() == rest.lowercased() || $0.name == rest }
            return (.queue(queue?.id ?? rest), queue?.name ?? rest)
        case "skill" where !rest.isEmpty: return (.skill(rest), "somebody for \(rest)")
        default:
            let name = word == "agent" && !rest.isEmpty ? rest : argument
            let colleague = view?.colleagues.first {
                $0.id.lowercased() == name.lowercased() || $0.name.lowercased() == name.lowercased()
            }
            return (.agent(colleague?.id ?? name.lowercased()), colleague?.name ?? name)
        }
    }

    private mutating func canned(_ argument: String) -> [ChatAction] {
        guard !argument.isEmpty else {
            let rows = cannedReplies.replies.map { ChatItem.Row($0.shortcut, $0.text) }
            return [.show(rows.isEmpty ? .notice("The hub has no canned replies.") : .table(title: nil, rows))]
        }
        let user = current?.briefing.userName ?? "{UserName}"
        guard let text = cannedReplies.text(argument, user: user, agent: configuration.name) else {
            return [.show(.failure("There is no canned reply “\(oneLine(argument))”; /canned lists them."))]
        }
        return say(text)
    }

    private mutating func setPresence(_ presence: AgentPresence) -> [ChatAction] {
        self.presence = presence
        let words =
            switch presence {
            case .available: "you are available"
            case .busy: "you are busy and are not rung"
            case .away: "you are away and are not rung"
            case .offline: "you are offline"
            }
        return [.show(.hub([words]))] + tell(.presence(presence), words: "/\(presence.rawValue)")
    }

    // MARK: - Leaving

    private mutating func quit() -> [ChatAction] {
        let open = conversations.count { $0.isOpen }
        guard open > 0, configuration.isInteractive, !isWarnedOfLeaving else { return leave() }
        isWarnedOfLeaving = true
        let (subject, object) = open == 1 ? ("A conversation is", "it") : ("\(open) conversations are", "them")
        return [.show(.notice("\(subject) still yours; leave once more to give \(object) to a colleague."))]
    }

    /// Goes home: the hub is told, for which a few seconds must do.
    mutating func leave() -> [ChatAction] {
        isLeaving = true
        guard isSignedIn, connection?.canSend == true else { return [.leave(exitCode: exitCode)] }
        return tell(.signOut, words: "signing out") + [.startTimer(.leave, .seconds(3))]
    }
}
