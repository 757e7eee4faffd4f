/// A header's value and its parameters: `form-data; name="file"; filename="a.png"` (RFC 9110, 5.6.6).
struct HeaderParameters: Hashable, Sendable {
    /// What stands before the first semicolon, in lower case; empty when that is a parameter already.
    ///
    /// The service's own samples write `Content-Disposition: name="file"; filename="a.png"` without a type.
    let value: String
    /// The parameters by name in lower case; of equal names the first counts.
    let parameters: [String: String]

    init(_ text: String) {
        var value = ""
        var parameters: [String: String] = [:]
        for (index, piece) in Self.pieces(of: text).enumerated() {
            let piece = piece.trimmed
            guard let equals = piece.firstIndex(of: "=") else {
                if index == 0 { value = piece.lowercased() }
                continue
            }
            let name = piece[..<equals].trimmed.lowercased()
            if parameters[name] == nil {
                parameters[name] = Self.unquoted(piece[piece.index(after: equals)...].trimmed)
            }
        }
        self.value = value
        self.parameters = parameters
    }

    /// A file's name without a path; the form of RFC 8187 counts more than the plain one.
    var filename: String? {
        let extended = parameters["filename*"].flatMap { text -> String? in
            let parts = text.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0].lowercased() == "utf-8" else { return nil }
            return RequestTarget("/" + parts[2].replacing("/", with: "%2F")).path.first
        }
        guard let name = extended ?? parameters["filename"] else { return nil }
        let last = name.split { $0 == "/" || $0 == "\\" }.last.map(String.init) ?? ""
        return last.isEmpty ? nil : last
    }

    /// Splits at semicolons outside quotes.
    private static func pieces(of text: String) -> [Substring] {
        var pieces: [Substring] = []
        var start = text.startIndex
        var (isQuoted, isEscaped) = (false, false)
        for index in text.indices {
            switch text[index] {
            case _ where isEscaped: isEscaped = false
            case "\\" where isQuoted: isEscaped = true
            case "\"": isQuoted.toggle()
            case ";" where !isQuoted:
                pieces.append(text[start..<index])
                start = text.index(after: index)
            default: break
            }
        }
        return pieces + [text[start...]]
    }

    private static func unquoted(_ text: Substring) -> String {
        guard text.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") else { return String(text) }
        var (plain, isEscaped) = ("", false)
        for character in text.dropFirst().dropLast() {
            // Browsers escape a quote only; a backslash before anything else is part of an old Windows path.
            if isEscaped, character != "\"", character != "\\" { plain.append("\\") }
            isEscaped = character == "\\" && !isEscaped
            if !isEscaped { plain.append(character) }
        }
        return plain
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var text = self
        while let first = text.first, first == " " || first == "\t" { text = text.dropFirst() }
        while let last = text.last, last == " " || last == "\t" { text = text.dropLast() }
        return text
    }
}
