extension DisplayText {
    /// JSON of the same value in which nothing acts on a terminal: what is hidden or piled up is written as `\u…`.
    ///
    /// - Parameter json: A JSON text, in which such characters can only stand inside strings.
    /// - Returns: The text as it came where it is harmless.
    package static func escapedJSON(_ json: String) -> String {
        if json.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return json }
        var safe = String.UnicodeScalarView()
        var marks = 0
        for scalar in json.unicodeScalars {
            marks = scalar.isPilingMark ? marks + 1 : 0
            guard scalar.isHidden || marks > markLimit else {
                safe.append(scalar)
                continue
            }
            for unit in String(Character(scalar)).utf16 {
                let digits = String(unit, radix: 16)
                safe.append(contentsOf: "\\u".unicodeScalars)
                safe.append(contentsOf: (String(repeating: "0", count: 4 - digits.count) + digits).unicodeScalars)
            }
        }
        return String(safe)
    }
}
