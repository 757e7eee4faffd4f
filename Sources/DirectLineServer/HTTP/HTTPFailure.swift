import BotSchema
import Bots
import HTTPTypes

/// A request that is answered with an error body.
///
/// The codes are those of the real service as far as they were observed, Emulator's otherwise.
struct HTTPFailure: Error {
    let status: HTTPResponse.Status
    let body: ErrorResponse
    var headers = HTTPFields()

    init(_ status: HTTPResponse.Status, _ code: String, _ message: String, botStatus: Int? = nil) {
        self.status = status
        body = ErrorResponse(code: code, message: message, httpStatusCode: botStatus)
    }
}

extension HTTPFailure {
    static func badArgument(_ message: String) -> HTTPFailure { HTTPFailure(.badRequest, "BadArgument", message) }
    static func badSyntax(_ message: String) -> HTTPFailure { HTTPFailure(.badRequest, "BadSyntax", message) }
    static func missingProperty(_ message: String) -> HTTPFailure {
        HTTPFailure(.badRequest, "MissingProperty", message)
    }

    /// Whoever has no credential may well be at the wrong one of the two addresses.
    static func noCredential(for clients: ServerClients) -> HTTPFailure {
        let words =
            switch clients {
            case .users: "send the secret or a token as Authorization: Bearer …"
            case .agents: "this is a hub's address for agents, who come by baton agent; users have another address"
            }
        return HTTPFailure(.unauthorized, "MissingCredential", words)
    }
    static func forbidden(_ message: String) -> HTTPFailure { HTTPFailure(.forbidden, "BadArgument", message) }
    static var tokenExpired: HTTPFailure { HTTPFailure(.forbidden, "TokenExpired", "the token has expired") }

    static func noConversation(_ id: String) -> HTTPFailure {
        HTTPFailure(.notFound, "BadArgument", "conversation \(id) not found")
    }
    static func noActivity(_ id: String) -> HTTPFailure {
        HTTPFailure(.notFound, "BadArgument", "activity \(id) not found")
    }
    static var noSuchPath: HTTPFailure { HTTPFailure(.notFound, "BadArgument", "there is nothing at this path") }

    static func wrongMethod(_ allowed: [HTTPRequest.Method]) -> HTTPFailure {
        let list = allowed.map(\.rawValue).joined(separator: ", ")
        var failure = HTTPFailure(.methodNotAllowed, "BadArgument", "this path answers to \(list)")
        failure.headers[.allow] = list + ", OPTIONS"
        return failure
    }

    /// Closes the connection, since the rest of the body is of no use to anybody.
    static func tooLarge(limit: Int) -> HTTPFailure {
        var failure = HTTPFailure(
            .contentTooLarge,
            "MessageSizeTooBig",
            "the body is larger than \(limit) bytes"
        )
        failure.headers[.connection] = "close"
        return failure
    }

    static func tooMany(_ message: String, retryAfter seconds: Int) -> HTTPFailure {
        var failure = HTTPFailure(.tooManyRequests, "TooManyRequests", message)
        failure.headers[.retryAfter] = String(seconds)
        return failure
    }

    /// What a client or a bot is told while the store fails: nothing of the request was kept, so it can come again.
    ///
    /// The reason names the store's file and is for the operator alone.
    static func store(_ error: StoreError) -> HTTPFailure {
        let message =
            error.code == .damaged
            ? "the server cannot read what it has stored" : "the server cannot store anything at the moment"
        var failure = HTTPFailure(.serviceUnavailable, "ServiceError", message)
        failure.headers[.retryAfter] = "5"
        return failure
    }

    /// What a bot is told whose activity was not kept.
    static func keeping(_ error: BotError) -> HTTPFailure {
        guard error.code == .notKept else { return HTTPFailure(.notFound, "BadArgument", error.message) }
        var failure = HTTPFailure(.serviceUnavailable, "ServiceError", error.message)
        failure.headers[.retryAfter] = "5"
        return failure
    }

    /// What a client is told when its activity is kept and the bot failed: never send it again.
    static func bot(_ error: BotError) -> HTTPFailure {
        if error.code == .conversationGone { return HTTPFailure(.notFound, "BadArgument", error.message) }
        let botStatus = error.status ?? (error.code == .timedOut ? 504 : 502)
        return HTTPFailure(.badGateway, "BotError", "Failed to send activity: \(error.message)", botStatus: botStatus)
    }
}
