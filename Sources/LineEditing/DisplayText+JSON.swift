extension DisplayText {
    /// JSON of the same value in which nothing acts on a terminal: what is hidden is written as `\u…`.
    ///
    /// - Parameter json: A JSON text, in which such characters can only stand inside strings.
    /// - Returns: The text as it came where it is harmless.
    package static func escapedJSON(_ json: String) -> String {
        guard json.unicodeScalars.contains(where: \.isHidden) else { return json }
        var safe = String.UnicodeScalarView()
        for scalar in json.unicodeScalars {
            guard scalar.isHidden else {
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
