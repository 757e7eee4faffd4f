import BotSchema

/// Words that are masked wherever they stand: names that a file tells, and those of a list of one's own.
///
/// Two words match whatever stands between them and in any case of letters, so that `mina.o-hara` is found as well.
struct KnownWords: Hashable, Sendable {
    private struct Phrase: Hashable, Sendable {
        let parts: [String]
        let kind: SensitiveText.Kind
        /// The whole of which it is a part; both have one mask.
        let value: String
        let isExact: Bool
    }

    private var phrases: [String: [Phrase]] = [:]
    private var known: Set<String> = []

    /// Words that nobody is called, though accounts are.
    private static let generic: Set<String> = [
        "user", "users", "you", "me", "agent", "agents", "customer", "guest", "visitor", "client", "member", "admin",
        "administrator", "system", "support", "service", "help", "desk", "test", "anonymous", "unknown", "human",
        "operator", "caller", "person", "team", "hub", "and", "the", "conversation", "live", "chat", "web", "default",
        "mr", "mrs", "ms", "dr", "undefined", "null", "none",
    ]
    private static let machines: Set<String> = [
        "bot", "bots", "assistant", "copilot", "skill", "virtual", "echobot", "chatbot", "hub",
    ]

    /// Adds what somebody is called; the parts of a name are known as well.
    mutating func add(name: String) {
        let words = Self.words(in: Array(name.utf8)).map { String(decoding: Array(name.utf8)[$0], as: UTF8.self) }
        guard !words.contains(where: { Self.machines.contains($0.lowercased()) || $0.lowercased().hasSuffix("bot") }),
            !name.contains("@"), name.utf8.count <= 200
        else { return }
        let own = words.filter { word in
            let small = word.lowercased()
            // `User1` is nobody either.
            let bare = String(small.reversed().drop { $0.isNumber }.reversed())
            return small.contains(where: \.isLetter) && !Self.generic.contains(small) && !Self.generic.contains(bare)
        }
        guard !own.isEmpty, own.joined().count >= 2 else { return }
        let value = own.joined(separator: " ").lowercased()
        insert(Phrase(parts: own.map { $0.lowercased() }, kind: .name, value: value, isExact: false))
        guard own.count > 1 else { return }
        for part in own where part.count >= 3 && part.first?.isUppercase == true {
            insert(Phrase(parts: [part], kind: .name, value: value, isExact: true))
        }
    }

    /// Adds a word of one's own list, or an id.
    mutating func add(word: String, as kind: SensitiveText.Kind = .word) {
        let bytes = Array(word.utf8)
        let parts = Self.words(in: bytes).map { String(decoding: bytes[$0], as: UTF8.self).lowercased() }
        guard !parts.isEmpty else { return }
        insert(Phrase(parts: parts, kind: kind, value: word.lowercased(), isExact: false))
    }

    private mutating func insert(_ phrase: Phrase) {
        let identity = phrase.parts.joined(separator: " ") + (phrase.isExact ? "=" : "")
        guard known.insert(identity).inserted else { return }
        phrases[phrase.parts[0].lowercased(), default: []].append(phrase)
    }

    /// Where the words stand in a text.
    func matches(in bytes: [UInt8]) -> [SensitivePiece] {
        guard !phrases.isEmpty else { return [] }
        let ranges = Self.words(in: bytes)
        var pieces: [SensitivePiece] = []
        var index = 0
        while index < ranges.count {
            let first = Bytes.lowercased(bytes[ranges[index]])
            var found: (count: Int, phrase: Phrase)?
            for phrase in phrases[first] ?? []
            where phrase.parts.count > found?.count ?? 0 && matches(phrase, at: index, ranges, bytes) {
                found = (phrase.parts.count, phrase)
            }
            guard let found else {
                index += 1
                continue
            }
            let range = ranges[index].lowerBound..<ranges[index + found.count - 1].upperBound
            pieces.append(SensitivePiece(range, found.phrase.kind, value: found.phrase.value))
            index += found.count
        }
        return pieces
    }

    private func matches(_ phrase: Phrase, at index: Int, _ ranges: [Range<Int>], _ bytes: [UInt8]) -> Bool {
        guard index + phrase.parts.count <= ranges.count else { return false }
        for (offset, part) in phrase.parts.enumerated() {
            let range = ranges[index + offset]
            let word = String(decoding: bytes[range], as: UTF8.self)
            guard phrase.isExact ? word == part : word.lowercased() == part else { return false }
            if offset > 0, range.lowerBound - ranges[index + offset - 1].upperBound > 3 { return false }
        }
        return true
    }

    private static func words(in bytes: [UInt8]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var index = 0
        while index < bytes.count {
            guard Bytes.isWord(bytes[index]) else {
                index += 1
                continue
            }
            let start = index
            while index < bytes.count, Bytes.isWord(bytes[index]) { index += 1 }
            ranges.append(start..<index)
        }
        return ranges
    }
}
