import BotSchema
import Bots
import HTTPTypes
import HummingbirdCore

/// The client's side: the Direct Line 3.0 calls below `/v3/directline`.
struct DirectLineRoutes: Sendable {
    let registry: ConversationRegistry
    let gatekeeper: Gatekeeper
    let identifiers: Identifiers
    let authorship: Authorship
    let limits: ServerLimits
    let files: FileRoutes
    let store: any ConversationStore
    let storeHealth: StoreHealth
    let faults: FaultControl
    /// Whether an adapter reports what becomes of handoffs.
    let hasHub: Bool
    let report: @Sendable (ServerEvent) -> Void

    /// Answers a call to a resource of the Direct Line API.
    func answer(_ call: Call) async throws(HTTPFailure) -> Response {
        switch call.resource {
        case .generateToken: try await generateToken(call)
        case .refreshToken: try refreshToken(call)
        case .conversations: try await start(call)
        case .conversation(let id): try await reconnect(call, id)
        case .activities(let id) where call.method == .get: try await read(call, id)
        case .activities(let id): try await post(call, id)
        case .upload(let id): try await upload(call, id)
        case .stream(let id): try await stream(call, id)
        case .sessionId: Response(json: ["sessionId": "none"])
        default: throw .noSuchPath
        }
    }

    // MARK: - Tokens

    private func generateToken(_ call: Call) async throws(HTTPFailure) -> Response {
        guard case .everything = try gatekeeper.bearer(call.authorization) else {
            throw .forbidden("a token cannot generate tokens, the secret can")
        }
        var user = ChannelAccount(try await call.json(limit: limits.clientActivity)?["user"])
        if let id = user?.id, !id.hasPrefix("dl_") { throw .badArgument("the user id of a token begins with dl_") }
        if let named = user, named.id != nil { user = authorship.user(named, in: named) }
        let id = identifiers.conversation()
        return Response(json: info(id, user: user).jsonValue)
    }

    private func refreshToken(_ call: Call) throws(HTTPFailure) -> Response {
        guard case .token(let grant) = try gatekeeper.bearer(call.authorization) else {
            throw .forbidden("only a token can be refreshed")
        }
        return Response(json: info(grant.conversation, user: grant.user).jsonValue)
    }

    private func info(_ id: String, user: ChannelAccount?, streamURL: String? = nil) -> ConversationInfo {
        var info = ConversationInfo(
            conversationId: id,
            token: gatekeeper.issueToken(for: id, user: user?.id == nil ? nil : user),
            expiresIn: gatekeeper.tokenLifetime,
            streamURL: streamURL
        )
        info.keepsMarks = true
        info.hasHub = hasHub
        return info
    }

    // MARK: - Conversations

    private func start(_ call: Call) async throws(HTTPFailure) -> Response {
        let bearer = try gatekeeper.bearer(call.authorization)
        let body = try await call.json(limit: limits.clientActivity)
        var asked = ChannelAccount(body?["user"])
        if asked?.id == nil { asked = nil }
        if let named = asked { asked = authorship.user(named, in: registry.unknownUser) }

        let id: String
        let bound: ChannelAccount?
        switch bearer {
        case .token(let grant): (id, bound) = (grant.conversation, grant.user)
        // Only ids in the form that tokens demand bind the user; any other is what the client calls itself for now.
        case .everything: (id, bound) = (identifiers.conversation(), asked?.isBound == true ? asked : nil)
        }
        let (_, isNew) = try await registry.open(id, user: bound ?? asked, locale: body?["locale"]?.string)
        let info = info(id, user: bound, streamURL: streamURL(call, id, watermark: nil))
        return Response(isNew ? .created : .ok, json: info.jsonValue)
    }

    private func reconnect(_ call: Call, _ id: String) async throws(HTTPFailure) -> Response {
        let bound = try gatekeeper.admit(call.authorization, to: id)
        let conversation = try await conversation(id)
        try await checkStore()
        var watermark = try Watermark(call.query["watermark"])
        if faults.takesStaleWatermark() { watermark = .none }
        // A position past the end means the end of now: what comes before the socket opens is news for this client.
        let end = await conversation.end
        let url = streamURL(call, id, watermark: watermark.number.map { min($0, end) })
        return Response(json: info(id, user: bound, streamURL: url).jsonValue)
    }

    private func streamURL(_ call: Call, _ id: String, watermark: Int?) -> String {
        call.clientURL.stream(of: id, watermark: watermark, ticket: gatekeeper.issueTicket(for: id))
    }

