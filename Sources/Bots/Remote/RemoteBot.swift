import AsyncHTTPClient
package import BotSchema
import NIOCore
import NIOHTTP1
import WebSocketTransport

/// A bot behind a messaging endpoint, as the Bot Framework SDKs build them: `http://localhost:3978/api/messages`.
///
/// An activity is one POST. The bot answers it when its turn is over and speaks by calling the service URL that the
/// activity carries, so what it says does not come through here, but for the answers to an invoke and the activities
/// of a bot that answers at once (`expectReplies`). Nothing is ever sent twice: the bot may have had it.
package struct RemoteBot: Bot, NeverBlocks {
    /// The endpoint as people may see it: without a query, which may hold a key.
    package let name: String

    private let limit: Duration
    private let client: HTTPClient
    private let deadlines: DeadlineQueue
    /// The call without its body, so that the URL is read once.
    private let request: Result<HTTPClient.Request, any Error>

    /// The largest answer read from a bot, in bytes.
    private static let answerLimit = 16 << 20
    /// How many times as long as a turn an answer may take that keeps coming.
    private static let streamedTurns = 8
    /// How many turns the bot has at a time: each is a connection until the bot answers, which may take a while.
    private static let connections = 1024

    /// Runs a closure with the bot at an endpoint, and closes the connections to it afterwards.
    ///
    /// - Parameters:
    ///   - url: The messaging endpoint, `http` or `https`.
    ///   - limit: How long one turn may take.
    ///   - body: Uses the bot.
    /// - Returns: What the closure returns.
    /// - Throws: ``BotError`` with the code `unreachable` when the URL cannot be one of a bot, and what the closure
    ///   throws.
    package static func withBot<Result: Sendable>(
        at url: String,
        limit: Duration = .seconds(15),
        _ body: (RemoteBot) async throws -> Result
    ) async throws -> Result {
        let name = try displayName(of: url)
        return try await HTTPClient.withHTTPClient(configuration: Self.configuration) { client in
            let deadlines = DeadlineQueue(clock: ContinuousClock())
            return try await withThrowingDiscardingTaskGroup { group in
                group.addTask { await deadlines.run() }
                defer { group.cancelAll() }
                return try await body(
                    RemoteBot(name: name, limit: limit, client: client, deadlines: deadlines, request: request(to: url))
                )
            }
        }
    }

    static var configuration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(5)
        configuration.tlsConfiguration = ClientTLS.configuration()
        // A refused connection is news for the user at once, not after a while of trying.
        configuration.connectionPool.retryConnectionEstablishment = false
        // Bots close idle connections after 5 s (Node, uvicorn) and more: never write to one that is about to close.
        configuration.connectionPool.idleTimeout = .seconds(3)
        configuration.tracing.tracer = nil
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
        return configuration
    }

    private static func request(to url: String) -> Result<HTTPClient.Request, any Error> {
        Result {
            let headers: HTTPHeaders = [
                // py's SDK answers anything else with 415.
                "Content-Type": "application/json; charset=utf-8",
                "Accept": "application/json",
                "User-Agent": "Baton",
            ]
            return try HTTPClient.Request(url: url, method: .POST, headers: headers)
        }
    }

    private static func displayName(of url: String) throws(BotError) -> String {
        let name = String(url.prefix { $0 != "?" && $0 != "#" })
        let parts = name.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, ["http:", "https:"].contains(parts[0].lowercased()), parts[1].isEmpty,
            let host = parts[2].split(separator: "/", omittingEmptySubsequences: false).first, !host.isEmpty
        else {
            throw BotError(
                .unreachable,
                "\(name) is not the URL of a bot, which looks like http://localhost:3978/api/messages"
            )
        }
        guard let at = host.lastIndex(of: "@") else { return name }
        return "\(parts[0])//\(parts[2][host.index(after: at)...])"
    }

    /// Posts an activity to the bot and waits for the end of its turn.
    package func onTurn(_ activity: Activity, in conversation: any ConversationChannel) async throws -> InvokeResponse?
    {
        do {
            var request = try request.get()
            request.headers.add(name: "x-ms-conversation-id", value: conversation.id)
            request.body = .byteBuffer(ByteBuffer(bytes: activity.jsonValue.serialized()))
            return try await run(request, Exchange(activity: activity, conversation: conversation))
        } catch let error as BotError {
            throw error
        } catch {
            try Task.checkCancellation()
            throw BotError(error, callingBotAt: name, limit: limit)
        }
    }

    /// One turn: what is asked, and where the answers go.
    private struct Exchange: Sendable {
        let activity: Activity
        let conversation: any ConversationChannel
    }

    private func run(_ request: HTTPClient.Request, _ exchange: Exchange) async throws -> InvokeResponse? {
        let answer = BotAnswer(limit: Self.answerLimit)
        let call = client.execute(request: request, delegate: answer)
        // A call that could not even begin is not told to its delegate.
        call.futureResult.whenFailure { answer.fail($0) }
        let watchdog = Watchdog(limit: limit, total: limit * Self.streamedTurns, in: deadlines) {
            call.fail(reason: HTTPClientError.deadlineExceeded)
        }
        defer { watchdog.stop() }
        return try await withTaskCancellationHandler {
            switch try await answer.next() {
            case .whole(let status, let body): return try await take(status, body, of: exchange)
            case .streamBegan:
                do {
                    return try await stream(answer, of: exchange, under: watchdog)
                } catch {
                    // Nobody takes the rest, which would hold the connection.
                    call.cancel()
                    throw error
                }
            case .bytes, .streamEnded: return nil
            }
        } onCancel: {
            call.cancel()
        }
    }

    private func take(_ status: Int, _ buffer: ByteBuffer, of exchange: Exchange) async throws -> InvokeResponse? {
        if exchange.activity.type == .invoke {
            let body = try? JSONValue(parsing: Array(buffer.readableBytesView))
            return try await unwrap(InvokeResponse(status: status, body: body), of: exchange)
        }
        try check(status)
        // Any 2xx is a success: SDKs answer 200, 201 or 202. Few answer with more than that.
        guard buffer.readableBytes > 0 else { return nil }
        if let replies = ActivitySet(try? JSONValue(parsing: Array(buffer.readableBytesView))) {
            for reply in replies.activities where reply.type != nil { try await say(reply, in: exchange) }
        }
        return nil
    }

    /// Says what a bot of the Agents SDK streams as its answer (`deliveryMode: stream`), as it comes.
    private func stream(
        _ body: BotAnswer,
        of exchange: Exchange,
        under watchdog: Watchdog
    ) async throws -> InvokeResponse? {
        var events = ServerSentEvents(limit: Self.answerLimit)
        var answer: InvokeResponse?
        while case .bytes(let bytes) = try await body.next() {
            let complete: [ServerSentEvents.Event]
            do {
                complete = try events.take(bytes.readableBytesView)
            } catch {
                throw BotError(.refused, "the bot's answer is too large")
            }
            for event in complete {
                watchdog.progress()
                guard let value = try? JSONValue(parsing: event.data) else { continue }
                if event.name == "invokeResponse" {
                    answer = InvokeResponse(status: value["status"]?.int ?? 200, body: value["body"])
                } else if let reply = Activity(value), reply.type != nil {
                    try await say(reply, in: exchange)
                }
            }
        }
        // An unhandled invoke is answered 501 by every SDK that does not stream.
        return exchange.activity.type == .invoke ? answer ?? InvokeResponse(status: 501) : nil
    }

    /// The answer to an invoke, of a bot that was asked for its replies along with it.
    ///
    /// SDKs send them together: the replies as `activities`, the answer among them as an `invokeResponse` (Bot
    /// Framework) or beside them as `body` (Agents SDK).
    private func unwrap(_ answer: InvokeResponse, of exchange: Exchange) async throws -> InvokeResponse {
        guard exchange.activity.deliveryMode == "expectReplies", (200...299).contains(answer.status),
            let replies = ActivitySet(answer.body), answer.body?["activities"]?.array != nil
        else { return answer }
        var unwrapped = InvokeResponse(status: answer.status, body: answer.body?["body"])
        for reply in replies.activities {
            if reply.type?.rawValue == "invokeResponse" {
                unwrapped.status = reply.value?["status"]?.int ?? unwrapped.status
                unwrapped.body = reply.value?["body"] ?? unwrapped.body
            } else if reply.type != nil {
                try await say(reply, in: exchange)
            }
        }
        return unwrapped
    }

    /// An answer that does not come through the Connector API does not say in its path what it answers.
    private func say(_ reply: Activity, in exchange: Exchange) async throws {
        var reply = reply
        if reply.replyToId == nil { reply.replyToId = exchange.activity.id }
        try await exchange.conversation.send(reply)
    }

    private func check(_ status: Int) throws(BotError) {
        switch status {
        case 200...299: return
        case 401, 403:
            throw BotError(.refused, "the bot expects an app id and password (it answered \(status))", status: status)
        case 404, 405:
            throw BotError(.refused, "the bot answered \(status): its endpoint is not \(name)", status: status)
        default:
            throw BotError(.refused, "the bot answered \(status)", status: status)
        }
    }
}
