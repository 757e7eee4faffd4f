#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A document and what had to be mended to hold it.
public struct JSONDocument: Hashable, Sendable {
    /// The document's value.
    public var value: JSONValue
    /// Byte offsets of `\u` escapes that are half of a surrogate pair, for which U+FFFD stands in the value.
    ///
    /// A Swift string cannot hold such a half.
    public var loneSurrogateOffsets: [Int]
    /// The offset behind the value and the blanks that follow it.
    public var endOffset: Int
}

extension JSONValue {
    /// Reads one document that fills the input, but for blanks; lone surrogate escapes become U+FFFD.
    ///
    /// - Parameters:
    ///   - bytes: UTF-8 without a byte order mark.
    ///   - limits: What is too deep or too large.
    /// - Throws: ``JSONParseError`` with the byte offset.
    public init(parsing bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONParseError) {
        self = try JSONDocument(parsing: bytes, limits: limits).value
    }

    /// Reads one document from text; see ``init(parsing:limits:)-([UInt8],_)``.
    public init(parsing text: String, limits: JSONLimits = JSONLimits()) throws(JSONParseError) {
        try self.init(parsing: Array(text.utf8), limits: limits)
    }
}

extension JSONDocument {
    /// Reads one document.
    ///
    /// - Parameters:
    ///   - bytes: UTF-8 without a byte order mark.
    ///   - offset: Where to begin; offsets in results and errors count from the start of `bytes`.
    ///   - limits: What is too deep or too large.
    ///   - allowsTrailing: Whether something may follow the value, as in files that hold several; ``endOffset`` then
    ///     tells where.
    /// - Throws: ``JSONParseError`` with the byte offset.
    public init(
        parsing bytes: [UInt8],
        from offset: Int = 0,
        limits: JSONLimits = JSONLimits(),
        allowsTrailing: Bool = false
    ) throws(JSONParseError) {
        guard bytes.count - offset <= limits.bytes else {
            throw JSONParseError(
                code: .tooLarge,
                offset: limits.bytes,
                expectation: "at most \(limits.bytes) bytes of JSON, got \(bytes.count - offset)"
            )
        }
        // Typed throws do not pass through the generic closure of `withUnsafeBufferPointer`, a Result does.
        let result = bytes.withUnsafeBufferPointer { buffer -> Result<JSONDocument, JSONParseError> in
            do throws(JSONParseError) {
                var parser = try JSONParser(buffer, from: offset, limits: limits)
                return .success(try parser.document(allowsTrailing: allowsTrailing))
            } catch {
                return .failure(error)
            }
        }
        self = try result.get()
    }
}

/// A recursive descent parser over borrowed bytes.
///
/// UTF-8 is validated once for the whole input, so strings can be copied without looking again; strings are scanned
/// eight bytes at a time; member names, which repeat from activity to activity, come from a small cache.
struct JSONParser {
    private let base: UnsafePointer<UInt8>
    private let count: Int
    private let depthLimit: Int
    private var position: Int
    private var names: [CachedName]
    private var unescaped: [UInt8] = []
    private var loneSurrogateOffsets: [Int] = []

    private struct CachedName {
        var offset = 0
        var length = -1
        var text = ""
    }

