import WebSocketTransport

/// Decides whether a credential may travel to an address.
///
/// It may where the way is encrypted, where it stays on this machine, and where the owner of the configuration has
/// allowed clear text. ``HTTPExchange`` asks before every call of Direct Line and ``ActivityStream`` before every
/// stream, so that no address gets round it, whether it was given, looked up or named by a service.
struct ClearTextRule: Sendable {
    private let isAllowed: Bool

    init(_ configuration: ClientConfiguration) { isAllowed = configuration.allowsClearText }

    /// - Throws: ``ClientError`` with the code `notEncrypted`.
    func check(_ url: WebURL) throws(ClientError) {
        guard !url.isConfidential, !isAllowed else { return }
        throw ClientError(
            .notEncrypted,
            "\(url.authority) is another machine and is reached without encryption: no secret or token is sent over http"
        )
    }

    /// Checks the address that a service names for its stream, which bears a ticket and brings the conversation.
    ///
    /// An `https` service that names `ws` would be a downgrade that nobody asked for; not even clear text that is
    /// allowed covers it.
    ///
    /// - Throws: ``ClientError`` with the code `notEncrypted`.
    func check(stream: String, of service: DirectLineEndpoint) throws(ClientError) {
        guard let url = WebURL(stream, schemes: ["ws", "wss"]), !url.isSecure else { return }
        if service.isEncrypted {
            throw ClientError(
                .notEncrypted,
                "\(service.authority) is reached over https but names a stream without encryption (ws://): it is not opened"
            )
        }
        try check(url)
    }
}
