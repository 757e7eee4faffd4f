import Synchronization

/// How much memory all conversations of a server take together, about.
final class MemoryUse: Sendable {
    private let total = Atomic(0)

    /// Bytes of all conversations.
    var used: Int { total.load(ordering: .relaxed) }

    fileprivate func add(_ bytes: Int) { total.add(bytes, ordering: .relaxed) }
}

/// What one conversation takes of it; given back when the conversation goes.
final class MemoryShare: Sendable {
    private let whole: MemoryUse
    private let own = Atomic(0)

    init(of whole: MemoryUse) { self.whole = whole }

    deinit { whole.add(-own.load(ordering: .relaxed)) }

    /// Bytes of this conversation.
    var size: Int {
        get { own.load(ordering: .relaxed) }
        set { whole.add(newValue - own.exchange(newValue, ordering: .relaxed)) }
    }
}

extension ServerLimits {
    /// How much of a conversation stays in memory that a store can give back: little when memory is short.
    func memoryWindow(of use: MemoryUse) -> Int { use.used > memory ? 65_536 : min(conversationBytes, 4 << 20) }
}
