#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Texts that were once looked at by a person and must stay as they are.
package enum Golden {
    /// A text is not the recorded one, or has just been recorded.
    package struct Difference: Error, CustomStringConvertible {
        /// What is wrong, with both lines where they differ first.
        package let description: String
    }

    /// Compares a text with the file of this name in the folder `Golden` beside the test.
    ///
    /// When there is no such file, or when `BATON_RECORD_GOLDEN` is 1, the text is recorded and the test fails once: a
    /// person is to look at it before it counts.
    package static func expect(_ text: String, equals name: String, testFile: String = #filePath) throws {
        let directory = testFile[..<(testFile.lastIndex(of: "/") ?? testFile.startIndex)] + "/Golden"
        let path = directory + "/" + name
        let isRecording = getenv("BATON_RECORD_GOLDEN").map { String(cString: $0) } == "1"
        guard !isRecording, let recorded = contents(of: path) else {
            try record(text, in: String(directory), path: path)
            throw Difference(description: "Recorded \(path). Look at it and run the test again.")
        }
        guard recorded != text else { return }
        throw Difference(description: difference(text, recorded, name: name))
    }

    private static func difference(_ text: String, _ recorded: String, name: String) -> String {
        let present = text.split(separator: "\n", omittingEmptySubsequences: false)
        let expected = recorded.split(separator: "\n", omittingEmptySubsequences: false)
        for number in 0..<max(present.count, expected.count) {
            let one = number < present.count ? present[number] : "(no line)"
            let other = number < expected.count ? expected[number] : "(no line)"
            if one != other { return "\(name), line \(number + 1):\n  is       \(one)\n  recorded \(other)" }
        }
        return "\(name) differs"
    }

    private static func contents(of path: String) -> String? {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
        }
    }

    private static func record(_ text: String, in directory: String, path: String) throws {
        mkdir(directory, 0o755)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        let bytes = Array(text.utf8)
        guard descriptor >= 0, write(descriptor, bytes, bytes.count) == bytes.count else {
            throw Difference(description: "Cannot record \(path): \(String(cString: strerror(errno)))")
        }
        close(descriptor)
    }
}
