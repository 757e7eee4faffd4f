import AgentHub
import BotSchema
import Handoff
import LineEditing
import Transcripts
import MessageContent

extension ChatStateMachine {
    /// Takes a line, an interrupt or the end of the input.
    mutating func receive(_ input: LineInput, at now: Timestamp) -> [ChatAction] {
        isAside = false
        switch input {
        // The sides count them.
        case .interrupt: return []
        // There is one line here, and these keys mean nothing.
        case .draftSelected, .functionKey: return []
        case .composing(let draft): return tellOfComposing(draft)
        case .line(let line):
            guard !configuration.isInteractive else { return enter(line, at: now) }
            waitingLines.append(line)
            return isIdle ? enter(waitingLines.removeFirst(), at: now) : []
        case .endOfInput:
            hasInputEnded = true
            if configuration.isInteractive { return leave() }
            return isIdle ? leaveAfterPipe(isBound: false) : []
        }
    }

    /// Gives up what a script has left to say, and whether it has said all: another side is to say it.
    mutating func takeWaitingLines() -> (lines: [String], hasEnded: Bool) {
        defer {
            waitingLines = []
            hasInputEnded = false
        }
        return (waitingLines, hasInputEnded)
    }

    /// An agent sees that the user is composing; a bot is not told, which bots do not expect.
    private mutating func tellOfComposing(_ draft: String) -> [ChatAction] {
        guard handoff.state == .live, !draft.hasPrefix("/"), !isComposingTold, connection?.canSend == true else {
            return []
        }
        isComposingTold = true
        // No more often than every three seconds (A6001).
        return [.signal(.typing), .startTimer(.composing, .seconds(3))]
    }

    /// Follows a line that is now the person's turn.
    mutating func enter(_ line: String, at now: Timestamp) -> [ChatAction] {
        let (step, isSecret) = (cardStep, form?.field?.isSecret == true)
        if let actions = fillIn(line, at: now) {
            // A card that was sent is in the conversation, and nothing of it is filled in any more.
            let isSent = form == nil && line.trimmed.lowercased() != "/cancel"
            return keepCardStep(isSent ? .sent : isSecret ? .secret : .line(line)) + actions
        }
        let actions = follow(line, at: now)
        return step == cardStep ? actions : keepCardStep(.line(line)) + actions
    }

    private mutating func follow(_ line: String, at now: Timestamp) -> [ChatAction] {
        switch EnteredLine(line) {
        case .blank: return []
        case .unknownCommand(let word, let suggestion):
            let name = DisplayText.neutralised(word, keepingNewlines: false)
            let hint = suggestion.map { "did you mean /\($0)?" } ?? "/help lists the commands."
            return [.show(.enteredCommand(line)), .show(.misuse("There is no command /\(name); \(hint)"))]
        case .command(let command, let argument):
            return [.show(.enteredCommand(line))] + run(command, argument: argument, at: now)
        case .message(let text):
            if let number = Int(text.trimmed), choices[number] != nil { return choose(number, at: now) }
            return say(.message(text), words: text, at: now)
        }
    }

    /// Sends an activity of the user and shows the words for it at once; the echo is not shown again.
    mutating func say(
        _ activity: Activity,
        words: String,
        files: [String] = [],
        at now: Timestamp
    ) -> [ChatAction] {
        if connection?.hasFailed == true {
            lost.add(undelivered: Outbox.Outgoing(number: 0, activity: activity, words: words, files: files))
            hasFailed = true
            let hint = configuration.isInteractive ? " /new starts another, and /resend says it there." : ""
            return [.show(.failure("Not sent, since the conversation is over: \(quoted(words)).\(hint)"))]
        }
        var actions = newDay(at: now) + [.show(.entered(words))]
        if connection?.canSend != true, conversationId != nil {
            actions.append(.show(.notice("Not connected; the line is sent as soon as possible.")))
        }
        let expected: TurnPacer.Expectation = activity.type == .message ? .anAnswer : .perhapsAnAnswer
        return actions + startTurn(words, expecting: expected)
            + send(activity, words: words, files: files, enteredAt: now)
    }

    /// Changes a line or reacts to one, which nobody has to answer.
    private mutating func send(_ change: LineChange) -> [ChatAction] {
        guard connection?.hasFailed != true else {
            return [.show(.failure("The conversation is over; /new starts another."))]
        }
        do throws(CommandFailure) {
            let (activity, words) = try change.activity(for: record, besides: outbox.unsent)
            let turn = startTurn()
            pacer.otherSideSpoke()
            outbox.add(activity, words: words)
            return [.show(.entered(words))] + turn + postNext()
        } catch {
            return [.show(.failure(error.message))]
        }
    }

