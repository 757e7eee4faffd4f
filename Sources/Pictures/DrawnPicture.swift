/// A picture as the bytes that draw it, which do nothing else to the terminal.
///
/// A program made them from a file that somebody sent. They are looked at again before they are written: symbols may
/// hold characters, line ends and colours, the others one kind of control string, and nothing besides.
package struct DrawnPicture: Hashable, Sendable {
    /// What is written to the terminal, ending where a new line begins.
    package let text: String

    /// Takes what a drawing program has written.
    ///
    /// - Returns: nil when it is not what the format allows.
    init?(_ bytes: [UInt8], format: PictureFormat) {
        guard !bytes.isEmpty, let text = String(validating: bytes, as: UTF8.self),
            Self.isHarmless(bytes, format: format)
        else { return nil }
        self.text = text.hasSuffix("\n") ? text : text + "\n"
    }

    /// The text line by line, for a place within other lines.
    package var lines: [String] { text.split(whereSeparator: \.isNewline).map(String.init) }

    private static let escape = UInt8(ascii: "\u{1b}")

    private static func isHarmless(_ bytes: [UInt8], format: PictureFormat) -> Bool {
        var rest = bytes[...]
        while let byte = rest.first {
            if byte != escape {
                guard byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") || byte >= 0x20, byte != 0x7f else {
                    return false
                }
                // C1 controls in UTF-8: C2 80 to C2 9F.
                if byte == 0xc2, let next = rest.dropFirst().first, (0x80...0x9f).contains(next) { return false }
                rest = rest.dropFirst()
                continue
            }
            guard let end = endOfSequence(rest, format: format) else { return false }
            rest = rest[end...]
        }
        return true
    }

    /// The end of the sequence that begins here, nil when the format has no such.
    private static func endOfSequence(_ bytes: ArraySlice<UInt8>, format: PictureFormat) -> Int? {
        let start = bytes.startIndex
        guard bytes.count > 2 else { return nil }
        // Colours, in every format: a program may reset them around its picture.
        if bytes[start + 1] == UInt8(ascii: "[") {
            let final = bytes[(start + 2)...].firstIndex { !($0 == UInt8(ascii: ";") || (0x30...0x39).contains($0)) }
            guard let final, bytes[final] == UInt8(ascii: "m") else { return nil }
            return final + 1
        }
        let opening: [UInt8]
        switch format {
        case .symbols: return nil
        case .kitty: opening = Array("\u{1b}_G".utf8)
        case .iterm: opening = Array("\u{1b}]1337;File=".utf8)
        case .sixel: opening = Array("\u{1b}P".utf8)
        }
        guard bytes.starts(with: opening) else { return nil }
        let body = bytes[(start + opening.count)...]
        guard let end = body.firstIndex(where: { !(0x20...0x7e).contains($0) && $0 != UInt8(ascii: "\n") }) else {
            return nil
        }
        if format == .iterm, bytes[end] == 0x07 { return end + 1 }
        guard bytes[end] == escape, bytes.indices.contains(end + 1), bytes[end + 1] == UInt8(ascii: "\\") else {
            return nil
        }
        // Of device control strings only sixels: parameters and then a `q`.
        let isSixel = body.first { !($0 == UInt8(ascii: ";") || (0x30...0x39).contains($0)) } == UInt8(ascii: "q")
        return format != .sixel || isSixel ? end + 2 : nil
    }
}
