import AgentHub
import BotSchema
import Desk
import DirectLineClient
import Handoff
import LineEditing
import Transcripts
import MessageContent

extension ChatStateMachine {
    /// How many names of events are told of in one conversation.
    private static let toldEventLimit = 100

    /// Takes what the conversation brought.
    mutating func receive(_ event: ClientEvent, at now: Timestamp) -> [ChatAction] {
        switch event {
        case .connection(let state): return connectionChanged(to: state)
        case .activity(let activity, let isEcho): return arrived(activity, isEcho: isEcho, at: now)
        case .notice(let text): return [.show(.notice(oneLine(text)))]
        case .caughtUp(let generation, let isCertain):
            return pace(pacer.caughtUp(generation: generation, isCertain: isCertain, in: situation), at: now)
        }
    }

    private mutating func connectionChanged(to state: ConnectionState) -> [ChatAction] {
        var actions: [ChatAction] = [.show(.connection(state))]
        if case .reconnecting? = connection, state == .online, configuration.isInteractive {
            actions.append(.show(.notice("Connected again.")))
        }
        connection = state
        if state.canSend { actions += postNext() }
        if case .failed = state, !configuration.isInteractive {
            actions.append(.leave(exitCode: ExitStatus.failed.rawValue))
        }
        return actions + pace(pacer.somethingHappened())
    }

    mutating func arrived(_ activity: Activity, isEcho: Bool, at now: Timestamp) -> [ChatAction] {
        if !isEcho, isFromDesks(activity) { return tellOfDesks() }
        let earlier = record.earlier(than: activity)
        let isChange = record.append(activity, isEcho: isEcho)
        var actions: [ChatAction] = isEcho ? [] : newDay(of: activity)
        // A report that was sent by hand moves the handoff like one of a hub, where there is none.
        let report = isEcho && handoff.trust.countsOwnReports ? HubReport.asFromHub(activity) : nil
        let transitions = handoff.receive(report ?? activity, isEcho: isEcho && report == nil, at: now)
        if isEcho, let id = activity.from?.id { ownIds.insert(id) }
        actions += isEcho ? confirm(activity) : []
        let speaker = Speaker(of: activity, isEcho: isEcho, ownIds: ownIds, agentIds: handoff.agentIds)
        // Choices belong to the newest message; an event or the user's own echo does not replace them.
        let isMessage = activity.type == .message && !isEcho
        if isMessage { typist = nil }
        if transitions.contains(where: \.isChange) { (joinedAgent, agentPresence) = (nil, .there) }
        let notice = HubNotice(activity)
        if let notice { follow(notice) }
        let isTyping = activity.type == .typing || transitions.contains(where: \.isTyping)
        let growth = isEcho ? LiveReplies.Change.unrelated : liveReplies.take(activity, at: now)
        if growth != .unrelated {
            actions += follow(growth, by: speaker, at: now)
        } else if isTyping, !isEcho {
            actions.append(showTyping(of: speaker))
        }
        // What the hub tells takes nothing away from what can be chosen.
        let shown =
            if let notice {
                // The line about the new state says it already; machines get the message as it came.
                notice.isAnnouncement ? Activity(type: .event) : activity
            } else {
                isMessage ? received(activity, by: speaker) : activity
            }
        if let signal = HandoffSignal(activity), case .initiate(let initiation) = signal.kind {
            self.initiation = initiation
        }
        let item = ChatItem.activity(shown, speaker: speaker, isEcho: isEcho, isNumbered: isMessage)
        let whole = isChange || activity.isAboutAnother ? ChatItem.changed(item, earlier: earlier) : item
        let before = actions.count
        actions.append(.show(shown == activity ? whole : .adapted(whole, from: activity)))
        if isMessage, notice == nil, let milliseconds = latency.answered(activity.replyToId, at: now) {
            actions.append(.show(.latency(milliseconds: milliseconds)))
        }
        if isMessage { actions += formHint(for: shown) }
        actions += transitions.map { .show(.handoff($0)) }
        if transitions.isEmpty, case .bot = speaker { actions += unknownEvent(activity) }
        if isMessage, !isChange, !activity.isTaggedHidden {
            actions = actions[..<before] + hold(Array(actions[before...]), for: activity.pictures, of: speaker)
        }
        if isMessage, !isChange { pacer.messageCame(naming: activity.replyToId) }
        if activity.type == .endOfConversation && !isEcho || transitions.contains(where: \.isChange) {
            pacer.answerCame()
        }
        if case .agent = speaker, activity.type == .message { pacer.otherSideSpoke() }
        if transitions.contains(where: { $0.from == .live && $0.to != .live }) { pacer.otherSideSpoke() }
        reopenAtEnd()
        return actions + pace(pacer.somethingHappened())
    }

