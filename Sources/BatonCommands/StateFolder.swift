#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The folder for what Baton remembers from run to run (XDG Base Directory Specification).
enum StateFolder {
    /// The file with the lines of earlier chats with a profile, or with none; nil when there is no place for it.
    static func history(ofProfile profile: String?) -> String? { file("history", profile) }

    /// The file with what was left unsent in the last chat with a profile, or with none.
    static func unsent(ofProfile profile: String?) -> String? { file("unsent", profile) }

    /// The file that says that the hints for the first run have been shown.
    static var hintMarker: String? { path.map { $0 + "/hinted" } }

    private static func file(_ name: String, _ profile: String?) -> String? {
        // A profile may be called what no file can be.
        let suffix = profile.map {
            "-" + $0.map { $0.isLetter || $0.isNumber || $0 == "-" ? String($0) : "_" }.joined()
        }
        return path.map { $0 + "/" + name + (suffix ?? "") }
    }

    /// The file with the lines of earlier days at a desk; what one says to users is no history for the other side.
    static var deskHistory: String? { path.map { $0 + "/desk-history" } }

    /// The file with what is being typed at an agent's desk of a hub.
    static func deskDrafts(hub: String, agent: String) -> String? {
        path.map { $0 + "/desk-drafts@" + Unsent.fileName(hub) + "-" + Unsent.fileName(agent) }
    }

    /// Removes drafts that nobody has come back to for a month: most were for a server on a port of its own, which will
    /// not be there again.
    static func removeOldDrafts() {
        guard let path, let entries = opendir(path) else { return }
        defer { closedir(entries) }
        let oldest = time(nil) - 30 * 86_400
        while let entry = readdir(entries) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name.hasPrefix("desk-drafts@") || name.hasPrefix("unsent") else { continue }
            var status = stat()
            guard lstat("\(path)/\(name)", &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
            #if canImport(Glibc)
            let changed = status.st_mtim.tv_sec
            #else
            let changed = status.st_mtimespec.tv_sec
            #endif
            if changed < oldest { unlink("\(path)/\(name)") }
        }
    }

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

    /// Why nothing can be kept in the folder, in one sentence; nil where it can, and where there is no home at all.
    static var problem: String? {
        guard let home = Secrets.environment("HOME"), access(home, X_OK) == 0 else { return nil }
        let lost = "history, drafts and the journal of this chat are not kept"
        guard let path else {
            return
                "Cannot make the folder for Baton's state below \(home): \(String(cString: strerror(errno))); \(lost)."
        }
        if access(path, W_OK) == 0 { return nil }
        return "Cannot write to \(path): \(String(cString: strerror(errno))); \(lost)."
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
