import NIOCore
import NIOWebSocket
import Synchronization

/// Performs what the state machine of one connection decides.
///
/// What the machine decides is put in a queue while its lock is held, so that frames leave in the order in which the
/// machine allowed them and nothing follows a close frame. The channel is called on its event loop with the lock
/// released: a write may call this session again before it returns, for instance when it fails, since the channel then
/// reads what is left in the socket. Timers run on the event loop, whose time a testing channel controls.
final class WebSocketSession: Sendable {
    /// What the channel is to do.
    private enum Order {
        case write(WebSocketFrame, EventLoopPromise<Void>)
        case close
    }

    private struct State {
        var machine: WebSocketStateMachine
        /// What the channel has not been told yet.
        var orders: [Order] = []
        /// How many tasks wait for a frame.
        var listeners = 0
        var pings: RepeatedTask?
        var closeTimer: Scheduled<Void>?
        /// Whether the peer is to hear nothing more, not even an answer to a ping.
        var isSilent = false
    }

    private let channel: any Channel
    private let role: WebSocketRole
    private let configuration: WebSocketConfiguration
    private let pingsWithText: Bool
    private let state: Mutex<State>

    /// Fired through the pipeline when the socket has taken the answer to a ping, so that no other is owed.
    enum PongWritten: Sendable { case pong }

    /// The session of one end.
    ///
    /// - Parameters:
    ///   - channel: A channel of frames.
    ///   - role: Which end this is.
    ///   - configuration: Limits and times.
    ///   - discardsData: Whether what the peer says has no meaning.
    ///   - pingsWithText: Whether an empty message goes with each ping, for clients that do not see pings.
    init(
        channel: any Channel,
        role: WebSocketRole,
        configuration: WebSocketConfiguration,
        discardsData: Bool = false,
        pingsWithText: Bool = false
    ) {
        self.channel = channel
        self.role = role
        self.configuration = configuration
        self.pingsWithText = pingsWithText
        let machine = WebSocketStateMachine(role: role, configuration: configuration, discardsData: discardsData)
        state = Mutex(State(machine: machine))
    }

    var closure: WebSocketClosure { state.withLock { $0.machine.closure } }
    var isOpen: Bool { state.withLock { $0.machine.isOpen } }
    var isClosed: Bool { state.withLock { $0.machine.isClosed } }
    /// Whether the peer sends pings faster than it reads the answers.
    var owesPong: Bool { state.withLock { $0.machine.owesPong } }
    /// Whether a close frame was sent, so that TCP is to end by itself and a timer sees to it that it does.
    var awaitsEnd: Bool { state.withLock { $0.closeTimer != nil } }

    // MARK: - Life

    func startPings() {
        guard let interval = configuration.pingInterval else { return }
        let period = TimeAmount(interval)
        let pings = channel.eventLoop.scheduleRepeatedTask(initialDelay: period, delay: period) { _ in self.pingDue() }
        state.withLock { $0.pings = pings }
    }

    /// Ends the timers; the connection is over.
    func stop() {
        state.withLock {
            $0.machine.ended()
            $0.pings?.cancel()
            $0.closeTimer?.cancel()
        }
    }

    /// The peer has ended the stream, with or without a close frame before.
    func streamEnded() { state.withLock { $0.machine.ended() } }

    /// Says and hears nothing from now on, while the connection stays as it is.
    func fallSilent() {
        state.withLock {
            $0.isSilent = true
            $0.pings?.cancel()
        }
    }

    /// Says goodbye as far as the socket takes it at once, and closes TCP.
    func abort(_ closure: WebSocketClosure) {
        change {
            if let payload = $0.machine.close(closure) { write(.connectionClose, payload, &$0) }
            $0.orders.append(.close)
        }
    }

    // MARK: - Sending

    func send(_ opcode: WebSocketOpcode, _ data: ByteBuffer) async throws {
        guard data.readableBytes <= Int(UInt32.max / 2) else {
            throw WebSocketError(.tooLarge, "a message of \(data.readableBytes) bytes is too large to send")
        }
        let written = try change {
            guard $0.machine.isOpen else { throw WebSocketError(.closed, "the connection is closed") }
            return write(opcode, data, &$0)
        }
        try await wait(for: written)
    }

    func sendFragments(_ data: ByteBuffer, size: Int) async throws {
        var rest = data
        var opcode = WebSocketOpcode.text
        // All within one lock, so that no other message comes between the fragments.
        let written = try change { state in
            guard state.machine.isOpen else { throw WebSocketError(.closed, "the connection is closed") }
            while rest.readableBytes > max(1, size), let fragment = rest.readSlice(length: max(1, size)) {
                write(opcode, fragment, fin: false, &state)
                if opcode == .text { write(.ping, ByteBuffer(), &state) }
                opcode = .continuation
            }
            return write(opcode, rest, &state)
        }
        try await wait(for: written)
    }

