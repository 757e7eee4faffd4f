import BotSchema

/// Replaces service URLs by the public one, wherever in an activity they stand and however they are spelt.
///
/// Bots link their files below the service URL, in cards, in Markdown and in values of buttons, and hand over
/// references that hold it. Capabilities are found by their digits, not by the URL around them: what is spelt in a way
/// that cannot be rewritten loses the digits, and a text that hides them by percent-encoding is emptied.
struct ServiceURLFilter: Sendable {
    /// How many hexadecimal digits a capability has.
    private static let length = 32
    /// How often percent-encoding is taken off in search of a capability.
    private static let depth = 4

    private let key: ServerKey
    private let publicURL: String
    private let capability: [UInt8]

    init(_ urls: ServiceURLs, conversation: String) {
        key = urls.key
        publicURL = urls.publicURL.hasSuffix("/") ? String(urls.publicURL.dropLast()) : urls.publicURL
        capability = Array(urls.key.connectorCapability(of: conversation).utf8)
    }

    /// The value without service URLs; nil when there are none in it.
    func filtered(_ value: JSONValue) -> JSONValue? {
        switch value {
        case .null, .bool, .number: return nil
        case .string(let text): return filtered(text).map(JSONValue.string)
        case .array(let elements):
            var result: [JSONValue]?
            for (index, element) in elements.enumerated() {
                guard let new = filtered(element) else { continue }
                result = result ?? elements
                result?[index] = new
            }
            return result.map(JSONValue.array)
        case .object(let object): return filtered(object).map(JSONValue.object)
        }
    }

    /// The object without service URLs, in names as well; nil when there are none in it.
    func filtered(_ object: JSONObject) -> JSONObject? {
        var result: JSONObject?
        for (index, entry) in object.entries.enumerated() {
            let (key, value) = (filtered(entry.key), filtered(entry.value))
            guard key != nil || value != nil else { continue }
            result = result ?? object
            result?.entries[index] = JSONObject.Entry(key: key ?? entry.key, value: value ?? entry.value)
        }
        return result
    }

    /// The text without service URLs; nil when there are none in it.
    func filtered(_ text: String) -> String? {
        let signs = text.utf8.withContiguousStorageIfAvailable(Signs.init) ?? Signs(Array(text.utf8))
        guard signs.hasDigits || signs.hasEncodedLetters else { return nil }
        let bytes = Array(text.utf8)
        let rewritten = signs.hasDigits ? rewritten(bytes) : nil
        if signs.hasEncodedLetters, isHiding(in: rewritten ?? bytes) { return "" }
        return rewritten.map { String(decoding: $0, as: UTF8.self) }
    }
}

// MARK: - Finding

extension ServiceURLFilter {
    /// What a text shows at a glance; most have neither.
    private struct Signs {
        /// Whether as many hexadecimal digits as a capability has stand together.
        var hasDigits = false
        /// Whether letters or digits are percent-encoded, which no encoder does that means well.
        var hasEncodedLetters = false

        init(_ bytes: some RandomAccessCollection<UInt8>) {
            hasDigits = firstRun(of: bytes, from: bytes.startIndex) != nil
            var index = bytes.startIndex
            while let percent = bytes[index...].firstIndex(of: UInt8(ascii: "%")) {
                index = bytes.index(after: percent)
                switch bytes[index...].first {
                case UInt8(ascii: "3"), UInt8(ascii: "4"), UInt8(ascii: "6"): hasEncodedLetters = true
                case UInt8(ascii: "2") where bytes[index...].dropFirst().first == UInt8(ascii: "5"):
                    hasEncodedLetters = true
                default: continue
                }
                return
            }
        }
    }

