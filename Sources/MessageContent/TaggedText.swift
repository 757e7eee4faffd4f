/// Text between tags, as `xml` messages and SSML have it.
package enum TaggedText {
    /// The words without the tags: a break or the end of a paragraph is a line end, and entities are resolved.
    ///
    /// A `<` that begins no tag stays.
    package static func words(of text: String) -> String {
        var words = ""
        var rest = text[...]
        // What has no end once has none later either; looking again and again would take quadratic time.
        var (mayEnd, mayEndComment) = (true, true)
        while let character = rest.first {
            if character == "<", let tag = rest.tag(&mayEnd, &mayEndComment) {
                rest = rest[tag.endIndex...]
                let name = tag.dropFirst().drop { $0 == "/" }.prefix { $0.isLetter }.lowercased()
                let isEnd = tag.hasPrefix("</") || tag.hasSuffix("/>")
                if name == "br" || name == "break" || isEnd && ["p", "s", "div", "li", "paragraph"].contains(name),
                    !words.isEmpty, words.last != "\n"
                {
                    words.append("\n")
                }
            } else if character == "&", let (value, length) = rest.entity {
                words.unicodeScalars.append(value)
                rest = rest.dropFirst(length)
            } else {
                words.append(character)
                rest = rest.dropFirst()
            }
        }
        return words.trimmed
    }
}

extension Substring {
    /// The tag, comment or instruction that begins here.
    fileprivate func tag(_ mayEnd: inout Bool, _ mayEndComment: inout Bool) -> Substring? {
        guard let second = dropFirst().first, second.isLetter || "/!?".contains(second) else { return nil }
        if hasPrefix("<!--") {
            guard mayEndComment else { return nil }
            var index = self.index(startIndex, offsetBy: 4)
            while index < endIndex {
                if self[index] == "-", self[index...].hasPrefix("-->") {
                    return self[..<self.index(index, offsetBy: 3)]
                }
                formIndex(after: &index)
            }
            mayEndComment = false
            return nil
        }
        guard mayEnd, let end = firstIndex(of: ">") else {
            mayEnd = false
            return nil
        }
        return self[...end]
    }

    /// The entity that begins here, and how many characters it takes.
    fileprivate var entity: (Unicode.Scalar, Int)? {
        guard let end = prefix(12).firstIndex(of: ";") else { return nil }
        let name = self[index(after: startIndex)..<end]
        let length = name.count + 2
        let named: [Substring: Unicode.Scalar] = [
            "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " ",
        ]
        if let scalar = named[name] { return (scalar, length) }
        guard name.first == "#" else { return nil }
        let digits = name.dropFirst()
        let value = digits.first == "x" || digits.first == "X" ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
        return value.flatMap(Unicode.Scalar.init).map { ($0, length) }
    }
}
