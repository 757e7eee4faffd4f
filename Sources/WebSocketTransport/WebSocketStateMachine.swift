import NIOCore
import NIOWebSocket

/// Decides what one end of a WebSocket does, without any I/O.
///
/// It joins fragments, answers pings, shakes hands at the close, and fails a peer that breaks the rules of RFC 6455.
/// While the socket does not take the answer to a ping, only the newest of the pings behind it is answered (RFC 6455,
/// 5.5.3): a peer that sends pings and does not read costs one frame.
struct WebSocketStateMachine {
    private enum State {
        case open
        /// Our close frame is on its way, the peer's has not come.
        case closing(WebSocketClosure)
        /// Both close frames have passed, or the stream has ended.
        case closed(WebSocketClosure)
    }

    /// What a received frame asks for.
    enum ReceiveAction: Equatable {
        case nothing
        case deliver(WebSocketMessage)
        case sendPong(ByteBuffer)
        /// Send a close frame with this payload, then take nothing but the peer's close.
        case sendClose(ByteBuffer)
        /// Send a close frame with this payload; it completes the handshake.
        case sendLastClose(ByteBuffer)
        /// The peer answered our close frame.
        case finish
    }

    /// What a due ping asks for.
    enum PingAction: Equatable {
        case sendPing(ByteBuffer)
        /// Too many pings went unanswered: close TCP, nobody is there to shake hands with.
        case giveUp
        case nothing
    }

    private let role: WebSocketRole
    private let maxMessageSize: Int
    private let missedPingLimit: Int
    private let discardsData: Bool
    private var state = State.open
    private var opcode: WebSocketOpcode?
    private var fragments = ByteBuffer()
    private var missedPings = 0
    /// Whether the socket has not taken our last ping or pong yet.
    private var isPingLeaving = false
    private var isPongLeaving = false
    /// The payload of the newest ping that came while a pong was leaving.
    private var owedPong: ByteBuffer?

    /// The machine of one end.
    ///
    /// - Parameters:
    ///   - role: Which end this is.
    ///   - configuration: Limits.
    ///   - discardsData: Whether what the peer says has no meaning: its messages are then neither kept, checked nor
    ///     delivered.
    init(role: WebSocketRole, configuration: WebSocketConfiguration, discardsData: Bool = false) {
        self.role = role
        self.discardsData = discardsData
        self.maxMessageSize = configuration.maxMessageSize
        self.missedPingLimit = configuration.missedPingLimit
    }

    /// Whether data may still be sent.
    var isOpen: Bool {
        if case .open = state { true } else { false }
    }

    /// How the connection ended, 1006 as long as there was no close frame.
    var closure: WebSocketClosure {
        switch state {
        case .open: .abnormal
        case .closing(let closure), .closed(let closure): closure
        }
    }

    /// Whether a ping waits for the socket to take an earlier answer, so that reading more would serve nobody.
    var owesPong: Bool { isOpen && owedPong != nil }

    /// Whether both close frames have passed or the stream is known to be dead.
    var isClosed: Bool {
        if case .closed = state { true } else { false }
    }
}

// MARK: - Events

extension WebSocketStateMachine {
    /// A frame came from the peer.
    mutating func received(_ frame: WebSocketFrame) -> ReceiveAction {
        missedPings = 0
        switch state {
        case .closed: return .nothing
        case .closing(let closure):
            // Data may cross our close frame; only the answer to it still counts (RFC 6455, 5.5.1).
            guard frame.opcode == .connectionClose else { return .nothing }
            state = .closed(closure)
            return .finish
        case .open: break
        }
        guard (frame.maskKey != nil) == (role == .server) else {
            return fail(1002, role == .server ? "unmasked frame" : "masked frame")
        }
        guard frame.reservedBits.isEmpty else { return fail(1002, "reserved bit without an extension") }
        switch frame.opcode {
        case .text, .binary, .continuation: return receivedData(frame)
        case .ping: return receivedPing(frame.unmaskedData)
        case .pong: return .nothing
        case .connectionClose: return receivedClose(frame.unmaskedData)
        default: return fail(1002, "reserved opcode")
        }
    }

    /// The frames could not be read on: the decoder met one that is too large or malformed.
    mutating func failedToRead(_ error: NIOWebSocketError) -> ReceiveAction {
        guard isOpen else { return .nothing }
        return switch error {
        case .invalidFrameLength: fail(1009, "frame too large")
        case .fragmentedControlFrame, .multiByteControlFrameLength: fail(1002, "malformed control frame")
        }
    }

    /// This end wants to close.
    ///
    /// - Returns: The payload of the close frame to send, nil when one was sent before or none may be.
    mutating func close(_ closure: WebSocketClosure) -> ByteBuffer? {
        guard isOpen else { return nil }
        state = .closing(closure)
        return Self.payload(closure)
    }

