import BotSchema

/// Random JSON documents of every shape.
struct GeneratedJSON {
    private var numbers: SplitMix64
    private static let literals = [
        "0", "-0", "1", "1.0", "1e3", "1E+3", "-2.50", "1e-7", "12345678901234567890", "9223372036854775807",
        "-9223372036854775808", "0.1", "1e400", "3.141592653589793238462643383279",
    ]
    private static let texts = [
        "", "a", "type", "héllo", "你好", "👩‍👩‍👧", "\"quoted\"", "back\\slash", "/", "\u{0}", "\u{1f}", "\u{7f}",
        "\n\t\r\u{8}\u{c}",
        "exactly8", "seven77\"", "a longer text that spans several words of eight bytes", "\u{2028}", "\u{fffd}",
    ]

    init(seed: UInt64) { numbers = SplitMix64(seed: seed) }

    mutating func value(depth: Int = 0) -> JSONValue {
        switch Int.random(in: 0..<(depth < 5 ? 8 : 5), using: &numbers) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &numbers))
        case 2: return number()
        case 3, 4: return .string(text())
        case 5: return .array(children().map { _ in value(depth: depth + 1) })
        default:
            return .object(
                JSONObject(
                    entries: children().map { _ in JSONObject.Entry(key: text(), value: value(depth: depth + 1)) }
                )
            )
        }
    }

    private mutating func children() -> Range<Int> { 0..<Int.random(in: 0..<6, using: &numbers) }

    private mutating func text() -> String {
        (0..<Int.random(in: 0..<4, using: &numbers)).map { _ in Self.texts.randomElement(using: &numbers) ?? "" }
            .joined()
    }

    private mutating func number() -> JSONValue {
        let literal = Self.literals.randomElement(using: &numbers) ?? "0"
        return (try? JSONValue(parsing: literal)) ?? .null
    }
}
