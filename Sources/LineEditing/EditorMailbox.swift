import Synchronization

/// What the rest of the program and the editing thread tell each other.
final class EditorMailbox: Sendable {
    /// What waits for the editing thread.
    struct Delivery {
        var posts: [Post]
        var prompt: Prompt
        var manners: TerminalManners
        var title: String
        /// What the program has said of other lines; nil where there is one only.
        var drafts: DraftSlots?
        var isClosing: Bool
        var rings: Bool
        var calls: [AttentionCall]
        /// Whether more posts wait.
        var hasMore: Bool
    }

    /// What is done in the order in which it was told.
    enum Post: Equatable {
        /// Lines to print.
        case lines(String)
        /// Lines to show in a pager.
        case page(String)
        /// A text to open in the person's editor.
        case edit(String)

        var size: Int {
            switch self {
            case .lines(let text), .page(let text), .edit(let text): text.utf8.count
            }
        }
    }

    /// How many bytes of posts may wait before `settled` holds its callers back.
    static let comfortableSize = 1 << 18
    /// How many bytes of lines are handed out at once, so that a key is never far behind a burst.
    private static let deliverySize = 1 << 14

    private struct State {
        var posts: [Post] = []
        /// The first post not handed out yet; the array is shifted only now and then.
        var nextPost = 0
        var waitingSize = 0
        var prompt: Prompt
        var manners = TerminalManners()
        var title = ""
        var drafts: DraftSlots?
        var isClosing = false
        var rings = false
        var calls: [AttentionCall] = []
        /// Whether the thread has been woken and has not taken its mail yet.
        var isWoken = false
        var hasEnded = false
        var draft = ""
        /// The name of the line that is edited, and what stands in the others.
        var lines = (current: DraftSlots.nobody, waiting: [String: String]())
        var terminationSignal: Int32?
        var waiters: [CheckedContinuation<Void, Never>] = []
        var writers: [CheckedContinuation<Void, Never>] = []
    }

    let wakePipe: WakePipe
    private let state: Mutex<State>

    init(wakePipe: WakePipe, prompt: Prompt) {
        self.wakePipe = wakePipe
        state = Mutex(State(prompt: prompt))
    }

    // MARK: - The program's side

    /// Answers false when the editing thread has ended and will not print it.
    func post(_ lines: String) -> Bool { post(.lines(lines)) }

    /// Answers false when the editing thread has ended and will not do it.
    func post(_ post: Post) -> Bool {
        tell {
            $0.posts.append(post)
            $0.waitingSize += post.size
        }
    }

    func setManners(_ manners: TerminalManners) {
        _ = tell { $0.manners = manners }
    }

    func setTitle(_ title: String) {
        _ = tell { $0.title = title }
    }

    func setDrafts(_ slots: DraftSlots) {
        _ = tell { $0.drafts = slots }
    }

    func call(_ call: AttentionCall) {
        // A burst of messages calls once.
        _ = tell { if $0.calls.count < 3 { $0.calls.append(call) } }
    }

    /// Waits while so much waits to be printed that more would only cost memory.
    func settled() async {
        await withCheckedContinuation { continuation in
            let mustWait = state.withLock { state in
                let mustWait = !state.hasEnded && state.waitingSize > Self.comfortableSize
                if mustWait { state.writers.append(continuation) }
                return mustWait
            }
            if !mustWait { continuation.resume() }
        }
    }

    func setPrompt(_ prompt: Prompt) {
        _ = tell { $0.prompt = prompt }
    }

    func ring() {
        _ = tell { $0.rings = true }
    }

    func requestClose() {
        _ = tell { $0.isClosing = true }
    }

    /// Waits until the editing thread has given the terminal back.
    func ended() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.waiters.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }

    var draft: String { state.withLock { $0.draft } }
    /// What stands in each line, by name.
    var drafts: [String: String] {
        state.withLock { state in
            var drafts = state.lines.waiting
            drafts[state.lines.current] = state.draft.isEmpty ? nil : state.draft
            return drafts
        }
    }
    var terminationSignal: Int32? { state.withLock { $0.terminationSignal } }

    private func tell(_ change: (inout State) -> Void) -> Bool {
        let (hasEnded, needsWaking) = state.withLock { state in
            if state.hasEnded { return (true, false) }
            change(&state)
            defer { state.isWoken = true }
            return (false, !state.isWoken)
        }
        if needsWaking { wakePipe.wake() }
        return !hasEnded
    }

    // MARK: - The editing thread's side

    /// Everything that has been told since the last time.
    ///
    /// To be called after the wake pipe has been drained.
    func take() -> Delivery {
        let (delivery, writers): (Delivery, [CheckedContinuation<Void, Never>]) = state.withLock { state in
            state.isWoken = false
            defer {
                state.rings = false
                state.calls.removeAll()
            }
            let posts = Self.nextPosts(&state)
            let delivery = Delivery(
                posts: posts,
                prompt: state.prompt,
                manners: state.manners,
                title: state.title,
                drafts: state.drafts,
                isClosing: state.isClosing,
                rings: state.rings,
                calls: state.calls,
                hasMore: !state.posts.isEmpty
            )
            guard state.waitingSize <= Self.comfortableSize / 2 else { return (delivery, []) }
            defer { state.writers.removeAll() }
            return (delivery, state.writers)
        }
        for writer in writers { writer.resume() }
        return delivery
    }

    private static func nextPosts(_ state: inout State) -> [Post] {
        var posts: [Post] = []
        var size = 0
        while state.nextPost < state.posts.count, size < deliverySize {
            let post = state.posts[state.nextPost]
            state.nextPost += 1
            size += post.size
            posts.append(post)
        }
        state.waitingSize -= size
        if state.nextPost == state.posts.count || state.nextPost > 1024 {
            state.posts.removeFirst(state.nextPost)
            state.nextPost = 0
        }
        return posts
    }

    func note(draft: String) { state.withLock { $0.draft = draft } }

    /// Another line is edited from now on, with this draft in it.
    func note(draft: String, in line: String, waiting: [String: String]) {
        state.withLock { ($0.draft, $0.lines) = (draft, (line, waiting)) }
    }

    func note(terminationSignal: Int32) { state.withLock { $0.terminationSignal = terminationSignal } }

    /// Marks the end, unless posts have come since the last delivery.
    func endUnlessPostsWait() -> Bool {
        let waiters: [CheckedContinuation<Void, Never>]? = state.withLock { state in
            guard state.posts.isEmpty else { return nil }
            state.hasEnded = true
            defer {
                state.waiters.removeAll()
                state.writers.removeAll()
            }
            return state.waiters + state.writers
        }
        guard let waiters else { return false }
        for waiter in waiters { waiter.resume() }
        return true
    }
}
