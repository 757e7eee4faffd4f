import Pictures

/// Messages that wait a moment for their pictures, so that these stand where they belong.
///
/// Messages that follow wait with them. Anything else that is to be shown, such as a state of a handoff or a line of the
/// person, ends the wait at once; pictures that come after that are shown with the name of whose message they were in.
struct PictureWait: Sendable {
    /// How long a message waits.
    static let patience = Duration.milliseconds(1500)

    private struct Entry: Sendable {
        /// Which wait it is; nil for what only stands behind one.
        let number: Int?
        /// What is shown, the message first.
        var shown: [ChatAction]
        var isReady: Bool
    }

    private var queue: [Entry] = []
    private var count = 0
    /// Whose message was shown without its pictures last.
    private var late: (number: Int, name: String)?

    /// Has a message wait.
    ///
    /// - Parameters:
    ///   - actions: What the message brings about, first that it is shown; what is not shown is not held up.
    ///   - name: Who says it.
    ///   - draw: Has its pictures drawn.
    /// - Returns: What is done at once.
    mutating func hold(
        _ actions: [ChatAction],
        of name: String,
        draw: (_ number: Int) -> ChatAction
    ) -> [ChatAction] {
        count += 1
        queue.append(Entry(number: count, shown: actions.filter(\.isShow), isReady: false))
        late = (count, name)
        return actions.filter { !$0.isShow } + [draw(count), .startTimer(.pictures(number: count), Self.patience)]
    }

    /// The pictures of a wait have come, or its time is up: what need not wait any more is shown.
    mutating func end(_ number: Int, with pictures: [String: DrawnPicture] = [:]) -> [ChatAction] {
        if let index = queue.firstIndex(where: { $0.number == number && !$0.isReady }) {
            queue[index].isReady = true
            if !pictures.isEmpty, case .show(let item)? = queue[index].shown.first {
                queue[index].shown[0] = .show(.pictured(item, pictures))
            }
            let ready = queue.prefix(while: \.isReady)
            queue.removeFirst(ready.count)
            return ready.flatMap(\.shown)
        }
        guard !pictures.isEmpty, let late, late.number == number else { return [] }
        return [.show(.pictured(.notice("Pictures in the message of \(late.name):"), pictures))]
    }

    /// How many wait; what is done next comes behind them.
    var length: Int { queue.count }

    /// What is done now, with what has waited in its place before it.
    ///
    /// - Parameters:
    ///   - actions: What is to be done.
    ///   - length: How many waited before what is to be done was known.
    /// - Returns: What is done at once.
    mutating func ordered(_ actions: [ChatAction], behind length: Int) -> [ChatAction] {
        guard length > 0, queue.count >= length, actions.contains(where: { $0.isShow || $0.isLeave }) else {
            return actions
        }
        if actions.allSatisfy(\.mayWait) {
            let entry = Entry(number: nil, shown: actions.filter(\.isShow), isReady: true)
            // A message that waits for pictures of its own may have joined meanwhile.
            queue.insert(entry, at: length)
            return actions.filter { !$0.isShow }
        }
        let waiting = queue.prefix(length)
        queue.removeFirst(length)
        return waiting.flatMap(\.shown) + actions
    }
}

extension ChatAction {
    fileprivate var isShow: Bool { if case .show = self { true } else { false } }
    fileprivate var isLeave: Bool { if case .leave = self { true } else { false } }

    /// Whether it loses nothing by being shown a moment later.
    fileprivate var mayWait: Bool {
        switch self {
        case .show(.activity), .show(.adapted(.activity, from: _)), .show(.day), .show(.latency): true
        case .show, .leave: false
        default: true
        }
    }
}
