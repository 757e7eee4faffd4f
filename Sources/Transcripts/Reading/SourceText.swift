/// The bytes of a file as UTF-8, with the way back to where each of them stands in the file.
struct SourceText {
    /// UTF-8 without a mark; not validated unless the file was UTF-16.
    let bytes: [UInt8]
    /// What was found instead of plain UTF-8, with offsets into the file.
    private(set) var remarks: [(offset: Int, text: String)] = []

    /// How many bytes of a mark come before the text.
    private let markLength: Int
    private let isWide: Bool

    init(_ file: [UInt8]) {
        if file.starts(with: [0xEF, 0xBB, 0xBF]) {
            bytes = Array(file.dropFirst(3))
            markLength = 3
            isWide = false
            remarks.append((0, "a byte order mark before UTF-8, skipped"))
            return
        }
        guard let order = UTF16Order(startOf: file) else {
            bytes = file
            markLength = 0
            isWide = false
            return
        }
        markLength = order.hasMark ? 2 : 0
        isWide = true
        let name = order.isLittle ? "little-endian" : "big-endian"
        remarks.append((0, "UTF-16 text, \(name)\(order.hasMark ? "" : ", without a mark")"))
        var decoder = UTF16Decoder(order)
        var utf8 = decoder.decode(file[markLength...])
        utf8 += decoder.finish()
        bytes = utf8
        if decoder.brokenPairs > 0 {
            remarks.append((0, "halves of surrogate pairs, \(decoder.brokenPairs), replaced by U+FFFD"))
        }
        if decoder.hasOddByte { remarks.append((file.count - 1, "the file ends within a UTF-16 unit")) }
    }

    /// The offset in the file of an offset in ``bytes``.
    func fileOffset(_ offset: Int) -> Int {
        guard isWide else { return offset + markLength }
        var units = 0
        for byte in bytes.prefix(offset) {
            // Continuation bytes belong to the unit before; four bytes of UTF-8 are two units.
            if byte & 0xC0 != 0x80 { units += byte >= 0xF0 ? 2 : 1 }
        }
        return markLength + units * 2
    }
}

/// The order of bytes in UTF-16 text, told by its mark or by the zeros of its first characters.
struct UTF16Order: Hashable {
    let isLittle: Bool
    let hasMark: Bool

    /// Nil when the text does not begin like UTF-16; every form of a transcript begins with an ASCII character.
    init?(startOf file: [UInt8]) {
        guard let first = file.first, let second = file.dropFirst().first else { return nil }
        let next = file.dropFirst(2).prefix(2)
        // Two characters in a row, since UTF-8 may hold a zero too.
        if next.count == 2, first != 0xFE, first != 0xFF,
            (next[2] == 0) != (first == 0) || (next[3] == 0) != (second == 0)
        {
            return nil
        }
        switch (first, second) {
        case (0xFF, 0xFE): (isLittle, hasMark) = (true, true)
        case (0xFE, 0xFF): (isLittle, hasMark) = (false, true)
        case (1...0x7F, 0): (isLittle, hasMark) = (true, false)
        case (0, 1...0x7F): (isLittle, hasMark) = (false, false)
        default: return nil
        }
    }
}

/// Turns UTF-16 into UTF-8, block by block.
struct UTF16Decoder {
    private(set) var brokenPairs = 0
    private(set) var hasOddByte = false
    private let isLittle: Bool
    private var firstByte: UInt8?
    private var highUnit: UInt32?

    init(_ order: UTF16Order) { isLittle = order.isLittle }

    mutating func decode(_ block: ArraySlice<UInt8>) -> [UInt8] {
        var utf8: [UInt8] = []
        utf8.reserveCapacity(block.count)
        for byte in block {
            guard let first = firstByte else {
                firstByte = byte
                continue
            }
            firstByte = nil
            let unit = isLittle ? UInt32(byte) << 8 | UInt32(first) : UInt32(first) << 8 | UInt32(byte)
            append(unit, to: &utf8)
        }
        return utf8
    }

    /// What a half pair or a half unit at the end leaves.
    mutating func finish() -> [UInt8] {
        hasOddByte = firstByte != nil
        guard highUnit != nil else { return [] }
        highUnit = nil
        brokenPairs += 1
        return Array("\u{FFFD}".utf8)
    }

    private mutating func append(_ unit: UInt32, to utf8: inout [UInt8]) {
        if let high = highUnit {
            highUnit = nil
            if unit & 0xFC00 == 0xDC00 {
                return Self.encode(0x10000 + ((high & 0x3FF) << 10) + (unit & 0x3FF), to: &utf8)
            }
            brokenPairs += 1
            Self.encode(0xFFFD, to: &utf8)
        }
        switch unit & 0xFC00 {
        case 0xD800: highUnit = unit
        case 0xDC00:
            brokenPairs += 1
            Self.encode(0xFFFD, to: &utf8)
        default: Self.encode(unit, to: &utf8)
        }
    }

    private static func encode(_ scalar: UInt32, to utf8: inout [UInt8]) {
        guard scalar >= 0x80 else { return utf8.append(UInt8(scalar)) }
        for byte in String(Unicode.Scalar(scalar) ?? "\u{FFFD}").utf8 { utf8.append(byte) }
    }
}
