package import BotSchema

/// Finds out what a form cannot carry of a transcript that is written activity by activity.
///
/// It keeps the first activity and what would be taken for something else.
package struct StreamedLosses: Sendable {
    private let format: TranscriptFormat
    private var first: Activity?
    private var suspectCount = 0
    private var misreadCount = 0
    /// Whether roles or times are spelt as exports spell them.
    package private(set) var hasExportedSpelling = false

    /// The losses of a form of lists.
    package init(in format: TranscriptFormat) { self.format = format }

    /// Takes the next activity.
    package mutating func take(_ activity: Activity) {
        let oddities = ActivitySpelling.Oddities(activity.json)
        hasExportedSpelling = hasExportedSpelling || oddities.hasNumericRole || oddities.hasNumericTime
        defer { first = first ?? activity }
        guard format != .attachment, activity.mayBeMisread else { return }
        suspectCount += 1
        // What a list begins with tells what it holds.
        let list = format == .array ? [first, activity].compactMap(\.self) : [activity]
        let value = format == .array ? JSONValue.array(list.map(\.jsonValue)) : activity.jsonValue
        if !Transcript.isRead(value, as: list) { misreadCount += 1 }
    }

    /// The losses, the file as a whole first.
    package func losses(of outline: TranscriptOutline) -> [TranscriptLoss] {
        var losses: [TranscriptLoss] = []
        let members = (outline.envelope?.keys ?? []).filter { !TranscriptForm.listNames.contains($0) }
        if format != .attachment, !members.isEmpty {
            losses.append(TranscriptLoss("members beside the activities: \(members.joined(separator: ", "))", count: 0))
        }
        if outline.isExport, !outline.isOwnTable {
            losses.append(TranscriptLoss("what the export holds beside its conversations", count: 0))
        }
        let strays = format == .array ? (misreadCount > 0 ? suspectCount : 0) : misreadCount
        if strays > 0 {
            losses.append(TranscriptLoss("that it is an activity, where it looks like something else", count: strays))
        }
        return losses
    }
}

extension Activity {
    /// Whether it may be taken for an envelope, or for nothing.
    var mayBeMisread: Bool { type == nil || json.keys.contains(where: ActivityScanner.isListName) }
}
