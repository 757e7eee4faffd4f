/// Work that is done one piece at a time in the order in which it was added.
///
/// The owner starts a runner when ``add(_:)`` says so, and the runner asks ``next()`` until it answers nil.
struct Lane<Work: Sendable>: Sendable {
    private var waiting: [Work] = []
    private var isRunning = false

    /// How many pieces nobody has begun.
    var count: Int { waiting.count }

    /// Whether nothing waits and nothing is being done.
    var isEmpty: Bool { waiting.isEmpty && !isRunning }

    /// Adds a piece behind the others.
    ///
    /// - Returns: Whether a runner must be started.
    mutating func add(_ work: Work) -> Bool {
        waiting.append(work)
        defer { isRunning = true }
        return !isRunning
    }

    /// The piece to do now; nil ends the runner.
    mutating func next() -> Work? {
        guard !waiting.isEmpty else {
            isRunning = false
            return nil
        }
        return waiting.removeFirst()
    }
}