    func conversation(_ id: String) async throws(HTTPFailure) -> Conversation {
        guard let conversation = try await registry.known(id) else { throw .noConversation(id) }
        return conversation
    }

    /// Refuses what would give a client a stream on which nothing can come.
    private func checkStore() async throws(HTTPFailure) {
        do throws(StoreError) {
            try await storeHealth.check(store)
        } catch {
            throw .store(error)
        }
    }

    // MARK: - Activities

    private func read(_ call: Call, _ id: String) async throws(HTTPFailure) -> Response {
        _ = try gatekeeper.admit(call.authorization, to: id)
        let conversation = try await conversation(id)
        var watermark = try Watermark(call.query["watermark"])
        if faults.takesStaleWatermark() { watermark = .none }
        do throws(StoreError) {
            return try await Response(page: await conversation.page(after: watermark.number), of: conversation)
        } catch {
            throw .store(error)
        }
    }

    private func post(_ call: Call, _ id: String) async throws(HTTPFailure) -> Response {
        let bound = try gatekeeper.admit(call.authorization, to: id)
        let conversation = try await conversation(id)
        let activity = try await call.activity(limit: limits.clientActivity)
        guard bound != nil || activity.from?.id != nil else { throw .missingProperty("the activity's from has no id") }
        return try await post(activity, to: conversation, tokenUser: bound)
    }

    /// Posts an activity and waits for what the bot makes of it.
    func post(
        _ activity: Activity,
        to conversation: Conversation,
        tokenUser: ChannelAccount?
    ) async throws(HTTPFailure) -> Response {
        if activity.type == .invoke, activity.name == nil { throw .missingProperty("the invoke has no name") }
        let posted = try await conversation.post(activity, tokenUser: tokenUser)
        report(.userActivity(conversation.id, activity))
        let outcome = await posted.outcome.value(orIfCancelled: .failure(.conversationGone(conversation.id)))
        if faults.takesBotError() { throw .bot(BotError(.refused, "the fault bot-error was asked for", status: 500)) }
        switch outcome {
        case .failure(let error): throw .bot(error)
        case .success(let answer?):
            // Clients read the id where there is nothing else to read (DirectLineJS), so there is always a body.
            let body =
                answer.body.flatMap { $0.isNull ? .none : conversation.forClients($0) }
                ?? ["id": .string(posted.id)]
            return Response(HTTPResponse.Status(code: Self.statusWithBody(answer.status)), json: body)
        case .success(nil):
            return Response(json: ["id": .string(posted.id)])
        }
    }

    /// The status of a bot's answer to an invoke, as an answer with a body may have it.
    private static func statusWithBody(_ status: Int) -> Int {
        switch status {
        case 204, 205, 304: 200
        case 200...599: status
        default: 502
        }
    }

    /// A stream that was asked for in a way that could not become one.
    private func stream(_ call: Call, _ id: String) async throws(HTTPFailure) -> Response {
        try gatekeeper.admitStream(ticket: call.query["t"], to: id)
        if let error = storeHealth.error {
            // If the store works again by now, the next attempt gets its stream.
            try await checkStore()
            throw .store(error)
        }
        if faults.refusesStream() { throw .forbidden("a fault was asked for") }
        let headers = call.request.headers
        // What asks for an upgrade as it should has become a stream before it came here.
        var failure = HTTPFailure(.upgradeRequired, "BadArgument", "this path is a WebSocket (version 13)")
        failure.headers[.upgrade] = "websocket"
        if headers[.upgrade]?.lowercased() == "websocket" { failure.headers[.secWebSocketVersion] = "13" }
        throw failure
    }
}

/// The position that a client says it has.
///
/// DirectLineJS sends an empty one when it has none, and older clients the words `null` and `undefined`.
struct Watermark: Hashable, Sendable {
    /// The number of the last activity that the client has, nil for none.
    let number: Int?

    /// Reads a query's value, as calls do: nonsense is an error.
    init(_ text: String?) throws(HTTPFailure) {
        switch text {
        case nil, "", "-", "null", "undefined": number = nil
        case let text?:
            guard let value = Int(text), value >= 0 else { throw .badArgument("the watermark is not a number") }
            number = value
        }
    }

    /// Reads a query's value, as streams do: nonsense is none.
    init(lenient text: String?) {
        self = (try? Watermark(text)) ?? Watermark.none
    }

    private init(number: Int?) { self.number = number }

    /// From the start.
    static let none = Watermark(number: nil)
}
