extension ServerKey {
    /// Whether a path segment is the capability of a conversation's bot; the time that this takes tells nothing of it.
    func isConnectorCapability(_ segment: String, of conversation: String) -> Bool {
        Self.isEqual(segment, connectorCapability(of: conversation))
    }

    /// The id of a conversation that the bot of another one begins.
    ///
    /// The id itself proves who has begun it, so that the creator may go on in it after a restart and nothing has to be
    /// remembered: SDKs call the new conversation below the service URL of the old one.
    ///
    /// - Parameters:
    ///   - name: What makes the id unique.
    ///   - creator: The conversation whose bot begins it.
    /// - Returns: The id.
    func createdConversation(_ name: String, by creator: String) -> String {
        "\(name)-\(hexadecimalCode(for: "\(creator)\0\(name)", .creation))"
    }

    /// Whether a conversation was begun by the bot of another one.
    func isCreated(_ conversation: String, by creator: String) -> Bool {
        guard let dash = conversation.lastIndex(of: "-") else { return false }
        return Self.isEqual(conversation, createdConversation(String(conversation[..<dash]), by: creator))
    }

    /// The first 128 bits of a code in hexadecimal digits.
    func hexadecimalCode(for text: String, _ purpose: Purpose) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let bytes = code(for: text, purpose).prefix(16).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Compares in a time that does not tell where the first difference is.
    private static func isEqual(_ left: String, _ right: String) -> Bool {
        let (left, right) = (left.utf8, right.utf8)
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
