import BotSchema
import ChatScreen
import Dispatch
import LineEditing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What is being typed to each user at a desk, so that a desk that was killed brings it back when it is started again.
struct DeskDrafts: Sendable {
    /// How often it is looked at: so much of the typing is lost at most.
    private static let interval = Duration.seconds(1)

    private let path: String?

    /// The drafts of an agent at a hub, which are nobody else's.
    init(hub: String?, agent: String) { path = hub.flatMap { StateFolder.deskDrafts(hub: $0, agent: agent) } }

    /// What was left, by the names of the lines.
    func read() -> [String: String] {
        guard let path, let file = fopen(path, "r") else { return [:] }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        guard let object = (try? JSONValue(parsing: Array(bytes[..<count])))?.object else { return [:] }
        let lines = object.entries.compactMap { entry in entry.value.string.map { (entry.key, $0) } }
        return Dictionary(lines) { first, _ in first }
    }

    /// Keeps what is typed, as it changes, until the task is cancelled.
    func follow(_ editor: LineEditor) async {
        var kept = read()
        while true {
            let lines = editor.drafts
            // File calls block: they have a thread of their own and not one of the cooperative pool.
            if lines != kept {
                await withCheckedContinuation { continuation in
                    DispatchQueue.global().async {
                        keep(lines)
                        continuation.resume()
                    }
                }
            }
            kept = lines
            guard (try? await Task.sleep(for: Self.interval)) != nil else { return }
        }
    }

    /// Keeps lines; nothing that looks like a secret.
    func keep(_ lines: [String: String]) {
        guard let path else { return }
        let kept = lines.filter { !$0.value.allSatisfy(\.isWhitespace) && SecretWords.isFree($0.value) }
        guard !kept.isEmpty else {
            unlink(path)
            return
        }
        let entries = kept.sorted { $0.key < $1.key }.map { JSONObject.Entry(key: $0.key, value: .string($0.value)) }
        let temporary = path + ".\(getpid())"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        let bytes = JSONValue.object(JSONObject(entries: entries)).serialized()
        let isWritten = write(descriptor, bytes, bytes.count) == bytes.count
        close(descriptor)
        if !isWritten || rename(temporary, path) != 0 { unlink(temporary) }
    }
}
