#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The folder for what Baton remembers from run to run (XDG Base Directory Specification).
enum StateFolder {
    /// The file with the lines of earlier chats; nil when there is no place for it.
    static var history: String? { path.map { $0 + "/history" } }

    /// The file with the lines of earlier days at a desk; what one says to users is no history for the other side.
    static var deskHistory: String? { path.map { $0 + "/desk-history" } }

    /// The file with the places of earlier conversations.
    static var conversations: String? { path.map { $0 + "/conversations.json" } }

    /// A folder within it that only its owner can look into, made when it is missing; nil when there is no place.
    static func subfolder(_ name: String) -> String? {
        guard let path = path.map({ $0 + "/" + name }) else { return nil }
        return mkdir(path, 0o700) == 0 || errno == EEXIST ? path : nil
    }

    /// `$XDG_STATE_HOME/baton`, or `~/.local/state/baton`, made when it is missing.
    ///
    /// A home that does not exist is not made: services and sandboxes run without one on purpose.
    private static var path: String? {
        if let state = Secrets.environment("XDG_STATE_HOME"), state.hasPrefix("/") {
            return made(below: "/", state.split(separator: "/") + ["baton"])
        }
        return Secrets.environment("HOME").flatMap { made(below: $0, [".local", "state", "baton"]) }
    }

    private static func made(below base: String, _ parts: [Substring]) -> String? {
        guard access(base, X_OK) == 0 else { return nil }
        var folder = base
        for part in parts {
            folder += (folder.hasSuffix("/") ? "" : "/") + part
            if mkdir(folder, 0o700) != 0, errno != EEXIST { return nil }
        }
        return folder
    }
}