    /// The time for a ping has come.
    ///
    /// - Parameters:
    ///   - payload: What the ping carries.
    ///   - isListening: Whether frames are being waited for. While the reader is busy elsewhere its silence says
    ///     nothing about the peer, so no ping counts.
    /// - Returns: What to do about it.
    mutating func pingDue(_ payload: ByteBuffer, isListening: Bool) -> PingAction {
        guard isOpen, isListening else { return .nothing }
        guard missedPings < missedPingLimit else {
            state = .closed(WebSocketClosure(code: 1006, reason: "the peer has fallen silent"))
            return .giveUp
        }
        missedPings += 1
        // A second one behind it would tell no more, and a peer that sends but never reads would pile them up.
        guard !isPingLeaving else { return .nothing }
        isPingLeaving = true
        return .sendPing(payload)
    }

    /// The socket has taken the last ping.
    mutating func pingWritten() { isPingLeaving = false }

    /// The socket has taken the last pong.
    ///
    /// - Returns: The payload of the pong to send now, nil when none is owed.
    mutating func pongWritten() -> ByteBuffer? {
        isPongLeaving = false
        guard isOpen, let payload = owedPong.take() else { return nil }
        isPongLeaving = true
        return payload
    }

    /// The stream has ended, with or without a handshake before.
    mutating func ended() {
        if case .open = state { state = .closed(.abnormal) }
    }
}

// MARK: - Frames

extension WebSocketStateMachine {
    private mutating func receivedPing(_ payload: ByteBuffer) -> ReceiveAction {
        guard !isPongLeaving else {
            owedPong = payload
            return .nothing
        }
        isPongLeaving = true
        return .sendPong(payload)
    }

    private mutating func receivedData(_ frame: WebSocketFrame) -> ReceiveAction {
        if frame.opcode == .continuation {
            guard opcode != nil else { return fail(1002, "continuation of nothing") }
        } else {
            guard opcode == nil else { return fail(1002, "message within a fragmented message") }
            opcode = frame.opcode
        }
        guard !discardsData else {
            if frame.fin { opcode = nil }
            return .nothing
        }
        var data = frame.unmaskedData
        guard fragments.readableBytes + data.readableBytes <= maxMessageSize else {
            return fail(1009, "message too large")
        }
        if !frame.fin || fragments.readableBytes > 0 {
            fragments.writeBuffer(&data)
            guard frame.fin else { return .nothing }
            data = fragments
        }
        let isText = opcode == .text
        opcode = nil
        fragments = ByteBuffer()
        guard isText else { return .deliver(.binary(Array(data.readableBytesView))) }
        // A split may fall inside a character, so text is looked at only as a whole.
        guard let text = String(validating: data.readableBytesView, as: UTF8.self) else {
            return fail(1007, "text is not UTF-8")
        }
        return .deliver(.text(text))
    }

    private mutating func receivedClose(_ payload: ByteBuffer) -> ReceiveAction {
        var payload = payload
        let echo = payload
        guard payload.readableBytes > 0 else {
            state = .closed(WebSocketClosure(code: 1005))
            return .sendLastClose(echo)
        }
        guard let code = payload.readInteger(as: UInt16.self), Self.mayTravel(code) else {
            return refuseClose(1002, "invalid close code")
        }
        guard let reason = String(validating: payload.readableBytesView, as: UTF8.self) else {
            return refuseClose(1007, "close reason is not UTF-8")
        }
        state = .closed(WebSocketClosure(code: code, reason: reason))
        return .sendLastClose(echo.getSlice(at: echo.readerIndex, length: 2) ?? echo)
    }

    private mutating func refuseClose(_ code: UInt16, _ reason: String) -> ReceiveAction {
        let closure = WebSocketClosure(code: code, reason: reason)
        state = .closed(closure)
        return .sendLastClose(Self.payload(closure))
    }

    private mutating func fail(_ code: UInt16, _ reason: String) -> ReceiveAction {
        let closure = WebSocketClosure(code: code, reason: reason)
        state = .closing(closure)
        fragments = ByteBuffer()
        return .sendClose(Self.payload(closure))
    }

    /// Codes that may stand in a close frame (RFC 6455, 7.4, and the IANA registry).
    private static func mayTravel(_ code: UInt16) -> Bool {
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }

    private static func payload(_ closure: WebSocketClosure) -> ByteBuffer {
        var buffer = ByteBuffer()
        guard mayTravel(closure.code) else { return buffer }
        buffer.writeInteger(closure.code)
        var reason = closure.reason
        // A control frame holds 125 bytes, two of which are the code; cut between characters.
        while reason.utf8.count > 123 { reason.removeLast() }
        buffer.writeString(reason)
        return buffer
    }
}
