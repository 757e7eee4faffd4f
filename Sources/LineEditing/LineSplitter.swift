/// Cuts a stream of bytes into lines.
///
/// `\r\n` ends a line like `\n`.
struct LineSplitter {
    private var partial: [UInt8] = []

    /// The lines that these bytes complete.
    mutating func add(_ bytes: some Sequence<UInt8>) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                lines.append(takeLine())
            } else {
                partial.append(byte)
            }
        }
        return lines
    }

    /// The last line, when it has no end.
    mutating func finish() -> [String] { partial.isEmpty ? [] : [takeLine()] }

    private mutating func takeLine() -> String {
        if partial.last == UInt8(ascii: "\r") { partial.removeLast() }
        defer { partial.removeAll(keepingCapacity: true) }
        return String(decoding: partial, as: UTF8.self)
    }
}
