import Testing
import Transcripts

@testable import ChatScreen

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

struct ExitStatusTests {
    @Test func `what was lost outweighs what was not answered, which outweighs what was done`() {
        #expect(ExitStatus.done.combined(with: .noAnswer) == .noAnswer)
        #expect(ExitStatus.failed.combined(with: .noAnswer) == .failed)
        #expect(ExitStatus.allCases.max() == .usage)
    }

    @Test func `the README has the table`() throws {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let file = try #require(fopen("/" + root + "/README.md", "r"))
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 17)
        let count = fread(&bytes, 1, bytes.count, file)
        let readme = String(decoding: bytes[..<count], as: UTF8.self).replacing("`", with: "")
        for status in ExitStatus.allCases {
            #expect(readme.contains("| \(status.rawValue) | \(status.summary) |"), "\(status)")
        }
    }
}
