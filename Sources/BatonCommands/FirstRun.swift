#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Three lines for somebody who chats here for the first time.
enum FirstRun {
    /// The hints, the first time they are asked for on this machine; empty ever after, and where nothing can be kept.
    static func hints() -> [String] {
        guard let marker = StateFolder.hintMarker else { return [] }
        let descriptor = open(marker, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return [] }
        close(descriptor)
        return [
            "Enter sends, Alt-Enter makes a new row, Tab completes, Ctrl-R searches.",
            "/help lists the commands, /edit opens your editor, /set changes settings.",
            "Ctrl-C twice or /quit leaves. These hints are not shown again.",
        ]
    }
}
