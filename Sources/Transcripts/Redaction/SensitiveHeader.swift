import BotSchema

/// Finds secrets in headers, in lines such as `password: hunter2`, and in the `-u user:password` of curl.
///
/// People write `Password: required` as well, so that what stands behind a colon is masked only where it looks like a
/// value.
enum SensitiveHeader {
    static func all(in bytes: [UInt8]) -> [SensitivePiece] { labels(in: bytes) + commands(in: bytes) }

    // MARK: - Names and values

    private static func labels(in bytes: [UInt8]) -> [SensitivePiece] {
        var pieces: [SensitivePiece] = []
        var last = 0
        for sign in bytes.indices.dropLast()
        where sign >= last && (bytes[sign] == UInt8(ascii: ":") || bytes[sign] == UInt8(ascii: "=")) {
            guard let name = name(before: sign, in: bytes) else { continue }
            var first = sign + 1
            while first < bytes.count, isBlank(bytes[first]) { first += 1 }
            guard first < bytes.count, let piece = value(of: name, from: first, in: bytes) else { continue }
            pieces.append(piece)
            last = piece.range.upperBound
        }
        return pieces
    }

    private struct Name {
        let plain: String
        /// The quote before the name, which ends a header on a command line.
        let quote: UInt8?
    }

    /// The name of a secret before a sign, as one word or two: `api_key`, `API key`.
    private static func name(before sign: Int, in bytes: [UInt8]) -> Name? {
        let least = max(0, sign - 48)
        var end = sign
        if end > least, isQuote(bytes[end - 1]) { end -= 1 }
        while end > least, isBlank(bytes[end - 1]) { end -= 1 }
        func start(before end: Int) -> Int {
            var start = end
            while start > least, SensitiveSecret.isName(bytes[start - 1]) { start -= 1 }
            return start
        }
        var first = start(before: end)
        guard first < end else { return nil }
        if !SecretName.isSecret(String(decoding: bytes[first..<end], as: UTF8.self)) {
            guard first > least, bytes[first - 1] == 0x20 else { return nil }
            first = start(before: first - 1)
            let name = String(decoding: bytes[first..<end], as: UTF8.self)
            guard first < end, SecretName.isSecret(name) else { return nil }
        }
        let quote = first > 0 && isQuote(bytes[first - 1]) ? bytes[first - 1] : nil
        return Name(plain: SecretName.plain(String(decoding: bytes[first..<end], as: UTF8.self)), quote: quote)
    }

    private static func value(of name: Name, from first: Int, in bytes: [UInt8]) -> SensitivePiece? {
        switch name.plain {
        case "authorization", "proxyauthorization":
            if let piece = credentials(from: first, quote: name.quote, in: bytes) { return piece }
        case "cookie", "setcookie":
            let end = endOfLine(from: first, quote: name.quote, in: bytes)
            guard bytes[first..<end].prefix(while: { $0 > 0x20 }).contains(UInt8(ascii: "=")) else { break }
            return SensitivePiece(first..<end, .secret, in: bytes)
        default: break
        }
        if isQuote(bytes[first]) {
            let end = endOfLine(from: first + 1, quote: bytes[first], in: bytes)
            guard end < bytes.count, bytes[end] == bytes[first], isValue(first + 1..<end, name, in: bytes) else {
                return nil
            }
            return piece(first + 1..<end, in: bytes)
        }
        let end = SensitiveSecret.endOfValue(from: first, in: bytes)
        return isValue(first..<end, name, in: bytes) ? piece(first..<end, in: bytes) : nil
    }

    /// Web tokens have a kind of their own.
    private static func piece(_ range: Range<Int>, in bytes: [UInt8]) -> SensitivePiece {
        SensitivePiece(range, bytes[range].starts(with: "eyJ".utf8) ? .token : .secret, in: bytes)
    }

    // MARK: - What looks like a value

    /// What people say of a secret in place of it.
    private static let remarks: Set<String> = [
        "required", "optional", "missing", "wrong", "invalid", "incorrect", "expired", "unknown", "none", "null", "nil",
        "true", "false", "changed", "reset", "forgotten", "hidden", "empty", "masked", "redacted", "string", "valid",
        "enabled", "disabled", "rejected", "accepted", "denied", "mandatory", "undefined", "please", "what", "weak",
        "strong", "erforderlich", "falsch", "vergessen", "oauth", "oauth2", "basic", "bearer",
    ]
    private static let words = ["password", "passwd", "passwort", "pwd", "passphrase", "kennwort", "apikey", "secret"]
    private static let counters: Set<String> = ["pass", "token", "auth", "sid", "bearer", "secret"]

