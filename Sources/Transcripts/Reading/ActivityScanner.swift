import BotSchema

/// Finds what is whole in JSON that may be damaged, in one pass, block by block.
///
/// Lists and objects that hold activities are told piece by piece; everything within them comes as a whole value, which
/// the strict parser has read. Memory is bounded by the largest such value. What cannot be read is told with its place,
/// and reading goes on behind it. Each byte is looked at a fixed number of times, so that no input takes long.
struct ActivityScanner {
    /// Something that was found, in the order of the text.
    enum Piece {
        /// A list or an object begins that holds activities somewhere; `key` is its name within an object.
        case open(isList: Bool, key: String?)
        /// A whole value, and where it stands in the text.
        case value(JSONValue, key: String?, place: Range<Int>)
        /// The list or object that was opened last ends.
        case close
        /// Something that had to be mended or left out; `offset` counts from the start of the text.
        ///
        /// `isCut` says that the text ends before what it holds does.
        case remark(offset: Int, text: String, isCut: Bool)
    }

    /// What may come next in an opened list or object.
    enum Awaited { case element, colon, value, separator }

    struct Level {
        let isList: Bool
        /// Whether the elements are activities, which are never looked into.
        let holdsEntries: Bool
        var awaited: Awaited
        /// The name of the member that comes next.
        var key: String?
    }

    /// Values beyond this many bytes are left out.
    let valueLimit: Int
    var pieces: [Piece] = []
    var levels: [Level] = []
    var capture: Capture?
    /// The bytes of the value that is being captured.
    var captured: [UInt8] = []
    /// The offset of the byte in hand.
    var offset = 0
    /// Where the line in hand begins.
    var lineStart = 0
    /// Where text began that belongs to nothing.
    var strayStart: Int?
    /// Where reading stopped within a damaged value, and the column at which the next may begin.
    var lost: (start: Int, column: Int, reason: String)?

    /// How many bytes came since the last line break.
    var column: Int { offset - lineStart }

    init(valueLimit: Int = 64 << 20) { self.valueLimit = valueLimit }

    /// Takes the next block and gives what was found in it.
    mutating func take(_ block: [UInt8]) -> [Piece] {
        block.withUnsafeBufferPointer { bytes in
            var index = 0
            while index < bytes.count {
                let run = capture == nil ? index : capturePlainRun(of: bytes, from: index)
                if run > index {
                    offset += run - index
                    index = run
                    continue
                }
                let byte = bytes[index]
                if capture == nil { take(byte) } else { captureByte(byte) }
                offset += 1
                index += 1
                if byte == 0x0A || byte == 0x0D { lineStart = offset }
            }
        }
        defer { pieces.removeAll(keepingCapacity: true) }
        return pieces
    }

    /// Tells what the end of the text cuts off.
    mutating func finish() -> [Piece] {
        endStray()
        if let lost {
            remark(lost.start, "\(lost.reason); \(offset - lost.start) bytes from here to the end left out")
            self.lost = nil
        }
        if let capture {
            if capture.isScalar {
                endValue(capture)
            } else {
                remark(
                    capture.start,
                    "the file ends within this value; its \(offset - capture.start) bytes left out",
                    isCut: true
                )
            }
            self.capture = nil
        }
        if let level = levels.last {
            remark(offset, "the file ends before \(level.isList ? "']'" : "'}'")", isCut: true)
            for _ in levels { pieces.append(.close) }
            levels = []
        }
        defer { pieces.removeAll() }
        return pieces
    }

    // MARK: - Between values

