/// Something that goes wrong on purpose, so that a client can prove that it copes.
///
/// Written as `name[:argument[:argument]]`, such as `socket-drop:3`; ``catalogue`` has all of them.
public enum ServerFault: Hashable, Sendable {
    /// The tokens of this moment, or the first one if there is none, die after a while without a word.
    case tokenExpires(seconds: Int)
    /// A socket breaks off without a goodbye after so many frames.
    case socketDrop(frames: Int)
    /// The socket of the next frame stays open and falls silent: nothing is sent, pings are not answered.
    case halfOpen
    /// Every frame waits.
    case delay(milliseconds: Int)
    /// Frames are sent twice.
    case duplicate(frames: Int)
    /// Frames change places with the ones behind them.
    case reorder(frames: Int)
    /// Before a frame comes one that no client can read.
    case malformedFrame(frames: Int)
    /// Frames come in fragments, cut inside of characters, with a ping between them.
    case splitFrame(frames: Int)
    /// One call is answered 429 with `Retry-After`.
    case rateLimit(seconds: Int)
    /// Calls are answered with a status of the service, before anything is done.
    case serverError(status: Int, calls: Int)
    /// An activity is kept and given to the bot, and answered 502 `BotError`.
    case botError(calls: Int)
    /// A watermark is taken for none, so everything comes again.
    case staleWatermark(calls: Int)
    /// Streams are refused with 403.
    case refuseReconnect(times: Int)
    /// The body of an answer comes bit by bit.
    case slowBody(milliseconds: Int)
    /// The server breaks off all connections, refuses new ones for a while, and then goes on with what it had.
    case restart(seconds: Int)

    /// A fault as it is asked for and what it does.
    public struct Entry: Hashable, Sendable {
        /// The word before the first colon.
        public let name: String
        /// How it is written, with its arguments and what they are when left out.
        public let usage: String
        /// What it does, in one line.
        public let summary: String
    }

    /// All faults, for a list.
    public static let catalogue: [Entry] = [
        Entry("token-expires", "token-expires[:seconds=0]", "the tokens given so far die after that time"),
        Entry("socket-drop", "socket-drop[:frames=0]", "a socket breaks off after so many more frames"),
        Entry("half-open", "half-open", "the next socket to get a frame stays open and falls silent"),
        Entry("delay", "delay[:ms=1000]", "every frame waits that long, until cleared"),
        Entry("duplicate", "duplicate[:n=1]", "the next n frames are sent twice"),
        Entry("reorder", "reorder[:n=1]", "the next n frames change places with the ones behind them"),
        Entry("malformed-frame", "malformed-frame[:n=1]", "before each of n frames comes one that cannot be read"),
        Entry("split-frame", "split-frame[:n=1]", "the next n frames come in fragments, with a ping between"),
        Entry("rate-limit", "rate-limit[:seconds=1]", "the next call is answered 429 with Retry-After"),
        Entry("server-error", "server-error[:status=500[:n=1]]", "the next n calls are answered 500, 502 or 503"),
        Entry("bot-error", "bot-error[:n=1]", "the next n activities reach the bot and are answered 502"),
        Entry("stale-watermark", "stale-watermark[:n=1]", "for n calls the watermark is taken for none"),
        Entry("refuse-reconnect", "refuse-reconnect[:n=1]", "the next n streams are refused with 403"),
        Entry("slow-body", "slow-body[:ms=1000]", "the body of the next answer takes that long"),
        Entry("restart", "restart[:seconds=2]", "all connections break off, and none is let in for that time"),
    ]

    /// What it does, in one line.
    public var summary: String {
        let name = description.prefix { $0 != ":" }
        return Self.catalogue.first { $0.name == name }?.summary ?? ""
    }

    /// Reads a fault.
    ///
    /// - Throws: ``FaultSyntaxError`` with one sentence that names the known faults or the usage of this one.
    public init(_ text: String) throws(FaultSyntaxError) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard let entry = Self.catalogue.first(where: { $0.name == parts[0] }) else {
            let names = Self.catalogue.map(\.name).joined(separator: ", ")
            throw FaultSyntaxError(message: "there is no such fault; known are \(names)")
        }
        var arguments: [Int] = []
        for part in parts.dropFirst() {
            guard let number = Int(part), (0...86_400_000).contains(number) else {
                throw FaultSyntaxError(message: "the fault is written \(entry.usage)")
            }
            arguments.append(number)
        }
        guard let fault = Self.fault(entry.name, arguments) else {
            throw FaultSyntaxError(message: "the fault is written \(entry.usage)")
        }
        self = fault
    }

    private static func fault(_ name: String, _ arguments: [Int]) -> ServerFault? {
        let first = arguments.first
        if name == "server-error" {
            let status = first ?? 500
            guard arguments.count <= 2, (500...599).contains(status) else { return nil }
            return .serverError(status: status, calls: arguments.count > 1 ? arguments[1] : 1)
        }
        guard arguments.count <= (name == "half-open" ? 0 : 1) else { return nil }
        return switch name {
        case "token-expires": .tokenExpires(seconds: first ?? 0)
        case "socket-drop": .socketDrop(frames: first ?? 0)
        case "half-open": .halfOpen
        case "delay": .delay(milliseconds: first ?? 1000)
        case "duplicate": .duplicate(frames: first ?? 1)
        case "reorder": .reorder(frames: first ?? 1)
        case "malformed-frame": .malformedFrame(frames: first ?? 1)
        case "split-frame": .splitFrame(frames: first ?? 1)
        case "rate-limit": .rateLimit(seconds: first ?? 1)
        case "bot-error": .botError(calls: first ?? 1)
        case "stale-watermark": .staleWatermark(calls: first ?? 1)
        case "refuse-reconnect": .refuseReconnect(times: first ?? 1)
        case "slow-body": .slowBody(milliseconds: first ?? 1000)
        case "restart": .restart(seconds: first ?? 2)
        default: nil
        }
    }
}

extension ServerFault.Entry {
    fileprivate init(_ name: String, _ usage: String, _ summary: String) {
        self.init(name: name, usage: usage, summary: summary)
    }
}

extension ServerFault: CustomStringConvertible {
    /// The fault as it is written, with its arguments.
    public var description: String {
        switch self {
        case .tokenExpires(let seconds): "token-expires:\(seconds)"
        case .socketDrop(let frames): "socket-drop:\(frames)"
        case .halfOpen: "half-open"
        case .delay(let milliseconds): "delay:\(milliseconds)"
        case .duplicate(let frames): "duplicate:\(frames)"
        case .reorder(let frames): "reorder:\(frames)"
        case .malformedFrame(let frames): "malformed-frame:\(frames)"
        case .splitFrame(let frames): "split-frame:\(frames)"
        case .rateLimit(let seconds): "rate-limit:\(seconds)"
        case .serverError(let status, let calls): "server-error:\(status):\(calls)"
        case .botError(let calls): "bot-error:\(calls)"
        case .staleWatermark(let calls): "stale-watermark:\(calls)"
        case .refuseReconnect(let times): "refuse-reconnect:\(times)"
        case .slowBody(let milliseconds): "slow-body:\(milliseconds)"
        case .restart(let seconds): "restart:\(seconds)"
        }
    }
}

/// Why a text names no fault.
public struct FaultSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One sentence for people.
    public let message: String

    /// The sentence for people.
    public var description: String { message }
}