    private static func isValue(_ range: Range<Int>, _ name: Name, in bytes: [UInt8]) -> Bool {
        let value = bytes[range]
        guard let first = value.first, !"<{[:=/".utf8.contains(first) || value.count >= 20 && first == 0x2F else {
            return false
        }
        let core = value.prefix(upTo: value.lastIndex { !".,:!?".utf8.contains($0) }.map { $0 + 1 } ?? value.startIndex)
        guard core.contains(where: Bytes.isWord), !remarks.contains(Bytes.lowercased(core)), !isVariable(core) else {
            return false
        }
        if core.allSatisfy({ Bytes.isDigit($0) || "-./:,".utf8.contains($0) }) {
            // A date or an amount is no secret, a number of one's own is.
            let least = name.plain.hasPrefix("cv") || name.plain.hasPrefix("cs") ? 3 : 4
            return core.allSatisfy(Bytes.isDigit) && core.count >= least && !counters.contains(name.plain)
        }
        guard core.count >= 4 else { return false }
        if core.contains(where: { Bytes.isDigit($0) || "!#$%&*+=?@^~".utf8.contains($0) }) { return true }
        // A word alone behind `password:` is one; more words are a sentence.
        let rest = bytes[range.upperBound...].drop { isBlank($0) || isQuote($0) }
        let isAlone = rest.first.map { $0 < 0x20 || ";&,".utf8.contains($0) } ?? true
        return isAlone && words.contains { name.plain.hasSuffix($0) }
    }

    /// `$PASSWORD` and `${{ secrets.PASSWORD }}` stand for a value that is elsewhere.
    private static func isVariable(_ value: ArraySlice<UInt8>) -> Bool {
        guard value.first == UInt8(ascii: "$") else { return false }
        let name = value.dropFirst()
        return name.first == UInt8(ascii: "{") || name.first == UInt8(ascii: "(")
            || name.allSatisfy { $0 == UInt8(ascii: "_") || Bytes.isAlphanumeric($0) && $0 & 0x20 == 0 }
    }

    // MARK: - Headers

    private static let schemes: Set<String> = [
        "basic", "bearer", "token", "apikey", "negotiate", "ntlm", "sharedkey", "sharedkeylite", "splunk", "key",
    ]
    /// Schemes whose credentials are several parameters.
    private static let parameterized: Set<String> = [
        "digest", "aws4-hmac-sha256", "oauth", "hawk", "signature", "sharedaccesssignature",
    ]

    /// What stands behind the scheme of an `Authorization` header.
    private static func credentials(from first: Int, quote: UInt8?, in bytes: [UInt8]) -> SensitivePiece? {
        let line = first..<endOfLine(from: first, quote: quote, in: bytes)
        let scheme = bytes[line].prefix { SensitiveSecret.isName($0) }
        let start = bytes[scheme.endIndex..<line.upperBound].drop(while: isBlank).startIndex
        guard start > scheme.endIndex, start < line.upperBound else { return nil }
        let name = Bytes.lowercased(scheme)
        if parameterized.contains(name), bytes[start..<line.upperBound].contains(UInt8(ascii: "=")) {
            return SensitivePiece(start..<line.upperBound, .secret, in: bytes)
        }
        let end = SensitiveSecret.endOfValue(from: start, in: bytes)
        guard schemes.contains(name), end - start >= 6, !"<{[$".utf8.contains(bytes[start]) else { return nil }
        return piece(start..<end, in: bytes)
    }

    /// The end of a header: that of its line, or the quote that stands before its name.
    private static func endOfLine(from first: Int, quote: UInt8?, in bytes: [UInt8]) -> Int {
        var end = first
        while end < bytes.count, bytes[end] >= 0x20 || bytes[end] == 0x09, bytes[end] != quote { end += 1 }
        while end > first, bytes[end - 1] == 0x20 { end -= 1 }
        return end
    }

    // MARK: - Commands

    /// `curl -u user:password`.
    private static func commands(in bytes: [UInt8]) -> [SensitivePiece] {
        var pieces: [SensitivePiece] = []
        var isCurl = false
        for index in bytes.indices.dropLast(4) {
            // A command goes on behind a backslash at the end of its line.
            if bytes[index] == 0x0A, index == 0 || bytes[index - 1] != UInt8(ascii: "\\") { isCurl = false }
            if bytes[index] == UInt8(ascii: "c"), bytes[index...].starts(with: "curl".utf8) { isCurl = true }
            guard isCurl, bytes[index] == UInt8(ascii: "-"), index > 0, bytes[index - 1] <= 0x20,
                let start = options.lazy.compactMap({ valueStart(of: $0, from: index, in: bytes) }).first
            else { continue }
            let isQuoted = start < bytes.count && isQuote(bytes[start])
            let first = isQuoted ? start + 1 : start
            guard first < bytes.count else { continue }
            let end =
                isQuoted
                ? endOfLine(from: first, quote: bytes[start], in: bytes)
                : SensitiveSecret.endOfValue(from: first, in: bytes)
            guard bytes[first..<end].dropFirst().dropLast().contains(UInt8(ascii: ":")) else { continue }
            pieces.append(SensitivePiece(first..<end, .secret, in: bytes))
        }
        return pieces
    }

    private static let options = ["--proxy-user", "--user", "-u", "-U"]

    /// Where the value of an option begins.
    private static func valueStart(of option: String, from index: Int, in bytes: [UInt8]) -> Int? {
        guard bytes[index...].starts(with: option.utf8) else { return nil }
        var end = index + option.utf8.count
        if end < bytes.count, bytes[end] == UInt8(ascii: "=") { return end + 1 }
        let isLong = option.utf8.count > 2
        let first = end
        while end < bytes.count, isBlank(bytes[end]) { end += 1 }
        return isLong && end == first ? nil : end
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private static func isQuote(_ byte: UInt8) -> Bool { "\"'`".utf8.contains(byte) }
}
