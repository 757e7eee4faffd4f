public import BotSchema

/// One thing that went over the wire, with credentials masked.
public struct TraceEntry: Hashable, Sendable {
    /// What it is.
    public enum Kind: String, Hashable, Sendable {
        /// A request is about to be sent.
        case request
        /// An answer has come, whatever its status.
        case response
        /// No answer has come.
        case failure
        /// A socket is being opened, has opened, was refused or has closed.
        case socket
        /// A message has come over a socket; an empty one is a sign of life.
        case frame
    }

    /// When, by the configuration's time of day.
    public let time: Timestamp
    /// What it is.
    public let kind: Kind
    /// A request and its answer have the same number, from 1.
    public var number: Int?
    /// The HTTP method.
    public var method: String?
    /// The address.
    public var url: String?
    /// The status of an answer or a refused socket.
    public var status: Int?
    /// How long the answer took.
    public var duration: Duration?
    /// The headers in order.
    public var headers: [String: String] = [:]
    /// The body or the frame as text; how many bytes it has where it is no text.
    public var body: String?
    /// What happened, in words.
    public var note: String?

    init(_ kind: Kind, at time: Timestamp) {
        self.kind = kind
        self.time = time
    }

    /// The entry as one JSON object, for a file of JSON lines; a body that is JSON is put in as such.
    public var jsonValue: JSONValue {
        var json: JSONObject = ["time": .string(time.text), "kind": .string(kind.rawValue)]
        json["number"] = number.map { .number(JSONNumber($0)) }
        json["method"] = method.map(JSONValue.string)
        json["url"] = url.map(JSONValue.string)
        json["status"] = status.map { .number(JSONNumber($0)) }
        json["milliseconds"] = duration.map { .number(JSONNumber($0 / .milliseconds(1), places: 3)) }
        if !headers.isEmpty {
            let entries = headers.sorted { $0.key < $1.key }.map {
                JSONObject.Entry(key: $0.key, value: .string($0.value))
            }
            json["headers"] = .object(JSONObject(entries: entries))
        }
        json["body"] = body.map { (try? JSONValue(parsing: $0)) ?? .string($0) }
        json["note"] = note.map(JSONValue.string)
        return .object(json)
    }
}

extension JSONNumber {
    /// A number with so many decimal places at most.
    fileprivate init(_ value: Double, places: Int) {
        let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
        self = JSONNumber((value * scale).rounded() / scale) ?? JSONNumber(0)
    }
}
