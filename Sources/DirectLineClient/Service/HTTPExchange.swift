import AsyncHTTPClient
import BotSchema
import NIOCore
import NIOHTTP1
import NIOHTTPCompression
import WebSocketTransport

/// Sends single requests and reads their answers whole, within a time and a size.
struct HTTPExchange: Sendable {
    /// An answer that came, whatever its status.
    struct Answer: Sendable {
        let status: Int
        let headers: HTTPHeaders
        var body: [UInt8]
        /// When it came, by the configuration's time of day.
        var time = Timestamp(milliseconds: 0)
    }

    /// The largest answer taken; a poll after a long absence is the largest there is.
    static let bodyLimit = 16 << 20

    let network: Network
    let tracer: Tracer
    let clearText: ClearTextRule
    private let timeout: Duration
    private let now: @Sendable () -> Timestamp

    init(_ network: Network, _ configuration: ClientConfiguration) {
        self.network = network
        tracer = Tracer(configuration)
        clearText = ClearTextRule(configuration)
        timeout = configuration.requestTimeout
        now = configuration.now
    }

    /// How the process-wide client must be set up for Direct Line.
    static func configuration(timeout: Duration) -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration()
        // A redirect could carry the credential to another host.
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        // Gateways compress unasked.
        configuration.decompression = .enabled(limit: .size(4 * bodyLimit))
        configuration.timeout.connect = .seconds(10)
        configuration.timeout.read = TimeAmount(timeout)
        configuration.connectionPool.idleTimeout = .seconds(30)
        // Or a refused connection would be tried in silence until the time is up.
        configuration.connectionPool.retryConnectionEstablishment = false
        return configuration
    }

    /// Sends a request of Direct Line, or to a token endpoint: it or its answer holds a credential.
    ///
    /// - Parameters:
    ///   - method: The HTTP method.
    ///   - url: The whole URL.
    ///   - authority: Host and port, for messages.
    ///   - bearer: The credential, if any.
    ///   - body: The body, if any.
    ///   - contentType: What the body is.
    /// - Returns: The answer, whatever its status.
    /// - Throws: ``ClientError``, or `CancellationError`.
    func send(
        _ method: HTTPMethod,
        _ url: String,
        authority: String,
        bearer: String? = nil,
        body: [UInt8]? = nil,
        contentType: String = "application/json"
    ) async throws -> Answer {
        guard let address = WebURL(url, schemes: ["http", "https"]) else {
            throw ClientError(.invalidURL, "the address of \(authority) cannot be used")
        }
        try clearText.check(address)
        var request = HTTPClientRequest(url: url)
        request.method = method
        request.headers.add(name: "Accept", value: "application/json")
        request.headers.add(name: "User-Agent", value: "Baton")
        request.headers.add(name: "x-ms-bot-agent", value: "DirectLine/3.0 (Baton)")
        if let bearer { request.headers.add(name: "Authorization", value: "Bearer \(bearer)") }
        if let body {
            request.headers.add(name: "Content-Type", value: contentType)
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        tracer.mask.learn(bearer)
        var answer = try await perform(request, authority, body, limit: Self.bodyLimit)
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        if answer.body.starts(with: mark) { answer.body.removeFirst(mark.count) }
        return answer
    }

    /// Gets a file.
    ///
    /// - Parameters:
    ///   - url: Where it is.
    ///   - bearer: The credential, if any.
    ///   - headers: What else the request says.
    ///   - limit: How many bytes it may have.
    /// - Returns: The answer, whatever its status.
    /// - Throws: ``ClientError``, or `CancellationError`.
    func get(_ url: WebURL, bearer: String?, headers: HTTPHeaders = [:], limit: Int) async throws -> Answer {
        if bearer != nil { try clearText.check(url) }
        tracer.mask.learn(bearer)
        var request = HTTPClientRequest(url: url.origin + url.target)
        request.headers = headers
        request.headers.add(name: "User-Agent", value: "Baton")
        if let bearer { request.headers.add(name: "Authorization", value: "Bearer \(bearer)") }
        return try await perform(request, url.authority, nil, limit: limit)
    }

    private func perform(
        _ request: HTTPClientRequest,
        _ authority: String,
        _ body: [UInt8]?,
        limit: Int
    ) async throws -> Answer {
        let number = tracer.isOn ? tracer.nextNumber() : 0
        tracer.request(number, request.method, request.url, request.headers, body)
        let began = ContinuousClock.now
        do {
            let answer = try await exchange(request, authority, limit: limit)
            tracer.response(number, answer, after: .now - began)
            return answer
        } catch {
            tracer.failure(number, error, after: .now - began)
            throw error
        }
    }

    private func exchange(_ request: HTTPClientRequest, _ authority: String, limit: Int) async throws -> Answer {
        guard let client = network.client(for: request.url) else {
            throw ClientError(.invalidURL, "the address of \(authority) cannot be used")
        }
        let (timeout, now) = (timeout, now)
        do {
            // The client's own deadline ends with the head; a body that drips in would escape it.
            return try await withThrowingTaskGroup(of: Answer.self) { group in
                group.addTask {
                    let response = try await client.execute(request, deadline: .distantFuture)
                    let body = try await response.body.collect(upTo: limit)
                    return Answer(
                        status: Int(response.status.code),
                        headers: response.headers,
                        body: Array(body.readableBytesView),
                        time: now()
                    )
                }
                group.addTask {
                    try await Task.sleep(for: timeout)
                    throw HTTPClientError.deadlineExceeded
                }
                defer { group.cancelAll() }
                return try await group.next() ?? Answer(status: 0, headers: [:], body: [])
            }
        } catch {
            if Task.isCancelled { throw CancellationError() }
            throw Self.explain(error, authority, timeout, limit)
        }
    }

    private static func explain(
        _ error: any Error,
        _ authority: String,
        _ timeout: Duration,
        _ limit: Int
    ) -> ClientError {
        switch error {
        case let error as HTTPClientError:
            switch error {
            case .deadlineExceeded, .readTimeout:
                let seconds = timeout.components.seconds
                return ClientError(.timedOut, "\(authority) did not answer within \(seconds) seconds")
            case .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout:
                return ClientError(.unreachable, "\(authority) did not take a connection in time")
            case .remoteConnectionClosed, .uncleanShutdown:
                return ClientError(.interrupted, "\(authority) closed the connection before it had answered")
            case .alreadyShutdown, .cancelled:
                return ClientError(.cancelled, "the conversation was left")
            default:
                return ClientError(.protocolViolation, "\(authority) gave an answer that is no HTTP")
            }
        case is NIOTooManyBytesError:
            return ClientError(.tooLarge, "the answer of \(authority) has more than \(limit >> 20) MiB")
        case HTTPParserError.invalidEOFState:
            return ClientError(.interrupted, "the connection to \(authority) broke before its answer was whole")
        case is HTTPParserError:
            return ClientError(.protocolViolation, "\(authority) does not speak HTTP")
        case let error as IOError where error.errnoCode != 0 && !isConnecting(error):
            return ClientError(.interrupted, "the connection to \(authority) broke")
        default:
            let explained = WebSocketError(connectingTo: authority, error)
            return ClientError(explained.code == .timedOut ? .timedOut : .unreachable, explained.message)
        }
    }

    /// Whether the error came before the request was on its way.
    private static func isConnecting(_ error: IOError) -> Bool { error.description.hasPrefix("connect") }
}
