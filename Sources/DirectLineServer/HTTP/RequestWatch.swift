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

    /// What is waited for.
    ///
    /// A client may send its next requests before it has read the answer to the first: that makes
    /// the answer no less late, and while we work on one request, how far the next has come is no fault of the client.
    var phase: Phase {
        if isDone { return .done }
        if isAnswering { return .answering }
        if isPassingOver { return .passingOver }
        if unanswered > 0 { return .working }
        return isArriving ? .arriving : .idle
    }

    private let limits: [Phase: TimeAmount]
    private var isDone = false
    private var isAnswering = false
    private var isPassingOver = false
    private var isArriving: Bool
    /// How many requests have arrived whole whose answers have not ended.
    private var unanswered = 0
    /// Whether the answer to the request that arrives has ended before it.
    private var isAnsweredAhead = false
    private var isLast = false

    /// The patience with a connection whose first request has begun.
    init(_ limits: ServerLimits) {
        isArriving = true
        self.limits = [
            .idle: TimeAmount(limits.idleConnection), .arriving: TimeAmount(limits.requestArrival),
            .answering: TimeAmount(limits.answerDeparture), .passingOver: .seconds(2),
        ]
    }

    /// How long the present phase may last, nil for ever.
    var limit: TimeAmount? { limits[phase] }

    /// Takes an event.
    mutating func handle(_ event: Event) {
        switch event {
        case .requestBegan: isArriving = true
        case .requestEnded:
            isArriving = false
            if isPassingOver { isDone = true }
            if !isAnsweredAhead { unanswered += 1 }
            isAnsweredAhead = false
        case .answerBegan(let isLast):
            self.isLast = isLast
            isAnswering = true
        case .answerEnded:
            isAnswering = false
            // An answer may begin, and even end, before its request has arrived.
            let isWhole = unanswered > 0
            if isWhole { unanswered -= 1 } else { isAnsweredAhead = true }
            if isLast { (isDone, isPassingOver) = (isWhole, !isWhole) }
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
    /// Whether the client reads the answer up to the end of the connection, as HTTP/1.0 has it (RFC 9112, 9.3).
    private var endsWithAnswer = false

    /// The watch over a connection whose first request has begun.
    init(_ limits: ServerLimits) {
        patience = ConnectionPatience(limits)
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
            endsWithAnswer = !head.isKeepAlive
            handle(.requestBegan, context)
            if head.headers.first(name: "Expect")?.lowercased() == "100-continue", isWelcome(head) {
                let answer = HTTPResponseHead(version: .http1_1, status: .continue)
                context.writeAndFlush(wrapOutboundOut(.head(answer)), promise: nil)
            }
        case .end:
            handle(.requestEnded, context)
            if patience.phase == .done { return context.close(promise: nil) }
        case .body: break
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            if endsWithAnswer { head.headers.replaceOrAdd(name: "Connection", value: "close") }
            let isLast = head.headers.first(name: "Connection")?.lowercased() == "close"
            handle(.answerBegan(isLast: isLast), context)
            context.write(wrapOutboundOut(.head(head)), promise: promise)
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
        handle(.answerEnded, context)
        if patience.phase == .done { context.close(promise: nil) }
    }

    /// Whether the body need not be refused before it is sent.
    private func isWelcome(_ head: HTTPRequestHead) -> Bool {
        (head.headers.first(name: "Content-Length").flatMap { Int($0) } ?? 0) <= uploadLimit
    }

    /// Takes an event; who goes on doing the same has no more time for it.
    private func handle(_ event: ConnectionPatience.Event, _ context: ChannelHandlerContext) {
        let before = patience.phase
        patience.handle(event)
        if patience.phase != before { restart(context) }
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
