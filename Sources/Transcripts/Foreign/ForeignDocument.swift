import BotSchema

/// JSON documents of other programs, which hold a conversation in their own terms.
///
/// Such a document is made into activities; it is never written back, since what surrounds the conversation in it, such
/// as the credentials in a network log, is nobody's to pass on.
enum ForeignDocument {
    /// What was read.
    struct Reading {
        var activities: [Activity]
        var remarks: [TranscriptRepair] = []
    }

    /// Reads a document; nil when it is none of these.
    static func read(_ value: JSONValue) -> Reading? {
        if let log = NetworkLogReader(value) { return log.read() }
        return OmnichannelReader(value)?.read()
    }

    /// Whether text begins as one of these does, which cannot be read piece by piece.
    static func isStart(_ bytes: [UInt8]) -> Bool {
        let start = String(decoding: bytes.prefix(4000), as: UTF8.self)
        if start.prefix(200).filter({ !$0.isWhitespace }).hasPrefix("{\"log\":{") { return true }
        return ["\"documentbody\"", "\"createdDateTime\"", "\"isControlMessage\""].contains { start.contains($0) }
    }
}
