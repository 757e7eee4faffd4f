/// Which end of a WebSocket this is: who masks its frames and who closes TCP first (RFC 6455, 5.3 and 7.1.1).
package enum WebSocketRole: Hashable, Sendable {
    /// Asks for the upgrade, masks what it sends and waits for the server to close TCP.
    case client
    /// Grants the upgrade, sends unmasked and closes TCP first.
    case server
}
