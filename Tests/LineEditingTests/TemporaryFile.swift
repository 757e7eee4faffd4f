import TestSupport

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A file for one test.
final class TemporaryFile {
    let path: String
    private let folder: TemporaryFolder
    private let name: String

    /// Makes a folder and, when there are contents, the file in it.
    init(contents: String? = nil, name: String = "file") throws {
        folder = try TemporaryFolder()
        self.name = name
        path = folder.file(name)
        if let contents { try folder.write(contents, to: name) }
    }

    /// The text of the file, empty when there is none.
    var contents: String { String(decoding: (try? folder.read(name)) ?? [], as: UTF8.self) }

    /// The permission bits.
    var mode: mode_t {
        var status = stat()
        stat(path, &status)
        return status.st_mode & 0o777
    }
}
