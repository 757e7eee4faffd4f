/// Tells lines that look as if a secret stood in them, which no file is to keep.
package enum SecretWords {
    /// Whether a line may be remembered.
    package static func isFree(_ line: String) -> Bool {
        let words = line.split { $0.isWhitespace || "\"'`,;()[]{}<>".contains($0) }
        if words.contains(where: looksLikeKey) || isCardNumber(in: line) { return false }
        return !namesSecret(line)
    }

    /// Words after which people write what they should not.
    private static let names = [
        "password", "passwort", "passphrase", "passwd", "secret", "token", "api key", "apikey", "pin",
    ]

    /// `password: hunter2`, `token=…`, `my PIN is 1234`.
    private static func namesSecret(_ line: String) -> Bool {
        let line = line.lowercased()
        for name in names {
            var rest = line[...]
            while let range = rest.firstRange(of: name) {
                let isWord = rest[..<range.lowerBound].last?.isLetter != true
                rest = rest[range.upperBound...]
                guard isWord, rest.first?.isLetter != true else { continue }
                let value = rest.drop { $0.isWhitespace || $0 == "\"" }
                if let sign = value.first, sign == ":" || sign == "=" {
                    if value.dropFirst().contains(where: { !$0.isWhitespace }) { return true }
                } else if value.hasPrefix("is "), value.dropFirst(3).contains(where: \.isNumber) {
                    return true
                }
            }
        }
        return false
    }

    /// Prefixes that services give their keys.
    private static let prefixes = [
        "eyJ", "ghp_", "gho_", "github_pat_", "glpat-", "sk-", "xox", "AKIA", "ya29.", "AIza",
    ]

    private static func looksLikeKey(_ word: Substring) -> Bool {
        let word = word.split(separator: "=", maxSplits: 1).last ?? word
        guard word.utf8.count >= 16, !word.contains("://") else { return false }
        if prefixes.contains(where: word.hasPrefix) { return true }
        // Long, of the letters that encodings use, and of all kinds mixed: no word of a language, no path, no number.
        let encoding = word.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
            default: "+/=_-.".utf8.contains(byte)
            }
        }
        guard encoding, word.utf8.count >= 24 else { return false }
        let digits = word.count { $0.isNumber }
        let hasBothCases = word.contains { $0.isUppercase } && word.contains { $0.isLowercase }
        let isHexadecimal = word.utf8.count >= 32 && word.allSatisfy(\.isHexDigit)
        return isHexadecimal || digits >= 3 && hasBothCases && word.count { $0 == "/" || $0 == "." } <= 4
    }

    /// A run of 13 to 19 digits with the check digit of payment cards.
    private static func isCardNumber(in line: String) -> Bool {
        var digits: [Int] = []
        for character in line + "." {
            if let digit = character.wholeNumberValue, character.isASCII {
                digits.append(digit)
            } else if character != " " && character != "-" {
                if (13...19).contains(digits.count), hasCheckDigit(digits) { return true }
                digits = []
            }
        }
        return false
    }

    private static func hasCheckDigit(_ digits: [Int]) -> Bool {
        var sum = 0
        for (place, digit) in digits.reversed().enumerated() {
            let doubled = place % 2 == 1 ? digit * 2 : digit
            sum += doubled > 9 ? doubled - 9 : doubled
        }
        return sum % 10 == 0
    }
}
