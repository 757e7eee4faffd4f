extension JSONValue {
    /// The value as compact JSON in UTF-8: no blanks, members in order, numbers as they were written.
    public func serialized() -> [UInt8] {
        var writer = JSONWriter()
        writer.write(self)
        return writer.bytes
    }

    /// The value as compact JSON text on one line.
    public var compactText: String { String(decoding: serialized(), as: UTF8.self) }

    /// The value as JSON text with two blanks of indentation a level, for people.
    public var prettyText: String { String(decoding: prettySerialized(), as: UTF8.self) }

    /// The value as JSON in UTF-8 with two blanks of indentation a level, for people.
    public func prettySerialized() -> [UInt8] { prettySerialized(atLevel: 0) }

    /// The same as it stands within so many lists and objects; the first line is not indented.
    package func prettySerialized(atLevel level: Int) -> [UInt8] {
        var writer = JSONWriter(isPretty: true, level: level)
        writer.write(self)
        return writer.bytes
    }
}

/// Appends JSON to a buffer.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    private let isPretty: Bool
    private var level: Int

    init(isPretty: Bool = false, level: Int = 0) {
        self.isPretty = isPretty
        self.level = level
    }

    mutating func write(_ value: JSONValue) {
        switch value {
        case .null: append("null")
        case .bool(let flag): append(flag ? "true" : "false")
        case .number(let number): bytes.append(contentsOf: number.literal.utf8)
        case .string(let text): write(text)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                separate(isFirst: index == 0)
                write(element)
            }
            close(UInt8(ascii: "]"), isEmpty: elements.isEmpty)
        case .object(let object):
            bytes.append(UInt8(ascii: "{"))
            for (index, entry) in object.entries.enumerated() {
                separate(isFirst: index == 0)
                write(entry.key)
                bytes.append(UInt8(ascii: ":"))
                if isPretty { bytes.append(UInt8(ascii: " ")) }
                write(entry.value)
            }
            close(UInt8(ascii: "}"), isEmpty: object.entries.isEmpty)
        }
    }

    private mutating func separate(isFirst: Bool) {
        if isFirst { level &+= 1 } else { bytes.append(UInt8(ascii: ",")) }
        if isPretty { breakLine() }
    }

    private mutating func close(_ bracket: UInt8, isEmpty: Bool) {
        if !isEmpty {
            level &-= 1
            if isPretty { breakLine() }
        }
        bytes.append(bracket)
    }

    private mutating func breakLine() {
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 &* level))
    }

    private mutating func append(_ word: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    }

    private mutating func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { escape($0) }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ buffer: UnsafeBufferPointer<UInt8>) {
        guard let base = buffer.baseAddress else { return }
        var runStart = 0
        var index = 0
        while index < buffer.count {
            if index &+ 8 <= buffer.count {
                let mask = stringStops(UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self))
                if mask == 0 {
                    index &+= 8
                    continue
                }
                index &+= mask.littleEndian.trailingZeroBitCount >> 3
            }
            let byte = base[index]
            if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
                index &+= 1
                continue
            }
            bytes.append(contentsOf: UnsafeBufferPointer(start: base + runStart, count: index &- runStart))
            appendEscape(of: byte)
            index &+= 1
            runStart = index
        }
        bytes.append(contentsOf: UnsafeBufferPointer(start: base + runStart, count: buffer.count &- runStart))
    }

    private mutating func appendEscape(of byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): append("\\\"")
        case UInt8(ascii: "\\"): append("\\\\")
        case 0x08: append("\\b")
        case 0x09: append("\\t")
        case 0x0a: append("\\n")
        case 0x0c: append("\\f")
        case 0x0d: append("\\r")
        default:
            append("\\u00")
            let digits: StaticString = "0123456789abcdef"
            bytes.append(digits.utf8Start[Int(byte >> 4)])
            bytes.append(digits.utf8Start[Int(byte & 15)])
        }
    }
}
