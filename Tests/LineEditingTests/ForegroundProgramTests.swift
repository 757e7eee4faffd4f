@testable import LineEditing
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

struct ForegroundProgramTests {
    @Test func `an editor or a pager gets none of the files and sockets that are open here`() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        let isThere = ForegroundProgram.run("test -e /dev/fd/\(ends[0]) #", file: "/dev/null", mustStop: { false })
        #expect(isThere == .failed(1))
        #expect(ForegroundProgram.run("test -e /dev/fd/2 #", file: "/dev/null", mustStop: { false }) == .done)
    }

    @Test func `a program of the tests gets none of the files and sockets that are open here`() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        let look = ["/bin/sh", "-c", "test -e /dev/fd/\(ends[0]) && echo there || echo gone"]
        let piped = try PipedProgram(look)
        try piped.wait(for: "gone")
    }
}
