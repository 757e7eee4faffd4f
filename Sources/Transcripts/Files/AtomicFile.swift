#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file that is written beside the one it will replace.
///
/// The temporary file is gone when it is committed or discarded, and when a signal ends the program: see
/// ``TemporaryFiles``. A pipe or a device is written as it is, where that is wanted: there is nothing to replace.
struct AtomicFile: ~Copyable {
    /// The name as the caller gave it, for errors.
    private let name: String
    private let target: String
    private let folder: String
    /// The file that is written; nil where the target itself is.
    private let temporary: String?
    private let slot: TemporaryFiles.Slot?
    private var descriptor: Int32

    /// Who may read a file that was not there before.
    enum Readers {
        /// Whom the person's umask lets.
        case usual
        /// Its owner alone, whatever the umask.
        case owner
    }

    /// Opens the temporary file, with the permissions of the file to be replaced.
    ///
    /// - Parameters:
    ///   - name: The file.
    ///   - readers: Who may read it where it was not there before.
    ///   - takesPipes: Whether it may be a pipe or a device.
    /// - Throws: ``TranscriptError`` when it cannot be written; there is no temporary file then.
    init(replacing name: String, for readers: Readers = .usual, takesPipes: Bool = false) throws(TranscriptError) {
        let target = Self.followed(TranscriptFile.expanded(name))
        if takesPipes, Self.isStream(target) {
            let descriptor = open(target, O_WRONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw .system(errno, doing: "cannot write", file: name) }
            (self.name, self.target, self.descriptor) = (name, target, descriptor)
            (folder, temporary, slot) = ("", nil, nil)
            return
        }
        let permissions = try Self.permissions(of: target, named: name) ?? (readers == .owner ? 0o600 : nil)
        let folder = Self.folder(of: target)
        let tag = String(UInt64.random(in: 0 ... .max), radix: 36)
        let temporary = "\(folder)/.baton-\(tag).tmp"
        // Before there is a file: a signal may come as soon as there is one.
        let slot = TemporaryFiles.note(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, permissions == nil ? 0o666 : 0o600)
        guard descriptor >= 0 else {
            let cause = errno
            TemporaryFiles.forget(slot)
            throw .system(cause, doing: "cannot write", file: name)
        }
        if let permissions, fchmod(descriptor, permissions) != 0 {
            let cause = errno
            close(descriptor)
            unlink(temporary)
            TemporaryFiles.forget(slot)
            throw .system(cause, doing: "cannot keep the permissions", file: name)
        }
        self.name = name
        self.target = target
        self.folder = folder
        self.temporary = temporary
        self.slot = slot
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
        guard temporary == nil || fsync(descriptor) == 0 else {
            throw .system(errno, doing: "cannot write", file: name)
        }
        let written = descriptor
        descriptor = -1
        // Some file systems tell only now that there was no room.
        guard close(written) == 0 else { throw .system(errno, doing: "cannot write", file: name) }
        guard let temporary else { return }
        guard rename(temporary, target) == 0 else { throw .system(errno, doing: "cannot write", file: name) }
        TemporaryFiles.forget(slot)
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
        if let temporary { unlink(temporary) }
        TemporaryFiles.forget(slot)
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

    /// Whether a path names a pipe, a socket or a device, of which nothing can be replaced.
    private static func isStream(_ path: String) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { return false }
        return [S_IFIFO, S_IFCHR, S_IFSOCK].contains(status.st_mode & S_IFMT)
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// A rename would replace a link instead of the file that it names, which need not be there yet.
    private static func followed(_ path: String) -> String {
        var path = path
        // As many links as the system follows; more are a circle, which opening the file refuses.
        for _ in 0..<40 {
            if let resolved = realpath(path, nil) {
                defer { free(resolved) }
                return String(cString: resolved)
            }
            guard let next = link(at: path) else { return path }
            path = next.hasPrefix("/") ? next : "\(folder(of: path))/\(next)"
        }
        return path
    }

    /// Where a link points; nil for everything else.
    private static func link(at path: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = buffer.withUnsafeMutableBytes { bytes in
            bytes.withMemoryRebound(to: CChar.self) { chars in
                chars.baseAddress.map { readlink(path, $0, chars.count) } ?? -1
            }
        }
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
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
