public import BotSchema
import Synchronization

/// One conversation, alive inside ``DirectLine/withConversation(_:body:)``.
///
/// Its methods are safe from any task. ``events`` has one reader.
public final class Conversation: Sendable {
    private struct State {
        var watermark: String?
        var transport: ClientConfiguration.Transport?
        var intake = ActivityIntake()
        var ledger = EchoLedger()
        var hasEnded = false
        var earlier = EarlierActivities()
        var random: SplitMix64
    }

    /// The id that the service gave the conversation, opaque.
    public let conversationId: String
    /// Whether the service is Baton's own server, which lets nobody but itself write `channelData.baton`; as far as the
    /// service can be believed.
    package let keepsMarks: Bool
    /// Whether that server has a hub, whose reports alone are true.
    package let hasHub: Bool

    let configuration: ClientConfiguration
    let service: DirectLineService
    let tokens: TokenStore
    let tokenEndpoint: TokenEndpoint?
    let requests = RequestBox()
    let queue: EventQueue
    private let turnstile = Turnstile()
    /// The stream and ``catchUp(_:)`` deliver one after the other, so that the order stays.
    private let deliveries = Turnstile()
    let renewals = Turnstile()
    private let state: Mutex<State>

    /// An activity may have this many characters as JSON (documentation of "send an activity").
    static let characterLimit = 256_000
    private static let retryLimit = 3
    /// Longer waits that a service asks for are told to the user instead of being sat out.
    private static let longestWait = Duration.seconds(30)

    init(
        id: String,
        configuration: ClientConfiguration,
        service: DirectLineService,
        tokens: TokenStore,
        tokenEndpoint: TokenEndpoint?,
        watermark: String? = nil,
        keepsMarks: Bool = false,
        hasHub: Bool = false
    ) {
        conversationId = id
        self.keepsMarks = keepsMarks
        self.hasHub = hasHub
        self.configuration = configuration
        self.service = service
        self.tokens = tokens
        self.tokenEndpoint = tokenEndpoint
        queue = EventQueue(capacity: configuration.eventCapacity)
        let random = SplitMix64(seed: configuration.randomSeed ?? .random(in: .min ... .max))
        state = Mutex(State(watermark: watermark, random: random))
    }

    /// What the conversation brings, in order, for one reader.
    public var events: ClientEvents { ClientEvents(queue: queue) }

    /// The position behind what the reader of ``events`` is done with, opaque: ``Resumption`` goes on there.
    ///
    /// The reader is done with an event when it asks for the next one.
    public var watermark: String? { queue.position ?? configuration.resume?.watermark }

    /// What was said before the conversation was resumed; empty unless ``Resumption/known`` asked for it.
    public var earlier: EarlierActivities { state.withLock { $0.earlier } }

    /// The position behind what has come in, for resuming the stream.
    var streamWatermark: String? { state.withLock { $0.watermark } }

    /// How activities arrive at present, nil while they do not.
    public var transportInUse: ClientConfiguration.Transport? { state.withLock { $0.transport } }

    /// Drops the connection and resumes from the last watermark; revives a stream that had given up.
    ///
    /// Returns at once; what happens is told by ``events``.
    public func reconnect() async {
        tokens.unmarkLost()
        requests.post(.reconnect)
    }

    /// Asks the service for what has not arrived, whichever way activities arrive, and delivers it.
    ///
    /// A stream that is silent may be dead, or late; this tells whether there is more. ``events`` end with
    /// ``ClientEvent/caughtUp(_:isCertain:)`` of the number.
    public func catchUp(_ number: Int) async {
        var isCertain = false
        do {
            while !isCertain {
                let set = try await service.activities(
                    tokens.bearer,
                    conversation: conversationId,
                    watermark: streamWatermark
                )
                isCertain = !(await deliver(set.activities, watermark: set.watermark))
            }
        } catch {
            isCertain = false
        }
        await queue.push(.caughtUp(number, isCertain: isCertain))
    }

    /// Sends an activity after all those sent before have been answered.
    ///
    /// Where they are missing, `from`, `locale`, `localTimestamp` and `channelData.clientActivityID` are filled in.
    /// The answer normally comes when the bot's turn is over; its messages may arrive before. Only failures that
    /// certainly left the activity undelivered are tried again: no connection, 429, 503, an expired token. When the
    /// code is `timedOut` or `interrupted` the activity may have arrived, which its echo would tell.
    ///
    /// - Returns: The activity's ids.
    /// - Throws: ``ClientError``; `CancellationError` on cancellation, when it may have been sent or not.
    public func send(_ activity: Activity) async throws -> SendReceipt {
        let (activity, clientID) = prepared(activity)
        let bytes = activity.jsonValue.serialized()
        guard bytes.count(where: { $0 & 0xc0 != 0x80 }) <= Self.characterLimit else {
            throw ClientError(.tooLarge, "an activity may have \(Self.characterLimit) characters, this one has more")
        }
        return try await submit(activity, clientID) { [service, conversationId] bearer in
            try await service.post(bearer, conversation: conversationId, activity: bytes)
        }
    }

    /// Makes a request that brings an activity to the bot, when its turn has come.
    func submit(
        _ activity: Activity,
        _ clientID: String,
        _ request: @escaping @Sendable (_ bearer: String?) async throws -> String?
    ) async throws -> SendReceipt {
        try await turnstile.pass {
            state.withLock { $0.ledger.sending(activity, clientActivityID: clientID) }
            requests.post(.sent)
            let id = try await repeating(request)
            if let id { state.withLock { $0.ledger.posted(id: id) } }
            requests.post(.answered)
            return SendReceipt(id: id, clientActivityID: clientID)
        }
    }

