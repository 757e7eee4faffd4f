import AsyncHTTPClient
package import BotSchema
import NIOCore
import NIOHTTP1

/// A bot behind a messaging endpoint, as the Bot Framework SDKs build them: `http://localhost:3978/api/messages`.
///
/// An activity is one POST. The bot answers it when its turn is over and speaks by calling the service URL that the
/// activity carries, so what it says does not come through here, but for the answers to an invoke and the activities
/// of a bot that answers at once (`expectReplies`). Nothing is ever sent twice: the bot may have had it.
package struct RemoteBot: Bot {
    /// The endpoint as people may see it: without a query, which may hold a key.
    package let name: String

    private let url: String
    private let limit: Duration
    private let client: HTTPClient

    /// The largest answer read from a bot, in bytes.
    private static let answerLimit = 16 << 20

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
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(5)
        // A refused connection is news for the user at once, not after a while of trying.
        configuration.connectionPool.retryConnectionEstablishment = false
        // Bots close idle connections after 5 s (Node, uvicorn) and more: never write to one that is about to close.
        configuration.connectionPool.idleTimeout = .seconds(3)
        return try await HTTPClient.withHTTPClient(configuration: configuration) { client in
            try await body(RemoteBot(name: name, url: url, limit: limit, client: client))
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
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers = [
            // py's SDK answers anything else with 415.
            "Content-Type": "application/json; charset=utf-8",
            "Accept": "application/json",
            "User-Agent": "Baton",
            "x-ms-conversation-id": conversation.id,
        ]
        request.body = .bytes(activity.jsonValue.serialized())
        let (status, body) = try await exchange(request)

        if activity.type == .invoke {
            return InvokeResponse(status: status, body: try? JSONValue(parsing: body))
        }
        try check(status)
        // Any 2xx is a success: SDKs answer 200, 201 or 202. Few answer with more than that.
        if !body.isEmpty, let replies = ActivitySet(try? JSONValue(parsing: body)) {
            for reply in replies.activities where reply.type != nil { try await conversation.send(reply) }
        }
        return nil
    }

    private func exchange(_ request: HTTPClientRequest) async throws -> (status: Int, body: [UInt8]) {
        do {
            let response = try await client.execute(request, timeout: TimeAmount(limit))
            let body = try await response.body.collect(upTo: Self.answerLimit)
            return (Int(response.status.code), Array(body.readableBytesView))
        } catch let error as CancellationError {
            throw error
        } catch {
            try Task.checkCancellation()
            throw BotError(error, callingBotAt: name, limit: limit)
        }
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
