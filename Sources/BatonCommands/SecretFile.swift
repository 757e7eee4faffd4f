#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Files that hold a secret, which nobody but their owner may open.
enum SecretFile {
    /// Refuses an open file as ``check(_:)`` does.
    ///
    /// - Parameters:
    ///   - descriptor: The open file, so that it is the one that is read.
    ///   - path: Its name, for the message.
    /// - Throws: ``CommandError`` that says the mode and how to change it.
    static func check(_ descriptor: Int32, named path: String) throws(CommandError) {
        var status = stat()
        if fstat(descriptor, &status) == 0 { try check(status, path) }
    }

    /// Refuses a file of this person's that others may read or change, as ssh does with private keys.
    ///
    /// Files of other owners are theirs to protect, and pipes have no readers but us.
    ///
    /// - Throws: ``CommandError`` that says the mode and how to change it.
    static func check(_ path: String) throws(CommandError) {
        var status = stat()
        if stat(path, &status) == 0 { try check(status, path) }
    }

    private static func check(_ status: stat, _ path: String) throws(CommandError) {
        guard status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(), status.st_mode & 0o077 != 0 else {
            return
        }
        let octal = String(status.st_mode & 0o777, radix: 8)
        let mode = String(repeating: "0", count: max(0, 4 - octal.count)) + octal
        throw CommandError("the secret file \(path) is open to others (mode \(mode)); run: chmod 600 \(path)")
    }
}
