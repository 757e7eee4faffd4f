import BotSchema
import NIOHTTP1
import WebSocketTransport

/// A service that gives tokens, as Copilot Studio has one for each agent and many back ends have their own.
struct TokenEndpoint: Sendable {
    /// What an endpoint gives: a token and perhaps more about it.
    struct Grant: Hashable, Sendable {
        var token: String
        var expiresIn: Int?
        var conversationId: String?
    }

    private let exchange: HTTPExchange
    private let url: WebURL

    init(_ exchange: HTTPExchange, _ text: String) throws(ClientError) {
        guard let url = WebURL(text, schemes: ["http", "https"]) else {
            throw ClientError(.invalidURL, "the token endpoint's address is no http:// or https:// URL")
        }
        self.exchange = exchange
        self.url = url
    }

    /// Asks for a token: by GET, by POST where GET is not allowed.
    func token() async throws -> Grant {
        let address = url.origin + url.target
        var answer = try await exchange.send(.GET, address, authority: url.authority)
        if answer.status == 405 {
            answer = try await exchange.send(.POST, address, authority: url.authority, body: Array("{}".utf8))
        }
        guard answer.status == 200 || answer.status == 201 else {
            let error = ClientError(answer, from: "the token endpoint at \(url.authority)", hiding: url.query)
            // What is unknown here is an address, never a conversation.
            guard error.code != .notFound else {
                throw ClientError(.invalidURL, "there is no token endpoint at \(url.authority) (404)", status: 404)
            }
            throw error
        }
        let value = try? JSONValue(parsing: answer.body)
        if let token = value?.string, !token.isEmpty { return Grant(token: token) }
        guard let info = ConversationInfo(value), let token = info.token, !token.isEmpty else {
            throw ClientError(.protocolViolation, "the answer of the token endpoint at \(url.authority) holds no token")
        }
        return Grant(token: token, expiresIn: info.expiresIn, conversationId: info.conversationId)
    }

    /// Where the tokens of this endpoint are good, for Copilot Studio's endpoints; nil for all others.
    ///
    /// - Throws: ``ClientError`` when the look-up fails; the global service is then the best guess.
    func region() async throws -> DirectLineEndpoint? {
        let marker = "/powervirtualagents/"
        guard let range = url.path.firstRange(of: marker) else { return nil }
        let version = url.query?.split(separator: "&").first { $0.hasPrefix("api-version=") }
        let address =
            url.origin + url.path[..<range.upperBound] + "regionalchannelsettings" + (version.map { "?" + $0 } ?? "")
        let answer = try await exchange.send(.GET, address, authority: url.authority)
        guard answer.status == 200, let value = try? JSONValue(parsing: answer.body),
            let channel = value["channelUrlsById"]?["directline"]?.string
        else { throw ClientError(.protocolViolation, "\(url.authority) did not tell its region") }
        let endpoint = try DirectLineEndpoint(channel)
        guard endpoint.isEncrypted || !url.isSecure else {
            throw ClientError(.notEncrypted, "\(url.authority) names a region without encryption, which is not used")
        }
        return endpoint
    }
}
