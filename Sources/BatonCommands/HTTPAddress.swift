import WebSocketTransport

/// Addresses that people give to options.
enum HTTPAddress {
    /// The address when it is an `http` or `https` URL with a host.
    ///
    /// - Throws: ``CommandError`` that names the option and what was expected.
    static func checked(_ text: String, option: String, example: String) throws(CommandError) -> String {
        guard WebURL(text, schemes: ["http", "https"]) != nil else {
            throw CommandError("\(option) takes an http or https address, such as \(example)")
        }
        return text
    }
}
