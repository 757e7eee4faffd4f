public import BotSchema

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What journals hold of one conversation, which may have been left and resumed several times.
public struct JournaledConversation: Hashable, Sendable {
    /// What was said, oldest first, as it was shown; changed messages come again under their ids.
    public var activities: [Activity] = []
    /// Own lines that were being sent when a chat was cut off, and that had not come back; they have no ids.
    public var unsettled: [Activity] = []
    /// The steps of filling in cards.
    public var cardSteps: [CardStep] = []

    /// Nothing.
    public init() {}

    fileprivate mutating func add(_ part: JournaledConversation, isFinished: Bool) {
        activities += part.activities
        cardSteps += part.cardSteps
        // What was left in order was told as not delivered, and kept as a draft.
        if !isFinished { unsettled += part.unsettled }
    }

    /// A line that was said once more has come back under another id of the client.
    fileprivate mutating func settle() {
        let arrived = Set(activities.compactMap(\.clientActivityID))
        unsettled.removeAll { line in
            guard let id = line.clientActivityID, !arrived.contains(id) else { return true }
            let saidAt = line.time ?? Timestamp(milliseconds: 0)
            return activities.contains { other in
                other.text == line.text && other.type == line.type && other.value == line.value
                    && other.clientActivityID != nil && (other.time ?? Timestamp(milliseconds: 0)) >= saidAt
            }
        }
    }
}

extension JournalFolder {
    /// Of larger journals together no more than this is looked through, the newest first.
    private static let searchLimit = 512 << 20

    /// Everything that the journals here hold of a conversation.
    ///
    /// Blocks until they are read; journals that cannot be read are passed over.
    public func conversation(_ id: String) -> JournaledConversation {
        var whole = JournaledConversation()
        guard !id.isEmpty, let entries = try? entries() else { return whole }
        var total = 0
        var newest: [Entry] = []
        for entry in entries.reversed() {
            total += entry.size
            guard total <= Self.searchLimit else { break }
            if Self.contains(Array(JSONValue.string(id).serialized()), in: entry.path) { newest.append(entry) }
        }
        var parts: [(startedAt: Timestamp, part: JournaledConversation, isFinished: Bool)] = []
        for entry in newest.reversed() {
            var part = JournaledConversation()
            var startedAt = entry.modifiedAt
            _ = try? TranscriptFile.forEachActivity(in: entry.path) { activity in
                if activity.type == .trace, activity.name == TranscriptJournal.Mark.start.rawValue {
                    startedAt = activity.time ?? startedAt
                }
                guard activity.conversation?.id == id else { return true }
                if let step = CardStep(activity) {
                    part.cardSteps.append(step)
                } else if activity.id == nil, activity.clientActivityID != nil {
                    part.unsettled.append(activity)
                } else {
                    part.activities.append(activity)
                }
                return true
            }
            parts.append((startedAt, part, entry.isFinished))
        }
        // Names tell seconds, and a chat may be resumed within one.
        for (_, part, isFinished) in parts.sorted(by: { $0.startedAt < $1.startedAt }) {
            whole.add(part, isFinished: isFinished)
        }
        whole.settle()
        return whole
    }

    /// Whether a file holds some bytes; much faster than reading its activities.
    private static func contains(_ bytes: [UInt8], in path: String) -> Bool {
        guard let descriptor = try? TranscriptFile.openedForReading(path) else { return false }
        defer { close(descriptor) }
        var block = [UInt8](repeating: 0, count: 1 << 20)
        var kept = 0
        while true {
            let count = block.withUnsafeMutableBytes { buffer in
                read(descriptor, buffer.baseAddress?.advanced(by: kept), buffer.count - kept)
            }
            guard count > 0 else { return false }
            let end = kept + count
            if block.withUnsafeBytes({ Self.contains(bytes, in: UnsafeRawBufferPointer(rebasing: $0[..<end])) }) {
                return true
            }
            kept = min(bytes.count - 1, end)
            block.replaceSubrange(0..<kept, with: Array(block[(end - kept)..<end]))
        }
    }

    private static func contains(_ bytes: [UInt8], in text: UnsafeRawBufferPointer) -> Bool {
        guard let first = bytes.first, let base = text.baseAddress else { return false }
        var start = 0
        while start + bytes.count <= text.count {
            guard let found = memchr(base + start, Int32(first), text.count - bytes.count - start + 1) else {
                return false
            }
            let place = base.distance(to: UnsafeRawPointer(found))
            if memcmp(base + place, bytes, bytes.count) == 0 { return true }
            start = place + 1
        }
        return false
    }
}
