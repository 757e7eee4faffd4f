import NIOCore
import NIOHTTP1

/// How patient a connection is with its client: with silence, with requests that drip in, with answers nobody reads.
///
/// Decides by phases and times alone, without any I/O.
struct ConnectionPatience: Sendable {
    /// What the connection waits for.
    enum Phase: Hashable, Sendable {
        /// The client's next request.
        case idle
        /// The rest of a request.
        case arriving
        /// Our own answer, for which the client has all the patience.
        case working
        /// The client to read the answer.
        case answering
        /// The rest of a request that has been refused: closing while it is sent would take the answer from the
        /// client (RFC 9112, 9.6).
        case passingOver
        /// Nothing: the connection is to be closed.
        case done
    }

    /// What happens on a connection.
    enum Event: Sendable {
        case requestBegan, requestEnded, answerEnded
        /// An answer begins; perhaps it is the last.
        case answerBegan(isLast: Bool)
    }

    private(set) var phase: Phase
    private let limits: [Phase: TimeAmount]
    /// An answer may begin, and even end, before the request has arrived.
    private var isRequestComplete = false
    private var isLast = false

    init(_ limits: ServerLimits, phase: Phase) {
        self.phase = phase
        self.limits = [
            .idle: TimeAmount(limits.idleConnection), .arriving: TimeAmount(limits.requestArrival),
            .answering: TimeAmount(limits.answerDeparture), .passingOver: .seconds(2),
        ]
    }

    /// How long the present phase may last, nil for ever.
    var limit: TimeAmount? { limits[phase] }

    /// Takes an event.
    mutating func handle(_ event: Event) {
        switch (event, phase) {
        case (.requestBegan, _):
            isRequestComplete = false
            phase = .arriving
        case (.requestEnded, .passingOver): phase = .done
        case (.requestEnded, _):
            isRequestComplete = true
            if phase == .arriving { phase = .working }
        case (.answerBegan(let isLast), _):
            self.isLast = isLast
            phase = .answering
        case (.answerEnded, _) where isLast: phase = isRequestComplete ? .done : .passingOver
        case (.answerEnded, _): phase = isRequestComplete ? .idle : .arriving
        }
    }
}

/// Closes connections that cost more than they bring.
///
/// Timers run on the event loop; there is at most one a connection, and it is moved only when it has to ring earlier.
final class RequestWatch: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private var patience: ConnectionPatience
    private let uploadLimit: Int
    private var deadline: NIODeadline?
    private var timer: (time: NIODeadline, task: Scheduled<Void>)?

    init(_ limits: ServerLimits, phase: ConnectionPatience.Phase) {
        patience = ConnectionPatience(limits, phase: phase)
        uploadLimit = max(limits.upload, limits.botBody)
    }

    func handlerAdded(context: ChannelHandlerContext) { restart(context) }

    func handlerRemoved(context: ChannelHandlerContext) { timer?.task.cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.task.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            patience.handle(.requestBegan)
            restart(context)
            if head.headers.first(name: "Expect")?.lowercased() == "100-continue", isWelcome(head) {
                let answer = HTTPResponseHead(version: .http1_1, status: .continue)
                context.writeAndFlush(wrapOutboundOut(.head(answer)), promise: nil)
            }
        case .end:
            patience.handle(.requestEnded)
            restart(context)
            if patience.phase == .done { return context.close(promise: nil) }
        case .body: break
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head):
            let isLast = head.headers.first(name: "Connection")?.lowercased() == "close"
            patience.handle(.answerBegan(isLast: isLast))
            restart(context)
            context.write(data, promise: promise)
        case .body: context.write(data, promise: promise)
        case .end:
            // The answer has ended when the socket has taken it, which is up to the client.
            let written = promise ?? context.eventLoop.makePromise()
            let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
            written.futureResult.whenComplete { _ in bound.value.handler.answerEnded(bound.value.context) }
            context.write(data, promise: written)
        }
    }

    private func answerEnded(_ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        patience.handle(.answerEnded)
        restart(context)
        if patience.phase == .done { context.close(promise: nil) }
    }

    /// Whether the body need not be refused before it is sent.
    private func isWelcome(_ head: HTTPRequestHead) -> Bool {
        (head.headers.first(name: "Content-Length").flatMap { Int($0) } ?? 0) <= uploadLimit
    }

    private func restart(_ context: ChannelHandlerContext) {
        guard let limit = patience.limit else { return deadline = nil }
        let due = NIODeadline.now() + limit
        deadline = due
        if let timer, timer.time <= due { return }
        timer?.task.cancel()
        schedule(due, context)
    }

    private func schedule(_ time: NIODeadline, _ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        let task = context.eventLoop.scheduleTask(deadline: time) { bound.value.handler.rang(bound.value.context) }
        timer = (time, task)
    }

    private func rang(_ context: ChannelHandlerContext) {
        timer = nil
        guard let deadline else { return }
        guard deadline <= .now() else { return schedule(deadline, context) }
        if patience.phase == .arriving {
            let headers: HTTPHeaders = ["Connection": "close", "Content-Length": "0"]
            let head = HTTPResponseHead(version: .http1_1, status: .requestTimeout, headers: headers)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
        context.close(promise: nil)
    }
}
