import ChatScreen
import DirectLineClient
import WebSocketTransport

/// Addresses that people give to options.
enum HTTPAddress {
    /// The address when it is an `http` or `https` URL with a host.
    ///
    /// - Throws: ``CommandError`` that names the option and what was expected.
    static func checked(_ text: String, option: String, example: String) throws(CommandError) -> String {
        guard WebURL(text, schemes: ["http", "https"]) != nil else {
            throw CommandError("\(option) takes an http or https address, such as \(example)", status: .usage)
        }
        return text
    }

    /// The service at an address of any path and query, of which nothing but the host is used.
    static func endpoint(of text: String) -> DirectLineEndpoint? {
        WebURL(text, schemes: ["http", "https"]).flatMap { try? DirectLineEndpoint($0.origin) }
    }
}
