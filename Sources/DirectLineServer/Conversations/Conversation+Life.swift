import BotSchema

/// The sockets of a conversation and who was there last.
struct StreamRoster: Sendable {
    /// How many sockets are open.
    private(set) var open = 0
    /// The number of the newest.
    private(set) var newest = 0

    mutating func opened() -> Int {
        open += 1
        newest += 1
        return newest
    }

    mutating func closed() { open -= 1 }
}

extension Conversation {
    /// Why a stream is to end.
    enum StreamEnd: Sendable {
        case closed, collision, cancelled
    }

    /// A socket was opened.
    ///
    /// - Returns: Its number.
    func streamOpened() -> Int {
        defer { if surroundings.streams == .newest { closing.ring() } }
        noticeUser()
        return roster.opened()
    }

    /// A socket was closed; the adapter hears of the last.
    func streamClosed() {
        roster.closed()
        guard roster.open == 0, !isClosed, surroundings.adapter != nil else { return }
        isDeserted = true
        observe(.connection(isOpen: false))
    }

    /// Whoever asks or says something is there, with or without a stream.
    func noticeUser() {
        guard isDeserted else { return }
        isDeserted = false
        observe(.connection(isOpen: true))
    }

    /// Waits until the conversation is closed or, where only the newest socket may stay, another is opened.
    func waitForEnd(ofStream number: Int) async -> StreamEnd {
        while !Task.isCancelled {
            if isClosed { return .closed }
            if surroundings.streams == .newest, roster.newest > number { return .collision }
            await closing.wait()
        }
        return .cancelled
    }

    /// Closes the conversation if nobody streams it and nothing is under way in it.
    ///
    /// - Returns: Whether it is closed now.
    func closeIfIdle() -> Bool {
        guard roster.open == 0, isResting else { return false }
        close()
        return true
    }
}