    /// Starts the closing handshake; a second call does nothing.
    ///
    /// - Returns: When the close frame has been written.
    @discardableResult
    func close(_ closure: WebSocketClosure) -> EventLoopFuture<Void> {
        change {
            guard let payload = $0.machine.close(closure) else { return channel.eventLoop.makeSucceededVoidFuture() }
            startCloseTimer(&$0)
            return write(.connectionClose, payload, &$0)
        }
    }

    // MARK: - Receiving

    func listening(_ isListening: Bool) { state.withLock { $0.listeners += isListening ? 1 : -1 } }

    /// Takes a frame and does what it asks for, but for the messages, which go to the reader.
    func received(_ frame: WebSocketFrame) -> WebSocketMessage? {
        change {
            guard !$0.isSilent else { return nil }
            let action = $0.machine.received(frame)
            return perform(action, &$0)
        }
    }

    func failedToRead(_ error: NIOWebSocketError) {
        change {
            let action = $0.machine.failedToRead(error)
            _ = perform(action, &$0)
        }
    }

    private func perform(_ action: WebSocketStateMachine.ReceiveAction, _ state: inout State) -> WebSocketMessage? {
        switch action {
        case .nothing, .finish: break
        case .deliver(let message): return message
        case .sendPong(let payload): writePong(payload, &state)
        case .sendClose(let payload), .sendLastClose(let payload):
            write(.connectionClose, payload, &state)
            startCloseTimer(&state)
        }
        return nil
    }

    // MARK: - Timers

    private func pingDue() {
        var payload = ByteBuffer()
        payload.writeMultipleIntegers(UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max))
        change {
            switch $0.machine.pingDue(payload, isListening: $0.listeners > 0) {
            case .sendPing(let payload):
                let written = write(.ping, payload, &$0)
                written.whenSuccess { [self] in state.withLock { $0.machine.pingWritten() } }
                if pingsWithText { write(.text, ByteBuffer(), &$0) }
            case .giveUp: $0.orders.append(.close)
            case .nothing: break
            }
        }
    }

    private func startCloseTimer(_ state: inout State) {
        guard state.closeTimer == nil else { return }
        state.closeTimer = channel.eventLoop.scheduleTask(in: TimeAmount(configuration.closeTimeout)) { [channel] in
            channel.close(promise: nil)
        }
    }

    // MARK: - Frames

    private func writePong(_ payload: ByteBuffer, _ state: inout State) {
        write(.pong, payload, &state).whenSuccess { [self] in pongWritten() }
    }

    private func pongWritten() {
        change { state in
            if let payload = state.machine.pongWritten() { writePong(payload, &state) }
        }
        channel.pipeline.fireUserInboundEventTriggered(PongWritten.pong)
    }

    @discardableResult
    private func write(
        _ opcode: WebSocketOpcode,
        _ data: ByteBuffer,
        fin: Bool = true,
        _ state: inout State
    ) -> EventLoopFuture<Void> {
        let mask = role == .client ? WebSocketMaskingKey.random() : nil
        let written = channel.eventLoop.makePromise(of: Void.self)
        state.orders.append(.write(WebSocketFrame(fin: fin, opcode: opcode, maskKey: mask, data: data), written))
        return written.futureResult
    }

    // MARK: - Orders

    /// Changes the state, and has the channel do what that has ordered.
    private func change<Result>(_ body: (inout State) throws -> Result) rethrows -> Result {
        let (result, hasOrders) = try state.withLock { state in
            let result = try body(&state)
            return (result, !state.orders.isEmpty)
        }
        if hasOrders { carryOutOrders() }
        return result
    }

    /// Calls the channel with one order after the other; a call from within one goes on with the next.
    private func carryOutOrders() {
        guard channel.eventLoop.inEventLoop else { return channel.eventLoop.execute { self.carryOutOrders() } }
        while let order = state.withLock({ $0.orders.isEmpty ? nil : $0.orders.removeFirst() }) {
            switch order {
            case .write(let frame, let written): channel.writeAndFlush(frame, promise: written)
            case .close: channel.close(promise: nil)
            }
        }
    }

    /// Whether a frame is in the socket already, as far as that can be told here.
    private func isTaken(_ written: EventLoopFuture<Void>) -> Bool {
        guard channel.eventLoop.inEventLoop else { return false }
        var isTaken = false
        written.assumeIsolated().whenSuccess { isTaken = true }
        return isTaken
    }

    /// Waits until a frame is in the socket, which is what slows a sender down to the pace of its peer.
    ///
    /// Cancelling ends the wait; the frame has been queued and is not taken back.
    private func wait(for written: EventLoopFuture<Void>) async throws {
        if isTaken(written) { return }
        let waiting = channel.eventLoop.makePromise(of: Void.self)
        written.cascade(to: waiting)
        do {
            try await withTaskCancellationHandler {
                try await waiting.futureResult.get()
            } onCancel: {
                waiting.fail(CancellationError())
            }
        } catch let error as CancellationError {
            throw error
        } catch {
            throw WebSocketError(.closed, "the connection is closed")
        }
    }
}
