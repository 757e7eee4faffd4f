/// Cuts a stream of bytes into lines.
///
/// `\r\n` ends a line like `\n`, and UTF-16 is read as well as UTF-8.
struct LineSplitter {
    private var decoder = ScriptDecoder()
    private var partial: [UInt8] = []

    /// The lines that these bytes complete.
    mutating func add(_ bytes: some Sequence<UInt8>) -> [String] { split(decoder.add(bytes)) }

    /// The last lines, of which the very last may have no end.
    mutating func finish() -> [String] { split(decoder.finish()) + (partial.isEmpty ? [] : [takeLine()]) }

    private mutating func split(_ bytes: [UInt8]) -> [String] {
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

    private mutating func takeLine() -> String {
        if partial.last == UInt8(ascii: "\r") { partial.removeLast() }
        defer { partial.removeAll(keepingCapacity: true) }
        return String(decoding: partial, as: UTF8.self)
    }
}
