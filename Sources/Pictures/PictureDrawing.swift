import ChildPrograms

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Draws pictures that came with messages, by the program `chafa`.
///
/// The files are strangers', and decoding them is where such programs break: so they are decoded in a process of their
/// own, with little memory, little time and none of our environment's secrets, whose output is checked.
package struct PictureDrawing: Sendable {
    /// The largest file that is drawn, in bytes.
    package static let sizeLimit = 10 << 20
    /// The most rows that a picture takes.
    static let rowLimit = 16
    private static let outputLimit = 4 << 20
    private static let patience = Duration.seconds(10)

    /// How the terminal takes pictures.
    package let format: PictureFormat
    private let program: String
    private let environment: ChildEnvironment
    private let clock: any Clock<Duration>

    /// A drawing for a terminal.
    ///
    /// - Parameters:
    ///   - format: How the terminal takes pictures.
    ///   - program: The drawing program; looked up in `PATH`.
    ///   - environment: The variables by name; a handful of them reach the program.
    ///   - clock: Measures its patience.
    package init(
        format: PictureFormat,
        program: String = "chafa",
        environment: (String) -> String?,
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.format = format
        self.program = program
        self.clock = clock
        let names = ["PATH", "TERM", "COLORTERM", "LANG", "LC_ALL", "LC_CTYPE"]
        self.environment = ChildEnvironment(only: names, of: environment)
    }

    /// Draws a picture.
    ///
    /// - Parameters:
    ///   - bytes: A picture file of any usual kind.
    ///   - columns: The width of the terminal.
    /// - Returns: nil when the program is missing, knows no such file, or takes too much of anything: what the picture
    ///   is called has been said, and a picture that cannot be shown is no failure of the chat. Nil on cancellation.
    package func draw(_ bytes: [UInt8], columns: Int) async -> DrawnPicture? {
        guard !bytes.isEmpty, bytes.count <= Self.sizeLimit, columns >= 8 else { return nil }
        let output = await withTaskGroup(of: [UInt8]?.self) { group in
            group.addTask { await self.output(for: bytes, columns: columns) }
            group.addTask {
                try? await clock.sleep(for: Self.patience)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
        return output.flatMap { DrawnPicture($0, format: format) }
    }

    private func output(for bytes: [UInt8], columns: Int) async -> [UInt8]? {
        let size = "\(min(columns - 1, 80))x\(Self.rowLimit)"
        guard let file = Self.temporaryFile(holding: bytes) else { return nil }
        defer { unlink(file) }
        // Two gigabytes of addresses and ten seconds of work bound what a small file can blow up to. The file, and no
        // pipe, since a program that refuses it may end before it has read it all.
        let script = #"exec <"$0" && rm -f "$0"; ulimit -v 2000000; ulimit -t 10; exec "$@""#
        return await ChildProgram.output(
            of: "sh",
            arguments: ["-c", script, file, program, "--format", format.word, "--size", size, "--animate", "off", "-"],
            environment: environment,
            limit: Self.outputLimit
        )
    }

    /// A file that nobody else can read; nil when none can be written.
    private static func temporaryFile(holding bytes: [UInt8]) -> String? {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var path = Array("\(folder)/baton-picture-XXXXXX".utf8CString)
        let descriptor = mkstemp(&path)
        guard descriptor >= 0 else { return nil }
        let count = write(descriptor, bytes, bytes.count)
        close(descriptor)
        let name = path.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } } ?? ""
        if count == bytes.count { return name }
        unlink(name)
        return nil
    }
}
