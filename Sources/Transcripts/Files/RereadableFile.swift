#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file that can be read at any place, also what comes through a pipe.
final class RereadableFile {
    /// Negative where all is in memory.
    private let descriptor: Int32
    private let memory: [UInt8]
    private let name: String
    /// Where the file begins, which is not always its first byte on standard input.
    private let start: Int
    /// How many bytes there are.
    let size: Int

    /// Opens a file; a pipe is read to its end.
    init(_ path: String, named name: String) throws(TranscriptError) {
        self.name = name
        let opened =
            path == "-"
            ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : try TranscriptFile.openedForReading(path, takesPipes: true)
        guard opened >= 0 else { throw .system(errno, doing: "cannot read", file: name) }
        var status = stat()
        if fstat(opened, &status) == 0, status.st_mode & S_IFMT == S_IFREG {
            (descriptor, memory) = (opened, [])
            start = max(0, Int(lseek(opened, 0, SEEK_CUR)))
            size = max(0, Int(status.st_size) - start)
            return
        }
        defer { close(opened) }
        var pipe = PipeCopy(name: name)
        do throws(TranscriptError) {
            try pipe.read(opened)
        } catch {
            pipe.discard()
            throw error
        }
        (descriptor, memory, size, start) = (pipe.descriptor, pipe.memory, pipe.size, 0)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// The bytes from a place on, fewer at the end.
    func bytes(from offset: Int, upTo limit: Int) throws(TranscriptError) -> [UInt8] {
        let wanted = min(limit, max(0, size - offset))
        guard descriptor >= 0 else { return Array(memory[min(offset, size)..<(min(offset, size) + wanted)]) }
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
            count = 0
            while count < wanted {
                let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count...])
                let got = pread(descriptor, rest.baseAddress, rest.count, off_t(start + offset + count))
                if got > 0 {
                    count += got
                } else if got == 0 {
                    return
                } else if errno != EINTR {
                    failure = errno
                    return
                }
            }
        }
        guard failure == 0 else { throw .system(failure, doing: "cannot read", file: name) }
        return bytes
    }

    /// The bytes block by block; the last is empty.
    func forEachBlock(
        from offset: Int = 0,
        _ body: (_ block: [UInt8], _ end: Int) throws(TranscriptError) -> Bool
    ) throws(TranscriptError) {
        var offset = offset
        while true {
            let block = try bytes(from: offset, upTo: OpenTranscript.blockSize)
            offset += block.count
            guard try body(block, offset), !block.isEmpty else { return }
        }
    }
}

/// What comes through a pipe: in memory as long as it is small, else in a file that has no name.
private struct PipeCopy {
    let name: String
    private(set) var descriptor: Int32 = -1
    private(set) var memory: [UInt8] = []
    private(set) var size = 0

    init(name: String) { self.name = name }

    mutating func read(_ pipe: Int32) throws(TranscriptError) {
        var block = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = block.withUnsafeMutableBytes { systemRead(pipe, $0) }
            if count > 0 {
                try take(block[..<count])
            } else if count == 0 {
                return
            } else if errno == EAGAIN {
                var state = pollfd(fd: pipe, events: Int16(POLLIN), revents: 0)
                poll(&state, 1, -1)
            } else if errno != EINTR {
                throw .system(errno, doing: "cannot read", file: name)
            }
        }
    }

    private mutating func take(_ bytes: ArraySlice<UInt8>) throws(TranscriptError) {
        size += bytes.count
        guard descriptor < 0 else { return try write(bytes) }
        memory += bytes
        guard memory.count > OpenTranscript.wholeLimit else { return }
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array((folder + "/baton-XXXXXX").utf8CString)
        descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw .system(errno, doing: "cannot keep a large input in \(folder)", file: name) }
        // Nobody but this program gets to it, and it is gone with the program.
        unlink(template)
        try write(memory[...])
        memory = []
    }

    private func write(_ bytes: ArraySlice<UInt8>) throws(TranscriptError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { systemWrite(descriptor, $0) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                throw .system(errno, doing: "cannot keep a large input", file: name)
            }
        }
    }

    func discard() { if descriptor >= 0 { close(descriptor) } }
}
