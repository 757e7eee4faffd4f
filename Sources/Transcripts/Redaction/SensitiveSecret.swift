import BotSchema

/// Finds what lets somebody in: web tokens, keys of clouds and forges, secrets in addresses and headers.
enum SensitiveSecret {
    static func all(in bytes: [UInt8]) -> [SensitivePiece] {
        guard bytes.count >= 6 else { return [] }
        return tokens(in: bytes) + assignments(in: bytes) + quotedMembers(in: bytes) + userInformation(in: bytes)
            + bearers(in: bytes) + privateKeys(in: bytes) + SensitiveHeader.all(in: bytes)
    }

    // MARK: - Tokens

    private static let prefixes: [(text: String, least: Int)] = [
        ("AKIA", 20), ("ASIA", 20), ("ghp_", 36), ("gho_", 36), ("ghu_", 36), ("ghs_", 36), ("ghr_", 36),
        ("github_pat_", 30), ("glpat-", 20), ("gldt-", 20), ("glrt-", 20), ("xoxb-", 15), ("xoxp-", 15),
        ("xoxa-", 15), ("xoxr-", 15), ("xoxs-", 15), ("xapp-", 15), ("sk_live_", 16), ("sk_test_", 16),
        ("rk_live_", 16), ("pk_live_", 16), ("whsec_", 16), ("sk-", 20), ("AIza", 35), ("ya29.", 20), ("npm_", 30),
        ("pypi-", 20), ("SG.", 20), ("hf_", 20), ("dckr_pat_", 20), ("dop_v1_", 30), ("shpat_", 30), ("key-", 32),
        ("GOCSPX-", 20), ("EAAC", 40), ("AGE-SECRET-KEY-", 30), ("ATATT3", 30), ("ATBB", 30),
    ]

    private static func tokens(in bytes: [UInt8]) -> [SensitivePiece] {
        var pieces: [SensitivePiece] = []
        var index = 0
        while index < bytes.count {
            guard isToken(bytes[index]) else {
                index += 1
                continue
            }
            let start = index
            while index < bytes.count, isToken(bytes[index]) { index += 1 }
            // The parts of some are joined by points.
            let isJoined = joined.contains { bytes[start..<index].starts(with: $0.utf8) }
            let whole = isJoined ? endOfParts(from: index, in: bytes) : index
            let run = bytes[start..<whole]
            if run.starts(with: "eyJ".utf8), run.count >= 20, run.count(where: { $0 == UInt8(ascii: ".") }) >= 2 {
                pieces.append(SensitivePiece(start..<whole, .token, in: bytes))
                index = whole
            } else if let prefix = prefixes.first(where: { run.starts(with: $0.text.utf8) }), run.count >= prefix.least
            {
                let end = prefix.text.contains(".") ? whole : index
                if end - start >= prefix.least, bytes[start..<end].contains(where: Bytes.isDigit) {
                    pieces.append(SensitivePiece(start..<end, .key, in: bytes))
                    index = end
                }
            } else if isRandom(bytes[start..<index]) {
                let kind = SensitiveText.Kind.token
                // Padding belongs to the value.
                while index < bytes.count, bytes[index] == UInt8(ascii: "=") { index += 1 }
                pieces.append(SensitivePiece(start..<index, kind, in: bytes))
            }
        }
        return pieces
    }

    private static let joined = ["eyJ", "SG", "ya29"]

    /// Bounded, so that a text of nothing but beginnings takes no time.
    private static func endOfParts(from index: Int, in bytes: [UInt8]) -> Int {
        var whole = index
        let limit = min(bytes.count, index + 16_384)
        while whole < limit, isToken(bytes[whole]) || bytes[whole] == UInt8(ascii: ".") { whole += 1 }
        while whole > index, bytes[whole - 1] == UInt8(ascii: ".") { whole -= 1 }
        return whole
    }

    private static func isToken(_ byte: UInt8) -> Bool { Bytes.isAlphanumeric(byte) || "_-+~".utf8.contains(byte) }

    /// Letters and digits without a sense, and long; slugs and file names have short parts.
    private static func isRandom(_ run: ArraySlice<UInt8>) -> Bool {
        guard run.count >= 32, !isUUID(run) else { return false }
        return run.split { "_-+~".utf8.contains($0) }.contains { part in
            part.count >= 16 && part.contains(where: Bytes.isDigit) && part.contains(where: Bytes.isLetter)
        }
    }

