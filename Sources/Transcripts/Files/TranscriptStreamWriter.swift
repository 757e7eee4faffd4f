package import BotSchema

/// Writes a transcript activity by activity, in memory that does not grow with it.
package struct TranscriptStreamWriter: Sendable {
    private let format: TranscriptFormat
    private var count = 0

    /// A writer; nil for mock conversations, which begin with what only the end tells.
    package init?(_ format: TranscriptFormat) {
        guard format != .chat else { return nil }
        self.format = format
    }

    /// The bytes for an activity, with what comes before it.
    package mutating func bytes(for activity: Activity) -> [UInt8] {
        count += 1
        switch format {
        case .lines: return activity.jsonValue.serialized() + [0x0A]
        case .csv: return (count == 1 ? TableWriter.head : []) + TableWriter.row(of: activity, number: count)
        case .array, .attachment, .chat:
            return Array((count == 1 ? head : ",\n").utf8) + activity.jsonValue.serialized()
        }
    }

    /// The bytes behind the last activity.
    package func end() -> [UInt8] {
        switch format {
        case .lines: []
        case .csv: count == 0 ? TableWriter.head : []
        case .array, .chat: Array(((count == 0 ? head : "") + "\n]\n").utf8)
        case .attachment: Array(((count == 0 ? head : "") + "\n]}}\n").utf8)
        }
    }

    private var head: String {
        format == .attachment
            ? #"{"contentType":"application/json","name":"Transcript","content":{"activities":["# + "\n" : "[\n"
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
