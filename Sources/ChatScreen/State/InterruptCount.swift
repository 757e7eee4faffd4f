import BotSchema

/// Tells one ^C from the second, which leaves.
struct InterruptCount: Sendable {
    /// What an interrupt means.
    enum Meaning: Equatable {
        /// It put a line aside.
        case nothing
        /// It may have been meant to leave: say how.
        case hint
        /// It is the second.
        case leave
    }

    /// How soon the second must come, in milliseconds.
    private static let patience: Int64 = 2000
    private var last: Timestamp?

    /// Takes a ^C.
    ///
    /// - Parameters:
    ///   - cleared: what stood in the line. Whoever puts a line aside does not want to leave.
    ///   - now: when it was.
    /// - Returns: what it means.
    mutating func interrupted(clearing cleared: String, at now: Timestamp) -> Meaning {
        guard cleared.isEmpty else {
            last = nil
            return .nothing
        }
        defer { last = now }
        guard let last, now.milliseconds - last.milliseconds <= Self.patience else { return .hint }
        return .leave
    }

    /// A line was entered since.
    mutating func lineEntered() { last = nil }
}