    /// Sends what did not arrive, in order; never what may have.
    private mutating func resend(at now: Timestamp) -> [ChatAction] {
        do throws(CommandFailure) {
            return try lost.takeUndelivered().flatMap { say($0.activity, words: $0.words, files: $0.files, at: now) }
        } catch {
            return [.show(.failure(error.message))]
        }
    }

    private mutating func choose(_ number: Int, at now: Timestamp) -> [ChatAction] {
        guard let action = choices[number] else {
            let range = choices.count == 0 ? "nothing to choose from" : "choices 1 to \(choices.count)"
            return [.show(.failure("There is no choice \(number): there are \(range)."))]
        }
        if let actions = chooseInCard(number, at: now) { return actions }
        switch ChoiceOutcome(activating: action) {
        case .post(let activity, let words): return say(activity, words: words, at: now)
        case .link(let link):
            return [.show(.answer(["Open: " + Hyperlink(link).text(in: configuration.style, [])]))]
        case .unsupported(let reason): return [.show(.failure(DisplayText.neutralised(reason)))]
        }
    }

    /// Leaves, but not before the lines on their way have arrived, for which a few seconds must do.
    private mutating func leave() -> [ChatAction] {
        guard outbox.inFlight != nil || connection?.canSend == true && outbox.unsentCount > 0 else {
            return [.leave(exitCode: exitCode)]
        }
        isLeaving = true
        return [.startTimer(.leave, .seconds(3))]
    }

    /// What is unsettled when another conversation begins: lines that wait were not delivered, the line on its way may
    /// have been, and an answer that grows ends.
    private mutating func handOver(at now: Timestamp) -> [ChatAction] {
        var actions = abandonGrowingReply(at: now)
        if let sent = lost.take(over: &outbox) {
            actions.append(.show(.failure("\(quoted(sent.words)) may not have been delivered.")))
        }
        return actions
    }

    // MARK: - Commands

    private mutating func run(_ command: SlashCommand, argument: String, at now: Timestamp) -> [ChatAction] {
        switch command.name {
        case "help": return [.show(SlashCommand.help)]
        case "choose":
            guard let number = Int(argument) else { return usage(command) }
            return choose(number, at: now)
        case "card": return fillCard(argument, at: now)
        case "context": return showContext()
        case "transcript": return showTranscript()
        case "raw": return showRaw(argument, command)
        case "event": return sendNamed(.event, argument, command, at: now)
        case "invoke": return sendNamed(.invoke, argument, command, at: now)
        case "handoff": return reportByHand(argument, command, at: now)
        case "save":
            guard let wish = SaveWish(argument) else { return usage(command) }
            return save(wish)
        case "load": return load(argument) ?? usage(command)
        case "next": return sayNextLine(at: now)
        case "withdraw":
            guard handoff.state.isOpen else { return [.show(.failure("There is no handoff to withdraw from."))] }
            return say(.event(HandoffAdapter.withdrawalName), words: "(leave the queue or the agent)", at: now)
        case "attach":
            guard !argument.isEmpty else { return usage(command) }
            return attach(argument, at: now)
        case "open": return open(argument, command)
        case "correct", "delete", "react":
            guard let change = LineChange(command, argument) else { return usage(command) }
            return send(change)
        case "find", "filter", "last": return past.follow(command, argument) ?? usage(command)
        case "trace":
            guard ["on", "off"].contains(argument) else { return usage(command) }
            let words = argument == "on" ? "What goes over the wire is shown from now on." : "No more of the wire."
            return [.show(.notice(words)), .setTrace(argument == "on")]
        case "fault":
            filesUnderWay += 1
            return [.changeFaults(argument)]
        case "edit", "theme", "set": return ScreenCommands.answerInScript(to: command, argument)
        case "resend": return resend(at: now)
        case "as":
            guard let side = Side(rawValue: argument.lowercased()) else { return usage(command) }
            isAside = !configuration.isInteractive && side != .user
            return [.switchSide(side)]
        case "lint": return [.show(lintReport(at: now))]
        case "timeline": return [.show(timeline)]
        case "status": return [.show(.table(title: nil, status))]
        case "reconnect":
            return conversationId == nil ? [.show(.failure("There is no conversation to reconnect."))] : [.reconnect]
        case "new":
            let actions = handOver(at: now)
            connection = nil
            return actions + startTurn(expecting: .nothing) + [.startConversation]
        case "quit": return leave()
        default: return usage(command)
        }
    }

    func usage(_ command: SlashCommand) -> [ChatAction] { command.usageActions }

    private func showContext() -> [ChatAction] {
        guard let context = initiation?.context else {
            return [.show(.answer(["No handoff has been requested yet, so there is no context."]))]
        }
        return [.show(context.table)]
    }

