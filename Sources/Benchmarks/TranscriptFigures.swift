import BotSchema
import TestSupport
import Transcripts

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A hundred megabytes of activities read and written here, by Python and by Node, each in a process of its own.
struct TranscriptFigures {
    let megabytes: Int

    /// The work of one process, which prints seconds and peak memory.
    static func work(_ task: String, file: String) throws {
        switch task {
        case "values":
            let bytes = try bytes(of: file)
            var value = JSONValue.null
            let reading = try ContinuousClock().measure { value = try JSONValue(parsing: bytes) }
            var written = 0
            let writing = ContinuousClock().measure { written = value.serialized().count }
            tell(reading, writing, written)
        case "transcript":
            let bytes = try bytes(of: file)
            var transcript = Transcript(activities: [])
            let reading = try ContinuousClock().measure { transcript = try Transcript(parsing: bytes, name: file) }
            var written = 0
            let writing = ContinuousClock().measure { written = transcript.serializedAsRead().count }
            tell(reading, writing, written)
        default:
            var count = 0
            let reading = try ContinuousClock().measure {
                _ = try TranscriptFile.forEachActivity(in: file) { _ in
                    count += 1
                    return true
                }
            }
            tell(reading, nil, count)
        }
    }

    /// Generates the file, lets everybody work on it, and removes it.
    func report(program: String, benchmarks: String) throws {
        let file = "/tmp/baton-benchmark-\(getpid()).json"
        defer { unlink(file) }
        let size = try Self.write(megabytes << 20, to: file)
        print(
            "\(Figure.rounded(Double(size) / 1e6)) MB of activities, one process each (with Python and Node: where there):"
        )
        let own = { [benchmarks, "transcript-work", $0, file] }
        try run("baton, streamed activity by activity", own("stream"), size)
        try run("baton, JSON values", own("values"), size)
        try run("baton, transcript with its form", own("transcript"), size)
        let python = """
            import sys, time, resource
            try:
                import PARSER as parser
            except ImportError:
                sys.exit(9)
            data = open(sys.argv[1], 'rb').read()
            start = time.perf_counter(); value = parser.loads(data); read = time.perf_counter() - start
            start = time.perf_counter(); text = parser.dumps(value); write = time.perf_counter() - start
            print(read, write, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
            """
        for parser in ["json", "orjson"] {
            let script = python.replacing("PARSER", with: parser)
            try run("Python \(parser)", ["/usr/bin/env", "python3", "-c", script, file], size)
        }
        let node = """
            const data = require('fs').readFileSync(process.argv[1], 'utf8');
            let start = performance.now(); const value = JSON.parse(data); const read = performance.now() - start;
            start = performance.now(); JSON.stringify(value); const write = performance.now() - start;
            console.log(read / 1000, write / 1000, process.resourceUsage().maxRSS);
            """
        try run("Node JSON", ["/usr/bin/env", "node", "-e", node, file], size)
        try reportShow(program: program)
    }

    private func run(_ name: String, _ command: [String], _ size: Int) throws {
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        let program = try PipedProgram(command, environment: ["PATH": path, "LANG": "C.UTF-8"])
        program.closeInput()
        let exit = try program.waitForExit(atMost: .seconds(300))
        let figures = program.output.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
        let padded = "  " + name + String(repeating: " ", count: max(1, 40 - name.count))
        guard exit == .code(0), figures.count == 3 else { return print(padded + "not there") }
        let rate = { (seconds: Double) in seconds > 0 ? Figure.rounded(Double(size) / 1e6 / seconds) : "-" }
        print(
            "\(padded)read \(rate(figures[0])) MB/s   write \(rate(figures[1])) MB/s   peak \(Int(figures[2]) / 1024) MB"
        )
    }

    /// From the start of `show` to its first line of ten megabytes.
    private func reportShow(program: String) throws {
        let file = "/tmp/baton-benchmark-\(getpid())-show.json"
        defer { unlink(file) }
        _ = try Self.write(10 << 20, to: file)
        var times: [Double] = []
        for _ in 0..<20 {
            let start = ContinuousClock.now
            let show = try PipedProgram([program, "transcript", "show", file], environment: Environment.quiet)
            try show.wait(for: "line 0")
            times.append((ContinuousClock.now - start) / .milliseconds(1))
        }
        Figure.print("show of 10 MB to its first line", times, unit: "ms")
    }

    // MARK: - Files

    private static func write(_ size: Int, to path: String) throws -> Int {
        guard let file = fopen(path, "w") else { throw BenchmarkFailure("cannot write \(path)") }
        defer { fclose(file) }
        var written = 0
        while written < size {
            let head: [UInt8] = Array((written == 0 ? "[" : ",\n").utf8)
            let bytes = head + JSONThroughput.activity(written >> 10).serialized()
            written += fwrite(bytes, 1, bytes.count, file)
        }
        return written + fwrite("]", 1, 1, file)
    }

    private static func bytes(of path: String) throws -> [UInt8] {
        guard let file = fopen(path, "r") else { throw BenchmarkFailure("cannot read \(path)") }
        defer { fclose(file) }
        fseek(file, 0, SEEK_END)
        let size = ftell(file)
        rewind(file)
        return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            count = fread(buffer.baseAddress, 1, size, file)
        }
    }

    private static func tell(_ reading: Duration, _ writing: Duration?, _ result: Int) {
        // What was made is used, so that making it cannot be left out.
        precondition(result > 0)
        print(reading / .seconds(1), writing.map { $0 / .seconds(1) } ?? 0, Memory.peakKilobytes)
    }
}
