import BotSchema
import NIOHTTP1
import Synchronization

/// Tells whoever asked for it what goes over the wire.
struct Tracer: Sendable {
    private let hook: (@Sendable (TraceEntry) -> Void)?
    private let isWanted: @Sendable () -> Bool
    private let now: @Sendable () -> Timestamp
    private let counter = Counter()
    let mask = SecretMask()

    private final class Counter: Sendable {
        private let last = Mutex(0)

        func next() -> Int {
            last.withLock {
                $0 += 1
                return $0
            }
        }
    }

    init(_ configuration: ClientConfiguration) {
        hook = configuration.onTrace
        isWanted = configuration.isTraced
        now = configuration.now
        switch configuration.credential {
        case .secret(let secret): mask.learn(secret)
        case .token(let token): mask.learn(token)
        case .tokenEndpoint(let url):
            mask.learn(url.split(separator: "?", maxSplits: 1).dropFirst().first.map(String.init))
        case .none: break
        }
    }

    /// Whether anybody listens; masking costs something.
    var isOn: Bool { hook != nil && isWanted() }

    func nextNumber() -> Int { counter.next() }

    func request(_ number: Int, _ method: HTTPMethod, _ url: String, _ headers: HTTPHeaders, _ body: [UInt8]?) {
        tell(.request) { entry in
            entry.number = number
            entry.method = method.rawValue
            entry.url = mask.masked(url)
            entry.headers = shown(headers)
            entry.body = body.map { shown($0, type: headers.first(name: "Content-Type")) }
        }
    }

    func response(_ number: Int, _ answer: HTTPExchange.Answer, after duration: Duration) {
        tell(.response) { entry in
            entry.number = number
            entry.status = answer.status
            entry.duration = duration
            entry.headers = shown(answer.headers)
            entry.body = shown(answer.body, type: answer.headers.first(name: "Content-Type"))
        }
    }

    func failure(_ number: Int, _ error: any Error, after duration: Duration) {
        tell(.failure) { entry in
            entry.number = number
            entry.duration = duration
            entry.note = mask.masked((error as? ClientError)?.message ?? "cancelled")
        }
    }

    func socket(_ note: String, url: String? = nil, status: Int? = nil) {
        tell(.socket) { entry in
            entry.note = mask.masked(note)
            entry.url = url.map(mask.masked)
            entry.status = status
        }
    }

    func frame(_ text: String?, bytes: Int) {
        tell(.frame) { $0.body = text.map(mask.masked) ?? "\(bytes) bytes" }
    }

    private func tell(_ kind: TraceEntry.Kind, _ fill: (inout TraceEntry) -> Void) {
        guard let hook, isWanted() else { return }
        var entry = TraceEntry(kind, at: now())
        fill(&entry)
        hook(entry)
    }

    private func shown(_ headers: HTTPHeaders) -> [String: String] {
        var shown: [String: String] = [:]
        for (name, value) in headers {
            let isSecret = ["authorization", "cookie", "set-cookie", "proxy-authorization"].contains(name.lowercased())
            shown[name] = isSecret ? "…" : mask.masked(value)
        }
        return shown
    }

    private func shown(_ body: [UInt8], type: String?) -> String {
        let isText = type.map { $0.hasPrefix("text/") || $0.hasPrefix("application/json") } ?? true
        guard isText, let text = String(validating: body, as: UTF8.self) else { return "\(body.count) bytes" }
        // Some back ends give a token as a bare JSON string.
        if text.utf8.first == UInt8(ascii: "\""), JSONValue.isString(text) { return "…" }
        return mask.masked(text)
    }
}

extension JSONValue {
    fileprivate static func isString(_ text: String) -> Bool { (try? JSONValue(parsing: text))?.string != nil }
}
