/// The limits and times of one WebSocket.
package struct WebSocketConfiguration: Hashable, Sendable {
    /// The largest frame taken, in bytes; a larger one closes with 1009.
    package var maxFrameSize: Int
    /// The largest message taken, in bytes, however many frames carry it; a larger one closes with 1009.
    package var maxMessageSize: Int
    /// How often a ping goes out, nil for never.
    package var pingInterval: Duration?
    /// How many pings may pass without any frame arriving before the connection counts as dead.
    package var missedPingLimit: Int
    /// How long the closing handshake may take before TCP is closed without it.
    package var closeTimeout: Duration

    /// Limits and times; the defaults suit streams of activities.
    package init(
        maxFrameSize: Int = 4 << 20,
        maxMessageSize: Int = 4 << 20,
        pingInterval: Duration? = nil,
        missedPingLimit: Int = 2,
        closeTimeout: Duration = .seconds(5)
    ) {
        self.maxFrameSize = maxFrameSize
        self.maxMessageSize = maxMessageSize
        self.pingInterval = pingInterval
        self.missedPingLimit = missedPingLimit
        self.closeTimeout = closeTimeout
    }
}
