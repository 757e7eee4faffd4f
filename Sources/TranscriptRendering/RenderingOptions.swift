import BotSchema

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What a conversation for people is called, and how it tells times and pictures.
public struct RenderingOptions: Hashable, Sendable {
    /// Where a time of day is told.
    public enum TimeZone: String, Hashable, Sendable, CaseIterable {
        /// Everywhere the same, so that a file does not depend on where it was made.
        case utc
        /// Where this program runs, by `TZ`.
        case local
    }

    /// What the conversation is called, such as the file's name.
    public var title: String
    /// Where times are told.
    public var zone: TimeZone
    /// Whether a page shows the pictures that messages hold themselves; nothing is fetched in any case.
    public var showsPictures: Bool

    /// Options with a title; times are in UTC and pictures are shown unless told otherwise.
    public init(title: String, zone: TimeZone = .utc, showsPictures: Bool = true) {
        self.title = title
        self.zone = zone
        self.showsPictures = showsPictures
    }

    var times: TimeWords { TimeWords(isLocal: zone == .local) }
}

/// Times in words.
struct TimeWords: Hashable, Sendable {
    let isLocal: Bool

    /// The hours, minutes and seconds of an instant; nothing where there is none.
    func clock(_ time: Timestamp?) -> String { time.map { String(text($0).dropFirst(11).prefix(8)) } ?? "" }

    /// The day of an instant.
    func day(_ time: Timestamp) -> String { String(text(time).prefix(10)) }

    /// An instant as date, time of day and zone.
    func whole(_ time: Timestamp) -> String { "\(day(time)) \(clock(time)) \(zoneName(at: time))" }

    /// What the zone is called at an instant, such as `UTC` or `CEST`.
    func zoneName(at time: Timestamp?) -> String {
        guard isLocal, let time, let name = Self.parts(time).tm_zone else { return isLocal ? "local time" : "UTC" }
        return String(cString: name)
    }

    private func text(_ time: Timestamp) -> String {
        guard isLocal else { return time.text }
        let offset = Int64(Self.parts(time).tm_gmtoff) * 1000
        return Timestamp(milliseconds: time.milliseconds.addingReportingOverflow(offset).partialValue).text
    }

    private static func parts(_ time: Timestamp) -> tm {
        var seconds = time_t(time.milliseconds / 1000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        return parts
    }
}
