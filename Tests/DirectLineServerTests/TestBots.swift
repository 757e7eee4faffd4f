import BotSchema
import Bots
import DirectLineServer
import Synchronization

/// A bot that takes everything and says nothing.
struct SilentBot: Bot {
    func onTurn(_ activity: Activity, in conversation: any ConversationChannel) async throws -> InvokeResponse? { nil }
}

/// A bot that does what a test says, for everything but the conversation's beginning.
struct TestBot: Bot {
    let turn: @Sendable (Activity, any ConversationChannel) async throws -> InvokeResponse?

    init(_ turn: @escaping @Sendable (Activity, any ConversationChannel) async throws -> InvokeResponse?) {
        self.turn = turn
    }

    func onTurn(_ activity: Activity, in conversation: any ConversationChannel) async throws -> InvokeResponse? {
        activity.type == .conversationUpdate ? nil : try await turn(activity, conversation)
    }
}

/// A bot that repeats what is said.
let echoBot = TestBot { activity, conversation in
    if let text = activity.text { try await conversation.send(.message("echo \(text)")) }
    return nil
}

/// Things that happen in the server and that a test waits for, in order.
final class Happenings<Element: Sendable>: Sendable {
    private let stream: AsyncStream<Element>
    private let continuation: AsyncStream<Element>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .unbounded) }

    func note(_ element: Element) { continuation.yield(element) }

    func next() async -> Element? {
        for await element in stream { return element }
        return nil
    }

    func next(_ count: Int) async -> [Element] {
        var elements: [Element] = []
        while elements.count < count, let element = await next() { elements.append(element) }
        return elements
    }
}

/// A time that only a test moves.
final class TestTime: Sendable {
    private let time = Mutex(Timestamp(milliseconds: 1_700_000_000_000))

    var now: Timestamp { time.withLock { $0 } }

    func advance(by seconds: Int64) { time.withLock { $0.milliseconds += seconds * 1000 } }
}

/// The system's clock, which tells how often it was slept on.
final class CountingClock: Clock {
    typealias Instant = ContinuousClock.Instant

    private let counter = Mutex(0)

    var sleeps: Int { counter.withLock { $0 } }
    var now: Instant { .now }
    var minimumResolution: Duration { ContinuousClock().minimumResolution }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        counter.withLock { $0 += 1 }
        try await ContinuousClock().sleep(until: deadline, tolerance: tolerance)
    }
}
