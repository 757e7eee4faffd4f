package import BotSchema

// What is masked piece by piece, of a document that is never there as a whole.
extension TranscriptRedactor {
    /// What surrounds the activities, with what is sensitive masked.
    package mutating func redacted(envelope: JSONObject) -> JSONObject { redacted(envelope, .detect, depth: 0) }

    /// A value of a document with what is sensitive masked, by the name that it has there.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - key: Its name, where it is a member.
    ///   - object: What stands before it in the same object.
    ///   - depth: How deep it stands.
    /// - Returns: The value.
    mutating func redacted(_ value: JSONValue, named key: String?, in object: JSONObject?, depth: Int) -> JSONValue {
        redacted(value, key.map { .member($0, in: object) } ?? .detect, depth: depth)
    }

    /// A member's name, which may hold data of somebody as well.
    mutating func redacted(name: String, depth: Int) -> String {
        scope == .everything && Rule.mayHoldData(name) ? redacted(name, .identifier, depth: depth) : name
    }

    /// The cells of a row of a table.
    mutating func redacted(cells: [String], of header: [String]) -> [String] {
        cells.enumerated().map { column, cell in
            redacted(cell, header.indices.contains(column) ? .member(header[column], in: nil) : .detect, depth: 0)
        }
    }
}
