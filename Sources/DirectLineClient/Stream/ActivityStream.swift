import BotSchema
import NIOCore
import NIOHTTP1
import Synchronization
import WebSocketTransport

/// Performs what the stream's state machine decides, for the life of a conversation.
struct ActivityStream: Sendable {
    private let conversation: Conversation
    private let webSocket: WebSocketConfiguration

    init(of conversation: Conversation) {
        self.conversation = conversation
        webSocket = WebSocketConfiguration(
            // One frame may carry a whole conversation after a long absence.
            maxFrameSize: HTTPExchange.bodyLimit,
            maxMessageSize: HTTPExchange.bodyLimit,
            pingInterval: conversation.configuration.pingInterval,
            closeTimeout: .seconds(1)
        )
    }

    private var requests: RequestBox { conversation.requests }
    private var configuration: ClientConfiguration { conversation.configuration }
    private var tracer: Tracer { conversation.service.exchange.tracer }

    /// Keeps activities coming until the conversation is left or the task is cancelled.
    ///
    /// - Parameter streamURL: What the start of the conversation gave.
    func run(from streamURL: String?) async {
        var machine = StreamStateMachine(
            transport: configuration.transport,
            pollInterval: configuration.pollInterval,
            canRenewCredential: !conversation.tokens.isSecret && conversation.tokens.bearer != nil,
            seed: configuration.randomSeed ?? .random(in: .min ... .max)
        )
        var step = machine.handle(.started(streamURL: streamURL))
        while true {
            if let state = step.report { await conversation.report(state) }
            let event = await perform(step.action, &machine)
            if requests.isLeaving || Task.isCancelled { return }
            if conversation.takeEnd() { _ = machine.handle(.conversationEnded) }
            let hasWoken = requests.take(.wake)
            step = machine.handle(requests.take(.reconnect) ? hasWoken ? .woke : .reconnectRequested : event)
        }
    }

    private func perform(
        _ action: StreamStateMachine.Action,
        _ machine: inout StreamStateMachine
    ) async -> StreamStateMachine.Event {
        // What was accepted before an attempt says nothing about its failure.
        if action != .rest { requests.take(.accepted) }
        switch action {
        case .openSocket(let url): return await read(url, &machine)
        case .wait(let duration) where machine.isBetweenPolls: return await pause(duration)
        case .wait(let duration):
            await sitOut(duration)
            // The user's going on counts, but cuts nothing short: the service or another client asked for the wait.
            if requests.take(.sent) { _ = machine.handle(.sent) }
            requests.take(.answered)
            return .waited
        case .renew: return await attempt { .renewed(streamURL: try await reconnected().streamURL) }
        case .poll: return await attempt { try await poll() }
        case .renewCredential:
            return await attempt {
                switch await conversation.renewCredential() {
                case .renewed: .credentialRenewed
                case .lost: .credentialLost
                case .failed(let error): .requestFailed(error)
                }
            }
        case .keepReading, .rest:
            await requests.wait(for: [.leave, .reconnect, .sent, .accepted])
            return requests.take(.sent) || !requests.take(.accepted) ? .sent : .accepted
        }
    }

    // MARK: - Requests

    private func reconnected() async throws -> ConversationInfo {
        let info = try await conversation.service.reconnect(
            conversation.tokens.bearer,
            conversation: conversation.conversationId,
            watermark: conversation.streamWatermark
        )
        conversation.tokens.take(token: info.token, expiresIn: info.expiresIn)
        return info
    }

    private func poll() async throws -> StreamStateMachine.Event {
        let set = try await conversation.service.activities(
            conversation.tokens.bearer,
            conversation: conversation.conversationId,
            watermark: conversation.streamWatermark
        )
        let activities = set.activities
        let mayHaveMore = await conversation.deliver(activities, watermark: set.watermark)
        return mayHaveMore ? .polledPage : .polled(isEmpty: activities.isEmpty)
    }

    /// Makes a request unless the owner asks for something else meanwhile.
    private func attempt(
        _ request: @escaping @Sendable () async throws -> StreamStateMachine.Event
    ) async -> StreamStateMachine.Event {
        await withTaskGroup(of: StreamStateMachine.Event?.self) { group in
            group.addTask {
                do {
                    return try await request()
                } catch {
                    let left = ClientError(.cancelled, "the conversation was left")
                    return .requestFailed(error as? ClientError ?? left)
                }
            }
            group.addTask {
                await requests.wait(for: [.leave, .reconnect])
                return nil
            }
            defer { group.cancelAll() }
            return await group.next().flatMap(\.self) ?? .reconnectRequested
        }
    }