    /// Ids of objects are no secrets, and many members hold one.
    static func isUUID(_ run: ArraySlice<UInt8>) -> Bool {
        let parts = run.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        return parts.map(\.count) == [8, 4, 4, 4, 12] && parts.joined().allSatisfy { Bytes.hexValue($0) != nil }
    }

    // MARK: - Names and values

    /// `name=value` as addresses, cookies and connection strings have it.
    private static func assignments(in bytes: [UInt8]) -> [SensitivePiece] {
        var pieces: [SensitivePiece] = []
        var last = 0
        for sign in bytes.indices where sign >= last && bytes[sign] == UInt8(ascii: "=") {
            var start = sign
            while start > 0, sign - start < 48, isName(bytes[start - 1]) { start -= 1 }
            guard start < sign else { continue }
            let isInAddress = start > 0 && "?&#".utf8.contains(bytes[start - 1])
            let name = String(decoding: bytes[start..<sign], as: UTF8.self)
            guard SecretName.isSecret(name) || isInAddress && SecretName.isSecretInAddress(name) else { continue }
            let first = sign + 1
            let end = isInAddress ? endOfParameter(from: first, in: bytes) : endOfValue(from: first, in: bytes)
            guard end > first, bytes[first] != UInt8(ascii: "=") else { continue }
            pieces.append(SensitivePiece(first..<end, .secret, in: bytes))
            last = end
        }
        return pieces
    }

    /// Where a parameter of an address ends, in which all other signs are encoded.
    private static func endOfParameter(from first: Int, in bytes: [UInt8]) -> Int {
        var end = first
        while end < bytes.count, bytes[end] > 0x20, !"&#;\"'<>`|,)]}\\".utf8.contains(bytes[end]) { end += 1 }
        // The full stop of a sentence is none of the value.
        while end > first, ".!?".utf8.contains(bytes[end - 1]) { end -= 1 }
        return end
    }

    /// Where a value among words ends: passwords have signs of every kind in them, and half a password is one told.
    static func endOfValue(from first: Int, in bytes: [UInt8]) -> Int {
        var end = first
        while end < bytes.count, bytes[end] > 0x20, !"&;\"'`".utf8.contains(bytes[end]), !endsValue(at: end, in: bytes)
        {
            end += 1
        }
        // The full stop of a sentence is none of the value.
        if end > first, ".,".utf8.contains(bytes[end - 1]), end == bytes.count || bytes[end] <= 0x20 { end -= 1 }
        if end > first, let opening = brackets[bytes[end - 1]], !bytes[first..<end].contains(opening),
            bytes[max(0, first - 64)..<first].contains(opening)
        {
            end -= 1
        }
        return end
    }

    private static let brackets: [UInt8: UInt8] = [
        UInt8(ascii: ")"): UInt8(ascii: "("), UInt8(ascii: "]"): UInt8(ascii: "["),
        UInt8(ascii: "}"): UInt8(ascii: "{"),
    ]

    /// Whether a sign ends a value by what comes behind it: a tag, another name, an escaped quote.
    private static func endsValue(at index: Int, in bytes: [UInt8]) -> Bool {
        guard index + 1 < bytes.count else { return false }
        switch bytes[index] {
        case UInt8(ascii: "<"): return bytes[index + 1] == UInt8(ascii: "/") || bytes[index...].starts(with: "<br".utf8)
        case UInt8(ascii: "\\"): return "\"'".utf8.contains(bytes[index + 1])
        case UInt8(ascii: ","):
            let name = bytes[(index + 1)..<min(index + 40, bytes.count)].prefix(while: isName)
            return !name.isEmpty && name.endIndex < bytes.count && bytes[name.endIndex] == UInt8(ascii: "=")
        default: return false
        }
    }

    static func isName(_ byte: UInt8) -> Bool { Bytes.isAlphanumeric(byte) || "_-.".utf8.contains(byte) }

