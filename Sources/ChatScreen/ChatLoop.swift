import AsyncAlgorithms
import BotSchema
package import DirectLineClient
import Dispatch
package import LineEditing
import Transcripts

/// Runs a chat: feeds keys, network, files and time into the state machine and performs what it answers.
///
/// One task reads events and performs actions, so everything happens in one order. Every other task is its child and
/// ends with it.
package struct ChatLoop: Sendable {
    private let console: any Console
    private let output: any ChatOutput
    private let client: ClientConfiguration
    private let recordPath: String?
    private let machine: ChatStateMachine
    private let reportFailure: @Sendable (String) -> Void

    /// A chat over a console.
    ///
    /// - Parameters:
    ///   - console: Where lines come from and text goes; the caller closes it.
    ///   - output: How items look.
    ///   - client: The conversation to open.
    ///   - configuration: How the chat behaves.
    ///   - recordPath: A file that gets the transcript when the chat is left, whichever way.
    ///   - reportFailure: Where sentences about failures go; to the console when nil.
    package init(
        console: any Console,
        output: any ChatOutput,
        client: ClientConfiguration,
        configuration: ChatStateMachine.Configuration,
        recordPath: String? = nil,
        reportFailure: (@Sendable (String) -> Void)? = nil
    ) {
        self.console = console
        self.output = output
        self.client = client
        self.recordPath = recordPath
        machine = ChatStateMachine(configuration: configuration)
        self.reportFailure = reportFailure ?? { console.show($0) }
    }

    /// Runs until the person leaves, the pipe is done or no conversation can be opened.
    ///
    /// Cancellation leaves at once; what was recorded is written all the same.
    ///
    /// - Returns: The exit code: 0, or 1 when something was not delivered, not written or not opened.
    package func run() async -> Int32 {
        let events = AsyncChannel<ChatEvent>()
        let requests = ConversationRequests()
        return await withDiscardingTaskGroup { group in
            group.addTask {
                for await input in console.inputs { await events.send(.input(input)) }
            }
            group.addTask { await converse(requests, events) }
            let exitCode = await perform(events, requests, in: &group)
            group.cancelAll()
            events.finish()
            return exitCode
        }
    }

    // MARK: - Actions

    private func perform(
        _ events: AsyncChannel<ChatEvent>,
        _ requests: ConversationRequests,
        in group: inout DiscardingTaskGroup
    ) async -> Int32 {
        var machine = machine
        var exitCode: Int32?
        var actions = machine.begin()
        var iterator = events.makeAsyncIterator()
        while true {
            for action in actions {
                switch action {
                case .show(let item): show(item)
                case .setPrompt(let prompt): console.setPrompt(output.prompt(prompt))
                case .post(let activity, let number):
                    group.addTask { await events.send(.posted(number: number, await requests.post(activity))) }
                case .reconnect: group.addTask { await requests.reconnect() }
                case .startConversation: requests.startAnother()
                case .save(let transcript, let path):
                    group.addTask { await events.send(.saved(path: path, await write(transcript, to: path))) }
                case .load(let path):
                    group.addTask { await events.send(.loaded(path: path, await read(path))) }
                case .startTimer(let timer, let duration):
                    group.addTask {
                        guard (try? await client.clock.sleep(for: duration)) != nil else { return }
                        await events.send(.timer(timer))
                    }
                case .leave(let code): exitCode = code
                }
            }
            if let code = exitCode { return await saveRecord(machine, exitCode: code) }
            guard let event = await iterator.next(isolation: #isolation) else {
                return await saveRecord(machine, exitCode: 1)
            }
            actions = machine.handle(event, at: .now)
        }
    }

    private func show(_ item: ChatItem) {
        let text = output.text(of: item, columns: console.columns)
        guard !text.isEmpty else { return }
        if case .failure = item { reportFailure(text) } else { console.show(text) }
    }

    private func saveRecord(_ machine: ChatStateMachine, exitCode: Int32) async -> Int32 {
        guard let recordPath else { return exitCode }
        switch await write(machine.wholeTranscript, to: recordPath) {
        case .success: return exitCode
        case .failure(let error):
            show(.failure(DisplayText.neutralised(error.description)))
            return exitCode == 0 ? 1 : exitCode
        }
    }

    // MARK: - Conversations

    private func converse(_ requests: ConversationRequests, _ events: AsyncChannel<ChatEvent>) async {
        while !Task.isCancelled {
            do {
                try await DirectLine.withConversation(client) { conversation in
                    await requests.opened(conversation)
                    await events.send(.opened(conversationId: conversation.conversationId))
                    await withTaskGroup(of: Void.self) { group in
                        group.addTask {
                            for await event in conversation.events { await events.send(.client(event)) }
                        }
                        await requests.waitForAnother()
                        group.cancelAll()
                    }
                }
            } catch let error as ClientError {
                await requests.opened(nil)
                await events.send(.failedToOpen(error))
                await requests.waitForAnother()
            } catch {
                return
            }
        }
    }

    // MARK: - Files

    // File calls block, with `fsync` for long: they have a thread of their own and not one of the cooperative pool.
    private func write(_ transcript: Transcript, to path: String) async -> Result<Int, TranscriptError> {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                do throws(TranscriptError) {
                    try TranscriptFile.write(transcript, to: path)
                    continuation.resume(returning: .success(transcript.activities.count))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
    }

    private func read(_ path: String) async -> Result<Transcript, TranscriptError> {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                do throws(TranscriptError) {
                    continuation.resume(returning: .success(try TranscriptFile.read(path)))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
    }
}

/// What the loop asks of the conversation that is open now.
private actor ConversationRequests {
    private var conversation: Conversation?
    private let asked: AsyncStream<Void>
    private let asker: AsyncStream<Void>.Continuation

    init() {
        // Asking twice before the first is heeded asks once.
        (asked, asker) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// A conversation was opened, or none could be.
    func opened(_ conversation: Conversation?) { self.conversation = conversation }

    /// Posts an activity; fails when no conversation is open.
    func post(_ activity: Activity) async -> Result<String?, ClientError> {
        guard let conversation else { return .failure(ClientError(.unreachable, "no conversation is open")) }
        do {
            return .success(try await conversation.send(activity).id)
        } catch let error as ClientError {
            return .failure(error)
        } catch {
            return .failure(ClientError(.cancelled, "the chat was left"))
        }
    }

    /// Drops the stream and resumes it.
    func reconnect() async { await conversation?.reconnect() }

    /// Ends the present conversation, so that another is opened.
    nonisolated func startAnother() { asker.yield() }

    /// Returns when another conversation is asked for, or on cancellation.
    nonisolated func waitForAnother() async {
        for await _ in asked { return }
    }
}