    mutating func take(_ byte: UInt8) {
        if let lost {
            // A value begins anew where one would in a file whose lines are indented alike.
            guard byte == UInt8(ascii: "{"), column <= lost.column, isLineStart else {
                if byte != 0x20, byte != 0x09 { isLineStart = byte == 0x0A || byte == 0x0D }
                return
            }
            // The damaged value stands before this one, with whatever came between them.
            if let level = levels.last, level.isList { levels[levels.count - 1].awaited = .element }
            remark(lost.start, "\(lost.reason); \(offset - lost.start) bytes left out")
            self.lost = nil
        }
        switch byte {
        case 0x20, 0x09, 0x0A, 0x0D: break
        case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "\""): begin(byte)
        case UInt8(ascii: "}"), UInt8(ascii: "]"): end(byte)
        case UInt8(ascii: ","): separate()
        case UInt8(ascii: ":"): colon()
        default: stray(byte)
        }
    }

    /// Whether only blanks came since the last line break; kept while something is lost.
    var isLineStart = false

    private mutating func begin(_ byte: UInt8) {
        endStray()
        let awaited = levels.last?.awaited ?? .element
        if levels.last?.isList == false, awaited == .element || awaited == .separator {
            guard byte == UInt8(ascii: "\"") else { return stray(byte) }
            if awaited == .separator { remark(offset, "a comma is missing") }
            return startCapture(byte, isName: true)
        }
        if awaited == .separator { remark(offset, "a comma is missing") }
        if awaited == .colon { remark(offset, "a colon is missing") }
        let holdsEntries = levels.last?.holdsEntries ?? false
        if byte == UInt8(ascii: "["), !holdsEntries, levels.count < 8 {
            let key = takeKey()
            pieces.append(.open(isList: true, key: key))
            let isNamed = key.map(Self.isListName) ?? levels.isEmpty
            levels.append(Level(isList: true, holdsEntries: isNamed, awaited: .element))
        } else {
            startCapture(byte)
        }
    }

    private mutating func end(_ byte: UInt8) {
        endStray()
        let isList = byte == UInt8(ascii: "]")
        guard let level = levels.last, level.isList == isList else {
            return remark(offset, "a bracket too many, ignored")
        }
        if level.awaited == .element, hasComma { remark(offset, "a comma before the end, ignored") }
        hasComma = false
        levels.removeLast()
        pieces.append(.close)
        closeValue()
    }

    /// Whether a comma came last.
    private var hasComma = false

    private mutating func separate() {
        endStray()
        guard let level = levels.last, level.awaited == .separator else {
            return remark(offset, "a comma too many, ignored")
        }
        levels[levels.count - 1].awaited = .element
        hasComma = true
    }

    private mutating func colon() {
        guard let level = levels.last, level.awaited == .colon else { return stray(UInt8(ascii: ":")) }
        levels[levels.count - 1].awaited = .value
    }

    private mutating func stray(_ byte: UInt8) {
        // Within lists and objects this may be a number or a literal; between documents it is just text.
        if let level = levels.last, level.isList || level.awaited == .value {
            guard !Self.endsScalar(byte) else { return remark(offset, "a colon too many, ignored") }
            startCapture(byte, isScalar: true)
            return
        }
        if strayStart == nil { strayStart = offset }
    }

    private mutating func endStray() {
        guard let start = strayStart else { return }
        remark(start, "text that is no JSON, \(offset - start) bytes, left out")
        strayStart = nil
    }

    // MARK: - Values

    /// The name under which the next value belongs.
    mutating func takeKey() -> String? {
        guard let last = levels.indices.last, !levels[last].isList else { return nil }
        defer { levels[last].key = nil }
        return levels[last].key
    }

    mutating func closeValue() {
        hasComma = false
        guard let last = levels.indices.last else { return }
        levels[last].awaited = .separator
    }

    mutating func remark(_ offset: Int, _ text: String, isCut: Bool = false) {
        pieces.append(.remark(offset: offset, text: text, isCut: isCut))
    }

    /// Whether a list of this name holds activities, in any case of letters.
    static func isListName(_ name: String) -> Bool {
        TranscriptForm.listNames.contains(name) || TranscriptForm.listNames.contains(name.lowercased())
    }
}
