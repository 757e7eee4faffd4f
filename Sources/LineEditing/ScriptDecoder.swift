/// Turns what a pipe brings into UTF-8: scripts are written by editors that use UTF-16 or put a mark before UTF-8.
struct ScriptDecoder {
    private enum Encoding { case utf8, utf16(isLittle: Bool) }

    /// Nil before enough has come to tell.
    private var encoding: Encoding?
    private var start: [UInt8] = []
    /// The beginning of a unit or of a pair of units.
    private var rest: [UInt8] = []

    /// The UTF-8 of what has come; a line is never held back.
    mutating func add(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        guard encoding == nil else { return decoded(Array(bytes)) }
        start += bytes
        // What is longer than this, or has a line end, tells.
        guard start.count >= 4 || start.contains(UInt8(ascii: "\n")) else { return [] }
        return begin()
    }

    /// The rest, at the end of the input.
    mutating func finish() -> [UInt8] {
        var last = encoding == nil ? begin() : []
        if !rest.isEmpty { last += Array("\u{fffd}".utf8) }
        rest = []
        return last
    }

    private mutating func begin() -> [UInt8] {
        let (encoding, markLength) = Self.encoding(of: start)
        self.encoding = encoding
        defer { start = [] }
        return decoded(Array(start.dropFirst(markLength)))
    }

    private static func encoding(of start: [UInt8]) -> (Encoding, markLength: Int) {
        if start.starts(with: [0xef, 0xbb, 0xbf]) { return (.utf8, 3) }
        if start.starts(with: [0xff, 0xfe]) { return (.utf16(isLittle: true), 2) }
        if start.starts(with: [0xfe, 0xff]) { return (.utf16(isLittle: false), 2) }
        guard start.count >= 2 else { return (.utf8, 0) }
        // Without a mark, the zeros of two ASCII characters tell.
        let zeros = start.prefix(4).map { $0 == 0 }
        if zeros == [false, true] || zeros == [false, true, false, true] { return (.utf16(isLittle: true), 0) }
        if zeros == [true, false] || zeros == [true, false, true, false] { return (.utf16(isLittle: false), 0) }
        return (.utf8, 0)
    }

    private mutating func decoded(_ bytes: [UInt8]) -> [UInt8] {
        guard case .utf16(let isLittle)? = encoding else { return bytes }
        rest += bytes
        var units: [UInt16] = []
        for index in stride(from: 0, to: rest.count - 1, by: 2) {
            let (first, second) = (UInt16(rest[index]), UInt16(rest[index + 1]))
            units.append(isLittle ? second << 8 | first : first << 8 | second)
        }
        // The first half of a pair waits for the second.
        if let last = units.last, last & 0xfc00 == 0xd800 { units.removeLast() }
        rest.removeFirst(2 * units.count)
        return Array(String(decoding: units, as: UTF16.self).utf8)
    }
}
