import AsyncAlgorithms
package import BotSchema
package import DirectLineClient
package import LineEditing
package import Pictures
import Transcripts

/// Why a bot was not told that the user is there.
package struct WelcomeFailure: Sendable {
    /// The reason, in a sentence.
    package var reason: String
    /// Whether nothing at all got there.
    package var isUnreachable: Bool

    /// A failure.
    package init(_ reason: String, isUnreachable: Bool) {
        self.reason = reason
        self.isUnreachable = isUnreachable
    }
}

/// Runs a chat, a desk or both: feeds keys, network, files and time into the state machines and performs what they
/// answer.
///
/// One task reads events and performs actions, so everything happens in one order. Every other task is its child and
/// ends with it.
package struct ChatLoop: Sendable {
    private struct Arrival: Sendable {
        let side: Side
        /// Nil when nobody takes any more what is shown.
        let event: ChatEvent?
    }

    let console: any Console
    private let output: any ChatOutput
    private let sides: Sides
    private let client: @Sendable (Side) async throws -> ClientConfiguration
    let written = WrittenFiles()
    private let recordPath: String?
    private let recordHead: Activity?
    private let reportFailure: @Sendable (String) -> Void
    private let offerCommands: @Sendable (CommandSet) -> Void
    private let changeFaults: @Sendable (String) -> Result<[ChatItem.Row], CommandFailure>
    private let trace: TraceFeed?
    private let welcomes: AsyncStream<WelcomeFailure>?
    let pictures: PictureDrawing?
    private let journal: ChatJournal?
    private let onPlace: @Sendable (Side, Resumption) -> Void
    private let screen: ScreenDoor
    private let clock: any Clock<Duration>

    /// A loop over a console.
    ///
    /// - Parameters:
    ///   - console: Where lines come from and text goes; the caller closes it.
    ///   - output: How items look.
    ///   - sides: What decides.
    ///   - recordPath: A file that gets the transcript at the end, whichever way it comes.
    ///   - recordHead: What the transcript begins with, such as how the conversation came about.
    ///   - reportFailure: Where sentences about failures go; to the console when nil.
    ///   - offerCommands: Told what can be completed from now on.
    ///   - changeFaults: Follows a wish about the embedded server's faults.
    ///   - trace: What is shown of the wire.
    ///   - welcomes: Tells when the bot could not be told of the user.
    ///   - pictures: What draws pictures, nil where none are drawn.
    ///   - journal: What keeps the chat while it happens.
    ///   - onPlace: Told how far a conversation was seen, when it opens and when it is left.
    ///   - screen: What follows changes of the settings.
    ///   - clock: What timers wait on.
    ///   - client: The conversation to open for a side; asked when the side begins, and for each new conversation.
    package init(
        console: any Console,
        output: any ChatOutput,
        sides: Sides,
        recordPath: String? = nil,
        recordHead: Activity? = nil,
        reportFailure: (@Sendable (String) -> Void)? = nil,
        offerCommands: @escaping @Sendable (CommandSet) -> Void = { _ in },
        changeFaults: (@Sendable (String) -> Result<[ChatItem.Row], CommandFailure>)? = nil,
        trace: TraceFeed? = nil,
        welcomes: AsyncStream<WelcomeFailure>? = nil,
        pictures: PictureDrawing? = nil,
        journal: ChatJournal? = nil,
        onPlace: @escaping @Sendable (Side, Resumption) -> Void = { _, _ in },
        screen: ScreenDoor = ScreenDoor(),
        clock: any Clock<Duration> = ContinuousClock(),
        client: @escaping @Sendable (Side) async throws -> ClientConfiguration
    ) {
        self.console = console
        self.output = output
        self.sides = sides
        self.client = client
        self.recordPath = recordPath
        self.recordHead = recordHead
        self.reportFailure = reportFailure ?? { console.show($0) }
        self.offerCommands = offerCommands
        self.changeFaults =
            changeFaults ?? { _ in .failure(CommandFailure("The server is not ours; only the embedded one has faults."))
            }
        self.trace = trace
        self.welcomes = welcomes
        self.pictures = pictures
        self.journal = journal
        self.onPlace = onPlace
        self.screen = screen
        self.clock = clock
    }

    /// Runs until the person leaves, the pipe is done or no conversation can be opened.
    ///
    /// Cancellation leaves at once; what was recorded is written all the same.
    ///
    /// - Returns: The exit code, one of ``ExitStatus``; a broken output counts as failed.
    package func run() async -> Int32 {
        let events = AsyncChannel<Arrival>()
        return await withDiscardingTaskGroup { group in
            group.addTask {
                for await input in console.inputs { await events.send(Arrival(side: .user, event: .input(input))) }
            }
            group.addTask {
                for await _ in console.losses { await events.send(Arrival(side: .user, event: nil)) }
            }
            if let trace {
                group.addTask {
                    for await entry in trace.entries { await events.send(Arrival(side: .user, event: .traced(entry))) }
                }
            }
            if let welcomes {
                group.addTask {
                    for await failure in welcomes {
                        let event = ChatEvent.welcomeFailed(failure.reason, isUnreachable: failure.isUnreachable)
                        await events.send(Arrival(side: .user, event: event))
                    }
                }
            }
            let exitCode = await perform(events, in: &group)
            journal?.finish()
            group.cancelAll()
            events.finish()
            return exitCode
        }
    }

    // MARK: - Actions

    private func perform(_ events: AsyncChannel<Arrival>, in group: inout DiscardingTaskGroup) async -> Int32 {
        var sides = sides
        let requests = ConversationRequests.forEachSide
        var steps = [Sides.Step(side: sides.current, action: .openSide)] + sides.begin()
        var iterator = events.makeAsyncIterator()
        var answer: [ChatItem] = []
        var isAnswer = false
        while true {
            var exitCode: Int32?
            for step in steps {
                if case .leave(let code) = step.action {
                    exitCode = code
                    break
                }
                if isAnswer, case .show(let item) = step.action, item.isAnswer {
                    answer.append(item)
                    continue
                }
                show(answer: &answer)
                let conversationId = sides.conversationId(of: step.side)
                perform(step, conversationId, requests[step.side] ?? ConversationRequests(), events, in: &group)
            }
            show(answer: &answer)
            if let code = exitCode {
                screen.keepUnsent(sides.unsentLines)
                return await saveRecord(sides, exitCode: code)
            }
            // A burst is not taken in faster than the terminal shows it.
            await console.settled()
            guard let arrival = await iterator.next(isolation: #isolation) else {
                return await saveRecord(sides, exitCode: 1)
            }
            guard let event = arrival.event else {
                screen.keepUnsent(sides.unsentLines)
                return await saveRecord(sides, exitCode: 1)
            }
            keep(event)
            isAnswer = event.isAnswered
            steps = sides.handle(event, of: arrival.side, at: .now)
        }
    }

    private func perform(
        _ step: Sides.Step,
        _ conversationId: String?,
        _ requests: ConversationRequests,
        _ events: AsyncChannel<Arrival>,
        in group: inout DiscardingTaskGroup
    ) {
        let side = step.side
        let send = { @Sendable (event: ChatEvent) async in await events.send(Arrival(side: side, event: event)) }
        switch step.action {
        case .show(let item): show(item)
        case .setPrompt(let prompt):
            console.setPrompt(output.prompt(prompt, columns: console.columns))
            console.setTitle(prompt.windowTitle)
        case .setDrafts(let slots): console.setDrafts(slots)
        case .edit(let text): console.edit(text)
        case .call(let call): console.call(call)
        case .adopt(let settings):
            console.setManners(settings.manners)
            screen.adopt(settings)
        case .keepSetting(let name, let value):
            group.addTask { await send(.settingKept(await screen.keep(name, value))) }
        case .setCommands(let commands): offerCommands(commands)
        case .ring: console.ring()
        case .openSide: group.addTask { await converse(side, requests, send) }
        case .post(let activity, let number):
            let activity = keep(activity, in: conversationId)
            group.addTask {
                guard activity.type == .invoke else {
                    await send(.posted(number: number, await requests.post(activity)))
                    return
                }
                let result = await requests.invoke(activity)
                if case .success(let answer) = result { await send(.invokeAnswered(activity, answer)) }
                await send(.posted(number: number, result.map { _ in nil }))
            }
        case .upload(let paths, let activity, let number):
            group.addTask { await send(.posted(number: number, await upload(paths, activity, requests))) }
        case .download(let attachment, let path):
            group.addTask { await send(.downloaded(await download(attachment, to: path, requests))) }
        case .draw(let attachments, let number):
            group.addTask { await send(.drawn(number: number, await drawn(attachments, requests))) }
        case .changeFaults(let wish):
            let result = changeFaults(wish)
            group.addTask { await send(.faultsListed(result)) }
        case .setTrace(let isShown): trace?.show(isShown)
        case .keepCardStep(let step): journal?.append(step.trace(in: conversationId, at: .now))
        case .signal(let activity): group.addTask { _ = await requests.post(activity) }
        case .catchUp(let generation): group.addTask { await requests.catchUp(generation) }
        case .reconnect: group.addTask { await requests.reconnect() }
        case .startConversation: requests.startAnother()
        case .save(let transcript, let path, let isForced):
            group.addTask {
                await send(.saved(path: path, await write(transcript, to: path, isForced: isForced)))
            }
        case .load(let path):
            group.addTask { await send(.loaded(path: path, await read(path))) }
        case .fetch(let link): group.addTask { await send(.fetched(link: link, await fetch(link, requests))) }
        case .startTimer(let timer, let duration):
            group.addTask {
                guard (try? await clock.sleep(for: duration)) != nil else { return }
                await send(.timer(timer))
            }
        // The sides settle these among themselves.
        case .switchSide, .leave: break
        }
    }

    /// What is about to be shown is journaled first; of two sides at one keyboard both, since the other is shown later.
    private func keep(_ event: ChatEvent) {
        guard let journal, case .client(.activity(let activity, _)) = event else { return }
        journal.append(activity)
    }

    /// What the person says is journaled before it is known whether it arrives; its echo takes its place.
    private func keep(_ activity: Activity, in conversationId: String?) -> Activity {
        guard let journal, activity.channelData == nil || activity.channelData?.object != nil else { return activity }
        var activity = activity
        if activity.clientActivityID == nil {
            activity.clientActivityID = String(UInt64.random(in: 0 ... .max), radix: 36)
        }
        var kept = activity
        kept.from = kept.from ?? ChannelAccount(id: "user", role: "user")
        kept.timestamp = kept.timestamp ?? Timestamp.now.text
        kept.conversation = kept.conversation ?? conversationId.map { ConversationAccount(id: $0) }
        journal.append(kept)
        return activity
    }

    private func show(_ item: ChatItem) {
        let text = output.text(of: item, columns: console.columns)
        guard !text.isEmpty else { return }
        switch item {
        case .failure, .misuse: reportFailure(text)
        default: console.show(text)
        }
    }

    /// Shows what a command answers, in a pager when it is taller than the screen.
    private func show(answer: inout [ChatItem]) {
        guard !answer.isEmpty else { return }
        let texts = answer.map { output.text(of: $0, columns: console.columns) }.filter { !$0.isEmpty }
        answer = []
        if !texts.isEmpty { console.page(texts.joined(separator: "\n")) }
    }

    private func saveRecord(_ sides: Sides, exitCode: Int32) async -> Int32 {
        guard let recordPath else { return exitCode }
        var transcript = sides.wholeTranscript
        if let recordHead { transcript.activities.insert(recordHead, at: 0) }
        // Whether it may be replaced was found out before the chat; now nothing shall be lost.
        switch await write(transcript, to: recordPath, replacingAnything: true) {
        case .success: return exitCode
        case .failure(let error):
            show(.failure(DisplayText.neutralised(error.description)))
            return ExitStatus.failed.rawValue
        }
    }

    // MARK: - Conversations

    private func converse(
        _ side: Side,
        _ requests: ConversationRequests,
        _ send: @escaping @Sendable (ChatEvent) async -> Void
    ) async {
        while !Task.isCancelled {
            do {
                var configuration = try await client(side)
                let (delays, delayed) = AsyncStream.makeStream(of: (ClientError, Duration).self)
                configuration.onStartDelay = { delayed.yield(($0, $1)) }
                // Ends with the scope.
                async let _: Void = {
                    for await (error, delay) in delays { await send(.startDelayed(error, delay)) }
                }()
                var journaled = JournaledConversation()
                if let id = configuration.resume?.conversationId {
                    journaled = await journal?.conversation(id) ?? journaled
                    configuration.resume?.known = journaled.activities + journaled.unsettled
                }
                let (resumption, cardSteps) = (configuration.resume, journaled.cardSteps)
                let user = configuration.user.id
                try await DirectLine.withConversation(configuration) { conversation in
                    await requests.opened(conversation)
                    let trust = MarkTrust(in: conversation)
                    await send(
                        .opened(
                            conversationId: conversation.conversationId,
                            userId: user,
                            trusting: trust.reports
                        )
                    )
                    if resumption != nil {
                        var earlier = conversation.earlier
                        earlier.seen = earlier.seen.map(trust.accepted)
                        await send(.resumed(EarlierConversation(earlier, userId: user, cardSteps: cardSteps)))
                    }
                    onPlace(
                        side,
                        Resumption(
                            conversationId: conversation.conversationId,
                            watermark: resumption?.watermark
                        )
                    )
                    defer {
                        onPlace(
                            side,
                            Resumption(conversationId: conversation.conversationId, watermark: conversation.watermark)
                        )
                    }
                    await withTaskGroup(of: Void.self) { group in
                        group.addTask {
                            for await event in conversation.events { await send(.client(trust.accepted(event))) }
                        }
                        await requests.waitForAnother()
                        group.cancelAll()
                    }
                }
            } catch is CancellationError {
                return
            } catch {
                let failure = error as? ClientError ?? ClientError(.unreachable, String(describing: error))
                await requests.opened(nil)
                await send(.failedToOpen(failure))
                await requests.waitForAnother()
            }
        }
    }
}
