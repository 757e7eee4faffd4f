import BotSchema

/// The sockets of a conversation and who was there last.
struct StreamRoster: Sendable {
    private var open: [Int: @Sendable (Conversation.StreamEnd) -> Void] = [:]
    private var newest = 0

    /// How many sockets are open.
    var count: Int { open.count }

    /// What ends each of them.
    var ends: [@Sendable (Conversation.StreamEnd) -> Void] { open.values.map { $0 } }

    mutating func opened(_ end: @escaping @Sendable (Conversation.StreamEnd) -> Void) -> Int {
        newest += 1
        open[newest] = end
        return newest
    }

    mutating func closed(_ number: Int) { open[number] = nil }
}

extension Conversation {
    /// Why a stream is to end.
    enum StreamEnd: Sendable {
        case closed, collision, storeFailed
    }

    /// A socket was opened.
    ///
    /// - Parameter end: Ends it, and must not wait: its writer may be stuck behind a client that does not read.
    /// - Returns: Its number.
    func streamOpened(_ end: @escaping @Sendable (StreamEnd) -> Void) -> Int {
        if surroundings.streams == .newest { for older in roster.ends { older(.collision) } }
        noticeUser()
        if isClosed { end(.closed) }
        return roster.opened(end)
    }

    /// A socket was closed; the adapter hears of the last.
    func streamClosed(_ number: Int) {
        roster.closed(number)
        guard roster.count == 0, !isClosed, surroundings.adapter != nil else { return }
        isDeserted = true
        observe(.connection(isOpen: false))
    }

    /// Nobody streams the conversation yet that an earlier run has left.
    func desert() {
        guard roster.count == 0, !isDeserted else { return }
        isDeserted = true
        observe(.connection(isOpen: false))
    }

    /// Whoever asks or says something is there, with or without a stream.
    func noticeUser() {
        guard isDeserted else { return }
        isDeserted = false
        observe(.connection(isOpen: true))
    }

    /// Ends the streams, since nothing new can come while the store takes no writes.
    func endStreams() {
        for end in roster.ends { end(.storeFailed) }
    }

    /// Closes the conversation if nobody streams it and nothing is under way in it.
    ///
    /// - Returns: Whether it is closed now.
    func closeIfIdle() -> Bool {
        guard roster.count == 0, isResting else { return false }
        close()
        return true
    }
}
