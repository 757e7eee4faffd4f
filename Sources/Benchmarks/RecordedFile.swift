import BotSchema

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A file of conversations with handoffs, as large as is wanted.
struct RecordedFile {
    /// How it is written.
    enum Form: String { case list = "json", lines = "jsonl", export = "csv" }

    /// About how many bytes it has.
    let size: Int
    /// How many handoffs are in it, evenly spread.
    let handoffs: Int
    /// How many activities a conversation has; nil where there is one alone.
    let activitiesOfConversation: Int?
    let form: Form

    private static let activitySize = 620
    private static let recordLimit = 900_000

    /// Writes the file.
    func write(to path: String) throws {
        guard let file = fopen(path, "w") else { throw BenchmarkFailure("cannot write \(path)") }
        defer { fclose(file) }
        func put(_ bytes: [UInt8]) { fwrite(bytes, 1, bytes.count, file) }
        var (written, number, made) = (0, 0, 0)
        var record: [JSONValue] = []
        var recordSize = 0
        let distance = max(1, size / Self.activitySize / max(1, handoffs))
        if form == .export {
            put(Array("conversationtranscriptid,name,conversationstarttime,content,metadata\r\n".utf8))
        }
        while written < size {
            let conversation = "c-\(activitiesOfConversation.map { number / $0 } ?? 0)"
            var next = [Self.message(number, in: conversation)]
            if number % distance == distance / 2, made < handoffs {
                next += Self.handoff(made, number, in: conversation)
                made += 1
            }
            for value in next {
                let bytes = value.serialized()
                switch form {
                case .list: put(Array((written == 0 ? "[" : ",\n").utf8) + bytes)
                case .lines: put(bytes + [0x0A])
                case .export: record.append(value)
                }
                written += bytes.count
                recordSize += bytes.count
            }
            number += 1
            let isLast = written >= size || activitiesOfConversation.map { number % $0 == 0 } ?? false
            if form == .export, isLast || recordSize > Self.recordLimit {
                put(Self.row(record, number, of: conversation))
                (record, recordSize) = ([], 0)
            }
        }
        if form == .list { put([UInt8(ascii: "]")]) }
    }

    private static func message(_ number: Int, in conversation: String) -> JSONValue {
        let isUser = number.isMultiple(of: 2)
        let user: JSONValue = ["id": "user-1", "name": "Mina", "role": "user"]
        let bot: JSONValue = ["id": "bot-1", "name": "Robin", "role": "bot"]
        let words = "Where is my parcel? \"Äpfel\" und 漢字, line \(number). "
        return [
            "type": "message", "id": .string("\(conversation)|\(number)"), "timestamp": time(number),
            "channelId": "directline", "from": isUser ? user : bot, "recipient": isUser ? bot : user,
            "conversation": ["id": .string(conversation)],
            "text": .string(String(repeating: words, count: isUser ? 2 : 8)),
        ]
    }

    private static func handoff(_ handoff: Int, _ number: Int, in conversation: String) -> [JSONValue] {
        let note: JSONValue = .string("the user wants to know of parcel \(handoff)")
        let events: [(String, JSONValue)] = [
            ("handoff.initiate", ["Skill": "orders", "va_AgentMessage": note]),
            ("handoff.status", ["state": "accepted"]), ("handoff.status", ["state": "completed"]),
        ]
        return events.enumerated().map { index, event in
            [
                "type": "event", "name": .string(event.0), "value": event.1, "timestamp": time(number),
                "id": .string("\(conversation)|\(number)-\(index)"), "channelId": "directline",
                "from": ["id": "bot-1", "role": "bot"], "conversation": ["id": .string(conversation)],
            ]
        }
    }

    private static func time(_ number: Int) -> JSONValue {
        .string(Timestamp(milliseconds: 1_767_322_800_000 + Int64(number) * 1000).text)
    }

    private static func row(_ activities: [JSONValue], _ number: Int, of conversation: String) -> [UInt8] {
        let content = JSONValue.object(["activities": .array(activities)]).compactText
        let id = String(repeating: "0", count: 12 - String(number).count) + String(number)
        let metadata = "{\"BatchId\":\(number)}".replacing("\"", with: "\"\"")
        let cells = [
            "00000000-0000-0000-0000-\(id)", "\(conversation)_bot", "2026-01-02T03:00:00Z",
            "\"" + content.replacing("\"", with: "\"\"") + "\"", "\"\(metadata)\"",
        ]
        return Array((cells.joined(separator: ",") + "\r\n").utf8)
    }
}

/// A failure of a benchmark in a sentence.
struct BenchmarkFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