    private func showRaw(_ argument: String, _ command: SlashCommand) -> [ChatAction] {
        guard let number = argument.isEmpty ? 1 : Int(argument), number > 0 else { return usage(command) }
        guard let activity = record.activity(fromEnd: number) else {
            let count = record.entries.count.of("activity", "activities")
            return [.show(.failure("There is no activity \(number) from the end: the conversation has \(count)."))]
        }
        let place = record.entries.count - number + 1
        let head = configuration.style.paint("activity \(place) of \(record.entries.count)", .faint)
        let json = DisplayText.neutralised(activity.jsonValue.prettyText)
        return [.show(.answer([head] + json.split(separator: "\n").map(String.init)))]
    }

    /// Sends an event or an invoke, of a name and perhaps a value.
    private mutating func sendNamed(
        _ type: ActivityType,
        _ argument: String,
        _ command: SlashCommand,
        at now: Timestamp
    ) -> [ChatAction] {
        let name = String(argument.prefix { !$0.isWhitespace })
        guard !name.isEmpty else { return usage(command) }
        let text = String(argument.dropFirst(name.count)).trimmed
        do throws(JSONParseError) {
            var activity = Activity(type: type)
            activity.name = name
            activity.value = text.isEmpty ? nil : try JSONValue(parsing: text)
            return say(activity, words: "(\(command.name) \(name))", at: now)
        } catch {
            return [.show(.failure("The value of the \(command.name) is not JSON: \(error.description)"))]
        }
    }

    private mutating func reportByHand(_ argument: String, _ command: SlashCommand, at now: Timestamp) -> [ChatAction] {
        guard let report = HubReport(argument) else { return usage(command) }
        let dialect = configuration.dialect ?? handoff.attempt?.dialect?.ofReports ?? .sdk
        let activity = report.activity(conversationId: conversationId ?? "", dialect: dialect)
        let sent = say(activity, words: "(the hub reports: \(oneLine(argument)))", at: now)
        guard !handoff.trust.countsOwnReports else { return sent }
        return sent + [.show(.notice("Only the bot hears this: the hub of the service reports to this chat."))]
    }

    /// Saves a loaded conversation, or the live one with the lines that are on their way.
    private mutating func save(_ wish: SaveWish) -> [ChatAction] {
        if let loaded, loaded.isCurrent { return write(loaded.transcript, wish) }
        guard outbox.inFlight == nil else {
            awaitedSaves.append(wish)
            return []
        }
        guard !record.entries.isEmpty else { return [.show(.failure("There is nothing to save yet."))] }
        return write(record.transcript, wish)
    }

    /// Saves what was to be saved when the last line had arrived.
    mutating func saveAwaited() -> [ChatAction] {
        let saves = awaitedSaves
        awaitedSaves = []
        return saves.flatMap { write(record.transcript, $0) }
    }

    private mutating func write(_ transcript: Transcript, _ wish: SaveWish) -> [ChatAction] {
        begin([wish.action(saving: transcript)])
    }

    /// Tells how saving ended.
    mutating func saved(_ path: String, _ result: Result<Int, TranscriptError>) -> [ChatAction] {
        if case .failure = result { hasFailed = true }
        return [SaveWish.told(path, result, of: loaded.flatMap { $0.isCurrent ? $0.path : nil })]
    }

    private var status: [ChatItem.Row] {
        var rows = [ChatItem.Row("connection", connection?.summary ?? "not yet connected")]
        if let conversationId { rows.append(ChatItem.Row("conversation", conversationId)) }
        rows.append(ChatItem.Row("activities", "\(record.entries.count)"))
        rows.append(ChatItem.Row("handoff", handoffSummary))
        if let words = latency.summary { rows.append(ChatItem.Row("answers", words)) }
        let unsent = outbox.unsentCount
        if !lost.undelivered.isEmpty {
            rows.append(
                ChatItem.Row("undelivered", lost.undelivered.count.of("line", "lines") + "; /resend sends again")
            )
        }
        if unsent > 0 { rows.append(ChatItem.Row("sending", unsent.of("line", "lines") + " on the way")) }
        if let loaded { rows.append(ChatItem.Row("loaded", loaded.path)) }
        return rows
    }

    var handoffSummary: String {
        switch handoff.state {
        case .bot: "with the bot"
        case .requested: "requested, nobody has answered yet"
        case .queued: handoff.attempt?.queuePosition.map { "in the queue at position \($0)" } ?? "in the queue"
        case .live where agentPresence == .between: "waiting for another agent"
        case .live where agentPresence == .cutOff: "with \(agentName?.text ?? "an agent"), whose connection is broken"
        case .live: "with \(agentName?.text ?? "an agent")"
        case .ended: "ended, the bot hears the next line"
        case .closed: "the conversation is closed"
        }
    }

    /// A line as a sentence about it names it: its beginning, in quotation marks.
    func quoted(_ words: String) -> String { words.quotedBeginning }

    /// Foreign words for the middle of a sentence.
    func oneLine(_ text: String) -> String { DisplayText.neutralised(text, keepingNewlines: false) }
}