    /// An event that is for other clients: that it came is told once for each name.
    private mutating func unknownEvent(_ activity: Activity) -> [ChatAction] {
        guard let event = UnknownEvent(activity), toldEvents.count < Self.toldEventLimit,
            toldEvents.insert(event.name).inserted
        else { return [] }
        let words = "The bot sent " + (event.name.map { "the event \(quoted($0))" } ?? "an event without a name")
        let size = event.size == 0 ? "" : " (\(event.size.of("byte", "bytes")))"
        let hint = event.isAboutHandoff ? "; it may be about an agent, but not in a known form" : ""
        return [.show(.notice(words + size + hint + "."))]
    }

    /// The echo of a line says where it is, and that it was delivered if that was not known.
    private mutating func confirm(_ echo: Activity) -> [ChatAction] {
        pacer.lineHasId(echo.id, isEcho: true)
        if let sent = outbox.inFlight, sent.isEchoed(by: echo) { latency.line(sent.number, hasId: echo.id) }
        if let sent = outbox.inFlight, sent.isEchoed(by: echo) { echoedNumber = sent.number }
        return lost.confirm(by: echo).map { [.show(.notice("\(quoted($0.words)) was delivered."))] } ?? []
    }

    /// Whom the user has between the acceptance and the end, of which the protocol says nothing.
    private mutating func follow(_ notice: HubNotice) {
        switch notice.code {
        case .joined: (joinedAgent, agentPresence) = (notice.agentName, .there)
        case .transferring, .reassigning: agentPresence = .between
        case .interrupted: agentPresence = .cutOff
        case .reachable: agentPresence = .there
        default: break
        }
    }

    /// Whether the other side is a hub's desks, which ask whoever speaks to sign in before anything else.
    private func isFromDesks(_ activity: Activity) -> Bool {
        guard case .failure? = DeskEvent(activity) else { return false }
        return !record.entries.contains { !$0.isEcho && $0.activity.type == .message }
    }

    private mutating func tellOfDesks() -> [ChatAction] {
        hasFailed = true
        let words =
            "This is a hub's address for agents, and no bot is here. Users take the Direct Line address that "
            + "`baton serve` prints; agents come by `baton agent --hub`."
        let failure = ChatAction.show(.failure(words))
        return configuration.isInteractive ? [failure] : [failure, .leave(exitCode: ExitStatus.failed.rawValue)]
    }

    /// A growing reply stands above the line being typed until the message is whole, and leaves no trace there.
    private mutating func follow(_ growth: LiveReplies.Change, by speaker: Speaker, at now: Timestamp) -> [ChatAction] {
        switch growth {
        case .grows(let id, let text, _):
            // Of two that grow at once the newer is watched; the older comes whole in the end.
            guard !text.isEmpty else { return [] }
            typist = nil
            growing = GrowingReply(id: id, speaker: speaker, text: text)
            streamGeneration += 1
            return [.startTimer(.stream(generation: streamGeneration), .seconds(60))]
        case .ends(let id, _, _), .retracted(let id):
            if growing?.id == id { growing = nil }
            return []
        case .ignored, .unrelated: return []
        }
    }

