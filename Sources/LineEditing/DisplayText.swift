import CLibedit

/// Text on its way to a terminal: made harmless, measured and wrapped.
package enum DisplayText {
    /// Foreign text in a form in which nothing of it acts on the terminal.
    ///
    /// Control characters become visible signs (`␛` for ESC), and characters that reorder or hide text become their
    /// code point (`‹U+202E›`). Joiners and variation selectors stay where writing needs them: inside emoji and inside
    /// words of non-Latin scripts. Of marks that pile up on one letter the first few stay and the others are counted
    /// (`‹+95 marks›`), since a high pile covers other lines; a mark without a letter gets a circle to stand on. A tab
    /// becomes four blanks, CR LF one newline. Doing it again changes nothing.
    ///
    /// - Parameters:
    ///   - foreign: text from the wire or from a file.
    ///   - keepingNewlines: whether `\n` stays; else it becomes a visible sign, so that the text is one line.
    /// - Returns: the harmless text.
    package static func neutralised(_ foreign: String, keepingNewlines: Bool = true) -> String {
        if foreign.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return foreign }
        let scalars = Array(foreign.unicodeScalars)
        var safe = String.UnicodeScalarView()
        var marks = 0
        for (index, scalar) in scalars.enumerated() {
            if scalar.isPilingMark {
                marks += 1
                if marks == 1, safe.last.map({ $0.value <= 0x20 || $0 == "›" }) ?? true { safe.append("\u{25cc}") }
                if marks <= markLimit { safe.append(scalar) }
                continue
            }
            if marks > markLimit {
                safe.append(
                    contentsOf: "‹+\(marks - markLimit) \(marks == markLimit + 1 ? "mark" : "marks")›".unicodeScalars
                )
            }
            marks = 0
            let previous = index > 0 ? scalars[index - 1] : nil
            let next = index + 1 < scalars.count ? scalars[index + 1] : nil
            switch scalar {
            case "\n" where keepingNewlines:
                safe.append(scalar)
            case "\r" where keepingNewlines && next == "\n":
                continue
            case "\t":
                safe.append(contentsOf: "    ".unicodeScalars)
            case "\u{0}"..."\u{1f}":
                safe.append(Unicode.Scalar(0x2400 + UInt16(scalar.value)) ?? "?")
            case "\u{7f}":
                safe.append("\u{2421}")
            case _ where scalar.isHidden && !scalar.belongsToWriting(after: previous, before: next):
                safe.append(contentsOf: scalar.codePointSign.unicodeScalars)
            default:
                safe.append(scalar)
            }
        }
        if marks > markLimit {
            safe.append(
                contentsOf: "‹+\(marks - markLimit) \(marks == markLimit + 1 ? "mark" : "marks")›".unicodeScalars
            )
        }
        return String(safe)
    }

    /// As many marks as pointed Hebrew with its accents has on one letter, which is the most of any script in use.
    static let markLimit = 5

    /// The width of the widest line of a text, in columns.
    ///
    /// SGR and OSC sequences have none.
    ///
    /// Terminals disagree about emoji that are joined from several; this is the widest that any of them takes, so what
    /// is fitted by it crosses no margin. To align columns, move the cursor absolutely instead of padding.
    package static func columns(_ text: String) -> Int {
        var widest = 0
        var current = 0
        for case .plain(let plain) in EscapeSequence.pieces(of: text) {
            for character in plain {
                if character.isNewline {
                    current = 0
                } else {
                    current += columns(of: character)
                    widest = max(widest, current)
                }
            }
        }
        return widest
    }

    /// The columns of one character.
    static func columns(of character: Character) -> Int {
        if let ascii = character.asciiValue { return ascii >= 0x20 && ascii < 0x7f ? 1 : 0 }
        var sum = 0
        for scalar in character.unicodeScalars { sum += columns(of: scalar) }
        let asksForEmoji = character.unicodeScalars.contains("\u{fe0f}")
        return asksForEmoji ? max(2, sum) : sum
    }

    private static func columns(of scalar: Unicode.Scalar) -> Int {
        let known = Int(cel_columns(scalar.value))
        if known >= 0 { return known }
        // Younger than the C library, or a control character.
        if scalar.value < 0xa0 { return 0 }
        return scalar.properties.isEmojiPresentation || (0x1f000...0x1ffff).contains(scalar.value) ? 2 : 1
    }
}

extension Unicode.Scalar {
    /// A sign that names the code point, for what cannot be shown.
    var codePointSign: String {
        let digits = String(value, radix: 16, uppercase: true)
        return "‹U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "›"
    }

    /// Whether a terminal may act on it or show nothing for it, although it is there.
    var isHidden: Bool {
        switch value {
        case 0x20..<0x7f, 0xa0..<0xad: false
        case 0x7f..<0xa0, 0x2028...0x2029, 0xfff9...0xfffb: true
        // Egyptian hieroglyphs arrange others by these; terminals do not.
        case 0x13430...0x1345f: true
        default: properties.isDefaultIgnorableCodePoint || properties.isNoncharacterCodePoint
        }
    }

    /// Whether it is drawn onto the letter before it.
    var isPilingMark: Bool {
        guard value >= 0x300, !isHidden else { return false }
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return true
        default: return false
        }
    }

    /// Whether a joiner or a variation selector stands where writing systems use it.
    fileprivate func belongsToWriting(after previous: Unicode.Scalar?, before next: Unicode.Scalar?) -> Bool {
        guard let previous else { return false }
        switch value {
        // One selector after a sign that has forms to select from; others would smuggle text.
        case 0xfe0e, 0xfe0f: return previous.properties.isEmoji || previous.value >= 0x1000 && !previous.isHidden
        case 0xfe00...0xfe0d: return previous.value >= 0x1000 && !previous.isHidden
        case 0xe0100...0xe01ef: return previous.properties.isIdeographic
        case 0x200c, 0x200d:
            guard let next else { return false }
            // Digits count as emoji too, for their keycaps.
            let joinsEmoji =
                (previous.properties.isEmoji && previous.value > 0xff || previous == "\u{fe0f}")
                && next.properties.isEmoji && next.value > 0xff
            return joinsEmoji && value == 0x200d || previous.isNonLatinLetterOrMark && next.isNonLatinLetterOrMark
        default:
            return false
        }
    }

    private var isNonLatinLetterOrMark: Bool {
        guard value >= 0x590 else { return false }
        switch properties.generalCategory {
        case .otherLetter, .nonspacingMark, .spacingMark: return true
        default: return false
        }
    }
}
