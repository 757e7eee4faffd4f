/// The check digits of payment cards (ISO/IEC 7812-1), for any run of groups without adding anew.
struct LuhnSums {
    /// For each group's beginning, and the end of the last: how many digits stand before it, and their sum, doubling
    /// those at odd places or at even ones.
    private var starts: [(count: Int, odd: Int, even: Int)] = [(0, 0, 0)]

    init(_ groups: [Range<Int>], in bytes: [UInt8]) {
        starts.reserveCapacity(groups.count + 1)
        var (count, odd, even) = (0, 0, 0)
        for group in groups {
            for index in group {
                let digit = Int(bytes[index] - UInt8(ascii: "0"))
                let double = digit > 4 ? digit * 2 - 9 : digit * 2
                odd += count & 1 == 1 ? double : digit
                even += count & 1 == 0 ? double : digit
                count += 1
            }
            starts.append((count, odd, even))
        }
    }

    /// How many digits groups have together.
    func count(_ window: ClosedRange<Int>) -> Int {
        starts[window.upperBound + 1].count - starts[window.lowerBound].count
    }

    /// Whether the digits of groups pass, all zeros as well.
    func passesLuhn(_ window: ClosedRange<Int>) -> Bool {
        let (first, last) = (starts[window.lowerBound], starts[window.upperBound + 1])
        // The last digit is not doubled, the one before it is.
        let sum = last.count & 1 == 0 ? last.even - first.even : last.odd - first.odd
        return sum.isMultiple(of: 10)
    }
}

/// The networks that issue payment cards, by the first digits of a number and their count.
enum CardNetwork {
    private static let prefixes: [(digits: ClosedRange<Int>, length: ClosedRange<Int>)] = [
        (4000...4999, 13...13), (4000...4999, 16...16), (4000...4999, 19...19), (5100...5599, 16...16),
        (2221...2720, 16...16), (3400...3499, 15...15), (3700...3799, 15...15), (3000...3059, 14...19),
        (3095...3095, 14...19), (3600...3699, 14...19), (3800...3999, 14...19), (6011...6011, 16...19),
        (6440...6599, 16...19), (3528...3589, 16...19), (6200...6299, 16...19), (8100...8199, 16...19),
        (5018...5018, 12...19), (5020...5020, 12...19), (5038...5038, 12...19), (5893...5893, 12...19),
        (6304...6304, 12...19), (6759...6759, 12...19), (6761...6763, 12...19), (5019...5019, 16...16),
        (6042...6043, 16...16), (5060...5061, 16...19), (2200...2204, 16...19), (9792...9792, 16...16),
        (5080...5089, 16...16), (6000...6099, 16...16), (1000...1999, 15...15), (6360...6399, 16...19),
    ]

    /// Whether a network issues numbers such as this.
    static func issues(_ digits: [UInt8]) -> Bool {
        guard digits.count >= 12 else { return false }
        let first = digits.prefix(4).reduce(0) { $0 * 10 + Int($1) }
        return prefixes.contains { $0.digits.contains(first) && $0.length.contains(digits.count) }
    }
}

extension Context {
    /// Whether the number is one of a device or an article, which has the check digit of a card.
    static func isDevice(before index: Int, in bytes: [UInt8]) -> Bool {
        ["imei", "gtin", "ean", "isbn", "upc", "barcode"].contains {
            words(before: index, in: bytes).suffix(2).contains($0)
        }
    }
}
