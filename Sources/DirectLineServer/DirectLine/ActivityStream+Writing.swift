import BotSchema
import NIOCore
import WebSocketTransport

extension ActivityStream {
    /// How long a frame that is to change places waits for the one behind it.
    private static let swapPatience = Duration.milliseconds(300)

    /// Writes frames until the socket is closed, a fault ends it or the store fails.
    ///
    /// - Returns: The end that a fault has decided on, nil for any other.
    func write(
        _ conversation: Conversation,
        from position: LogPosition,
        to feed: WebSocketFeed
    ) async -> FaultPlan.End? {
        var reader = position
        do {
            while let frame = try await conversation.nextFrame(for: &reader, while: { feed.isOpen }) {
                if let fate = faults.nextFrame() {
                    if let end = try await spoil(frame, fate, conversation, &reader, feed) { return end }
                } else {
                    try await feed.send(utf8: frame.buffer)
                }
            }
        } catch is StoreError {
            feed.close(code: 1011, reason: "the server cannot read what it has stored")
        } catch {
            // The socket is closed, which whoever follows it sees.
        }
        return nil
    }

    /// Writes a frame as a fault wants it; apart from the others, whose tasks need not have room for that.
    @inline(never)
    private func spoil(
        _ frame: LoggedActivity,
        _ fate: FaultPlan.FrameFate,
        _ conversation: Conversation,
        _ reader: inout LogPosition,
        _ feed: WebSocketFeed
    ) async throws -> FaultPlan.End? {
        if let end = fate.end { return end }
        var text = frame.buffer
        if fate.delay > .zero { try await clock.sleep(for: fate.delay, tolerance: nil) }
        if fate.isHeldBack, let next = try await soon(conversation, &reader, while: { feed.isOpen }) {
            // Positions stay in order: who loses the socket between the two must not lose an activity.
            try await feed.send(utf8: next.bufferWithoutWatermark)
            text = frame.moved(to: next.position).buffer
        }
        try await write(text, fate, to: feed)
        return nil
    }

    /// The next frame, if there is one within a moment.
    private func soon(
        _ conversation: Conversation,
        _ reader: inout LogPosition,
        while isThere: @escaping @Sendable () -> Bool
    ) async throws -> LoggedActivity? {
        let (start, clock) = (reader, clock)
        let found = try await withThrowingTaskGroup(of: (frame: LoggedActivity, position: LogPosition)?.self) { group in
            group.addTask {
                var position = start
                return try await conversation.nextFrame(for: &position, while: isThere).map { ($0, position) }
            }
            group.addTask {
                try? await clock.sleep(for: Self.swapPatience, tolerance: nil)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        if let found { reader = found.position }
        return found?.frame
    }

    private func write(_ text: ByteBuffer, _ fate: FaultPlan.FrameFate, to feed: WebSocketFeed) async throws {
        switch fate.nonsense {
        case .brokenJSON: try await feed.send(#"{"activities":[{"type":"mess"#)
        case .otherObject: try await feed.send(#"{"later":{"activities":1}}"#)
        case .notAList: try await feed.send(#"{"activities":{"0":null},"watermark":7}"#)
        case .binary: try await feed.send(binary: ByteBuffer(bytes: [0xff, 0x00, 0xfe]))
        case nil: break
        }
        for _ in 0..<(fate.isDoubled ? 2 : 1) {
            if fate.isSplit {
                try await feed.send(utf8: text, inFragmentsOf: 7)
            } else {
                try await feed.send(utf8: text)
            }
        }
    }
}
