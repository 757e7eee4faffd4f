import BotSchema

/// How long an answer asks to wait (RFC 9110, 10.2.3).
///
/// Seconds, and not milliseconds as the usual client reads them. A date counts from the answer's own `Date` header, so
/// that a wrong clock on either side does no harm; from our time where there is none.
enum RetryAfter {
    /// No service is believed that asks for more.
    static let longest = Duration.seconds(300)

    /// Reads the two headers; nil when nothing useful was said.
    static func duration(retryAfter: String?, date: String?, now: Timestamp? = nil) -> Duration? {
        guard let retryAfter else { return nil }
        let text = retryAfter.trimmingBlanks
        let isNumber = !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        // A number that Int cannot hold is a long time all the same.
        if let seconds = isNumber ? Int(text) ?? Int.max : Int(text) { return min(.seconds(max(0, seconds)), longest) }
        let ours = now.map { Int($0.milliseconds / 1000) }
        guard let target = seconds(ofDate: retryAfter), let now = date.flatMap(seconds(ofDate:)) ?? ours else {
            return nil
        }
        return min(.seconds(max(0, target - now)), longest)
    }

    /// Seconds since 1970 of a date such as `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7, IMF-fixdate).
    static func seconds(ofDate text: String) -> Int? {
        let parts = text.trimmingBlanks.split(separator: " ")
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard parts.count == 6, parts[5] == "GMT", let day = Int(parts[1]), (1...31).contains(day),
            let month = months.firstIndex(of: String(parts[2])), let year = Int(parts[3]),
            (1970...9999).contains(year)
        else { return nil }
        let time = parts[4].split(separator: ":").compactMap { Int($0) }
        guard time.count == 3, (0..<24).contains(time[0]), (0..<60).contains(time[1]), (0...60).contains(time[2]) else {
            return nil
        }
        // Days from a civil date, years counted from March (Hinnant, chrono-compatible date algorithms).
        let shifted = month >= 2 ? year : year - 1
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * ((month + 10) % 12) + 2) / 5 + day - 1
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        return ((days * 24 + time[0]) * 60 + time[1]) * 60 + time[2]
    }
}

extension String {
    fileprivate var trimmingBlanks: Substring {
        var text = self[...]
        while text.first == " " { text = text.dropFirst() }
        while text.last == " " { text = text.dropLast() }
        return text
    }
}
