/// Turns the bytes of a terminal into characters, named keys and pastes.
///
/// A sequence may arrive in parts; when it does not go on within a moment, `flush` takes what is there for what it is.
/// That is also how the ESC key is told from the beginning of a sequence.
struct KeyDecoder {
    /// What the person did.
    enum Event: Equatable {
        case character(Unicode.Scalar)
        case key(NamedKey)
        case paste([Unicode.Scalar])
        /// Alt and a digit from 1 to 9.
        case alt(Int)
        /// A function key.
        case function(Int)
        /// The window got or lost the focus.
        case focus(Bool)
    }

    /// Whether ESC and a digit, sent at once, are Alt and that digit.
    ///
    /// Not in vi mode, where somebody may type the two: a slow line delivers them together.
    var readsAltDigits = false

    private var bytes: [UInt8] = []
    private var pasted: [UInt8]?

    /// Whether bytes wait for their continuation and a time limit is due.
    ///
    /// A paste is waited for as long as it takes.
    var awaitsContinuation: Bool { !bytes.isEmpty && pasted == nil }

    /// Decodes what has come in.
    mutating func decode(_ input: some Sequence<UInt8>) -> [Event] {
        bytes.append(contentsOf: input)
        return take(isFinal: false)
    }

    /// Decodes what has waited for a continuation in vain.
    mutating func flush() -> [Event] { take(isFinal: true) }

    private mutating func take(isFinal: Bool) -> [Event] {
        var events: [Event] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            if pasted != nil {
                guard let event = takePaste(&rest) else { break }
                events.append(event)
            } else if rest.first == Self.escape {
                guard takeSequence(&rest, isFinal: isFinal, into: &events) else { break }
            } else {
                guard takeCharacter(&rest, isFinal: isFinal, into: &events) else { break }
            }
        }
        bytes = Array(rest)
        return events
    }

    // MARK: - Pastes

    private static let pasteBegins = Array("\u{1b}[200~".utf8)
    private static let pasteEnds = Array("\u{1b}[201~".utf8)

    private mutating func takePaste(_ rest: inout ArraySlice<UInt8>) -> Event? {
        while let escape = rest.firstIndex(of: Self.escape) {
            pasted?.append(contentsOf: rest[..<escape])
            rest = rest[escape...]
            if rest.starts(with: Self.pasteEnds) {
                rest = rest.dropFirst(Self.pasteEnds.count)
                defer { pasted = nil }
                return .paste(Self.cleaned(pasted ?? []))
            }
            if Self.pasteEnds.starts(with: rest) { return nil }
            rest = rest.dropFirst()
        }
        pasted?.append(contentsOf: rest)
        rest = []
        return nil
    }

    /// Line ends become `\n`; of the other control characters only the tab stays.
    private static func cleaned(_ pasted: [UInt8]) -> [Unicode.Scalar] {
        var scalars: [Unicode.Scalar] = []
        var previous: Unicode.Scalar?
        for scalar in String(decoding: pasted, as: UTF8.self).unicodeScalars {
            defer { previous = scalar }
            switch scalar.value {
            case 0x0d: scalars.append("\n")
            case 0x0a: if previous != "\r" { scalars.append("\n") }
            case 0x09, 0x20..<0x7f, 0xa0...: scalars.append(scalar)
            default: break
            }
        }
        return scalars
    }

    // MARK: - Sequences

    private static let escape: UInt8 = 0x1b

    /// Answers false when more bytes are needed.
    private mutating func takeSequence(
        _ rest: inout ArraySlice<UInt8>,
        isFinal: Bool,
        into events: inout [Event]
    ) -> Bool {
        if rest.starts(with: Self.pasteBegins) {
            rest = rest.dropFirst(Self.pasteBegins.count)
            pasted = []
            return true
        }
        let second = rest.dropFirst().first
        switch second {
        case nil where !isFinal:
            return false
        case UInt8(ascii: "\r"), UInt8(ascii: "\n"):
            rest = rest.dropFirst(2)
            events.append(.key(.newline))
        case let digit? where readsAltDigits && (0x31...0x39).contains(digit):
            events.append(.alt(Int(digit) - 0x30))
            rest = rest.dropFirst(2)
        case UInt8(ascii: "["), UInt8(ascii: "O"):
            // The Linux console sends `[[` and a letter for F1 to F5.
            let isConsoles = rest.dropFirst().starts(with: "[[".utf8)
            let parameters = rest.dropFirst(isConsoles ? 3 : 2)
            guard let final = parameters.firstIndex(where: { (0x40...0x7e).contains($0) }) else {
                guard isFinal else { return false }
                fallthrough
            }
            // Sequences that mean nothing here are swallowed whole, else F5 would type `~`.
            let sequence = rest.dropFirst()[...final]
            if let key = NamedKey(sequence: sequence) {
                events.append(.key(key))
            } else if let event = Self.event(of: sequence) {
                events.append(event)
            } else if sequence.elementsEqual("[I".utf8) || sequence.elementsEqual("[O".utf8) {
                events.append(.focus(sequence.last == UInt8(ascii: "I")))
            }
            rest = rest[(final + 1)...]
        default:
            rest = rest.dropFirst()
            events.append(.character("\u{1b}"))
        }
        return true
    }

    /// A key that is no business of the engine's.
    private static func event(of sequence: ArraySlice<UInt8>) -> Event? {
        let text = String(decoding: sequence, as: UTF8.self)
        if ["OQ", "[Q", "[12~", "[[B"].contains(text) { return .function(2) }
        // Terminals that tell Alt from ESC: `CSI 49;3u` of kitty and others, `CSI 27;3;49~` of xterm.
        for code in 0x31...0x39 where text == "[\(code);3u" || text == "[27;3;\(code)~" { return .alt(code - 0x30) }
        return nil
    }

    // MARK: - Characters

    /// Answers false when more bytes are needed.
    private func takeCharacter(_ rest: inout ArraySlice<UInt8>, isFinal: Bool, into events: inout [Event]) -> Bool {
        guard let lead = rest.first else { return false }
        let length =
            switch lead {
            case 0..<0x80: 1
            case 0xc2..<0xe0: 2
            case 0xe0..<0xf0: 3
            case 0xf0..<0xf5: 4
            default: 0
            }
        if length > rest.count, !isFinal, rest.dropFirst().allSatisfy({ $0 & 0xc0 == 0x80 }) { return false }
        guard let scalar = Self.scalar(rest.prefix(length)) else {
            rest = rest.dropFirst()
            return true
        }
        rest = rest.dropFirst(length)
        // The engine uses the C1 controls for named keys.
        if !(0x80..<0xa0).contains(scalar.value) { events.append(.character(scalar)) }
        return true
    }

    private static func scalar(_ bytes: ArraySlice<UInt8>) -> Unicode.Scalar? {
        guard let text = String(validating: bytes, as: UTF8.self), text.unicodeScalars.count == 1 else { return nil }
        return text.unicodeScalars.first
    }
}
