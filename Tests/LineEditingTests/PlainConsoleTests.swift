import Testing

@testable import LineEditing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite(.timeLimit(.minutes(20)))
struct PlainConsoleTests {
    /// A console between two pipes.
    private struct Fixture {
        let console: PlainConsole
        let input: Int32
        let output: Int32

        init() throws {
            var inputEnds: [Int32] = [0, 0]
            var outputEnds: [Int32] = [0, 0]
            try #require(pipe(&inputEnds) == 0 && pipe(&outputEnds) == 0)
            console = try PlainConsole(input: inputEnds[0], output: outputEnds[1])
            input = inputEnds[1]
            output = outputEnds[0]
        }

        func write(_ text: String) {
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { PlainConsoleTests.write(input, $0) }
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }

        func endInput() { close(input) }

        func read() -> String {
            var buffer = [UInt8](repeating: 0, count: 65536)
            let count = PlainConsoleTests.read(output, &buffer)
            return String(decoding: buffer[..<max(0, count)], as: UTF8.self)
        }
    }

    @Test func `lines come in order and the last needs no newline`() async throws {
        let fixture = try Fixture()
        fixture.write("one\r\n\nthree 你好\nlast")
        fixture.endInput()
        let inputs = await fixture.console.inputs.reduce(into: []) { $0.append($1) }
        #expect(inputs == [.line("one"), .line(""), .line("three 你好"), .line("last"), .endOfInput])
    }

    @Test func `a long input arrives whole although few lines wait`() async throws {
        let fixture = try Fixture()
        // One pipe's capacity, so that this thread is not blocked by the console's back pressure.
        fixture.write((1...5000).map { "\($0)\n" }.joined())
        fixture.endInput()
        var lines: [String] = []
        for await case .line(let line) in fixture.console.inputs { lines.append(line) }
        #expect(lines == (1...5000).map(String.init))
    }

    @Test func `what is shown is written in order before the console is closed`() async throws {
        let fixture = try Fixture()
        for number in 1...1000 { fixture.console.show("\(number)") }
        fixture.console.show("with newline\n")
        await fixture.console.close()
        await fixture.console.close()
        #expect(fixture.read() == (1...1000).map { "\($0)\n" }.joined() + "with newline\n")
        fixture.console.show("late")
        #expect(fixture.read() == "late\n")
    }

    @Test func `closing ends the input`() async throws {
        let fixture = try Fixture()
        await fixture.console.close()
        let inputs = await fixture.console.inputs.reduce(into: []) { $0.append($1) }
        #expect(inputs == [.endOfInput])
    }

    @Test func `an output that nobody reads any more ends the input`() async throws {
        let fixture = try Fixture()
        close(fixture.output)
        fixture.console.show("into nothing")
        let inputs = await fixture.console.inputs.reduce(into: []) { $0.append($1) }
        #expect(inputs == [.endOfInput])
        await fixture.console.close()
    }

    @Test func `a pipe takes lines of any length`() async throws {
        let fixture = try Fixture()
        #expect(fixture.console.columns > 1_000_000)
        await fixture.console.close()
    }

    private static func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
        Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        #else
        Darwin.write(descriptor, bytes.baseAddress, bytes.count)
        #endif
    }

    private static func read(_ descriptor: Int32, _ buffer: inout [UInt8]) -> Int {
        #if canImport(Glibc)
        Glibc.read(descriptor, &buffer, buffer.count)
        #else
        Darwin.read(descriptor, &buffer, buffer.count)
        #endif
    }
}