    /// The next place where enough hexadecimal digits stand together.
    ///
    /// Only every 32nd byte is looked at, unless it is a digit.
    private static func firstRun<Bytes: RandomAccessCollection<UInt8>>(
        of bytes: Bytes,
        from start: Bytes.Index
    ) -> Range<Bytes.Index>? {
        var floor = start
        var probe = bytes.index(start, offsetBy: length - 1, limitedBy: bytes.endIndex) ?? bytes.endIndex
        while probe < bytes.endIndex {
            if isHexadecimal(bytes[probe]) {
                let lower = bytes[floor..<probe].lastIndex { !isHexadecimal($0) }.map(bytes.index(after:)) ?? floor
                let upper = bytes[probe...].firstIndex { !isHexadecimal($0) } ?? bytes.endIndex
                if bytes.distance(from: lower, to: upper) >= length { return lower..<upper }
                floor = upper
            } else {
                floor = bytes.index(after: probe)
            }
            probe = bytes.index(floor, offsetBy: length - 1, limitedBy: bytes.endIndex) ?? bytes.endIndex
        }
        return nil
    }

    /// Where the capability of this conversation, or that of another one within its URL, begins in a run of digits.
    ///
    /// The digits of an encoded slash, such as `%2F`, stand before it.
    private func capabilities(in run: Range<Int>, of bytes: [UInt8]) -> [(start: Int, url: ServiceURLSpelling?)] {
        var found: [(start: Int, url: ServiceURLSpelling?)] = []
        var start = run.lowerBound
        while start + Self.length <= run.upperBound {
            if isCapability(at: start, in: bytes) {
                found.append((start, ServiceURLSpelling(before: start, in: bytes)))
                start += Self.length
            } else if start - run.lowerBound <= 2 * Self.depth, let url = ServiceURLSpelling(before: start, in: bytes),
                isCapability(at: start, in: bytes, of: url.conversation)
            {
                found.append((start, url))
                start += Self.length
            } else {
                start += 1
            }
        }
        return found
    }

    private func isCapability(at start: Int, in bytes: [UInt8]) -> Bool {
        for offset in 0..<Self.length where bytes[start + offset] | 0x20 != capability[offset] { return false }
        return true
    }

    private func isCapability(at start: Int, in bytes: [UInt8], of conversation: String) -> Bool {
        let digits = bytes[start..<start + Self.length].map { $0 | 0x20 }
        return key.isConnectorCapability(String(decoding: digits, as: UTF8.self), of: conversation)
    }

    private func isHiding(in bytes: [UInt8]) -> Bool {
        var bytes = bytes
        for _ in 0..<Self.depth {
            guard let decoded = Self.percentDecoded(bytes) else { return false }
            bytes = decoded
            if rewritten(bytes) != nil { return true }
        }
        return false
    }

    private static func percentDecoded(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.contains(UInt8(ascii: "%")) else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let byte = hexadecimalByte(bytes[index + 1], bytes[index + 2])
            {
                result.append(byte)
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result.count == bytes.count ? nil : result
    }
}

// MARK: - Rewriting

extension ServiceURLFilter {
    /// The text with the public URL in place of service URLs; nil when there are none.
    private func rewritten(_ bytes: [UInt8]) -> [UInt8]? {
        var result: [UInt8] = []
        var (done, start) = (0, 0)
        while let run = Self.firstRun(of: bytes, from: start) {
            start = run.upperBound
            for (digits, url) in capabilities(in: run, of: bytes) {
                result += bytes[done..<max(done, url?.start ?? digits)]
                if let url, url.isAbsolute { result += url.spelt(publicURL) }
                done = digits + Self.length
            }
        }
        guard done > 0 else { return nil }
        return result + bytes[done...]
    }
}

func isHexadecimal(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
        UInt8(ascii: "A")...UInt8(ascii: "F"):
        true
    default: false
    }
}

/// The byte that two hexadecimal digits spell, nil when they are none.
func hexadecimalByte(_ high: UInt8, _ low: UInt8) -> UInt8? {
    guard isHexadecimal(high), isHexadecimal(low) else { return nil }
    func value(_ digit: UInt8) -> UInt8 { digit < 0x40 ? digit - 0x30 : (digit | 0x20) - 0x57 }
    return value(high) << 4 | value(low)
}
