#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// An instant as activities write it: ISO 8601, to the millisecond when written by us.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Milliseconds since 1970-01-01 UTC.
    public var milliseconds: Int64

    /// An instant given in milliseconds since 1970-01-01 UTC.
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Reads ISO 8601 with any number of fractional digits and `Z`, an offset or nothing (taken as UTC).
    ///
    /// - Returns: nil for anything else; keep the text itself for round trips.
    public init?(_ text: String) {
        var text = text[...]
        var fraction = 0.0
        if let point = text.lastIndex(of: "."), let digits = text[point...].dropFirst().prefixDigits, !digits.isEmpty {
            fraction = Double("0.\(digits)") ?? 0
            text = text[..<point] + text[digits.endIndex...]
        }
        // The parser below takes what it knows and ignores what follows, so the zone is checked here.
        switch text.dropFirst(19).first {
        case nil: text += "Z"
        case "Z": guard text.count == 20 else { return nil }
        case "+", "-":
            guard text.dropFirst(20).count <= 5, text.dropFirst(20).allSatisfy({ $0 == ":" || $0.isNumber }) else {
                return nil
            }
        default: return nil
        }
        guard let date = try? Date(String(text), strategy: .iso8601) else { return nil }
        milliseconds = Int64((date.timeIntervalSince1970 * 1000).rounded()) + Int64((fraction * 1000).rounded(.down))
    }

    /// The instant as UTC with milliseconds, such as `2026-01-02T03:04:05.678Z` (A2043).
    public var text: String {
        // The formatter cuts a fraction that a double holds a little too small, so it is given whole seconds.
        let (quotient, remainder) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        let seconds = remainder < 0 ? quotient - 1 : quotient
        let fraction = String(milliseconds - seconds * 1000)
        let whole = Date(timeIntervalSince1970: Double(seconds)).formatted(Date.ISO8601FormatStyle())
        return "\(whole.dropLast()).\(String(repeating: "0", count: 3 - fraction.count))\(fraction)Z"
    }

    /// Whether the left instant is the earlier one.
    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    /// The present instant by the system's clock.
    public static var now: Timestamp {
        Timestamp(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)))
    }
}

extension Substring {
    fileprivate var prefixDigits: Substring? { prefix { $0.isASCII && $0.isNumber } }
}
