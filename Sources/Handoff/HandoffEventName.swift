/// The names of the handoff events, compared exactly.
package enum HandoffEventName {
    static let initiate = "handoff.initiate"
    static let status = "handoff.status"
    static let handoffInitiation = "HandoffInitiation"
    static let initiateHandoff = "InitiateHandoff"
    static let response = "HandoffResponse"
    static let completed = "HandoffCompleted"
    static let queue = "baton.queue"
    /// A user's wish to leave the queue or the agent; no document has one.
    package static let withdrawal = "baton.withdraw"
    /// Our adapter's record of a report that the bot answered with an error.
    static let rejected = "baton.rejected"
    /// Our adapter's record of a bot's message that it kept from the user.
    static let suppressed = "baton.suppressed"

    /// The names of the protocol in all its revisions.
    static let protocolNames = [initiate, status, handoffInitiation, initiateHandoff, response, completed]

    /// The protocol's name that a name misses by letter case, blanks, marks or one letter; nil for a name of it.
    static func similar(to name: String) -> String? {
        // Longer names are no slips, and comparing them costs.
        guard name.utf8.count <= 64, !protocolNames.contains(name) else { return nil }
        let bare = bare(name)
        return protocolNames.first { self.bare($0) == bare } ?? protocolNames.first { isNear(self.bare($0), bare) }
    }

    private static func bare(_ name: String) -> [Character] {
        Array(name.lowercased().filter { !$0.isWhitespace && !"-_.".contains($0) })
    }

    /// Whether one letter was left out, put in, or taken for another.
    private static func isNear(_ left: [Character], _ right: [Character]) -> Bool {
        guard abs(left.count - right.count) <= 1 else { return false }
        let start = zip(left, right).prefix { $0 == $1 }.count
        let (leftRest, rightRest) = (left[start...], right[start...])
        if left.count == right.count { return leftRest.dropFirst() == rightRest.dropFirst() }
        return left.count > right.count ? leftRest.dropFirst() == rightRest : leftRest == rightRest.dropFirst()
    }
}
