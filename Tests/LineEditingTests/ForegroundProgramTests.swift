import ChildPrograms
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
        let isThere = ChildProgram.runOnTerminal("test -e /dev/fd/\(ends[0]) #", file: "/dev/null", mustStop: { false })
        #expect(isThere == .failed(1))
        #expect(ChildProgram.runOnTerminal("test -e /dev/fd/2 #", file: "/dev/null", mustStop: { false }) == .done)
    }

    @Test func `a program of the tests gets none of the files and sockets that are open here`() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        let look = ["/bin/sh", "-c", "test -e /dev/fd/\(ends[0]) && echo there || echo gone"]
        let piped = try PipedProgram(look)
        try piped.wait(for: "gone")
    }

    @Test func `no program gets a secret, under whatever name it is kept`() throws {
        let file = try TemporaryFile()
        let names = [
            "DIRECTLINE_SECRET", "DIRECTLINE_TOKEN", "DATAVERSE_TOKEN", "BATON_SECRET", "BATON_AGENT_SECRET",
            "CHILD_TEST_SHOP",
        ]
        ChildEnvironment.conceal("CHILD_TEST_SHOP")
        for name in names { setenv(name, "s3cr3t-\(name)", 1) }
        setenv("CHILD_TEST_COPY", "s3cr3t-BATON_SECRET", 1)
        setenv("CHILD_TEST_PLAIN", "a=b", 1)
        defer { for name in names + ["CHILD_TEST_COPY", "CHILD_TEST_PLAIN"] { unsetenv(name) } }
        #expect(ChildProgram.runOnTerminal("env >", file: file.path, mustStop: { false }) == .done)
        let told = file.contents
        #expect(told.contains("CHILD_TEST_PLAIN=a=b"))
        #expect(told.contains("PATH="))
        #expect(!told.contains("s3cr3t"))
        let some = ChildEnvironment(only: names + ["CHILD_TEST_PLAIN"]) { getenv($0).map { String(cString: $0) } }
        #expect(some.variables == ["CHILD_TEST_PLAIN": "a=b"])
    }
}
