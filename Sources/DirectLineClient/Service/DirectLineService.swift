import BotSchema
import NIOHTTP1

/// The calls of Direct Line 3.0 that a client makes, each one request and one answer.
///
/// Specification: `directline-3.0.json`; the numbers of the calls are those of our own reference.
struct DirectLineService: Sendable {
    let exchange: HTTPExchange
    let endpoint: DirectLineEndpoint

    init(_ exchange: HTTPExchange, at endpoint: DirectLineEndpoint) {
        self.exchange = exchange
        self.endpoint = endpoint
    }

    /// Starts a conversation, or with a token the token's own conversation (E3).
    func start(_ bearer: String?, user: ChannelAccount, locale: String?) async throws -> ConversationInfo {
        var body: JSONObject = ["user": user.jsonValue]
        body["locale"] = locale.map(JSONValue.string)
        return try await conversation(.POST, "conversations", bearer, JSONValue.object(body).serialized())
    }

    /// Asks for a new stream address from a position on (E4).
    func reconnect(_ bearer: String?, conversation id: String, watermark: String?) async throws -> ConversationInfo {
        try await conversation(.GET, path(id) + query(watermark), bearer, nil)
    }

    /// Exchanges a token that is still valid for a new one (E2).
    func refresh(_ bearer: String) async throws -> ConversationInfo {
        try await conversation(.POST, "tokens/refresh", bearer, nil)
    }

    /// Gets the activities behind a position (E5).
    func activities(_ bearer: String?, conversation id: String, watermark: String?) async throws -> ActivitySet {
        let answer = try await send(.GET, path(id, "activities") + query(watermark), bearer, nil)
        guard let set = ActivitySet(try json(answer)), set.json["activities"]?.array != nil else { throw notDirectLine }
        return set
    }

    /// Posts an activity (E6).
    ///
    /// - Returns: The id that the service gave it, nil when it told none: then the echo alone knows.
    func post(_ bearer: String?, conversation id: String, activity: [UInt8]) async throws -> String? {
        let answer = try await send(.POST, path(id, "activities"), bearer, activity)
        return try postedId(in: answer)
    }

    /// Posts an invoke, whose answer is the bot's own (E6).
    ///
    /// - Returns: The bot's status and JSON.
    func invoke(_ bearer: String?, conversation id: String, activity: [UInt8]) async throws -> InvokeAnswer {
        let answer = try await exchange.send(
            .POST,
            endpoint.baseURL + "/" + path(id, "activities"),
            authority: endpoint.authority,
            bearer: bearer,
            body: activity
        )
        let body = try? JSONValue(parsing: answer.body)
        // The service's own refusals have the shape of its errors; a bot's have any other.
        let isRefusal = ![200...299, 501...501].contains { $0.contains(answer.status) }
        if isRefusal, body == nil || ErrorResponse(body)?.code != nil {
            throw ClientError(answer, from: endpoint.authority, hiding: bearer)
        }
        return InvokeAnswer(status: answer.status, body: body)
    }

    /// Uploads files with their activity (E7).
    ///
    /// - Returns: The id that the service gave the activity, nil when it told none.
    func upload(
        _ bearer: String?,
        conversation id: String,
        userId: String?,
        _ body: UploadBody
    ) async throws -> String? {
        let query = userId.map { "?userId=" + $0.percentEncoded } ?? ""
        let answer = try await send(
            .POST,
            path(id, "upload") + query,
            bearer,
            body.bytes,
            contentType: body.contentType
        )
        return try postedId(in: answer)
    }

    /// The id of what was posted; an answer without a body has taken it all the same.
    private func postedId(in answer: HTTPExchange.Answer) throws -> String? {
        guard !answer.body.isEmpty else { return nil }
        guard let value = try? JSONValue(parsing: answer.body) else {
            throw ClientError(
                .protocolViolation,
                "\(endpoint.authority) gave an answer that cannot be read",
                status: answer.status
            )
        }
        return value["id"]?.string
    }

    // MARK: - Requests

    private func path(_ id: String, _ rest: String? = nil) -> String {
        "conversations/" + id.percentEncoded + (rest.map { "/" + $0 } ?? "")
    }

    private func query(_ watermark: String?) -> String { watermark.map { "?watermark=" + $0.percentEncoded } ?? "" }

