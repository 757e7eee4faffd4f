import NIOCore
import NIOWebSocket
import Testing

@testable import WebSocketTransport

struct WebSocketStateMachineTests {
    private static let mask: WebSocketMaskingKey = [1, 2, 3, 4]

    /// A frame as a client sends it.
    private func masked(_ opcode: WebSocketOpcode, _ text: String = "", fin: Bool = true) -> WebSocketFrame {
        masked(opcode, ByteBuffer(string: text), fin: fin)
    }

    private func masked(_ opcode: WebSocketOpcode, _ data: ByteBuffer, fin: Bool = true) -> WebSocketFrame {
        var data = data
        data.webSocketMask(Self.mask)
        return WebSocketFrame(fin: fin, opcode: opcode, maskKey: Self.mask, data: data)
    }

    private func plain(_ opcode: WebSocketOpcode, _ text: String = "", fin: Bool = true) -> WebSocketFrame {
        WebSocketFrame(fin: fin, opcode: opcode, data: ByteBuffer(string: text))
    }

    private func closePayload(_ code: UInt16, _ reason: String = "") -> ByteBuffer {
        var buffer = ByteBuffer(integer: code)
        buffer.writeString(reason)
        return buffer
    }

    private func server(maxMessageSize: Int = 100) -> WebSocketStateMachine {
        WebSocketStateMachine(role: .server, configuration: WebSocketConfiguration(maxMessageSize: maxMessageSize))
    }

    @Test func `text in one frame is delivered`() {
        var machine = server()
        #expect(machine.received(masked(.text, "héllo")) == .deliver(.text("héllo")))
        #expect(machine.received(masked(.text)) == .deliver(.text("")))
        #expect(machine.received(masked(.binary, "ab")) == .deliver(.binary([97, 98])))
    }

    @Test func `a character split between fragments arrives whole, with a ping between them`() {
        var machine = server()
        let bytes = ByteBuffer(string: "€")
        let head = bytes.getSlice(at: 0, length: 1)
        let tail = bytes.getSlice(at: 1, length: 2)
        #expect(machine.received(masked(.text, head ?? bytes, fin: false)) == .nothing)
        #expect(machine.received(masked(.ping, "p")) == .sendPong(ByteBuffer(string: "p")))
        #expect(machine.received(masked(.continuation, "", fin: false)) == .nothing)
        #expect(machine.received(masked(.continuation, tail ?? bytes)) == .deliver(.text("€")))
        #expect(machine.received(masked(.text, "next")) == .deliver(.text("next")))
    }

    @Test func `each end insists on the mask that RFC 6455 asks of its peer`() {
        var machine = server()
        #expect(machine.received(plain(.text, "x")) == .sendClose(closePayload(1002, "unmasked frame")))
        var client = WebSocketStateMachine(role: .client, configuration: WebSocketConfiguration())
        #expect(client.received(masked(.text, "x")) == .sendClose(closePayload(1002, "masked frame")))
    }

    @Test func `an unmasked fragment is refused too`() {
        var machine = server()
        #expect(machine.received(masked(.text, "a", fin: false)) == .nothing)
        #expect(machine.received(plain(.continuation, "b")) == .sendClose(closePayload(1002, "unmasked frame")))
    }

    @Test func `frames out of place close with 1002`() {
        var reserved = masked(.text, "x")
        reserved.rsv1 = true
        let damaged = [
            [reserved], [masked(.continuation, "x")], [masked(.text, "x", fin: false), masked(.text, "y")],
            [masked(WebSocketOpcode(encodedWebSocketOpcode: 3) ?? .text, "x")],
        ]
        for frames in damaged {
            var machine = server()
            for frame in frames { _ = machine.received(frame) }
            #expect(machine.closure.code == 1002)
            #expect(!machine.isOpen)
            #expect(!machine.isClosed)
        }
    }

