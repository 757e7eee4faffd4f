import BotSchema
import HTTPTypes
import HummingbirdCore
import NIOCore

/// Answers every HTTP request of the server: finds the resource, asks the gate, and gives errors their shape.
struct Router: Sendable {
    let crossOrigin: CrossOrigin
    let clients: ClientAddressing
    /// Where the server listens.
    let ownURL: PublicURL
    /// Tells which capabilities of bots are good; nil where bots do not call.
    let key: ServerKey?
    let gatekeeper: Gatekeeper
    let directLine: DirectLineRoutes
    let connector: ConnectorRoutes
    let faults: FaultRoutes
    let health: HealthRoutes
    let clock: any Clock<Duration>

    /// Answers a request; never throws, whatever the request is.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - peer: Who is connected to us: the client, or a proxy.
    ///   - place: Where the peer has reached us.
    /// - Returns: The answer.
    func respond(to request: Request, from peer: SocketAddress?, at place: SocketAddress?) async -> Response {
        let arrival: ClientAddressing.Arrival
        do {
            arrival = try clients.arrival(of: request, from: peer, at: place, own: ownURL)
            try crossOrigin.check(
                origin: request.headers[.origin],
                host: arrival.host,
                forwardedHost: arrival.forwardedHost
            )
        } catch {
            return Response(error)
        }
        if request.method == .options {
            return Response(status: .noContent, headers: crossOrigin.preflightHeaders(for: request.headers))
        }
        var response: Response
        do {
            response = try await answer(request, arrival)
        } catch {
            response = Response(error)
        }
        response.headers.append(contentsOf: crossOrigin.headers(for: request.headers))
        // NIO's decoder reads no further behind a request that offered an upgrade, granted or not.
        if request.headers[.upgrade] != nil { response.headers[.connection] = "close" }
        return response
    }

    private func answer(_ request: Request, _ arrival: ClientAddressing.Arrival) async throws(HTTPFailure) -> Response {
        let target = RequestTarget(request.head.path ?? "/")
        guard let resource = Resource(path: target.path, key: key) else {
            connector.noteRefusal(of: target.path)
            throw .noSuchPath
        }
        guard resource.methods.contains(request.method) else { throw .wrongMethod(resource.methods) }
        let call = Call(
            resource: resource,
            query: target.query,
            request: request,
            clientURL: arrival.url,
            sharedURL: arrival.sharedURL
        )
        if resource == .health { return await health.answer(call) }
        if resource == .faults { return try await faults.answer(call) }
        // The way of bots needs a capability; the one of clients shows who asks.
        if target.path.first == "v3", let conversation = resource.conversationOfFile {
            try gatekeeper.admitReader(call.authorization, of: conversation)
        }
        if resource.isForBots { return try await connector.answer(call) }
        switch faults.control.nextCall() {
        case .rateLimit(let seconds): throw .tooMany("a fault was asked for", retryAfter: seconds)
        case .serverError(let status):
            throw HTTPFailure(HTTPResponse.Status(code: status), "ServiceError", "a fault was asked for")
        case nil: break
        }
        var response = try await directLine.answer(call)
        if let duration = faults.control.nextBodyDuration() { response.slowDown(to: duration, clock: clock) }
        return response
    }
}

/// A request that has found its resource.
struct Call: Sendable {
    let resource: Resource
    let query: [String: String]
    let request: Request
    /// Under which URL the caller reaches the server, for links that the caller alone is given.
    let clientURL: PublicURL
    /// Under which URL everybody reaches the server, for links that others see.
    let sharedURL: PublicURL

    var method: HTTPRequest.Method { request.method }
    var authorization: String? { request.headers[.authorization] }

    /// The body, refused unread when it says itself that it is too large.
    func bytes(limit: Int) async throws(HTTPFailure) -> ByteBuffer {
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
            throw .tooLarge(limit: limit)
        }
        do {
            return try await request.body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw .tooLarge(limit: limit)
        } catch {
            throw .badSyntax("the body could not be read")
        }
    }

    /// The body as a JSON value, nil when it is empty.
    func json(limit: Int) async throws(HTTPFailure) -> JSONValue? {
        let body = try await bytes(limit: limit)
        guard body.readableBytesView.contains(where: { $0 > UInt8(ascii: " ") }) else { return nil }
        do {
            return try JSONValue(parsing: Array(body.readableBytesView))
        } catch {
            throw .badSyntax("the body is not JSON: \(error)")
        }
    }

    /// The body as an activity.
    func activity(limit: Int) async throws(HTTPFailure) -> Activity {
        guard let activity = Activity(try await json(limit: limit)) else {
            throw .missingProperty("an activity, that is a JSON object, is expected as the body")
        }
        guard let type = activity.type, !type.rawValue.isEmpty else {
            throw .missingProperty("the activity has no type")
        }
        if let from = activity.json["from"], !from.isNull, from.object == nil {
            throw .badArgument("the activity's from is not an object")
        }
        return activity
    }
}

extension Response {
    /// A JSON answer that nobody may keep.
    init(_ status: HTTPResponse.Status = .ok, json: JSONValue) {
        self.init(
            status: status,
            // Web Chat's requests and py's SDK parse by the content type.
            headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-cache, no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: json.serialized()))
        )
    }

    /// The answer of a failed request.
    init(_ failure: HTTPFailure) {
        self.init(failure.status, json: failure.body.jsonValue)
        headers.append(contentsOf: failure.headers)
    }
}
