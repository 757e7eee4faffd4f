import DirectLineClient

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Files that come from a conversation: never in the place of one that is there.
enum NewFile {
    /// Writes a file under a path, or under its own name in the present folder with a number where that is taken.
    ///
    /// Blocks until it is written.
    static func write(_ file: DownloadedFile, to path: String?) -> Result<(path: String, bytes: Int), CommandFailure> {
        for number in 1...1000 {
            let candidate = path ?? (number == 1 ? file.name : file.fileName.numbered(number))
            let descriptor = open(candidate, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
            if descriptor < 0, errno == EEXIST, path == nil { continue }
            guard descriptor >= 0 else {
                return .failure(CommandFailure("\(candidate) cannot be written: \(String(cString: strerror(errno)))"))
            }
            defer { close(descriptor) }
            var rest = file.bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Self.put(descriptor, $0) }
                guard count > 0 else {
                    unlink(candidate)
                    let reason = String(cString: strerror(errno))
                    return .failure(CommandFailure("\(candidate) cannot be written: \(reason)"))
                }
                rest = rest.dropFirst(count)
            }
            return .success((candidate, file.bytes.count))
        }
        return .failure(CommandFailure("there are a thousand files named like \(file.name) already"))
    }

    private static func put(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
        Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        #else
        Darwin.write(descriptor, bytes.baseAddress, bytes.count)
        #endif
    }
}
