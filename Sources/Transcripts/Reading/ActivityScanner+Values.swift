import BotSchema

extension ActivityScanner {
    /// A value of which the beginning was seen.
    struct Capture {
        let start: Int
        let column: Int
        let isName: Bool
        let isScalar: Bool
        /// Whether it may turn out to hold a list of activities.
        let mayDescend: Bool
        var depth = 0
        var isInString = false
        var isEscaped = false
        var isOversize = false
        /// Whether a string at the first level is a member's name.
        var expectsName = true
        var nameStart = 0
        var name: Range<Int> = 0..<0
        /// Whether a member `type` was seen, so that it is an activity.
        var hasType = false
    }

    mutating func startCapture(_ byte: UInt8, isName: Bool = false, isScalar: Bool = false) {
        captured.removeAll(keepingCapacity: true)
        let isWithinEntries = levels.last?.holdsEntries ?? false
        capture = Capture(
            start: offset,
            column: column,
            isName: isName,
            isScalar: isScalar,
            mayDescend: byte == UInt8(ascii: "{") && !isWithinEntries && levels.count < 8
        )
        captureByte(byte)
    }

    mutating func captureByte(_ byte: UInt8) {
        guard var state = capture else { return }
        if state.isScalar, Self.endsScalar(byte) {
            endValue(state)
            return take(byte)
        }
        if !state.isOversize {
            captured.append(byte)
            if captured.count > valueLimit {
                state.isOversize = true
                captured = []
            }
        }
        if state.isScalar {
            capture = state
        } else if state.isInString {
            captureWithinString(byte, &state)
        } else {
            captureStructure(byte, &state)
        }
    }

    /// Takes bytes of the value that change nothing about where it ends.
    ///
    /// - Returns: The index of the first byte that may.
    mutating func capturePlainRun(of bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        guard let state = capture, !state.isScalar, !state.isEscaped else { return start }
        var index = start
        if state.isInString {
            while index < bytes.count {
                let byte = bytes[index]
                if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x0A || byte == 0x0D { break }
                index += 1
            }
        } else {
            let isShallow = state.depth == 1
            while index < bytes.count, !Self.isStructure(bytes[index], isShallow: isShallow) { index += 1 }
        }
        if index > start, !state.isOversize {
            captured.append(contentsOf: bytes[start..<index])
            if captured.count > valueLimit {
                capture?.isOversize = true
                captured = []
            }
        }
        return index
    }

    @inline(__always)
    private static func isStructure(_ byte: UInt8, isShallow: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "["), UInt8(ascii: "]"), 0x0A, 0x0D:
            true
        case UInt8(ascii: ","), UInt8(ascii: ":"): isShallow
        default: false
        }
    }

    private mutating func captureWithinString(_ byte: UInt8, _ state: inout Capture) {
        if state.isEscaped {
            state.isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
            state.isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
            state.isInString = false
            if state.depth == 0 { return endValue(state) }
            if state.depth == 1, state.expectsName { state.name = state.nameStart..<captured.count - 1 }
        } else if byte == 0x0A || byte == 0x0D {
            // No text holds a line break as it is: its end is missing, and what follows cannot be told apart.
            lost = (state.start, state.column, "a line break within the text of a value")
            isLineStart = true
            capture = nil
            closeValue()
            return
        }
        capture = state
    }

    private mutating func captureStructure(_ byte: UInt8, _ state: inout Capture) {
        switch byte {
        case UInt8(ascii: "\""):
            state.isInString = true
            if state.depth == 1 { state.nameStart = captured.count }
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            if state.depth == 1, state.mayDescend, !state.hasType, !state.expectsName, descend(byte, state) { return }
            state.depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            state.depth -= 1
            if state.depth <= 0 { return endValue(state) }
        case UInt8(ascii: ",") where state.depth == 1: state.expectsName = true
        case UInt8(ascii: ":") where state.depth == 1 && state.expectsName:
            state.expectsName = false
            if state.mayDescend { state.hasType = state.hasType || name(of: state)?.lowercased() == "type" }
        default: break
        }
        capture = state
    }

    /// Goes into an object that holds a list of activities, or may.
    ///
    /// - Returns: Whether it was done; the opening bracket has then begun the member's value.
    private mutating func descend(_ byte: UInt8, _ state: Capture) -> Bool {
        guard !state.isOversize, let name = name(of: state), Self.mayHold(name, isList: byte == UInt8(ascii: "[")),
            case .object(let members)? = try? JSONValue(parsing: captured.dropLast() + Array("null}".utf8))
        else { return false }
        capture = nil
        pieces.append(.open(isList: false, key: takeKey()))
        for member in members.entries.dropLast() {
            pieces.append(.value(member.value, key: member.key, place: state.start..<offset))
        }
        // The last member's name as it is meant; what was captured has its escapes.
        levels.append(Level(isList: false, holdsEntries: false, awaited: .value, key: members.entries.last?.key))
        take(byte)
        return true
    }

    private func name(of state: Capture) -> String? {
        guard !state.isOversize, state.name.upperBound <= captured.count else { return nil }
        return String(decoding: captured[state.name], as: UTF8.self)
    }

    /// Whether activities may be found in a member: exports call their outermost list as they like.
    private static func mayHold(_ name: String, isList: Bool) -> Bool {
        guard isList else { return name.lowercased() == "content" }
        return ![
            "attachments", "entities", "membersadded", "membersremoved", "reactionsadded", "reactionsremoved",
            "listenfor", "texthighlights",
        ].contains(name.lowercased())
    }

    // MARK: - The end of a value

    mutating func endValue(_ state: Capture) {
        capture = nil
        guard !state.isOversize else {
            remark(state.start, "a value of more than \(valueLimit >> 20) MB, left out")
            return valueIsOver(nil, state)
        }
        do throws(JSONParseError) {
            let document = try JSONDocument(parsing: captured)
            for lone in document.loneSurrogateOffsets {
                remark(state.start + lone, "half of a surrogate pair, replaced by U+FFFD")
            }
            valueIsOver(document.value, state)
        } catch {
            mend(error, state)
        }
    }

    private mutating func mend(_ error: JSONParseError, _ state: Capture) {
        var mending = JSONMending(captured)
        guard let value = mending.value else {
            remark(
                state.start + error.offset,
                "\(error.expectation); the value of \(captured.count) bytes from byte \(state.start) on left out"
            )
            return valueIsOver(nil, state)
        }
        for (offset, text) in mending.remarks { remark(state.start + offset, text) }
        valueIsOver(value, state)
    }

    private mutating func valueIsOver(_ value: JSONValue?, _ state: Capture) {
        if state.isName, let last = levels.indices.last {
            levels[last].key = value?.string ?? ""
            levels[last].awaited = .colon
            return
        }
        let key = takeKey()
        if let value { pieces.append(.value(value, key: key, place: state.start..<(offset + 1))) }
        closeValue()
    }

    static func endsScalar(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: "{"),
            UInt8(ascii: "["), UInt8(ascii: "\""), UInt8(ascii: ":"):
            true
        default: false
        }
    }
}