    private func sitOut(_ duration: Duration, unless interests: Requests = [.leave, .reconnect]) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await configuration.clock.sleep(for: duration) }
            group.addTask { await requests.wait(for: interests) }
            await group.next()
            group.cancelAll()
        }
    }

    private func pause(_ duration: Duration) async -> StreamStateMachine.Event {
        await sitOut(duration, unless: [.leave, .reconnect, .sent, .answered])
        // Each is taken, lest it cut a later wait short.
        let wasSent = requests.take(.sent)
        let wasAnswered = requests.take(.answered)
        return wasSent ? .sent : wasAnswered ? .answered : .waited
    }

    // MARK: - Sockets

    private enum Opening: Sendable {
        case answered(Result<WebSocketConnector.Outcome, any Error>)
        case interrupted
    }

    private func read(_ url: String, _ machine: inout StreamStateMachine) async -> StreamStateMachine.Event {
        let service = conversation.service
        do throws(ClientError) {
            try service.exchange.clearText.check(stream: url, of: service.endpoint)
        } catch {
            tracer.socket(error.message, url: url)
            return .streamForbidden(error)
        }
        switch await open(url) {
        case .interrupted: return .reconnectRequested
        case .answered(.failure(let error)):
            let reason = (error as? WebSocketError)?.message ?? "the stream could not be opened"
            tracer.socket(reason, url: url)
            return .socketRefused(reason: reason)
        case .answered(.success(.refused(let status))):
            tracer.socket("refused", url: url, status: Int(status.code))
            return .socketRefused(reason: "the service refused the stream (\(status.code))")
        case .answered(.success(.upgraded(let channel, _))):
            tracer.socket("open", url: url)
            if let state = machine.handle(.socketOpened).report { await conversation.report(state) }
            requests.take(.delivered)
            let closure = Mutex(WebSocketClosure.abnormal)
            let lifetime = await configuration.clock.measure {
                let closed = await read(channel)
                closure.withLock { $0 = closed }
            }
            tracer.socket("closed, " + words(for: closure.withLock { $0 }))
            if requests.take(.sent) { _ = machine.handle(.sent) }
            requests.take([.answered, .accepted])
            return .socketClosed(
                reason: words(for: closure.withLock { $0 }),
                lifetime: lifetime,
                hasDelivered: requests.take(.delivered)
            )
        }
    }

    private func open(_ url: String) async -> Opening {
        let network = conversation.service.exchange.network
        tracer.socket("opening", url: url)
        return await withTaskGroup(of: Opening.self) { group in
            group.addTask {
                do {
                    let timeout = min(configuration.requestTimeout, .seconds(15))
                    let outcome = try await WebSocketConnector.connect(
                        url: url,
                        configuration: webSocket,
                        timeout: timeout,
                        tls: network.tls,
                        proxy: network.proxy(forSocket: url)
                    )
                    return .answered(.success(outcome))
                } catch {
                    return .answered(.failure(error))
                }
            }
            group.addTask {
                await requests.wait(for: [.leave, .reconnect])
                return .interrupted
            }
            let first = await group.next() ?? .interrupted
            group.cancelAll()
            // A socket that opened just when it was no longer wanted.
            for await late in group {
                if case .answered(.success(.upgraded(let channel, _))) = late { channel.channel.close(promise: nil) }
            }
            return first
        }
    }

    /// Reads until the socket closes, or closes it with 1000 when the owner asks for something else.
    private func read(_ channel: WebSocketChannel) async -> WebSocketClosure {
        do {
            return try await WebSocketConnection.run(channel, role: .client, configuration: webSocket) {
                inbound,
                outbound in
                await withTaskGroup { group in
                    group.addTask {
                        await requests.wait(for: [.leave, .reconnect])
                        if !Task.isCancelled { await outbound.close(code: 1000) }
                    }
                    for await message in inbound { await take(message) }
                    group.cancelAll()
                }
            }
        } catch {
            return .abnormal
        }
    }

    private func take(_ message: WebSocketMessage) async {
        // Direct Line 3.0 has no binary frames; one that is text all the same may be read.
        let text: String? =
            switch message {
            case .text(let text): text
            case .binary(let bytes): String(validating: bytes, as: UTF8.self)
            }
        if case .binary(let bytes) = message {
            tracer.frame(text, bytes: bytes.count)
        } else {
            tracer.frame(text, bytes: 0)
        }
        switch ActivityIntake.content(of: text ?? "") {
        case .nothing: break
        case .activities(let activities, let watermark):
            if await conversation.deliver(activities, watermark: watermark) { requests.post(.delivered) }
        case .malformed(let reason):
            await conversation.queue.push(.notice("a frame of the stream was no JSON and was passed over (\(reason))"))
        }
    }

    private func words(for closure: WebSocketClosure) -> String {
        switch closure.code {
        case 1006: closure.reason.isEmpty ? "the connection broke" : closure.reason
        case 1001: "the service is going away"
        default: "the service closed the stream (\(closure.code)\(closure.reason.isEmpty ? "" : ", \(closure.reason)"))"
        }
    }
}
