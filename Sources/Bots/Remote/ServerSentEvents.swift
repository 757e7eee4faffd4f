/// Takes a stream of server-sent events apart as it comes (WHATWG HTML, 9.2.6).
struct ServerSentEvents: Sendable {
    /// One event.
    struct Event: Hashable, Sendable {
        /// The event's type, `message` when it names none.
        var name: String
        /// The data lines, joined by line feeds.
        var data: [UInt8]
    }

    /// A line or an event that is larger than allowed.
    struct TooLarge: Error {}

    private let limit: Int
    private var line: [UInt8] = []
    private var name = ""
    private var data: [UInt8] = []
    private var hasData = false
    private var endsWithReturn = false
    private var isFirst = true

    /// - Parameter limit: How many bytes a line and an event may have.
    init(limit: Int) { self.limit = limit }

    /// Takes the next bytes.
    ///
    /// - Returns: The events that are complete now.
    mutating func take(_ bytes: some Sequence<UInt8>) throws(TooLarge) -> [Event] {
        var events: [Event] = []
        for byte in bytes {
            // Lines end in CR, LF or both; agents of Microsoft's SDK send both.
            let isSecondHalf = endsWithReturn && byte == UInt8(ascii: "\n")
            endsWithReturn = byte == UInt8(ascii: "\r")
            if isSecondHalf { continue }
            guard byte == UInt8(ascii: "\n") || endsWithReturn else {
                guard line.count + data.count < limit else { throw TooLarge() }
                line.append(byte)
                continue
            }
            if let event = endLine() { events.append(event) }
        }
        return events
    }

    private mutating func endLine() -> Event? {
        defer { line.removeAll(keepingCapacity: true) }
        if isFirst {
            isFirst = false
            if line.starts(with: [0xef, 0xbb, 0xbf]) { line.removeFirst(3) }
        }
        guard !line.isEmpty else {
            defer { (name, data, hasData) = ("", [], false) }
            return hasData ? Event(name: name.isEmpty ? "message" : name, data: data) : nil
        }
        let colon = line.firstIndex(of: UInt8(ascii: ":"))
        let field = String(decoding: line[..<(colon ?? line.count)], as: UTF8.self)
        var value = colon.map { line[($0 + 1)...] } ?? []
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        switch field {
        case "event": name = String(decoding: value, as: UTF8.self)
        case "data":
            if hasData { data.append(UInt8(ascii: "\n")) }
            data += value
            hasData = true
        default: break
        }
        return nil
    }
}
