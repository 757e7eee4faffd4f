#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The programs of the person's that have the terminal for a while: an editor and a pager.
enum ForegroundProgram {
    /// The person's editor: `VISUAL`, `EDITOR`, or `vi`.
    static var editor: String { setting("VISUAL") ?? setting("EDITOR") ?? "vi" }

    /// The person's pager: `PAGER`, or `less`; nil when it is set to nothing or to `cat`.
    static var pager: String? {
        guard let set = getenv("PAGER") else { return "less" }
        let name = String(cString: set)
        return name.allSatisfy(\.isWhitespace) || name == "cat" ? nil : name
    }

    private static func setting(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }
}

/// A file for another program to read or change, readable by its owner only; gone with its last use.
struct ScratchFile: ~Copyable {
    let path: String

    /// Writes a text to a new file; nil when the system refuses.
    init?(_ text: String, suffix: String) {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(folder)/baton-XXXXXX\(suffix)".utf8CString)
        let descriptor = mkstemps(&template, Int32(suffix.utf8.count))
        guard descriptor >= 0 else { return nil }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        var output = OutputBuffer(descriptor: descriptor)
        output.append(text)
        output.flush()
        close(descriptor)
    }

    deinit { unlink(path) }

    /// The text of the file, or nil when it cannot be read or is no text.
    var text: String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count >= 0 else { return nil }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