    private func conversation(
        _ method: HTTPMethod,
        _ path: String,
        _ bearer: String?,
        _ body: [UInt8]?
    ) async throws -> ConversationInfo {
        let answer = try await send(method, path, bearer, body)
        guard let info = ConversationInfo(try json(answer)), info.conversationId?.isEmpty == false || info.token != nil
        else { throw notDirectLine }
        return info
    }

    private func send(
        _ method: HTTPMethod,
        _ path: String,
        _ bearer: String?,
        _ body: [UInt8]?,
        contentType: String = "application/json"
    ) async throws -> HTTPExchange.Answer {
        let url = endpoint.baseURL + "/" + path
        let answer = try await exchange.send(
            method,
            url,
            authority: endpoint.authority,
            bearer: bearer,
            body: body,
            contentType: contentType
        )
        guard (200...299).contains(answer.status) else {
            throw ClientError(answer, from: endpoint.authority, hiding: bearer)
        }
        return answer
    }

    private func json(_ answer: HTTPExchange.Answer) throws -> JSONValue {
        guard let value = try? JSONValue(parsing: answer.body) else { throw notDirectLine }
        return value
    }

    private var notDirectLine: ClientError {
        ClientError(.protocolViolation, "\(endpoint.authority) answers, but not as a Direct Line service does")
    }
}

extension ClientError {
    /// Reads an answer that is no success.
    ///
    /// - Parameters:
    ///   - answer: The answer; its body may be Direct Line's error, a page for people, or nothing.
    ///   - authority: Host and port, for the message.
    ///   - secret: What must not appear in the message even if the service repeats it.
    init(_ answer: HTTPExchange.Answer, from authority: String, hiding secret: String? = nil) {
        let value = try? JSONValue(parsing: answer.body)
        let response = ErrorResponse(value)
        let serviceCode = response?.code
        let words = (response?.message ?? value?.string).map { Self.presentable($0, hiding: secret) }
        let (code, lead) = Self.meaning(of: answer.status, serviceCode: serviceCode, isOfService: response != nil)
        let said = words.flatMap { $0.isEmpty ? nil : ": \($0)" } ?? ""
        let botStatus = response?.botStatus.map { ", the bot's status was \($0)" } ?? ""
        self.init(
            code,
            "\(authority) \(lead) (\(answer.status)\(botStatus))\(said)",
            status: answer.status,
            retryAfter: RetryAfter.duration(
                retryAfter: answer.headers.first(name: "Retry-After"),
                date: answer.headers.first(name: "Date"),
                now: answer.time
            ),
            detail: words.flatMap { $0.isEmpty ? nil : $0 },
            botStatus: response?.botStatus
        )
    }

    private static func meaning(of status: Int, serviceCode: String?, isOfService: Bool) -> (Code, String) {
        switch status {
        case 401: (.unauthorized, "wants a secret or a token")
        case 403 where serviceCode == "TokenExpired": (.tokenExpired, "says that the token has expired")
        case 403: (.unauthorized, "refuses the secret or token")
        case 404: (.notFound, "does not know this conversation or address")
        case 408: (.timedOut, "has waited for this too long")
        case 409: (.conflict, "has this already")
        case 413: (.tooLarge, "finds this too large")
        case 400 where serviceCode == "MessageSizeTooBig": (.tooLarge, "finds this too large")
        case 429: (.throttled, "asks for patience")
        // A gateway in between knows nothing of what became of the activity.
        case 502 where !isOfService, 504 where !isOfService: (.serviceFailed, "is behind a gateway that failed")
        case 502, 504: (.botFailed, "took it, but the bot failed")
        case 300...399: (.protocolViolation, "redirects elsewhere, which is not followed")
        case 400...499: (.rejected, "refuses this")
        default: (.serviceFailed, "has failed")
        }
    }

    /// One line without control characters and secrets, of bounded length.
    private static func presentable(_ text: String, hiding secret: String?) -> String {
        var text = text
        if let secret, !secret.isEmpty { text = text.replacing(secret, with: "…") }
        let line = String(text.prefix(300).map { $0.isNewline || $0 == "\t" ? " " : $0 })
        let printable = line.unicodeScalars.filter { $0.properties.generalCategory != .control }
        return String(String.UnicodeScalarView(printable))
    }
}
