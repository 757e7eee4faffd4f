/// How long telephone numbers are, with their calling code.
enum CallingCode {
    private static let lengths: [Int: Int] = [
        1: 11, 7: 11, 20: 12, 27: 11, 30: 12, 31: 11, 32: 11, 33: 11, 34: 11, 36: 11, 39: 13, 40: 11, 41: 11, 44: 12,
        45: 10, 46: 11, 47: 10, 48: 11, 52: 13, 54: 13, 55: 13, 60: 12, 61: 11, 62: 14, 63: 12, 64: 12, 65: 10, 66: 11,
        81: 12, 82: 12, 84: 12, 86: 13, 90: 12, 91: 12, 92: 12, 351: 12, 353: 12, 358: 13, 380: 12, 420: 12, 421: 12,
        852: 11, 971: 12, 972: 12,
    ]

    /// The most digits of a number that begins with these, 15 where that is not known.
    static func mostDigits(_ first: [UInt8]) -> Int {
        for count in [3, 2, 1] where first.count >= count {
            if let length = lengths[first.prefix(count).reduce(0) { $0 * 10 + Int($1) }] { return length }
        }
        return 15
    }
}
