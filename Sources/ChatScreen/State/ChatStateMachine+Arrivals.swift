import BotSchema
import DirectLineClient
import Handoff
import LineEditing
import Transcripts

extension ChatStateMachine {
    /// Takes what the conversation brought.
    mutating func receive(_ event: ClientEvent, at now: Timestamp) -> [ChatAction] {
        switch event {
        case .connection(let state): return connectionChanged(to: state)
        case .activity(let activity, let isEcho): return arrived(activity, isEcho: isEcho, at: now)
        case .notice(let text): return [.show(.notice(oneLine(text)))]
        }
    }

    private mutating func connectionChanged(to state: ConnectionState) -> [ChatAction] {
        connection = state
        var actions: [ChatAction] = [.show(.connection(state))]
        if state.canSend { actions += postNext() }
        if case .failed = state, !configuration.isInteractive { actions.append(.leave(exitCode: 1)) }
        return actions + pace(pacer.somethingHappened())
    }

    private mutating func arrived(_ activity: Activity, isEcho: Bool, at now: Timestamp) -> [ChatAction] {
        record.append(activity, isEcho: isEcho)
        var actions: [ChatAction] = []
        let transitions = handoff.receive(activity, isEcho: isEcho, at: now)
        let speaker = Speaker(of: activity, isEcho: isEcho, agentIds: handoff.agentIds)
        // Choices belong to the newest message; an event or the user's own echo does not replace them.
        let isMessage = activity.type == .message && !isEcho
        if isMessage { typist = nil }
        if activity.type == .typing, !isEcho { actions.append(showTyping(of: speaker)) }
        if isMessage { choices = Choices(of: activity) }
        if let signal = HandoffSignal(activity), case .initiate(let initiation) = signal.kind {
            context = initiation.context
        }
        actions.append(.show(.activity(activity, speaker: speaker, isEcho: isEcho, isNumbered: isMessage)))
        actions += transitions.map { .show(.handoff($0)) }
        if case .agent = speaker, activity.type == .message { pacer.otherSideSpoke() }
        if transitions.contains(where: { $0.from == .live && $0.to != .live }) { pacer.otherSideSpoke() }
        reopenAtEnd()
        return actions + pace(pacer.somethingHappened())
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
            return [.show(.failure(DisplayText.neutralised(error.description)))]
        case .success(let transcript):
            loaded = Loaded(transcript: transcript, path: path, isCurrent: true)
            var actions: [ChatAction] = [.show(.loadedHeader(header(of: transcript, path)))]
            var lifecycle = HandoffLifecycle()
            for activity in transcript.activities {
                if let signal = HandoffSignal(activity), case .initiate(let initiation) = signal.kind {
                    context = initiation.context
                    actions += loadedInitiation(initiation)
                }
                let instant = activity.timestamp.flatMap(Timestamp.init) ?? now
                let transitions = lifecycle.receive(activity, at: instant)
                let speaker = Speaker(of: activity, isEcho: false, agentIds: lifecycle.agentIds)
                let item = ChatItem.activity(activity, speaker: speaker, isEcho: false, isNumbered: false)
                actions.append(.show(.loaded(item)))
                actions += transitions.map { .show(.loaded(.handoff($0))) }
            }
            return actions + [.show(.notice("End of \(oneLine(path)); the conversation goes on below."))]
        }
    }

    /// What an initiation in a file carries: its own transcript, and what the agent would be told.
    private func loadedInitiation(_ initiation: HandoffInitiation) -> [ChatAction] {
        var actions: [ChatAction] = []
        for activity in initiation.transcript ?? [] {
            let speaker = Speaker(of: activity, isEcho: false)
            actions.append(.show(.loaded(.activity(activity, speaker: speaker, isEcho: false, isNumbered: false))))
        }
        let lines = ContextRenderer(style: configuration.style).lines(of: initiation.context)
        return actions + [.show(.loaded(.answer(lines)))]
    }

    private func header(of transcript: Transcript, _ path: String) -> String {
        let repairs = transcript.repairs.map { "; " + oneLine($0.description) }.joined()
        return "loaded \(oneLine(path)): \(transcript.activities.count.of("activity", "activities"))\(repairs)"
    }
}
