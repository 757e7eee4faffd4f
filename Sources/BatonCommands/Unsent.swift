import ChatScreen

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What a chat left unsent: the line that was being typed, and lines that never reached the service.
///
/// It is offered as the line of the next chat with the same profile and the same service, once: words for one bot are
/// not for another.
struct Unsent: Sendable {
    private let path: String?

    /// What the last chat with a service left, by a profile or by none; the demo bot has no address.
    init(profile: String?, service: String?) {
        path = StateFolder.unsent(ofProfile: profile).map { $0 + (service.map { "@" + Self.fileName($0) } ?? "") }
    }

    /// An address as a part of a file's name, so that two addresses have two names.
    static func fileName(_ address: String) -> String {
        let name = address.utf8.map { byte -> String in
            let isPlain =
                UInt8(ascii: "a") <= byte && byte <= UInt8(ascii: "z")
                || UInt8(ascii: "0") <= byte
                    && byte <= UInt8(ascii: "9")
                || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
            return isPlain ? String(UnicodeScalar(byte)) : "_" + String(byte, radix: 16)
        }
        return String(name.joined().prefix(200))
    }

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
