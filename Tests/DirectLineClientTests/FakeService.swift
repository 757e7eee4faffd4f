import BotSchema
import NIOCore
import WebSocketTransport

/// A Direct Line service of one conversation that follows a script where it has one and behaves well elsewhere.
actor FakeService {
    /// A request as it came.
    struct Request: Sendable {
        let method: String
        /// Still percent-encoded.
        let path: String
        let query: String?
        let bearer: String?
        let body: JSONValue?

        var line: String { "\(method) \(path)" + (query.map { "?\($0)" } ?? "") }
    }

    /// A scripted answer.
    enum Answer: Sendable {
        case status(Int, body: String = "", headers: [String: String] = [:])
        case bytes(Int, body: [UInt8], headers: [String: String])
        /// Close the connection without an answer.
        case hangUp
        /// Keep the connection and never answer.
        case silence
    }

    static let conversationID = "conv|1-x"
    static let path = "/v3/directline/conversations/conv%7C1-x"

    let port: Int
    private(set) var requests: [Request] = []
    private var scripts: [String: [Answer]] = [:]
    private var activities: [Activity] = []
    private var streams: [Int: (outbound: WebSocketOutbound, channel: any Channel)] = [:]
    private var nextStream = 0
    private var waiters: [(condition: @Sendable (FakeService) -> Bool, CheckedContinuation<Void, Never>)] = []
    private var tokenCount = 0

    // What a test may change.
    private(set) var expiresIn = 86_400
    private(set) var offersStream = true
    /// Whether the address of the stream is one without encryption, whatever the service is.
    private(set) var namesClearStream = false
    /// How many activities an answer holds at most.
    private(set) var pageSize = Int.max
    private let gate: StreamGate
    private(set) var answersPosts = true
    private(set) var replacesSender = false
    /// Whether open streams read nothing, pings included, as a machine that has vanished.
    private(set) var isDeaf = false

    private(set) var streamCount = 0
    /// The codes with which streams have ended.
    private(set) var closeCodes: [UInt16] = []

    private let host: String
    private let isSecure: Bool

    init(port: Int, gate: StreamGate, host: String = "127.0.0.1", isSecure: Bool = false) {
        self.port = port
        self.gate = gate
        self.host = host
        self.isSecure = isSecure
    }

    nonisolated var base: String { "\(isSecure ? "https" : "http")://\(host):\(port)" }
    nonisolated var authority: String { "\(host):\(port)" }

    /// Changes how the service behaves.
    func set(
        expiresIn: Int? = nil,
        offersStream: Bool? = nil,
        namesClearStream: Bool? = nil,
        pageSize: Int? = nil,
        refusesStreams: Bool? = nil,
        answersPosts: Bool? = nil,
        replacesSender: Bool? = nil,
        isDeaf: Bool? = nil
    ) {
        self.expiresIn = expiresIn ?? self.expiresIn
        self.offersStream = offersStream ?? self.offersStream
        self.namesClearStream = namesClearStream ?? self.namesClearStream
        self.pageSize = pageSize ?? self.pageSize
        gate.isClosed = refusesStreams ?? gate.isClosed
        self.answersPosts = answersPosts ?? self.answersPosts
        self.replacesSender = replacesSender ?? self.replacesSender
        self.isDeaf = isDeaf ?? self.isDeaf
    }

    /// Answers the next requests of a method and path as told.
    func script(_ route: String, _ answers: Answer...) { scripts[route, default: []] += answers }

    /// The requests of a method and path so far.
    func requests(_ route: String) -> [Request] { requests.filter { "\($0.method) \($0.path)" == route } }

    /// Waits until something is true of the service.
    func until(_ condition: @escaping @Sendable (isolated FakeService) -> Bool) async {
        guard !condition(self) else { return }
        await withCheckedContinuation { waiters.append(({ $0.assumeIsolated(condition) }, $0)) }
    }

    private func changed() {
        let met = waiters.filter { $0.condition(self) }
        waiters.removeAll { $0.condition(self) }
        for waiter in met { waiter.1.resume() }
    }

    // MARK: - Conversation

    /// Appends an activity as the bot and streams it.
    @discardableResult
    func say(_ text: String) async -> Activity {
        var activity = Activity.message(text)
        activity.from = ChannelAccount(id: "bot", role: "bot")
        return await append(activity)
    }

    @discardableResult
    func append(_ activity: Activity) async -> Activity {
        var activity = activity
        activities.append(activity)
        activity.id = "\(Self.conversationID)|" + String(activities.count)
        activities[activities.count - 1] = activity
        let set = ActivitySet(activities: [activity], watermark: String(activities.count))
        await push(set.jsonValue.compactText)
        return activity
    }

    /// Says a message under an id that may have been given before, which changes that message.
    func edit(_ id: String, _ text: String) async {
        var activity = Activity.message(text)
        activity.from = ChannelAccount(id: "bot", role: "bot")
        activity.id = id
        activities.append(activity)
        await push(ActivitySet(activities: [activity], watermark: String(activities.count)).jsonValue.compactText)
    }

    /// Keeps activities without streaming them, as if no socket were open.
    func keep(_ texts: [String]) {
        for text in texts {
            var activity = Activity.message(text)
            activity.from = ChannelAccount(id: "bot", role: "bot")
            activity.id = "\(Self.conversationID)|" + String(activities.count + 1)
            activities.append(activity)
        }
    }

    /// Sends text over the open streams.
    func push(_ text: String) async {
        for stream in streams.values { try? await stream.outbound.send(text) }
    }

    /// Breaks the open streams without a goodbye.
    func dropStreams() {
        for stream in streams.values { stream.channel.close(promise: nil) }
    }

    /// Closes the open streams in order.
    func closeStreams(code: UInt16, reason: String = "") async {
        for stream in streams.values { await stream.outbound.close(code: code, reason: reason) }
    }

    // MARK: - Requests

    func answer(_ request: Request) async -> Answer {
        requests.append(request)
        defer { changed() }
        let route = "\(request.method) \(request.path)"
        if var scripted = scripts[route], !scripted.isEmpty {
            let answer = scripted.removeFirst()
            scripts[route] = scripted
            return answer
        }
        switch route {
        case "POST /v3/directline/conversations": return .status(201, body: conversation(watermark: "-"))
        case "GET \(Self.path)": return .status(200, body: conversation(watermark: watermark(of: request.query)))
        case "POST /v3/directline/tokens/refresh": return .status(200, body: conversation(watermark: nil))
        case "GET \(Self.path)/activities": return .status(200, body: backlog(after: watermark(of: request.query)))
        case "POST \(Self.path)/activities": return await posted(request)
        default: return .status(404, body: #"{"error":{"code":"BadArgument","message":"no such thing"}}"#)
        }
    }

    private func posted(_ request: Request) async -> Answer {
        guard var activity = Activity(request.body) else { return .status(400) }
        if replacesSender { activity.from = ChannelAccount(id: "dl_replaced") }
        let echo = await append(activity)
        return answersPosts ? .status(200, body: #"{"id":"\#(echo.id ?? "")"}"#) : .status(204)
    }

    private func conversation(watermark: String?) -> String {
        tokenCount += 1
        var info = ConversationInfo(
            conversationId: Self.conversationID,
            token: "token-\(tokenCount)",
            expiresIn: expiresIn
        )
        if offersStream, let watermark {
            let url =
                "\(isSecure && !namesClearStream ? "wss" : "ws")://\(host):\(port)/stream?watermark=\(watermark)&t=ticket"
            info.json["streamUrl"] = .string(url)
        }
        return info.jsonValue.compactText
    }

    private func watermark(of query: String?) -> String {
        query?.split(separator: "&").first { $0.hasPrefix("watermark=") }.map { String($0.dropFirst(10)) } ?? "-"
    }

    private func backlog(after watermark: String) -> String {
        let start = min(Int(watermark) ?? 0, activities.count)
        let end = start + min(pageSize, activities.count - start)
        let set = ActivitySet(activities: Array(activities[start..<end]), watermark: String(end))
        return set.jsonValue.compactText
    }

    // MARK: - Streams

    func serve(_ channel: WebSocketChannel, _ uri: String) async {
        let isDeaf = isDeaf
        let closure = try? await WebSocketConnection.run(channel, role: .server) { inbound, outbound in
            let id = await self.opened(channel.channel, outbound, uri)
            if isDeaf { try await channel.channel.closeFuture.get() }
            for await _ in inbound {}
            await self.closed(id)
        }
        ended(closure)
    }

    private func opened(_ channel: any Channel, _ outbound: WebSocketOutbound, _ uri: String) async -> Int {
        nextStream += 1
        let id = nextStream
        let start = min(
            Int(watermark(of: uri.split(separator: "?").last.map(String.init))) ?? 0,
            activities.count
        )
        // One activity a frame, as the service does it for clients that mix frames up.
        for index in start..<activities.count {
            let set = ActivitySet(activities: [activities[index]], watermark: String(index + 1))
            try? await outbound.send(set.jsonValue.compactText)
        }
        streams[id] = (outbound, channel)
        streamCount += 1
        changed()
        return id
    }

    private func closed(_ id: Int) {
        streams[id] = nil
        changed()
    }

    private func ended(_ closure: WebSocketClosure?) {
        if let closure { closeCodes.append(closure.code) }
        changed()
    }
}