    /// What there is of a reply that has not grown for long is shown, and said to be a part.
    mutating func abandonGrowingReply(at now: Timestamp) -> [ChatAction] {
        guard let reply = growing else { return [] }
        growing = nil
        _ = liveReplies.interrupted(at: now)
        let activity = Activity.message(reply.text + " … (the answer broke off)")
        return [.show(.activity(activity, speaker: reply.speaker, isEcho: false, isNumbered: false))]
    }

    /// Somebody composes an answer: the prompt says so for three seconds (A6001), or until the answer is there.
    private mutating func showTyping(of speaker: Speaker) -> ChatAction {
        typist = oneLine(speaker.label)
        typingGeneration += 1
        return .startTimer(.typing(generation: typingGeneration), .seconds(3))
    }

    /// A pipe that only waited for its handoff goes on to its last settling once the handoff is over.
    private mutating func reopenAtEnd() {
        if hasInputEnded, waitingLines.isEmpty, !pacer.isTurnOpen, !handoff.state.isOpen { pacer.reopen() }
    }

    /// Shows a file that was read, marked as loaded; the live conversation is not touched.
    mutating func showLoaded(
        _ path: String,
        _ result: Result<Transcript, TranscriptError>,
        at now: Timestamp
    ) -> [ChatAction] {
        switch result {
        case .failure(let error):
            hasFailed = true
            loadedLines.awaitedPaths.remove(path)
            let failure = ChatAction.show(.failure(DisplayText.neutralised(error.description)))
            // Without the file that it was started with, the chat is not the one that was asked for.
            return path == configuration.load?.path && loaded == nil ? [failure, .leave(exitCode: 1)] : [failure]
        case .success(let transcript):
            loaded = Loaded(transcript: transcript, path: path, isCurrent: true)
            var actions: [ChatAction] = [.show(.loadedHeader(header(of: transcript, path)))]
            let ids = Set(transcript.activities.compactMap(\.id))
            var lifecycle = HandoffLifecycle()
            var read = ConversationRecord()
            var day: CalendarDate?
            for activity in transcript.activities {
                let instant = activity.time ?? now
                let transitions = lifecycle.receive(activity, at: instant)
                let speaker = Speaker(of: activity, agentIds: lifecycle.agentIds)
                if activity.isSaid, let next = activity.time.flatMap(configuration.day), next != day {
                    day = next
                    actions.append(loadedItem(.day(next)))
                }
                let earlier = read.earlier(than: activity)
                let isChange = read.append(activity, isEcho: false)
                let item = ChatItem.activity(activity, speaker: speaker, isEcho: false, isNumbered: false)
                let isAbout = isChange || activity.isAboutAnother
                actions.append(loadedItem(isAbout ? .changed(item, earlier: earlier) : item))
                actions += transitions.map { loadedItem(.handoff($0)) }
                guard let signal = HandoffSignal(activity), case .initiate(let initiation) = signal.kind else {
                    continue
                }
                self.initiation = initiation
                actions += loadedInitiation(initiation, besides: ids)
            }
            actions.append(.show(.notice("End of \(oneLine(path)); the conversation goes on below.")))
            return actions + offerLines(of: transcript, from: path)
        }
    }

    /// What an initiation in a file carries: the part of its own transcript that the file does not show anyway, and
    /// what the agent is told.
    private func loadedInitiation(_ initiation: HandoffInitiation, besides ids: Set<String>) -> [ChatAction] {
        let attached = (initiation.transcript ?? []).filter { $0.id.map(ids.contains) != true }
        return attached.map { activity in
            let speaker = Speaker(claimed: activity)
            return loadedItem(.activity(activity, speaker: speaker, isEcho: false, isNumbered: false))
        } + [loadedItem(initiation.context.table)]
    }

    private func loadedItem(_ item: ChatItem) -> ChatAction { .show(.loaded(item)) }

    private func header(of transcript: Transcript, _ path: String) -> String {
        let repairs = transcript.repairs.map { "; " + oneLine($0.description) }.joined()
        return "loaded \(oneLine(path)): \(transcript.activities.count.of("activity", "activities"))\(repairs)"
    }
}
