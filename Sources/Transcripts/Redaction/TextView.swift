import BotSchema

/// A text as a reader or a browser takes it, each byte with the place in the text from which it comes.
///
/// People write a card number with no-break spaces or full-width digits, and addresses stand percent- or
/// entity-encoded in links. Looking at such a view finds them all with the same rules, and the places lead back.
struct TextView {
    /// The bytes to look at.
    private(set) var bytes: [UInt8]
    /// Where each byte begins and ends in the text; nil where the view is the text itself.
    private var places: [Range<Int>]?

    /// Every view of a text that differs from the others: as it is, percent-decoded, and with entities resolved.
    static func views(of text: [UInt8]) -> [TextView] {
        var views = [TextView(bytes: text, places: nil).folded]
        // An address within an address is encoded twice.
        for _ in 0..<3 {
            guard let decoded = views[views.count - 1].percentDecoded else { break }
            views.append(decoded.folded)
        }
        if let resolved = views[views.count - 1].entitiesResolved { views.append(resolved.folded) }
        return views
    }

    /// The place in the text of a range of the view.
    func place(of range: Range<Int>) -> Range<Int> {
        guard let places, !range.isEmpty else { return range }
        return places[range.lowerBound].lowerBound..<places[range.upperBound - 1].upperBound
    }

    private func place(ofByte index: Int) -> Range<Int> { places?[index] ?? index..<(index + 1) }

    // MARK: - Characters that look like others

    /// Full-width signs, spaces and dashes of every width as ASCII; what has no width is left out.
    private var folded: TextView {
        guard bytes.contains(where: { $0 >= 0x80 }) else { return self }
        var view = TextView(bytes: [], places: [])
        view.bytes.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let length = min(Self.length(from: bytes[index]), bytes.count - index)
            let whole = place(ofByte: index).lowerBound..<place(ofByte: index + length - 1).upperBound
            switch Self.folding(bytes[index..<(index + length)]) {
            case .same: for offset in index..<(index + length) { view.append(bytes[offset], place(ofByte: offset)) }
            case .ascii(let byte): view.append(byte, whole)
            case .nothing: break
            }
            index += length
        }
        return view
    }

    private mutating func append(_ byte: UInt8, _ place: Range<Int>) {
        bytes.append(byte)
        places?.append(place)
    }

    private static func length(from byte: UInt8) -> Int {
        switch byte {
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: 1
        }
    }

    private enum Folding { case same, ascii(UInt8), nothing }

    private static func folding(_ character: ArraySlice<UInt8>) -> Folding {
        guard character.count > 1, let scalar = String(decoding: character, as: UTF8.self).unicodeScalars.first
        else { return .same }
        switch scalar.value {
        case 0x00A0, 0x2000...0x200A, 0x202F, 0x205F, 0x3000: return .ascii(UInt8(ascii: " "))
        case 0x2010...0x2015, 0x2212, 0xFE63: return .ascii(UInt8(ascii: "-"))
        case 0x00B7, 0x2022, 0x2024, 0x30FB: return .ascii(UInt8(ascii: "."))
        case 0x00AD, 0x200B...0x200F, 0x2060, 0xFEFF: return .nothing
        case 0xFF01...0xFF5E: return .ascii(UInt8(scalar.value - 0xFEE0))
        default: break
        }
        switch scalar.properties.generalCategory {
        case .decimalNumber:
            return scalar.properties.numericValue.map { .ascii(UInt8(ascii: "0") + UInt8($0)) } ?? .same
        // What is no letter ends a word, quotation marks and pictures as well.
        case .initialPunctuation, .finalPunctuation, .openPunctuation, .closePunctuation, .otherPunctuation:
            return .ascii(UInt8(ascii: "\""))
        case .otherSymbol, .mathSymbol, .dashPunctuation: return .ascii(UInt8(ascii: "|"))
        default: return .same
        }
    }

    // MARK: - Encodings

    private var percentDecoded: TextView? {
        var view = TextView(bytes: [], places: [])
        var index = 0
        var hasChanged = false
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count, let high = Bytes.hexValue(bytes[index + 1]),
                let low = Bytes.hexValue(bytes[index + 2])
            {
                view.append(high << 4 | low, place(ofByte: index).lowerBound..<place(ofByte: index + 2).upperBound)
                index += 3
                hasChanged = true
            } else {
                view.append(bytes[index], place(ofByte: index))
                index += 1
            }
        }
        return hasChanged ? view : nil
    }

    private static let entities: [String: UInt8] = [
        "amp": UInt8(ascii: "&"), "commat": UInt8(ascii: "@"), "period": UInt8(ascii: "."), "nbsp": UInt8(ascii: " "),
        "plus": UInt8(ascii: "+"), "hyphen": UInt8(ascii: "-"), "dash": UInt8(ascii: "-"), "lt": UInt8(ascii: "<"),
        "gt": UInt8(ascii: ">"), "quot": UInt8(ascii: "\""), "apos": UInt8(ascii: "'"), "equals": UInt8(ascii: "="),
        "colon": UInt8(ascii: ":"), "lowbar": UInt8(ascii: "_"), "ensp": UInt8(ascii: " "),
    ]

    private var entitiesResolved: TextView? {
        guard bytes.contains(UInt8(ascii: "&")) else { return nil }
        var view = TextView(bytes: [], places: [])
        var index = 0
        var hasChanged = false
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "&"),
                let end = bytes[index..<min(index + 12, bytes.count)].firstIndex(of: UInt8(ascii: ";")),
                let character = Self.character(ofEntity: bytes[(index + 1)..<end])
            {
                let whole = place(ofByte: index).lowerBound..<place(ofByte: end).upperBound
                for byte in character { view.append(byte, whole) }
                index = end + 1
                hasChanged = true
            } else {
                view.append(bytes[index], place(ofByte: index))
                index += 1
            }
        }
        return hasChanged ? view : nil
    }

    private static func character(ofEntity name: ArraySlice<UInt8>) -> [UInt8]? {
        let name = String(decoding: name, as: UTF8.self)
        guard name.hasPrefix("#") else { return entities[name].map { [$0] } }
        let digits = name.dropFirst()
        let code = digits.first?.lowercased() == "x" ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
        guard let scalar = code.flatMap(Unicode.Scalar.init), scalar.value > 0 else { return nil }
        return Array(String(Character(scalar)).utf8)
    }
}

/// Kinds of bytes in UTF-8.
enum Bytes {
    static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }

    static func isAlphanumeric(_ byte: UInt8) -> Bool { isDigit(byte) || isLetter(byte) }

    /// Letters of other alphabets are words too.
    static func isWord(_ byte: UInt8) -> Bool { isAlphanumeric(byte) || byte >= 0x80 }

    static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    static func lowercased(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self).lowercased() }
}