    init(_ bytes: UnsafeBufferPointer<UInt8>, from offset: Int, limits: JSONLimits) throws(JSONParseError) {
        guard let base = bytes.baseAddress, offset < bytes.count else {
            throw JSONParseError(code: .truncated, offset: offset, expectation: "a JSON value, found nothing")
        }
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: bytes.span)
        } catch {
            throw JSONParseError(
                code: .malformed,
                offset: error.byteOffsets.lowerBound,
                expectation: "UTF-8 text"
            )
        }
        self.base = base
        count = bytes.count
        depthLimit = limits.depth
        position = offset
        // A small document repeats few names; filling a large cache would cost more than it saves.
        names = Array(repeating: CachedName(), count: bytes.count - offset > 1 << 14 ? 256 : 32)
    }

    mutating func document(allowsTrailing: Bool) throws(JSONParseError) -> JSONDocument {
        skipBlanks()
        let value = try value(depth: 0)
        skipBlanks()
        if position != count, !allowsTrailing { throw failure("the end of the document") }
        return JSONDocument(value: value, loneSurrogateOffsets: loneSurrogateOffsets, endOffset: position)
    }

    // MARK: - Values

    private mutating func value(depth: Int) throws(JSONParseError) -> JSONValue {
        guard position < count else { throw failure("a JSON value") }
        switch base[position] {
        case UInt8(ascii: "{"): return .object(try object(depth: depth))
        case UInt8(ascii: "["): return .array(try array(depth: depth))
        case UInt8(ascii: "\""): return .string(try string(isName: false))
        case UInt8(ascii: "t"):
            try literal("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try literal("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try literal("null")
            return .null
        default: return .number(try number())
        }
    }

    private mutating func object(depth: Int) throws(JSONParseError) -> JSONObject {
        try enter(depth)
        var entries: [JSONObject.Entry] = []
        skipBlanks()
        if take(UInt8(ascii: "}")) { return JSONObject() }
        entries.reserveCapacity(8)
        while true {
            skipBlanks()
            guard position < count, base[position] == UInt8(ascii: "\"") else {
                throw failure("a member name in double quotes")
            }
            let name = try string(isName: true)
            skipBlanks()
            guard take(UInt8(ascii: ":")) else { throw failure("':' after a member name") }
            skipBlanks()
            entries.append(JSONObject.Entry(key: name, value: try value(depth: depth &+ 1)))
            skipBlanks()
            if take(UInt8(ascii: ",")) { continue }
            guard take(UInt8(ascii: "}")) else { throw failure("',' or '}' in an object") }
            return JSONObject(entries: entries)
        }
    }

    private mutating func array(depth: Int) throws(JSONParseError) -> [JSONValue] {
        try enter(depth)
        var elements: [JSONValue] = []
        skipBlanks()
        if take(UInt8(ascii: "]")) { return elements }
        while true {
            skipBlanks()
            elements.append(try value(depth: depth &+ 1))
            skipBlanks()
            if take(UInt8(ascii: ",")) { continue }
            guard take(UInt8(ascii: "]")) else { throw failure("',' or ']' in an array") }
            return elements
        }
    }

    private mutating func enter(_ depth: Int) throws(JSONParseError) {
        guard depth < depthLimit else {
            throw JSONParseError(
                code: .tooDeep,
                offset: position,
                expectation: "at most \(depthLimit) levels of nesting"
            )
        }
        position &+= 1
    }

    private mutating func literal(_ word: StaticString) throws(JSONParseError) {
        let length = word.utf8CodeUnitCount
        guard position &+ length <= count, memcmp(base + position, word.utf8Start, length) == 0 else {
            throw failure("a JSON value")
        }
        position &+= length
    }

    private mutating func number() throws(JSONParseError) -> JSONNumber {
        let start = position
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        if take(UInt8(ascii: ".")) { try digits() }
        if position < count, base[position] | 0x20 == UInt8(ascii: "e") {
            position &+= 1
            if position < count, base[position] == UInt8(ascii: "+") || base[position] == UInt8(ascii: "-") {
                position &+= 1
            }
            try digits()
        }
        return JSONNumber(validated: text(start, position))
    }

    private mutating func digits() throws(JSONParseError) {
        let start = position
        while position < count, base[position] &- UInt8(ascii: "0") < 10 { position &+= 1 }
        if position == start { throw failure(start < count ? "a JSON value" : "a digit") }
    }

    // MARK: - Strings

    private mutating func string(isName: Bool) throws(JSONParseError) -> String {
        let start = position &+ 1
        let end = endOfPlainRun(from: start)
        if end < count, base[end] == UInt8(ascii: "\"") {
            position = end &+ 1
            return isName ? cachedName(start, end) : text(start, end)
        }
        return try escapedString(from: start, firstStop: end)
    }

    private mutating func cachedName(_ start: Int, _ end: Int) -> String {
        let length = end &- start
        guard length > 0 else { return "" }
        var hash = UInt(bitPattern: length)
        hash = hash &* 31 &+ UInt(base[start])
        hash = hash &* 31 &+ UInt(base[end &- 1])
        hash = hash &* 31 &+ UInt(base[start &+ length / 2])
        let slot = Int(hash & UInt(names.count &- 1))
        if names[slot].length == length, memcmp(base + names[slot].offset, base + start, length) == 0 {
            return names[slot].text
        }
        let name = text(start, end)
        names[slot] = CachedName(offset: start, length: length, text: name)
        return name
    }

    private mutating func escapedString(from start: Int, firstStop: Int) throws(JSONParseError) -> String {
        unescaped.removeAll(keepingCapacity: true)
        var runStart = start
        position = firstStop
        while true {
            guard position < count else { throw failure("'\"' at the end of a string") }
            unescaped.append(contentsOf: UnsafeBufferPointer(start: base + runStart, count: position &- runStart))
            switch base[position] {
            case UInt8(ascii: "\""):
                position &+= 1
                return String(decoding: unescaped, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape()
            default: throw failure("no raw control character in a string")
            }
            runStart = position
            position = endOfPlainRun(from: position)
        }
    }

    private mutating func escape() throws(JSONParseError) {
        guard position &+ 1 < count else { throw failure("a character after '\\'") }
        switch base[position &+ 1] {
        case UInt8(ascii: "\""): unescaped.append(UInt8(ascii: "\""))
        case UInt8(ascii: "\\"): unescaped.append(UInt8(ascii: "\\"))
        case UInt8(ascii: "/"): unescaped.append(UInt8(ascii: "/"))
        case UInt8(ascii: "b"): unescaped.append(0x08)
        case UInt8(ascii: "f"): unescaped.append(0x0c)
        case UInt8(ascii: "n"): unescaped.append(0x0a)
        case UInt8(ascii: "r"): unescaped.append(0x0d)
        case UInt8(ascii: "t"): unescaped.append(0x09)
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw failure("one of \" \\ / b f n r t u after '\\'")
        }
        position &+= 2
    }

    private mutating func unicodeEscape() throws(JSONParseError) {
        let start = position
        var unit = try hexDigits(at: start &+ 2)
        position = start &+ 6
        if unit & 0xfc00 == 0xd800, position &+ 1 < count, base[position] == UInt8(ascii: "\\"),
            base[position &+ 1] == UInt8(ascii: "u")
        {
            let low = try hexDigits(at: position &+ 2)
            if low & 0xfc00 == 0xdc00 {
                unit = 0x10000 + ((unit & 0x3ff) << 10) + (low & 0x3ff)
                position &+= 6
            }
        }
        if unit & 0xfffff800 == 0xd800 { loneSurrogateOffsets.append(start) }
        let scalar = Unicode.Scalar(unit) ?? "\u{fffd}"
        unescaped.append(contentsOf: String(scalar).utf8)
    }

    private func hexDigits(at start: Int) throws(JSONParseError) -> UInt32 {
        var unit: UInt32 = 0
        for index in start..<start &+ 4 {
            guard index < count, let digit = Character(Unicode.Scalar(base[index])).hexDigitValue else {
                throw failure("four hexadecimal digits after '\\u'", at: index)
            }
            unit = unit << 4 | UInt32(digit)
        }
        return unit
    }

    // MARK: - Bytes

    /// The first quote, backslash or control character at or after an offset, else the end.
    private func endOfPlainRun(from start: Int) -> Int {
        var index = start
        while index &+ 8 <= count {
            let mask = stringStops(UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self))
            if mask != 0 { return index &+ (mask.littleEndian.trailingZeroBitCount >> 3) }
            index &+= 8
        }
        while index < count, base[index] != UInt8(ascii: "\""), base[index] != UInt8(ascii: "\\"), base[index] >= 0x20 {
            index &+= 1
        }
        return index
    }

    private func text(_ start: Int, _ end: Int) -> String {
        String(decoding: UnsafeBufferPointer(start: base + start, count: end &- start), as: UTF8.self)
    }

    private mutating func skipBlanks() {
        while position < count {
            switch base[position] {
            case 0x20, 0x0a, 0x0d, 0x09: position &+= 1
            default: return
            }
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < count, base[position] == byte else { return false }
        position &+= 1
        return true
    }

    private func failure(_ expectation: String, at offset: Int? = nil) -> JSONParseError {
        let offset = offset ?? position
        return offset >= count
            ? JSONParseError(code: .truncated, offset: count, expectation: "expected \(expectation), found the end")
            : JSONParseError(code: .malformed, offset: offset, expectation: "expected \(expectation)")
    }
}

/// Marks with its high bit each of eight bytes at which a plain run of a JSON string stops: quote, backslash, control.
@inline(__always)
func stringStops(_ word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let quotes = word ^ (ones &* 0x22)
    let backslashes = word ^ (ones &* 0x5c)
    let hits =
        ((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes) | ((word &- ones &* 0x20) & ~word)
    return hits & 0x8080_8080_8080_8080
}
