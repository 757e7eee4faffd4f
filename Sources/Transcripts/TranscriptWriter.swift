public import BotSchema

/// The shapes in which transcripts are written.
public enum TranscriptFormat: String, Hashable, Sendable, CaseIterable {
    /// The Bot Framework transcript attachment, as a handoff carries it.
    case attachment
    /// The plain list, which Emulator opens.
    case array

    /// The format that goes with a file's name: a list for `.transcript`, else the attachment.
    public init(forFile path: String) {
        self = path.lowercased().hasSuffix(".transcript") ? .array : .attachment
    }
}

extension Transcript {
    /// The transcript as JSON.
    ///
    /// Within an attachment the content is the object in which the activities were found, with all its members.
    public func json(as format: TranscriptFormat) -> JSONValue {
        let list = JSONValue.array(activities.map(\.jsonValue))
        switch format {
        case .array: return list
        case .attachment:
            return ["contentType": "application/json", "name": "Transcript", "content": .object(content(list))]
        }
    }

    /// The transcript as an indented JSON document that ends with a line break, in UTF-8 without a mark (T2102).
    public func serialized(as format: TranscriptFormat) -> [UInt8] {
        Array((json(as: format).prettyText + "\n").utf8)
    }

    private func content(_ list: JSONValue) -> JSONObject {
        guard var envelope else { return ["activities": list] }
        // Of several members of one name the last is the one that was read.
        let name = TranscriptForm.listNames.first(where: envelope.contains) ?? "activities"
        guard let index = envelope.entries.lastIndex(where: { $0.key == name }) else { return ["activities": list] }
        envelope.entries[index] = JSONObject.Entry(key: "activities", value: list)
        return envelope
    }
}
