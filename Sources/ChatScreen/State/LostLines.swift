import BotSchema
import LineEditing

/// The lines that did not arrive: for `/resend` those that certainly did not, and those of which nobody knows.
struct LostLines: Sendable {
    /// Lines that certainly did not reach the service, oldest first.
    private(set) var undelivered: [Outbox.Outgoing] = []
    /// Lines of which nobody knows whether they were delivered, until their echo tells.
    private(set) var doubtful: [Outbox.Outgoing] = []
    /// Those of the conversations before this one, of which nothing will be heard.
    private(set) var doubtfulBefore: [Outbox.Outgoing] = []

    /// Whether nobody knows of some line whether it was delivered.
    var isInDoubt: Bool { !doubtful.isEmpty || !doubtfulBefore.isEmpty }

    /// Keeps a line that certainly did not arrive.
    mutating func add(undelivered line: Outbox.Outgoing) { undelivered.append(line) }

    /// Keeps a line that may have arrived.
    mutating func add(doubtful line: Outbox.Outgoing) { doubtful.append(line) }

    /// Keeps a line of an earlier conversation that may have arrived.
    mutating func add(doubtfulBefore line: Outbox.Outgoing) { doubtfulBefore.append(line) }

    /// The line that an echo proves to have arrived, which is in doubt no more.
    mutating func confirm(by echo: Activity) -> Outbox.Outgoing? {
        doubtful.firstIndex { $0.isEchoed(by: echo) }.map { doubtful.remove(at: $0) }
    }

    /// Takes over what is unsettled when another conversation begins: lines that wait were not delivered, the line on
    /// its way may have been.
    ///
    /// - Parameters:
    ///   - outbox: What was to be sent; emptied.
    ///   - isKept: Which lines the person would want to send again.
    /// - Returns: The line that was on its way, for telling.
    mutating func take(
        over outbox: inout Outbox,
        keeping isKept: (Outbox.Outgoing) -> Bool = { _ in true }
    ) -> Outbox.Outgoing? {
        let sent = outbox.inFlight.flatMap { isKept($0) ? $0 : nil }
        doubtfulBefore += (sent.map { [$0] } ?? []) + doubtful
        doubtful = []
        undelivered += outbox.waiting.filter(isKept)
        outbox.clear()
        return sent
    }

    /// Gives up what did not arrive, to be sent again, in order; never what may have arrived.
    ///
    /// - Throws: ``CommandFailure`` when there is nothing.
    mutating func takeUndelivered() throws(CommandFailure) -> [Outbox.Outgoing] {
        guard !undelivered.isEmpty else {
            let doubts = (doubtfulBefore + doubtful).map(\.words.quotedBeginning).joined(separator: ", ")
            let words = "Not sent again, since it may have been delivered: \(doubts). Say it again if it was not."
            throw CommandFailure(doubts.isEmpty ? "There is nothing that was not delivered." : words)
        }
        defer { undelivered = [] }
        return undelivered
    }
}

extension String {
    /// A line as a sentence about it names it: its beginning, in quotation marks.
    var quotedBeginning: String {
        let line = DisplayText.neutralised(self, keepingNewlines: false)
        return line.count > 60 ? "“\(line.prefix(60))…”" : "“\(line)”"
    }
}
