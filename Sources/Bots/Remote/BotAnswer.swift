import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization

/// A bot's answer to one POST as it arrives: whole, or in pieces when it is a stream of events.
///
/// The client calls this on its event loop, and one task waits for the parts. A piece that nobody has taken holds up
/// the connection and not our memory.
final class BotAnswer: HTTPClientResponseDelegate {
    /// What has arrived.
    enum Part: Sendable {
        case whole(status: Int, body: ByteBuffer)
        case streamBegan
        case bytes(ByteBuffer)
        case streamEnded
    }

    private struct State {
        var status = 0
        var isStream = false
        var body = ByteBuffer()
        var part: (Result<Part, any Error>, EventLoopPromise<Void>?)?
        var waiting: CheckedContinuation<Part, any Error>?
        /// Why nothing more will come.
        var failure: (any Error)?
    }

    private let limit: Int
    private let state = Mutex(State())

    /// - Parameter limit: How many bytes an answer may have that is no stream.
    init(limit: Int) { self.limit = limit }

    /// Waits for the next part; one task may wait.
    ///
    /// Ends with the request, so that whoever is cancelled has to cancel that.
    func next() async throws -> Part {
        try await withCheckedThrowingContinuation { continuation in
            let (result, taken) = state.withLock { state -> (Result<Part, any Error>?, EventLoopPromise<Void>?) in
                if let (part, taken) = state.part.take() { return (part, taken) }
                if let failure = state.failure { return (.failure(failure), nil) }
                state.waiting = continuation
                return (nil, nil)
            }
            if let result { continuation.resume(with: result) }
            taken?.succeed()
        }
    }

    private func deliver(_ result: Result<Part, any Error>, taken: EventLoopPromise<Void>? = nil) {
        typealias Parties = (waiting: CheckedContinuation<Part, any Error>?, taken: EventLoopPromise<Void>?)
        let (waiting, done) = state.withLock { state -> Parties in
            if case .failure(let error) = result { state.failure = error }
            if let waiting = state.waiting.take() { return (waiting, taken) }
            // A failure takes the place of what nobody has taken; its connection is gone.
            defer { state.part = (result, taken) }
            return (nil, state.part.take()?.1)
        }
        waiting?.resume(with: result)
        done?.succeed()
    }

    /// Ends the waiting for parts with an error.
    func fail(_ error: any Error) { deliver(.failure(error)) }

    // MARK: - What the client calls

    func didReceiveHead(task: HTTPClient.Task<Void>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        let type = head.headers.first(name: "Content-Type")?.lowercased() ?? ""
        let isStream = (200...299).contains(head.status.code) && type.hasPrefix("text/event-stream")
        state.withLock { state in
            state.status = Int(head.status.code)
            state.isStream = isStream
        }
        guard isStream else { return task.eventLoop.makeSucceededVoidFuture() }
        let taken = task.eventLoop.makePromise(of: Void.self)
        deliver(.success(.streamBegan), taken: taken)
        return taken.futureResult
    }

    func didReceiveBodyPart(task: HTTPClient.Task<Void>, _ buffer: ByteBuffer) -> EventLoopFuture<Void> {
        var buffer = buffer
        let outcome = state.withLock { state -> Result<Bool, NIOTooManyBytesError> in
            guard !state.isStream else { return .success(true) }
            guard state.body.readableBytes + buffer.readableBytes <= limit else {
                return .failure(NIOTooManyBytesError(maxBytes: limit))
            }
            state.body.writeBuffer(&buffer)
            return .success(false)
        }
        switch outcome {
        case .failure(let error): return task.eventLoop.makeFailedFuture(error)
        case .success(false): return task.eventLoop.makeSucceededVoidFuture()
        case .success(true):
            let taken = task.eventLoop.makePromise(of: Void.self)
            deliver(.success(.bytes(buffer)), taken: taken)
            return taken.futureResult
        }
    }

    func didReceiveError(task: HTTPClient.Task<Void>, _ error: any Error) { fail(error) }

    func didFinishRequest(task: HTTPClient.Task<Void>) {
        let (status, body, isStream) = state.withLock { ($0.status, $0.body, $0.isStream) }
        deliver(.success(isStream ? .streamEnded : .whole(status: status, body: body)))
    }
}
