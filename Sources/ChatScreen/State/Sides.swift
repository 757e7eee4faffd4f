package import BotSchema
import Handoff
import LineEditing
package import Transcripts
import MessageContent

/// Which end of a handoff somebody plays.
package enum Side: String, Hashable, Sendable, CaseIterable {
    /// The end user, who talks to the bot and then to an agent.
    case user
    /// The human agent, at a desk of the hub.
    case agent

    var other: Side { self == .user ? .agent : .user }
}

/// The user's chat, an agent's desk, or both of them by turns at one keyboard.
///
/// A pure state machine over the two. Only one side is on the screen; what the other gets meanwhile is kept and shown
/// when it is its turn, so that each side reads as it would in a terminal of its own.
package struct Sides: Sendable {
    /// What is to be done, and for which side.
    package struct Step: Sendable {
        /// The side whose conversation it is about.
        package let side: Side
        /// What to do.
        package let action: ChatAction
    }

    /// Of what a side missed, the newest this many items are kept.
    private static let missedLimit = 1000

    private var chat: ChatStateMachine?
    private var desk: DeskStateMachine?
    private let isInteractive: Bool
    /// Whose turn it is at the keyboard.
    package private(set) var current: Side
    private var missed: [Side: [ChatItem]] = [:]
    private var forgottenCount: [Side: Int] = [:]
    private var prompts: [Side: ChatPrompt] = [:]
    private var commands: [Side: CommandSet] = [:]
    /// The lines of each side, as it has said last.
    private var drafts: [Side: DraftSlots] = [:]
    /// How many selections of a line by keys have been heard of.
    private var heardSelections = 0
    private let makeDesk: (@Sendable () -> DeskStateMachine)?
    /// Whether nobody but the agent's side may be there to answer.
    private let expectsDesk: Bool
    private var screen: ScreenCommands
    private var interrupts = InterruptCount()
    /// Whether a command of a script was written wrongly, on whichever side.
    private var isMisused = false
    /// How much there was to complete when it was offered last, and when that was.
    private var offeredCount = 0
    private var offeredAt = Timestamp(milliseconds: 0)

    /// The user's side; the other can be taken too where a desk can be made.
    ///
    /// - Parameters:
    ///   - chat: The user's side.
    ///   - settings: How the screen is set.
    ///   - expectsDesk: Whether users wait for somebody at a desk, so that whoever asks for a person is told how to be
    ///     that person.
    ///   - makeDesk: Makes the agent's side when it is first taken.
    package init(
        chat: ChatStateMachine,
        settings: Settings = Settings(),
        expectsDesk: Bool = false,
        makeDesk: (@Sendable () -> DeskStateMachine)? = nil
    ) {
        self.chat = chat
        self.makeDesk = makeDesk
        self.expectsDesk = expectsDesk
        screen = ScreenCommands(settings: settings)
        isInteractive = chat.configuration.isInteractive
        current = .user
        commands[.user] = chat.commandSet
    }

    /// An agent's side only.
    package init(desk: DeskStateMachine, settings: Settings = Settings()) {
        self.desk = desk
        makeDesk = nil
        expectsDesk = false
        screen = ScreenCommands(settings: settings)
        isInteractive = desk.configuration.isInteractive
        current = .agent
    }

    /// Everything that was said, as the side that began saw it.
    package var wholeTranscript: Transcript {
        chat?.wholeTranscript ?? desk?.record.transcript ?? Transcript(activities: [])
    }

    /// The conversation that is open on a side.
    package func conversationId(of side: Side) -> String? {
        side == .user ? chat?.conversationId : desk?.conversationId
    }

    /// The steps with which it begins.
    package mutating func begin() -> [Step] {
        let actions = current == .user ? chat?.begin() : desk?.begin()
        let offer: [ChatAction] = commands[current].map { [.setCommands($0)] } ?? []
        return route([.adopt(screen.settings)] + offer + (actions ?? []), of: current, at: Timestamp(milliseconds: 0))
    }

    /// Takes an event of a side; what is entered goes to the side whose turn it is.
    package mutating func handle(_ event: ChatEvent, of side: Side, at now: Timestamp) -> [Step] {
        guard case .input(let input) = event else { return pass(event, to: side, at: now) }
        switch input {
        case .line(let line):
            interrupts.lineEntered()
            return enter(line, at: now)
        case .interrupt("") where current == .user && chat?.isFillingIn == true:
            interrupts.lineEntered()
            return passUnseen("/cancel", at: now)
        case .interrupt(let cleared):
            switch interrupts.interrupted(clearing: cleared, at: now) {
            case .nothing: return []
            case .hint: return [Step(side: current, action: .show(.notice("Ctrl-C again leaves; so does /quit.")))]
            case .leave: return passUnseen("/quit", at: now)
            }
        case .draftSelected(_, let count):
            let steps = pass(event, to: current, at: now)
            guard heardSelections != count else { return steps }
            heardSelections = count
            // Whatever became of it, the editor hears where the desk is now.
            return steps + draftsStep
        default: return pass(event, to: current, at: now)
        }
    }

    /// Follows a command as if it had been entered, which nobody has.
    private mutating func passUnseen(_ command: String, at now: Timestamp) -> [Step] {
        pass(.input(.line(command)), to: current, at: now).filter {
            if case .show(.enteredCommand) = $0.action { false } else { true }
        }
    }

    /// Follows a command of the screen or a speed dial; every other line is for the side whose turn it is.
    private mutating func enter(_ line: String, at now: Timestamp) -> [Step] {
        // A script has no screen, and runs alike whatever a person has set.
        guard isInteractive else { return pass(.input(.line(line)), to: current, at: now) }
        let table = current == .user ? SlashCommand.table : SlashCommand.desk
        if case .command(let command, let argument) = EnteredLine(line, commands: table),
            let actions = screen.run(command, argument: argument)
        {
            return route([.show(.enteredCommand(line))] + actions, of: current, at: now)
        }
        // At a desk the numbers are those of its users.
        guard current == .user, let dialled = screen.speedDial(line) else {
            return pass(.input(.line(line)), to: current, at: now)
        }
        switch dialled {
        case .success(let words): return pass(.input(.line(words)), to: current, at: now)
        case .failure(let failure):
            return [.show(.enteredCommand(line)), .show(.failure(failure.message))].map {
                Step(side: current, action: $0)
            }
        }
    }

    private mutating func pass(_ event: ChatEvent, to side: Side, at now: Timestamp) -> [Step] {
        let actions =
            switch side {
            case .user: chat?.handle(event, at: now)
            case .agent: desk?.handle(event, at: now)
            }
        return offerSteps(of: side, after: event, at: now) + route(actions ?? [], of: side, at: now)
    }

    /// What can be completed in the chat from now on, where that has changed; a desk tells it itself.
    ///
    /// In a burst twice a second at most, and whenever the person does something; choices at once.
    private mutating func offerSteps(of side: Side, after event: ChatEvent, at now: Timestamp) -> [Step] {
        guard side == .user, isInteractive, let chat else { return [] }
        let isInput = if case .input = event { true } else { false }
        let isDue = isInput || now.milliseconds - offeredAt.milliseconds >= 500
        let hasGrown = chat.record.entries.count != offeredCount
        guard chat.choiceTitles != commands[.user]?.choices || hasGrown && isDue else { return [] }
        (offeredCount, offeredAt) = (chat.record.entries.count, now)
        let set = chat.commandSet
        guard set != commands[.user] else { return [] }
        commands[.user] = set
        return current == .user ? [Step(side: .user, action: .setCommands(set))] : []
    }

    /// The status of a whole script: the gravest of what either side has to tell.
    private func exitCode(leavingWith code: Int32) -> Int32 {
        let codes = [code, chat?.exitCode, desk?.exitCode].compactMap { $0.flatMap(ExitStatus.init(rawValue:)) }
        return (codes + (isMisused ? [.usage] : [])).max()?.rawValue ?? code
    }

    /// What was said and has certainly not been delivered, oldest first, for another time.
    package var unsentLines: [String] { chat?.unsentLines ?? [] }

    private mutating func route(_ actions: [ChatAction], of side: Side, at now: Timestamp) -> [Step] {
        var steps: [Step] = []
        for action in actions {
            if isInteractive, case .show(let item) = action, let call = item.call {
                steps.append(Step(side: side, action: .call(call)))
            }
            if case .show(.misuse) = action { isMisused = true }
            switch action {
            case .leave(let code) where !isInteractive:
                steps.append(Step(side: side, action: .leave(exitCode: exitCode(leavingWith: code))))
            case .show(let item) where side != current && isInteractive:
                keep(item, for: side)
                steps += promptStep
            case .setPrompt(let prompt):
                prompts[side] = prompt
                steps += promptStep
            case .setCommands(let set):
                commands[side] = set
                if side == current { steps.append(Step(side: side, action: action)) }
            case .setDrafts(let slots):
                drafts[side] = slots
                steps += draftsStep
            case .ring:
                if side != current, isInteractive {
                    let words = "The desk rings; /as agent goes there."
                    steps.append(Step(side: current, action: .show(.notice(words))))
                }
                steps.append(Step(side: side, action: action))
            case .switchSide(let next): steps += turn(to: next, at: now)
            default: steps.append(Step(side: side, action: action))
            }
            if isInteractive, expectsDesk, desk == nil, case .show(.handoff(let transition)) = action,
                transition.to.isWaiting, !transition.from.isWaiting
            {
                let words = "To answer as the agent, type /as agent; /as user brings you back."
                steps.append(Step(side: current, action: .show(.notice(words))))
            }
        }
        return steps
    }

    // MARK: - Taking turns

    private mutating func turn(to next: Side, at now: Timestamp) -> [Step] {
        guard next != current else {
            let words = next == .user ? "You are the user already." : "You are the agent already."
            return [Step(side: current, action: .show(.failure(words)))]
        }
        guard next == .user ? chat != nil : desk != nil || makeDesk != nil else {
            let words =
                next == .user
                ? "There is no user's chat here; baton chat is one."
                : "There is no hub here that has a desk for you."
            return [Step(side: current, action: .show(.failure(words)))]
        }
        let before = current
        current = next
        var steps: [Step] = []
        var begin: [ChatAction] = []
        if next == .agent, desk == nil, let made = makeDesk?() {
            desk = made
            begin = desk?.begin() ?? []
            steps.append(Step(side: .agent, action: .openSide))
        }
        let words = next == .user ? "You are the user." : "You are an agent at the hub's desk; /as user goes back."
        steps.append(Step(side: next, action: .show(.notice(words))))
        if let count = forgottenCount.removeValue(forKey: next) {
            steps.append(Step(side: next, action: .show(.notice("(\(count) earlier lines)"))))
        }
        for item in missed.removeValue(forKey: next) ?? [] { steps.append(Step(side: next, action: .show(item))) }
        if let set = commands[next] { steps.append(Step(side: next, action: .setCommands(set))) }
        steps += promptStep + draftsStep
        steps += route(begin, of: next, at: now)
        return steps + passWaitingLines(from: before, at: now)
    }

    /// The rest of a script is for the other side now.
    private mutating func passWaitingLines(from side: Side, at now: Timestamp) -> [Step] {
        guard !isInteractive else { return [] }
        let (lines, hasEnded) =
            side == .user ? chat?.takeWaitingLines() ?? ([], false) : desk?.takeWaitingLines() ?? ([], false)
        var steps: [Step] = []
        for line in lines { steps += pass(.input(.line(line)), to: current, at: now) }
        if hasEnded { steps += pass(.input(.endOfInput), to: current, at: now) }
        return steps
    }

    private mutating func keep(_ item: ChatItem, for side: Side) {
        guard item.isWorthKeeping else { return }
        missed[side, default: []].append(item)
        if missed[side, default: []].count > Self.missedLimit {
            missed[side]?.removeFirst()
            forgottenCount[side, default: 0] += 1
        }
    }

    /// Which line is edited: that of the one with whom the agent talks, or the user's.
    private var draftsStep: [Step] {
        guard isInteractive, var slots = drafts[.agent] else { return [] }
        // No item is called so.
        let ofUser = "user's side"
        if current == .user { (slots.current, slots.numbered) = (ofUser, [:]) }
        slots.kept.insert(ofUser)
        slots.heardSelections = heardSelections
        return [Step(side: current, action: .setDrafts(slots))]
    }

    private var promptStep: [Step] {
        guard isInteractive, var prompt = prompts[current] else { return [] }
        let count = missed[current.other]?.count ?? 0
        if count > 0 {
            let place = current == .user ? "at the desk" : "for the user"
            prompt.note = prompt.note.isEmpty ? "\(count) new \(place)" : "\(prompt.note) · \(count) new \(place)"
        }
        return [Step(side: current, action: .setPrompt(prompt))]
    }
}

extension ChatItem {
    /// What the person is called for, who may look elsewhere: somebody's words for them, and an agent's coming.
    fileprivate var call: AttentionCall? {
        switch self {
        case .activity(let activity, let speaker, false, _) where activity.type == .message:
            switch speaker {
            case .agent, .customer: AttentionCall(title: speaker.label, text: activity.text ?? "")
            default: nil
            }
        case .adapted(let item, _): item.call
        case .handoff(let transition) where transition.to == .live && transition.isChange:
            AttentionCall(title: "Baton", text: "An agent is there.")
        default: nil
        }
    }

    /// Whether a side that was not on the screen wants to see it later; what has no line has no news.
    fileprivate var isWorthKeeping: Bool {
        switch self {
        case .activity(let activity, _, let isEcho, _): !isEcho && activity.type == .message
        case .adapted(let item, _): item.isWorthKeeping
        case .connection(let state): state.announcement != nil
        default: true
        }
    }
}
