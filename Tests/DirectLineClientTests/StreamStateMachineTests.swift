import BotSchema
import Testing

@testable import DirectLineClient

struct StreamStateMachineTests {
    private typealias Step = StreamStateMachine.Step

    private let url = "ws://service/stream?t=1"
    private let broken = StreamStateMachine.Event.socketClosed(reason: "broke", lifetime: .seconds(5))

    private func machine(
        _ transport: ClientConfiguration.Transport = .automatic,
        canRenewCredential: Bool = true
    ) -> StreamStateMachine {
        StreamStateMachine(
            transport: transport,
            pollInterval: .seconds(1),
            canRenewCredential: canRenewCredential,
            seed: 1
        )
    }

    /// A machine whose socket is open.
    private func onlineMachine() -> StreamStateMachine {
        var machine = machine()
        #expect(
            machine.handle(.started(streamURL: url))
                == Step(report: .connecting(attempt: 1), action: .openSocket(url: url))
        )
        #expect(machine.handle(.socketOpened) == Step(report: .online, action: .keepReading))
        return machine
    }

    /// The wait that a step asks for, in whole milliseconds.
    private func wait(_ step: StreamStateMachine.Step) -> Int? {
        guard case .wait(let duration) = step.action else { return nil }
        return Int(duration / .milliseconds(1))
    }

    @Test func `the first loss is resumed at once, further ones ever more slowly`() {
        var machine = onlineMachine()
        let first = machine.handle(broken)
        #expect(first == Step(report: .reconnecting(attempt: 1, after: .zero, reason: "broke"), action: .renew))
        var waits: [Int] = []
        for _ in 0..<8 {
            #expect(machine.handle(.renewed(streamURL: url)).action == .openSocket(url: url))
            #expect(machine.handle(.socketOpened) == Step(report: .online, action: .keepReading))
            waits.append(wait(machine.handle(broken)) ?? 0)
            #expect(machine.handle(.waited) == Step(report: nil, action: .renew))
        }
        for (wait, seconds) in zip(waits, [1, 2, 4, 8, 16, 30, 30, 30]) {
            #expect((seconds * 800...seconds * 1_200).contains(wait))
        }
    }

    @Test func `a socket that lived for a minute was healthy, so its loss is no sign of trouble`() {
        var machine = onlineMachine()
        for _ in 0..<3 {
            let step = machine.handle(.socketClosed(reason: "broke", lifetime: .seconds(60)))
            #expect(step == Step(report: .reconnecting(attempt: 1, after: .zero, reason: "broke"), action: .renew))
            _ = machine.handle(.renewed(streamURL: url))
            _ = machine.handle(.socketOpened)
        }
    }

    @Test func `back-off begins anew once a socket has delivered`() {
        var machine = onlineMachine()
        for _ in 0..<4 {
            _ = machine.handle(broken)
            _ = machine.handle(.waited)
            _ = machine.handle(.renewed(streamURL: url))
            _ = machine.handle(.socketOpened)
        }
        let step = machine.handle(.socketClosed(reason: "broke", lifetime: .seconds(5), hasDelivered: true))
        #expect(step == Step(report: .reconnecting(attempt: 1, after: .zero, reason: "broke"), action: .renew))
    }

    @Test func `three refusals in a row give way to polling, an open socket in between does not count`() {
        var machine = onlineMachine()
        _ = machine.handle(broken)
        for _ in 0..<2 {
            _ = machine.handle(.renewed(streamURL: url))
            _ = machine.handle(.socketRefused(reason: "403"))
        }
        _ = machine.handle(.renewed(streamURL: url))
        #expect(machine.handle(.socketOpened) == Step(report: .online, action: .keepReading))
        _ = machine.handle(broken)
        for _ in 0..<2 {
            _ = machine.handle(.renewed(streamURL: url))
            #expect(machine.handle(.socketRefused(reason: "403")).action != .poll)
        }
        _ = machine.handle(.renewed(streamURL: url))
        #expect(machine.handle(.socketRefused(reason: "403")) == Step(report: nil, action: .poll))
        #expect(machine.handle(.polled(isEmpty: false)) == Step(report: .polling, action: .wait(.seconds(1))))
    }

    @Test func `after five minutes of polling a socket is tried again, and polling goes on when that fails`() {
        var machine = machine()
        _ = machine.handle(.started(streamURL: url))
        for _ in 1...2 {
            _ = machine.handle(.socketRefused(reason: "no"))
            _ = machine.handle(.renewed(streamURL: url))
        }
        #expect(machine.handle(.socketRefused(reason: "no")).action == .poll)
        for outcome in [StreamStateMachine.Event.socketRefused(reason: "no"), .socketOpened] {
            var seconds = 0
            var step = machine.handle(.polled(isEmpty: false))
            while let wait = wait(step), seconds < 1000 {
                seconds += wait / 1000
                #expect(machine.handle(.waited).action == .poll)
                step = machine.handle(.polled(isEmpty: false))
            }
            #expect(step.action == .renew)
            #expect((298...300).contains(seconds))
            #expect(machine.handle(.renewed(streamURL: url)).action == .openSocket(url: url))
            if outcome == .socketOpened {
                #expect(machine.handle(outcome).report == .online)
            } else {
                #expect(machine.handle(outcome).action == .poll)
            }
        }
    }

    @Test func `a client that wants WebSocket alone never polls`() {
        var machine = machine(.webSocket)
        _ = machine.handle(.started(streamURL: url))
        for _ in 0..<10 {
            #expect(machine.handle(.socketRefused(reason: "403")).action != .poll)
            _ = machine.handle(.renewed(streamURL: url))
        }
        guard case .failed(let error) = machine.handle(.renewed(streamURL: nil)).report else {
            Issue.record("goes on without a stream")
            return
        }
        #expect(error.code == .protocolViolation)
    }

    @Test func `C23 polls slow down after a minute of silence, and a post speeds them up`() {
        var machine = machine(.polling)
        #expect(machine.handle(.started(streamURL: url)) == Step(report: nil, action: .poll))
        #expect(machine.handle(.polled(isEmpty: true)) == Step(report: .polling, action: .wait(.seconds(1))))
        for _ in 0..<58 {
            #expect(machine.handle(.waited) == Step(report: nil, action: .poll))
            #expect(machine.handle(.polled(isEmpty: true)) == Step(report: nil, action: .wait(.seconds(1))))
        }
        _ = machine.handle(.waited)
        #expect(machine.handle(.polled(isEmpty: true)) == Step(report: nil, action: .wait(.seconds(5))))
        #expect(machine.handle(.sent) == Step(report: nil, action: .poll))
        #expect(machine.handle(.polled(isEmpty: true)) == Step(report: nil, action: .wait(.seconds(1))))
        #expect(machine.handle(.answered) == Step(report: nil, action: .poll))
    }

    @Test func `a poll that fails is followed by others`() {
        var machine = machine(.polling)
        _ = machine.handle(.started(streamURL: nil))
        let error = ClientError(.serviceFailed, "failed", status: 500)
        for attempt in 1...5 {
            guard case .reconnecting(attempt, _, "failed") = machine.handle(.requestFailed(error)).report else {
                Issue.record("attempt \(attempt) not told")
                return
            }
            #expect(machine.handle(.waited) == Step(report: nil, action: .poll))
        }
        #expect(machine.handle(.polled(isEmpty: false)) == Step(report: .polling, action: .wait(.seconds(1))))
    }

    @Test func `C22 a wait that the service asks for is kept`() {
        var machine = onlineMachine()
        _ = machine.handle(broken)
        let error = ClientError(.throttled, "patience", status: 429, retryAfter: .seconds(20))
        let step = machine.handle(.requestFailed(error))
        #expect(wait(step) == 20_000)
    }

    @Test func `C16 another client's collision is told and waited out`() {
        var machine = onlineMachine()
        let step = machine.handle(.socketClosed(reason: "closed (1000, collision)", lifetime: .seconds(600)))
        #expect((wait(step) ?? 0) >= 30_000)
        guard case .reconnecting(1, _, "another client has taken over this conversation") = step.report else {
            Issue.record("\(step)")
            return
        }
    }

    @Test func `a fresh token that is refused is replaced after a wait, and the third in a row is the last`() {
        var machine = onlineMachine()
        let expired = ClientError(.tokenExpired, "expired", status: 403)
        _ = machine.handle(broken)
        for _ in 1...2 {
            #expect(machine.handle(.requestFailed(expired)) == Step(report: nil, action: .renewCredential))
            #expect(machine.handle(.credentialRenewed) == Step(report: nil, action: .renew))
            #expect((wait(machine.handle(.requestFailed(expired))) ?? 0) >= 800)
            #expect(machine.handle(.waited).action == .renew)
        }
        #expect(machine.handle(.requestFailed(expired)) == Step(report: nil, action: .renewCredential))
        #expect(machine.handle(.credentialRenewed) == Step(report: nil, action: .renew))
        #expect(machine.handle(.requestFailed(expired)) == Step(report: .expired, action: .rest))
        #expect(machine.handle(.reconnectRequested).action == .renew)
        #expect(machine.handle(.requestFailed(expired)) == Step(report: nil, action: .renewCredential))
        #expect(machine.handle(.credentialLost) == Step(report: .expired, action: .rest))
    }

    @Test func `tokens that die now and then never add up to the end`() {
        var machine = onlineMachine()
        let expired = ClientError(.tokenExpired, "expired", status: 403)
        for _ in 1...10 {
            _ = machine.handle(broken)
            #expect(machine.handle(.requestFailed(expired)).action == .renewCredential)
            #expect(machine.handle(.credentialRenewed).action == .renew)
            #expect(wait(machine.handle(.requestFailed(expired))) != nil)
            _ = machine.handle(.waited)
            #expect(machine.handle(.renewed(streamURL: url)).action == .openSocket(url: url))
            _ = machine.handle(.socketOpened)
        }
    }

    @Test func `a gateway that says 401 to a token may take another`() {
        let wanted = ClientError(.unauthorized, "wants a token", status: 401)
        var machine = onlineMachine()
        _ = machine.handle(broken)
        #expect(machine.handle(.requestFailed(wanted)).action == .renewCredential)
        var other = self.machine(canRenewCredential: false)
        _ = other.handle(.started(streamURL: nil))
        #expect(other.handle(.requestFailed(wanted)) == Step(report: .failed(wanted), action: .rest))
    }

    @Test func `what the service accepts brings the stream back, but not after the bot's end`() {
        let back = ConnectionState.reconnecting(attempt: 1, after: .zero, reason: "the service answers")
        for failure in [ClientError(.rejected, "wrong", status: 400), ClientError(.notFound, "gone", status: 404)] {
            var machine = onlineMachine()
            _ = machine.handle(broken)
            #expect(machine.handle(.requestFailed(failure)).action == .rest)
            #expect(machine.handle(.accepted) == Step(report: back, action: .renew))
        }
        var over = onlineMachine()
        _ = over.handle(.conversationEnded)
        _ = over.handle(broken)
        #expect(over.handle(.accepted) == Step(report: nil, action: .rest))
    }

    @Test func `a token may die twice while the service has other trouble`() {
        var machine = onlineMachine()
        _ = machine.handle(broken)
        let expired = StreamStateMachine.Event.requestFailed(ClientError(.tokenExpired, "expired", status: 403))
        for _ in 1...3 {
            #expect(machine.handle(expired).action == .renewCredential)
            #expect(machine.handle(.credentialRenewed).action == .renew)
            #expect(wait(machine.handle(.requestFailed(ClientError(.serviceFailed, "oops", status: 500)))) != nil)
            #expect(machine.handle(.waited).action == .renew)
        }
    }

    @Test func `a secret that is refused is a failure, an expired one cannot be`() {
        var machine = machine(canRenewCredential: false)
        _ = machine.handle(.started(streamURL: url))
        _ = machine.handle(.socketRefused(reason: "403"))
        let refused = ClientError(.unauthorized, "refused", status: 403)
        #expect(machine.handle(.requestFailed(refused)) == Step(report: .failed(refused), action: .rest))
    }

    @Test func `a conversation that is gone, or a request that is wrong, is not tried again`() {
        var machine = onlineMachine()
        _ = machine.handle(broken)
        let gone = ClientError(.notFound, "gone", status: 404)
        #expect(machine.handle(.requestFailed(gone)) == Step(report: .ended(reason: "gone"), action: .rest))
        #expect(machine.handle(.sent) == Step(report: nil, action: .rest))
        _ = machine.handle(.reconnectRequested)
        let wrong = ClientError(.rejected, "wrong", status: 400)
        #expect(machine.handle(.requestFailed(wrong)) == Step(report: .failed(wrong), action: .rest))
    }

    @Test func `after the bot's end a loss is the end, unless the user has gone on`() {
        var machine = onlineMachine()
        _ = machine.handle(.conversationEnded)
        let over = ConnectionState.ended(reason: "the bot ended the conversation")
        #expect(machine.handle(broken) == Step(report: over, action: .rest))
        #expect(machine.handle(.sent).action == .renew)

        var other = onlineMachine()
        _ = other.handle(.conversationEnded)
        _ = other.handle(.sent)
        #expect(other.handle(broken).action == .renew)
    }

    @Test func `after sleep the open socket is not trusted, and what was over stays so`() {
        var machine = onlineMachine()
        let reason = "this machine was asleep"
        #expect(
            machine.handle(.woke)
                == Step(report: .reconnecting(attempt: 1, after: .zero, reason: reason), action: .renew)
        )
        #expect(machine.handle(.renewed(streamURL: url)).action == .openSocket(url: url))
        #expect(machine.handle(.socketOpened).report == .online)
        #expect(machine.handle(.requestFailed(ClientError(.notFound, "gone"))).action == .rest)
        #expect(machine.handle(.woke) == Step(report: nil, action: .rest))
    }

    @Test func `sleep is time on the wall that nobody waited for`() {
        var detector = SleepDetector(at: Timestamp(milliseconds: 0))
        // Looked at in time; by a busy machine; after ten minutes; with a clock that was set back; in time again.
        let looks = [5_100, 25_000, 625_000, 0, 5_000].map { detector.looked(at: Timestamp(milliseconds: $0)) }
        #expect(looks == [false, false, true, false, false])
    }

    @Test func `asking for a reconnection tries sockets again after polling had taken over`() {
        var machine = machine()
        _ = machine.handle(.started(streamURL: nil))
        _ = machine.handle(.polled(isEmpty: true))
        #expect(
            machine.handle(.reconnectRequested)
                == Step(report: .reconnecting(attempt: 1, after: .zero, reason: "asked for"), action: .renew)
        )
        #expect(machine.handle(.renewed(streamURL: url)).action == .openSocket(url: url))
    }
}
