package import BotSchema

/// Writes a transcript activity by activity, the same bytes as if it was written as a whole.
package struct TranscriptStreamWriter: Sendable {
    private let format: TranscriptFormat
    /// What stands before the first activity and behind the last, in JSON documents.
    private let (head, tail): (String, String)
    private let empty: [UInt8]
    private let level: Int
    private var count = 0

    /// A writer; nil for mock conversations, which begin with what only the end tells.
    ///
    /// - Parameters:
    ///   - format: The form.
    ///   - envelope: The object around the activities with an empty list in their place, for attachments.
    package init?(_ format: TranscriptFormat, around envelope: JSONObject? = nil) {
        guard format != .chat else { return nil }
        self.format = format
        level = format == .attachment ? 3 : 1
        var frame = Transcript(activities: [], form: .activitySet, envelope: envelope)
        frame.activities = []
        empty = frame.serialized(as: format)
        let mark = "here-\(UInt64.random(in: 0 ... .max))"
        let text = frame.json(as: format, list: [.string(mark)]).prettyText + "\n"
        let halves = text.split(separator: "\"\(mark)\"", maxSplits: 1, omittingEmptySubsequences: false)
        (head, tail) = (String(halves.first ?? ""), String(halves.last ?? ""))
    }

    /// The bytes for an activity, with what comes before it.
    package mutating func bytes(for activity: Activity) -> [UInt8] {
        count += 1
        switch format {
        case .lines: return activity.jsonValue.serialized() + [0x0A]
        case .csv: return (count == 1 ? TableWriter.head : []) + TableWriter.row(of: activity, number: count)
        case .array, .attachment, .chat:
            let before = count == 1 ? head : ",\n" + String(repeating: "  ", count: level)
            return Array(before.utf8) + activity.jsonValue.prettySerialized(atLevel: level)
        }
    }

    /// The bytes behind the last activity.
    package func end() -> [UInt8] {
        guard count > 0 else { return empty }
        return format == .lines || format == .csv ? [] : Array(tail.utf8)
    }
}

extension TranscriptFile {
    /// Writes a file piece by piece; it holds either all of them or what it held before.
    ///
    /// - Parameters:
    ///   - path: The file; `~` stands for the home folder. A pipe or a device gets the pieces.
    ///   - beforeCommit: Done when all is written and before the file has its name: what it needs is there first, and
    ///     is not made for a file that there is no room for.
    ///   - body: Gets what takes the next piece.
    /// - Throws: What the bodies throw, and ``TranscriptError``; the temporary file is gone by then.
    package static func write(
        to path: String,
        beforeCommit: () throws -> Void = {},
        _ body: (([UInt8]) throws -> Void) throws -> Void
    ) throws {
        // Pieces are gathered, since each write is a call of the system.
        var file = try AtomicFile(replacing: path, takesPipes: true)
        var gathered: [UInt8] = []
        do {
            try body { piece in
                gathered += piece
                guard gathered.count >= 1 << 18 else { return }
                try file.write(gathered)
                gathered.removeAll(keepingCapacity: true)
            }
            try file.write(gathered)
            try beforeCommit()
            try file.commit()
        } catch {
            file.discard()
            throw error
        }
    }

    /// Whether a file is too large for being read as a whole.
    package static func isLarge(_ path: String) -> Bool { (size(of: path) ?? 0) > sizeLimit }
}
