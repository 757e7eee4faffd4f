import BotSchema
import DirectLineClient

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Which conversations were had with services, and how far they were seen, for `--resume`.
///
/// One JSON file in the state folder, the newest conversation first; no credential is in it.
struct ConversationPlaces {
    /// One conversation.
    struct Place: Sendable {
        let authority: String
        let userId: String
        let resumption: Resumption
    }

    private static let limit = 50
    private let path: String

    /// The places on this machine; nil when there is no folder for them.
    init?() {
        guard let path = StateFolder.conversations else { return nil }
        self.path = path
    }

    /// All places, the newest first; a file that is no longer readable counts as empty.
    var all: [Place] {
        guard let file = fopen(path, "r") else { return [] }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 18)
        let count = fread(&bytes, 1, bytes.count, file)
        let json = try? JSONValue(parsing: Array(bytes[..<count]))
        return (json?.array ?? []).compactMap { entry in
            guard let authority = entry["service"]?.string, let id = entry["conversation"]?.string,
                let userId = entry["user"]?.string
            else { return nil }
            let resumption = Resumption(conversationId: id, watermark: entry["watermark"]?.string)
            return Place(authority: authority, userId: userId, resumption: resumption)
        }
    }

    /// Remembers a place before all others, once for each conversation.
    func remember(_ place: Place) {
        let others = all.filter { $0.resumption.conversationId != place.resumption.conversationId }
        let json = ([place] + others).prefix(Self.limit).map { place -> JSONValue in
            var json: JSONObject = [
                "service": .string(place.authority), "conversation": .string(place.resumption.conversationId),
                "user": .string(place.userId),
            ]
            json["watermark"] = place.resumption.watermark.map(JSONValue.string)
            return .object(json)
        }
        let temporary = path + ".\(getpid())"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        let bytes = JSONValue.array(json).serialized()
        let isWritten = write(descriptor, bytes, bytes.count) == bytes.count
        close(descriptor)
        if !isWritten || rename(temporary, path) != 0 { unlink(temporary) }
    }
}