    /// An id by which an echo is recognised, like those of Web Chat.
    func newClientID() -> String {
        state.withLock { state in
            String(state.random.next(), radix: 36) + "." + String(state.random.next(), radix: 36)
        }
    }

    func prepared(_ activity: Activity) -> (Activity, clientID: String) {
        var activity = activity
        if activity.from == nil {
            var user = configuration.user
            if user.role == nil { user.role = "user" }
            activity.from = user
        }
        if activity.locale == nil { activity.locale = configuration.locale }
        if activity.localTimestamp == nil { activity.localTimestamp = configuration.now().text }
        if let clientID = activity.clientActivityID { return (activity, clientID) }
        let clientID = newClientID()
        // Channel data of another kind than an object belongs to somebody; the post's id must do then.
        if activity.channelData == nil || activity.channelData?.object != nil { activity.clientActivityID = clientID }
        return (activity, clientID)
    }

    /// Makes a request when its turn has come.
    func passing<Answer: Sendable>(
        _ request: @escaping @Sendable (_ bearer: String?) async throws -> Answer
    ) async throws -> Answer {
        try await turnstile.pass {
            requests.post(.sent)
            defer { requests.post(.answered) }
            return try await repeating(request)
        }
    }

    /// Repeats a request whose failure says for certain that nothing has arrived.
    private func repeating<Answer>(_ request: (_ bearer: String?) async throws -> Answer) async throws -> Answer {
        var backoff = Backoff(seed: state.withLock { $0.random.next() })
        var retries = 0
        var newTokens = 0
        while true {
            do {
                let answer = try await request(tokens.bearer)
                requests.post(.accepted)
                return answer
            } catch let error as ClientError {
                if error.status == 403, newTokens == 0 || error.code == .tokenExpired, newTokens < Self.retryLimit {
                    // A fresh one that is dead too died early; haste would not help.
                    if newTokens > 0 { try await configuration.clock.sleep(for: backoff.delay(beforeRetry: newTokens)) }
                    newTokens += 1
                    if await renewCredential() == .renewed { continue }
                }
                let mayRepeat = error.code == .unreachable || error.code == .throttled || error.status == 503
                retries += 1
                let delay = backoff.delay(beforeRetry: retries, atLeast: error.retryAfter)
                guard mayRepeat, retries <= Self.retryLimit, delay <= Self.longestWait else { throw error }
                try await configuration.clock.sleep(for: delay)
            }
        }
    }
}

extension Conversation: CustomStringConvertible, CustomReflectable {
    /// The conversation's id.
    public var description: String { "Conversation(\(conversationId))" }

    /// A mirror without children: what is inside holds credentials.
    public var customMirror: Mirror { Mirror(self, children: [:], displayStyle: .class) }
}

// MARK: - For the stream

extension Conversation {
    /// Hands new activities to the reader, waiting for room, and keeps the position behind them.
    ///
    /// The position is kept last, so that what was not handed over would be asked for again.
    ///
    /// - Returns: Whether anything was new and the position has moved, so that there may be more behind it.
    @discardableResult
    func deliver(_ activities: [Activity], watermark: String?) async -> Bool {
        (try? await deliveries.pass { await takeIn(activities, watermark: watermark) }) ?? false
    }

    private func takeIn(_ activities: [Activity], watermark: String?) async -> Bool {
        var hasNews = false
        for activity in activities {
            let isEcho: Bool? = state.withLock {
                $0.intake.isNew(activity) ? $0.ledger.isEcho(activity) : nil
            }
            guard let isEcho else { continue }
            hasNews = true
            // Another client of the user leaves for itself.
            if activity.type == .endOfConversation, !isEcho, !activity.isFromUser {
                requests.take(.sent)
                state.withLock { $0.hasEnded = true }
            }
            await queue.push(.activity(activity, isEcho: isEcho))
        }
        guard let watermark else { return false }
        let hasMoved = state.withLock { state in
            defer { state.watermark = watermark }
            return state.watermark != watermark
        }
        queue.mark(watermark)
        return hasNews && hasMoved
    }

    /// Keeps what was said before the conversation was resumed.
    func remember(_ earlier: EarlierActivities) { state.withLock { $0.earlier = earlier } }

    /// An activity was sent by an earlier client of this user.
    func expectEcho(of activity: Activity, _ clientID: String) {
        state.withLock { $0.ledger.sending(activity, clientActivityID: clientID) }
    }

    /// These activities are known and are not handed over again.
    func noteSeen(_ activities: [Activity]) {
        state.withLock { state in for activity in activities { _ = state.intake.isNew(activity) } }
    }

    /// Tells the reader of a change.
    func report(_ connection: ConnectionState) async {
        let transport: ClientConfiguration.Transport? =
            switch connection {
            case .online: .webSocket
            case .polling: .polling
            default: nil
            }
        state.withLock { $0.transport = transport }
        await queue.push(.connection(connection))
    }

    /// Resumes when this machine was asleep: sockets that were open are dead, and nobody has said so.
    func noticeSleep() async {
        var detector = SleepDetector(at: configuration.now())
        while (try? await configuration.clock.sleep(for: SleepDetector.interval)) != nil {
            if detector.looked(at: configuration.now()) { requests.post([.reconnect, .wake]) }
        }
    }

    /// Whether the other side has ended the conversation since this was last asked.
    func takeEnd() -> Bool {
        state.withLock { state in
            defer { state.hasEnded = false }
            return state.hasEnded
        }
    }

    /// Lets the stream end in order.
    func leave() {
        queue.finish()
        requests.post(.leave)
    }
}
