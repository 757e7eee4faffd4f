/// The part of a service URL that stands before its capability, read backwards from there.
///
/// Slashes may be doubled, escaped as in JSON text within a text, or percent-encoded any number of times.
struct ServiceURLSpelling: Sendable {
    /// How the separators are spelt.
    private enum Spelling: Hashable {
        case plain, escaped
        /// Percent-encoded, and the sign itself again so many times.
        case encoded(Int)
    }

    /// The conversation that the URL names.
    let conversation: String
    /// Whether scheme and host belong to it.
    let isAbsolute: Bool
    /// Where it begins.
    let start: Int
    private let spelling: Spelling

    /// Reads back from the first digit of a capability; nil when what stands there is no path of a service URL.
    init?(before end: Int, in bytes: [UInt8]) {
        var reader = Reader(bytes, from: end)
        guard reader.takeSlashes() > 0 else { return nil }
        let conversation = reader.take { Self.isIdentifier($0) }
        guard !conversation.isEmpty, reader.takeSlashes() > 0 else { return nil }
        self.conversation = String(decoding: conversation.reversed(), as: UTF8.self)
        let root = reader.take(upTo: ServiceURLs.root.utf8.count) { Self.isIdentifier($0) }
        guard String(decoding: root.reversed(), as: UTF8.self).lowercased() == ServiceURLs.root,
            reader.takeSlashes() > 0
        else { return nil }
        let path = reader.position
        // The host, whichever name the bot has for us, and the scheme before it.
        let host = reader.take { Self.isIdentifier($0) || ".:[]_@".utf8.contains($0) }
        let spelling = reader.spelling
        if !host.isEmpty, reader.takeSlashes() > 1, reader.take(upTo: 1, while: { $0 == UInt8(ascii: ":") }).count == 1,
            let scheme = ["https", "http"].compactMap({ reader.position(before: $0) }).first
        {
            (start, isAbsolute) = (scheme, true)
        } else {
            (start, isAbsolute) = (path, false)
        }
        self.spelling = spelling
    }

    /// A URL in the same spelling.
    func spelt(_ url: String) -> [UInt8] {
        url.utf8.flatMap { byte -> [UInt8] in
            guard ":/[]".utf8.contains(byte) else { return [byte] }
            switch spelling {
            case .plain: return [byte]
            case .escaped: return byte == UInt8(ascii: "/") ? Array("\\/".utf8) : [byte]
            case .encoded(let again):
                let sign = "%" + String(repeating: "25", count: again)
                return Array((sign + String(byte, radix: 16, uppercase: true)).utf8)
            }
        }
    }

    private static func isIdentifier(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// Reads characters from the end to the start, whichever way each is spelt.
    private struct Reader {
        let bytes: [UInt8]
        var position: Int
        var spelling = Spelling.plain

        init(_ bytes: [UInt8], from position: Int) {
            self.bytes = bytes
            self.position = position
        }

        /// Takes slashes, and notes how the first of them is spelt.
        mutating func takeSlashes() -> Int {
            var count = 0
            while let (byte, start, spelling) = last, byte == UInt8(ascii: "/") {
                self.spelling = spelling
                position = start
                count += 1
            }
            return count
        }

        /// Takes what fits, the last character first.
        mutating func take(upTo limit: Int = 256, while fits: (UInt8) -> Bool) -> [UInt8] {
            var taken: [UInt8] = []
            while taken.count < limit, let (byte, start, _) = last, fits(byte) {
                taken.append(byte)
                position = start
            }
            return taken
        }

        /// Where a word begins that ends here, in any letter case; nil when another one does.
        func position(before word: String) -> Int? {
            var reader = self
            let taken = reader.take(upTo: word.utf8.count) { ServiceURLSpelling.isIdentifier($0) }
            return String(decoding: taken.reversed(), as: UTF8.self).lowercased() == word ? reader.position : nil
        }

        private var last: (byte: UInt8, start: Int, spelling: Spelling)? {
            guard position > 0 else { return nil }
            if position > 2, let byte = hexadecimalByte(bytes[position - 2], bytes[position - 1]) {
                var (start, again) = (position - 2, 0)
                while start > 0 {
                    if bytes[start - 1] == UInt8(ascii: "%") { return (byte, start - 1, .encoded(again)) }
                    guard start > 2, bytes[start - 2] == UInt8(ascii: "2"), bytes[start - 1] == UInt8(ascii: "5") else {
                        break
                    }
                    (start, again) = (start - 2, again + 1)
                }
            }
            let byte = bytes[position - 1]
            if byte == UInt8(ascii: "/"), position > 1, bytes[position - 2] == UInt8(ascii: "\\") {
                return (byte, position - 2, .escaped)
            }
            return (byte, position - 1, .plain)
        }
    }
}
