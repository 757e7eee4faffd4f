import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The sample conversations are there to be shown, and each plays.
@Suite(.serialized, .timeLimit(.minutes(20)), .waitsForPrograms)
struct SamplePlayTests {
    private nonisolated static let folder =
        "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/Transcripts"

    private nonisolated static let samples: [String] = {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }()

    @Test(arguments: samples) func `a sample is played as it is shown`(name: String) throws {
        let home = try TemporaryFolder()
        let outputs = try ["play", "show"].map { command in
            let program = try PipedProgram(
                [BuiltProducts.executable("baton"), "transcript", command, "\(Self.folder)/\(name)"],
                environment: baseEnvironment(home: home)
            )
            #expect(try program.waitForExit() == .code(0))
            // Notes on what had to be mended come before what is played and after what is shown.
            return program.output.split(separator: "\n").sorted()
        }
        #expect(outputs[0] == outputs[1])
        #expect(outputs[0].count > 4)
    }

    @Test func `there are a dozen of them`() { #expect(Self.samples.count >= 12) }
}
