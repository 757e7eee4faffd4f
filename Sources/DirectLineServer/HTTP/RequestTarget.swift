/// The path and query of a request, taken apart.
///
/// Empty segments are dropped, so doubled and trailing slashes do no harm: some SDKs leave both behind when they join
/// a service URL with a path.
struct RequestTarget: Hashable, Sendable {
    /// The path's segments, percent-decoded; a segment that does not decode to UTF-8 stays as it was sent.
    let path: [String]
    /// The query's values by name, percent-decoded; of equal names the last counts.
    let query: [String: String]

    init(_ target: String) {
        // By bytes: every request comes by here, and what is looked for is ASCII.
        let bytes = target.utf8.prefix { $0 != UInt8(ascii: "#") }
        let parts = bytes.split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
        path = (parts.first ?? bytes).split(separator: UInt8(ascii: "/")).map { Self.decode(Substring($0)) }
        var query: [String: String] = [:]
        for pair in parts.count > 1 ? parts[1].split(separator: UInt8(ascii: "&")) : [] {
            let sides = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            query[Self.decode(Substring(sides[0]))] = sides.count > 1 ? Self.decode(Substring(sides[1])) : ""
        }
        self.query = query
    }

    /// Replaces `%XX`; a `+` stays a plus, as in paths and in watermarks.
    private static func decode(_ text: Substring) -> String {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let high = hexValue(rest.first), let low = hexValue(rest.dropFirst().first) {
                bytes.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self) ?? String(text)
    }

    private static func hexValue(_ byte: UInt8?) -> UInt8? {
        byte.flatMap { Character(UnicodeScalar($0)).hexDigitValue }.map(UInt8.init)
    }
}
