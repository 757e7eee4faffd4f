import ChatScreen

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What a chat left unsent: the line that was being typed, and lines that never reached the service.
///
/// It is offered as the line of the next chat with the same profile, once.
struct Unsent: Sendable {
    private let path: String?

    /// What the last chat with a profile left, or with none.
    init(profile: String?) { path = StateFolder.unsent(ofProfile: profile) }

    /// What was left, which is forgotten now; empty when nothing was.
    func take() -> String {
        guard let path, let file = fopen(path, "r") else { return "" }
        defer {
            fclose(file)
            unlink(path)
        }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(validating: bytes[..<count], as: UTF8.self) ?? ""
    }

    /// Keeps texts; nothing that looks like a secret.
    func keep(_ texts: [String]) {
        let kept = texts.filter { !$0.allSatisfy(\.isWhitespace) && SecretWords.isFree($0) }
        guard let path, !kept.isEmpty else { return }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0, let file = fdopen(descriptor, "w") else { return }
        fputs(kept.joined(separator: "\n"), file)
        fclose(file)
    }
}
