#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file that is written beside the one it will replace.
struct AtomicFile: ~Copyable {
    /// The name as the caller gave it, for errors.
    private let name: String
    private let target: String
    private let folder: String
    private let temporary: String
    private var descriptor: Int32

    /// Who may read a file that was not there before.
    enum Readers {
        /// Whom the person's umask lets.
        case usual
        /// Its owner alone, whatever the umask.
        case owner
    }

    /// Opens the temporary file, with the permissions of the file to be replaced.
    init(replacing name: String, for readers: Readers = .usual) throws(TranscriptError) {
        let target = Self.followed(TranscriptFile.expanded(name))
        let permissions = try Self.permissions(of: target, named: name) ?? (readers == .owner ? 0o600 : nil)
        let folder = Self.folder(of: target)
        let tag = String(UInt64.random(in: 0 ... .max), radix: 36)
        let temporary = "\(folder)/.baton-\(tag).tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, permissions == nil ? 0o666 : 0o600)
        guard descriptor >= 0 else { throw .system(errno, doing: "cannot write", file: name) }
        if let permissions, fchmod(descriptor, permissions) != 0 {
            let cause = errno
            close(descriptor)
            unlink(temporary)
            throw .system(cause, doing: "cannot keep the permissions", file: name)
        }
        self.name = name
        self.target = target
        self.folder = folder
        self.temporary = temporary
        self.descriptor = descriptor
    }

    /// Appends bytes.
    func write(_ bytes: [UInt8]) throws(TranscriptError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { systemWrite(descriptor, $0) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                throw .system(errno, doing: "cannot write", file: name)
            }
        }
    }

    /// Gives the file its name once the bytes are on disk.
    mutating func commit() throws(TranscriptError) {
        guard fsync(descriptor) == 0 else { throw .system(errno, doing: "cannot write", file: name) }
        let written = descriptor
        descriptor = -1
        // Some file systems tell only now that there was no room.
        guard close(written) == 0 else { throw .system(errno, doing: "cannot write", file: name) }
        guard rename(temporary, target) == 0 else { throw .system(errno, doing: "cannot write", file: name) }
        // The new name must be on disk too. The contents are: a failure here loses nothing.
        let directory = open(folder, O_RDONLY | O_CLOEXEC)
        if directory >= 0 {
            fsync(directory)
            close(directory)
        }
    }

    /// Removes the temporary file; what was there before stays.
    mutating func discard() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
        unlink(temporary)
    }

    /// The permissions of a file that may be replaced; nil when there is none.
    private static func permissions(of path: String, named name: String) throws(TranscriptError) -> mode_t? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        guard status.st_mode & S_IFMT == S_IFREG else {
            if status.st_mode & S_IFMT == S_IFDIR { throw .system(EISDIR, doing: "cannot write", file: name) }
            throw TranscriptError(.inputOutput, file: name, reason: "cannot write: it is not a regular file")
        }
        // A rename would get round a file that its owner has made read-only.
        guard access(path, W_OK) == 0 else { throw .system(errno, doing: "cannot write", file: name) }
        return status.st_mode & 0o7777
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// A rename would replace a link instead of the file that it names.
    private static func followed(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}

extension TranscriptError {
    /// A failure of a system call as one line.
    static func system(_ number: Int32, doing action: String, file: String) -> TranscriptError {
        let code: Code =
            switch number {
            case ENOENT, ENOTDIR: .notFound
            case EACCES, EPERM, EROFS: .notPermitted
            case EISDIR: .isDirectory
            case ENOSPC, EDQUOT, EFBIG: .noSpace
            default: .inputOutput
            }
        return TranscriptError(code, file: file, reason: "\(action): \(words(for: number))")
    }

    private static func words(for number: Int32) -> String {
        switch number {
        case ENOENT: "no such file or folder"
        case ENOTDIR: "a part of the path is not a folder"
        case EACCES, EPERM: "permission denied"
        case EROFS: "the file system is read-only"
        case EISDIR: "it is a folder"
        case ENOSPC: "no space left on the device"
        case EDQUOT: "the disk quota is used up"
        default: strerror(number).map { String(cString: $0).lowercased() } ?? "error \(number)"
        }
    }
}
