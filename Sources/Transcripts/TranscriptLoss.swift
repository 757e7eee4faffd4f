import BotSchema

/// Something of a transcript that a form cannot carry.
public struct TranscriptLoss: Hashable, Sendable, CustomStringConvertible {
    /// What is lost: a member's path such as `$.from.id`, or a kind of activity.
    public let what: String
    /// In how many activities; 0 where it concerns the file as a whole.
    public let count: Int

    /// A loss.
    public init(_ what: String, count: Int) {
        self.what = what
        self.count = count
    }

    /// One line.
    public var description: String {
        switch count {
        case 0: what
        case 1: "\(what), in 1 activity"
        default: "\(what), in \(count) activities"
        }
    }
}

extension Transcript {
    /// What a form cannot carry of this transcript.
    ///
    /// It is found by reading again what would be written, so that nothing is lost unsaid.
    ///
    /// - Parameter format: The form to write.
    /// - Returns: The losses, the file as a whole first; none where reading it back gives the same.
    public func losses(in format: TranscriptFormat) -> [TranscriptLoss] {
        var losses: [TranscriptLoss] = []
        let members = envelopeMembers.keys
        if format != .attachment, !members.isEmpty {
            losses.append(TranscriptLoss("members beside the activities: \(members.joined(separator: ", "))", count: 0))
        }
        if form == .export || (form == .table && !isOwnTable) {
            losses.append(TranscriptLoss("what the export holds beside its conversations", count: 0))
        }
        // Where none says that it is an activity, nobody knows it of the list.
        let isKnown = format == .csv || activities.contains { TranscriptEvidence.isActivity($0.json) }
        let strays =
            format == .chat || format == .attachment
            ? 0 : isKnown ? strayCount(inList: format == .array) : activities.count
        if strays > 0 {
            losses.append(TranscriptLoss("that it is an activity, where it looks like something else", count: strays))
        }
        guard format == .chat else { return losses }
        var whole = ChatdownReader(ChatdownWriter(activities).bytes)
        guard whole.read() != activities else { return losses }
        var counts: [String: Int] = [:]
        for activity in activities {
            for path in Self.pathsLostInChat(activity) { counts[path, default: 0] += 1 }
        }
        return losses + counts.sorted { $0.key < $1.key }.map { TranscriptLoss($0.key, count: $0.value) }
    }

    /// How many activities would be taken for an envelope, or for nothing, in a list or where each stands alone.
    private func strayCount(inList isListed: Bool) -> Int {
        let suspects = activities.filter(\.mayBeMisread)
        guard !suspects.isEmpty, isListed else { return suspects.count { !Self.isRead($0.jsonValue, as: [$0]) } }
        return Self.isRead(json(as: .array), as: activities) ? 0 : suspects.count
    }

    static func isRead(_ value: JSONValue, as activities: [Activity]) -> Bool {
        (try? Transcript(parsing: value.serialized(), name: "a.json"))?.activities == activities
    }

    /// A table of ours holds nothing beside the activities.
    var isOwnTable: Bool {
        guard case .table(let table)? = source?.text else { return false }
        return table.rows.first?.contains(TableReader.activityColumn) == true
    }

    private static func pathsLostInChat(_ activity: Activity) -> Set<String> {
        var reader = ChatdownReader(ChatdownWriter([activity]).bytes)
        let read = reader.read()
        guard let same = read.first, read.count == 1 else {
            return ["activities of type \(activity.type?.rawValue ?? "none")"]
        }
        var paths: Set<String> = []
        collect(activity.jsonValue, same.jsonValue, "$", &paths)
        return paths
    }

    private static func collect(_ value: JSONValue, _ read: JSONValue?, _ path: String, _ paths: inout Set<String>) {
        switch (value, read) {
        case (.object(let members), .object(let others)?):
            for member in members.entries { collect(member.value, others[member.key], "\(path).\(member.key)", &paths) }
        case (.array(let elements), .array(let others)?) where elements.count == others.count:
            for (element, other) in zip(elements, others) { collect(element, other, "\(path)[]", &paths) }
        case _ where value == read: break
        default: paths.insert(path)
        }
    }
}