    /// `"name": "value"` in JSON that is cut off or stands among words.
    private static func quotedMembers(in bytes: [UInt8]) -> [SensitivePiece] {
        let quote = UInt8(ascii: "\"")
        var pieces: [SensitivePiece] = []
        for sign in bytes.indices where bytes[sign] == UInt8(ascii: ":") && sign > 2 && bytes[sign - 1] == quote {
            var start = sign - 1
            while start > 0, sign - start < 48, isName(bytes[start - 1]) { start -= 1 }
            guard start > 0, bytes[start - 1] == quote,
                SecretName.isSecret(String(decoding: bytes[start..<(sign - 1)], as: UTF8.self))
            else { continue }
            var first = sign + 1
            while first < bytes.count, bytes[first] <= 0x20 { first += 1 }
            guard first < bytes.count, bytes[first] == quote else { continue }
            first += 1
            var end = first
            while end < bytes.count, bytes[end] != quote { end += bytes[end] == UInt8(ascii: "\\") ? 2 : 1 }
            end = min(end, bytes.count)
            guard end > first else { continue }
            pieces.append(SensitivePiece(first..<end, .secret, in: bytes))
        }
        return pieces
    }

    /// `https://user:password@host`.
    private static func userInformation(in bytes: [UInt8]) -> [SensitivePiece] {
        var pieces: [SensitivePiece] = []
        for sign in bytes.indices.dropLast(4) where bytes[sign] == UInt8(ascii: ":") {
            guard bytes[(sign + 1)...(sign + 2)].elementsEqual("//".utf8) else { continue }
            let first = sign + 3
            var end = first
            while end < bytes.count, end - first < 512, bytes[end] > 0x20, !"/?#@\"<>".utf8.contains(bytes[end]) {
                end += 1
            }
            guard end < bytes.count, bytes[end] == UInt8(ascii: "@"), bytes[first..<end].contains(UInt8(ascii: ":"))
            else { continue }
            pieces.append(SensitivePiece(first..<end, .secret, in: bytes))
        }
        return pieces
    }

    /// `Bearer …` and `Basic …`, as headers have them.
    private static func bearers(in bytes: [UInt8]) -> [SensitivePiece] {
        var pieces: [SensitivePiece] = []
        for word in ["bearer ", "basic "] {
            let letters = Array(word.utf8)
            for start in bytes.indices.dropLast(letters.count + 7)
            where bytes[start] | 0x20 == letters[0] && (start == 0 || !Bytes.isWord(bytes[start - 1])) {
                let first = start + letters.count
                guard zip(bytes[start..<first], letters).allSatisfy({ $0 | 0x20 == $1 }) else { continue }
                var end = first
                while end < bytes.count, isToken(bytes[end]) || "./=".utf8.contains(bytes[end]) { end += 1 }
                while end > first, bytes[end - 1] == UInt8(ascii: ".") { end -= 1 }
                let value = bytes[first..<end]
                guard value.count >= 12,
                    value.contains(where: Bytes.isDigit) || value.last == UInt8(ascii: "=") || isUserInformation(value)
                else { continue }
                let isWebToken = value.starts(with: "eyJ".utf8)
                pieces.append(SensitivePiece(first..<end, isWebToken ? .token : .secret, in: bytes))
            }
        }
        return pieces
    }

    /// Whether the base64 of a user and a password, in which no digit need be.
    private static func isUserInformation(_ value: ArraySlice<UInt8>) -> Bool {
        guard let content = Base64.decode(String(decoding: value, as: UTF8.self)) else { return false }
        return content.contains(UInt8(ascii: ":")) && content.allSatisfy { (0x20...0x7E).contains($0) }
    }

    private static func privateKeys(in bytes: [UInt8]) -> [SensitivePiece] {
        var pieces: [SensitivePiece] = []
        var last = 0
        for start in bytes.indices.dropLast(30)
        where start >= last && bytes[start] == UInt8(ascii: "-") && bytes[start...].starts(with: "-----BEGIN ".utf8) {
            let line = bytes[start..<min(start + 64, bytes.count)]
            guard String(decoding: line, as: UTF8.self).contains("PRIVATE KEY-----") else { continue }
            var end = start + 11
            while end < bytes.count, !bytes[end...].starts(with: "-----END ".utf8) { end += 1 }
            let close = end < bytes.count ? bytes[(end + 9)...].firstIndex(of: UInt8(ascii: "-")).map { $0 + 5 } : nil
            end = min(close ?? bytes.count, bytes.count)
            pieces.append(SensitivePiece(start..<end, .key, in: bytes))
            last = end
        }
        return pieces
    }
}
