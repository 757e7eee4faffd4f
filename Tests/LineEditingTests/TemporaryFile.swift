#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A file for one test.
final class TemporaryFile {
    let path: String
    private let directory: String

    /// Creates a directory and, when there are contents, the file in it.
    init(contents: String? = nil, name: String = "file") throws {
        var template = Array("/tmp/baton-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(code: errno) }
        directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        path = directory + "/" + name
        if let contents { try write(contents) }
    }

    deinit {
        unlink(path)
        rmdir(directory)
    }

    struct Failure: Error { let code: Int32 }

    /// The text of the file, empty when there is none.
    var contents: String {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        return String(decoding: buffer[..<max(0, read(descriptor, &buffer, buffer.count))], as: UTF8.self)
    }

    /// The permission bits.
    var mode: mode_t {
        var status = stat()
        stat(path, &status)
        return status.st_mode & 0o777
    }

    /// Replaces the contents.
    func write(_ contents: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        guard descriptor >= 0 else { throw Failure(code: errno) }
        defer { close(descriptor) }
        let bytes = Array(contents.utf8)
        guard Self.write(descriptor, bytes) == bytes.count else { throw Failure(code: errno) }
    }

    private static func write(_ descriptor: Int32, _ bytes: [UInt8]) -> Int {
        #if canImport(Glibc)
        Glibc.write(descriptor, bytes, bytes.count)
        #else
        Darwin.write(descriptor, bytes, bytes.count)
        #endif
    }
}
