import BotSchema
import WebSocketTransport

/// The Web API of a Dataverse environment, to which alone its token is sent.
package struct DataverseEnvironment: Hashable, Sendable {
    /// Host and port, for people.
    package let authority: String
    /// The resource for which a token must be: scheme, host and port.
    package let origin: String
    private let base: String

    /// Reads an environment's address, with or without `https://` and the path of the Web API.
    ///
    /// - Throws: ``ClientError`` with the code `invalidURL` for anything else, `notEncrypted` for `http` to another
    ///   machine.
    package init(_ text: String) throws(ClientError) {
        let whole = text.contains("://") ? text : "https://" + text
        let api = "/api/data/v9.2"
        guard let url = WebURL(whole, schemes: ["http", "https"]), url.query == nil,
            ["", "/", api, api + "/"].contains(url.path)
        else {
            throw ClientError(
                .invalidURL,
                "an environment's address looks like https://contoso.crm.dynamics.com, without a path"
            )
        }
        guard url.isConfidential else {
            throw ClientError(
                .notEncrypted,
                "\(url.authority) is another machine and is reached without encryption: no token is sent over http"
            )
        }
        authority = url.authority
        origin = url.origin
        base = url.origin + api
    }

    /// The first page of a query.
    func page(_ query: DataverseQuery, isExpanded: Bool) throws(ClientError) -> WebURL {
        try page(base + "/conversationtranscripts?" + query.text(isExpanded: isExpanded))
    }

    /// The page that an answer names as the next, nil when it is the last.
    ///
    /// - Throws: ``ClientError`` with the code `protocolViolation` when it is anywhere else: it would get the token.
    func page(following answer: JSONValue) throws(ClientError) -> WebURL? {
        guard let link = answer["@odata.nextLink"], link != .null else { return nil }
        guard let text = link.string else {
            throw ClientError(.protocolViolation, "\(authority) names a next page, but not by an address")
        }
        return try page(text)
    }

    private func page(_ link: String) throws(ClientError) -> WebURL {
        guard let url = WebURL(link, schemes: ["http", "https"]) else {
            throw ClientError(.protocolViolation, "\(authority) names a next page whose address cannot be used")
        }
        guard url.origin.lowercased() == origin.lowercased() else {
            throw ClientError(
                .protocolViolation,
                "\(authority) names a next page at \(url.authority), which is not asked: it would get the token"
            )
        }
        return url
    }
}
