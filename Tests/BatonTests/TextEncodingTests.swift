import TestSupport
import Testing

/// Files and pipes in the encodings that editors write.
@Suite(.serialized, .timeLimit(.minutes(20)), .waitsForPrograms)
struct TextEncodingTests {
    private nonisolated static let encodings: [(name: String, encode: @Sendable (String) -> [UInt8])] = [
        ("UTF-8", { Array($0.utf8) }), ("UTF-8 with a mark", { [0xef, 0xbb, 0xbf] + Array($0.utf8) }),
        ("UTF-16LE with a mark", { [0xff, 0xfe] + $0.utf16.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] } }),
        ("UTF-16BE with a mark", { [0xfe, 0xff] + $0.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] } }),
        ("CRLF", { Array($0.replacing("\n", with: "\r\n").utf8) }),
    ]

    @Test(arguments: encodings.indices)
    func `a profile is read in every encoding`(index: Int) throws {
        let home = try TemporaryFolder()
        try home.makeFolder(".config")
        try home.makeFolder(".config/baton")
        let bytes = Self.encodings[index].encode("{\"profiles\":\n{\"a\":{}}}\n")
        try home.write(bytes, to: ".config/baton/config.json")
        let program = try PipedProgram(
            [BuiltProducts.executable("baton"), "--profile", "Grüße"],
            environment: baseEnvironment(home: home)
        )
        program.closeInput()
        #expect(try program.waitForExit() == .code(1))
        #expect(program.output.contains("there is no profile “Grüße”; there are: a"), "\(program.output)")
    }

    @Test func `a file with NUL characters is refused as what it is`() throws {
        let home = try TemporaryFolder()
        try home.makeFolder(".config")
        try home.makeFolder(".config/baton")
        try home.write(Array(repeating: 0, count: 50), to: ".config/baton/config.json")
        let program = try PipedProgram(
            [BuiltProducts.executable("baton"), "--profile", "a"],
            environment: baseEnvironment(home: home)
        )
        program.closeInput()
        #expect(try program.waitForExit() == .code(1))
        #expect(program.output.contains("there are NUL characters in it"), "\(program.output)")
    }
}