    @Test func `text that is no UTF-8 closes with 1007`() {
        var machine = server()
        #expect(
            machine.received(masked(.text, ByteBuffer(bytes: [0xc3, 0x28])))
                == .sendClose(closePayload(1007, "text is not UTF-8"))
        )
    }

    @Test func `a message above the limit closes with 1009, whole or in fragments`() {
        var machine = server(maxMessageSize: 4)
        #expect(machine.received(masked(.text, "12345")) == .sendClose(closePayload(1009, "message too large")))
        var other = server(maxMessageSize: 4)
        #expect(other.received(masked(.text, "123", fin: false)) == .nothing)
        #expect(other.received(masked(.continuation, "45")) == .sendClose(closePayload(1009, "message too large")))
        var third = server()
        #expect(third.failedToRead(.invalidFrameLength) == .sendClose(closePayload(1009, "frame too large")))
    }

    @Test func `a peer's close is answered with its code and ends the connection`() {
        var machine = server()
        #expect(
            machine.received(masked(.connectionClose, closePayload(3000, "bye"))) == .sendLastClose(closePayload(3000))
        )
        #expect(machine.closure == WebSocketClosure(code: 3000, reason: "bye"))
        #expect(machine.isClosed)
        #expect(machine.close(WebSocketClosure(code: 1000)) == nil)
        #expect(machine.received(masked(.text, "late")) == .nothing)
    }

    @Test func `a close without a code is 1005 and is answered without one`() {
        var machine = server()
        #expect(machine.received(masked(.connectionClose)) == .sendLastClose(ByteBuffer()))
        #expect(machine.closure.code == 1005)
    }

    @Test(arguments: [0, 999, 1004, 1005, 1006, 1015, 2999, 5000] as [UInt16])
    func `a close code that may not travel is answered with 1002`(code: UInt16) {
        var machine = server()
        _ = machine.received(masked(.connectionClose, closePayload(code)))
        #expect(machine.closure.code == 1002)
    }

    @Test func `a close of one byte is 1002 and one with broken words 1007`() {
        var machine = server()
        _ = machine.received(masked(.connectionClose, ByteBuffer(bytes: [3])))
        #expect(machine.closure.code == 1002)
        var other = server()
        _ = other.received(masked(.connectionClose, ByteBuffer(bytes: [3, 232, 0xff])))
        #expect(other.closure.code == 1007)
    }

    @Test func `after our close only the peer's close counts`() {
        var machine = server()
        #expect(machine.close(WebSocketClosure(code: 1001, reason: "going")) == closePayload(1001, "going"))
        #expect(machine.close(WebSocketClosure(code: 1000)) == nil)
        #expect(machine.received(masked(.text, "crossing")) == .nothing)
        #expect(machine.received(masked(.ping)) == .nothing)
        #expect(machine.received(masked(.connectionClose, closePayload(1001))) == .finish)
        #expect(machine.closure == WebSocketClosure(code: 1001, reason: "going"))
    }

    @Test func `a close reason is cut between characters to fit a control frame`() {
        var machine = server()
        let payload = machine.close(WebSocketClosure(code: 1000, reason: String(repeating: "é", count: 100)))
        #expect(payload?.readableBytes == 124)
    }

    @Test func `two pings without any sign of life give the connection up`() {
        var machine = server()
        let ping = ByteBuffer(string: "ping")
        let due = { (isListening: Bool) in
            let action = machine.pingDue(ping, isListening: isListening)
            machine.pingWritten()
            return action
        }
        #expect(due(true) == .sendPing(ping))
        #expect(due(true) == .sendPing(ping))
        #expect(machine.received(masked(.pong, "other")) == .nothing)
        #expect(due(true) == .sendPing(ping))
        #expect(due(false) == .nothing)
        #expect(due(true) == .sendPing(ping))
        #expect(due(true) == .giveUp)
        #expect(machine.closure.code == 1006)
        #expect(machine.pingDue(ping, isListening: true) == .nothing)
    }

    @Test func `a ping that has not left is not followed by another, and counts`() {
        var machine = server()
        let ping = ByteBuffer(string: "ping")
        #expect(machine.pingDue(ping, isListening: true) == .sendPing(ping))
        #expect(machine.pingDue(ping, isListening: true) == .nothing)
        #expect(machine.pingDue(ping, isListening: true) == .giveUp)
    }

    @Test func `of the pings that come while a pong is leaving only the newest is answered`() {
        var machine = server()
        #expect(machine.received(masked(.ping, "1")) == .sendPong(ByteBuffer(string: "1")))
        #expect(!machine.owesPong)
        for payload in ["2", "3"] { #expect(machine.received(masked(.ping, payload)) == .nothing) }
        #expect(machine.owesPong)
        #expect(machine.pongWritten() == ByteBuffer(string: "3"))
        #expect(!machine.owesPong)
        #expect(machine.received(masked(.ping, "4")) == .nothing)
        #expect(machine.pongWritten() == ByteBuffer(string: "4"))
        #expect(machine.pongWritten() == nil)
        #expect(machine.received(masked(.ping, "5")) == .sendPong(ByteBuffer(string: "5")))
    }

    @Test func `no pong is owed once a close frame is on its way`() {
        var machine = server()
        _ = machine.received(masked(.ping, "1"))
        _ = machine.received(masked(.ping, "2"))
        _ = machine.close(WebSocketClosure(code: 1001))
        #expect(!machine.owesPong)
        #expect(machine.pongWritten() == nil)
    }

    @Test func `messages that mean nothing are neither kept nor delivered, but their frames must be in order`() {
        let configuration = WebSocketConfiguration(maxMessageSize: 10)
        var machine = WebSocketStateMachine(role: .server, configuration: configuration, discardsData: true)
        #expect(machine.received(masked(.text, "longer than a message may be")) == .nothing)
        #expect(machine.received(masked(.text, ByteBuffer(bytes: [0xff]))) == .nothing)
        #expect(machine.received(masked(.binary, "0123456789", fin: false)) == .nothing)
        for _ in 1...3 { #expect(machine.received(masked(.continuation, "0123456789", fin: false)) == .nothing) }
        #expect(machine.received(masked(.continuation, "end")) == .nothing)
        #expect(machine.isOpen)
        _ = machine.received(masked(.continuation, "of nothing"))
        #expect(machine.closure.code == 1002)
    }

    @Test func `a stream that just ends is 1006`() {
        var machine = server()
        machine.ended()
        #expect(machine.closure == .abnormal)
    }
}
