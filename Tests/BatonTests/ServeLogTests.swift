import BotSchema
import HandoffFixtures
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What `baton serve` prints, and to whom.
@Suite(.serialized, .timeLimit(.minutes(20)), .waitsForPrograms)
struct ServeLogTests {
    private static let stopped = "Ctrl-C stops the server."
    private static let handoff = [
        "I want to talk to a person about my credit card", "It was declined in Oslo yesterday",
        "Thank you, that is all",
    ]
    private let home: TemporaryFolder

    init() throws { home = try TemporaryFolder() }

    private func serve(_ arguments: [String] = []) throws -> PipedProgram {
        try PipedProgram(
            [BuiltProducts.executable("baton"), "serve", "--agent-pace", "20"] + arguments,
            environment: baseEnvironment(home: home)
        )
    }

    private func word(after text: String, in output: String) throws -> String {
        let range = try #require(output.firstRange(of: text), "\(output)")
        return String(output[range.upperBound...].prefix { !$0.isWhitespace })
    }

    /// Talks through the server and returns what the chat has printed.
    private func chat(at address: String, saying lines: [String], _ more: [String] = []) throws -> String {
        let chat = try PipedProgram(
            [BuiltProducts.executable("baton"), "--json", "--settle", "100", "--direct-line", address] + more,
            environment: baseEnvironment(home: try TemporaryFolder())
        )
        chat.send(lines.map { $0 + "\n" }.joined())
        chat.closeInput()
        _ = try chat.waitForExit()
        return chat.output
    }

    @Test func `a server whose terminal is stopped goes on serving, and tells what was dropped`() throws {
        let terminal = try PseudoTerminal(
            [BuiltProducts.executable("baton"), "serve", "--agent", "none"],
            environment: baseEnvironment(home: home),
            columns: 120,
            rows: 200
        )
        try terminal.wait(for: Self.stopped)
        let address = try word(after: "baton --direct-line ", in: terminal.screen.text)
        // Ctrl-S: from now on no write to the terminal returns.
        terminal.sendBlindly("\u{13}")
        let said = try chat(at: address, saying: ["opening hours"])
        #expect(said.contains("We are open"), "\(said)")
        // More than may wait: each start of a conversation is a line of some fifty bytes.
        let port = try #require(UInt16(address.split(separator: ":").last ?? ""))
        let starts = 8_000
        let answered = try LoopbackRequests.post(
            "/v3/directline/conversations",
            body: "{}",
            port: port,
            times: starts
        )
        #expect(answered == starts)
        let health = try LoopbackRequests.get("/health", port: port)
        #expect(health.contains("200 OK"), "\(health)")
        // Ctrl-Q: it is read again.
        terminal.sendBlindly("\u{11}")
        try terminal.wait(for: "the lines that were dropped") { screen in
            screen.transcript.contains { $0.contains(" lines were dropped") }
        }
        #expect(try chat(at: address, saying: ["opening hours"]).contains("We are open"))
        try terminal.wait(for: "news behind the loss") { screen in
            screen.transcript.last { !$0.isEmpty }?.contains("stream closed") == true
        }
        terminal.sendBlindly("\u{13}")
        // Nor does a stopped terminal hold up the end.
        terminal.signal(SIGTERM)
        #expect(try terminal.waitForExit() == .code(0))
    }

    @Test func `each line has its time, and a handoff its states`() throws {
        let server = try serve()
        try server.wait(for: Self.stopped)
        let address = try word(after: "baton --direct-line ", in: server.output)
        server.forgetOutput()
        _ = try chat(at: address, saying: Self.handoff)
        for words in ["handoff requested, skill credit cards", "handoff accepted by ", "handoff completed, "] {
            try server.wait(for: words)
        }
        server.signal(SIGTERM)
        #expect(try server.waitForExit() == .code(0))
        for line in server.output.split(separator: "\n") {
            let time = line.prefix { $0 != " " }
            #expect(time.count == 24 && Timestamp(String(time)) != nil, "\(line)")
        }
    }

    @Test func `the log for programs is an object a line, from the first to the last`() throws {
        let server = try serve(["--log", "json", "--public-url", "https://chat.example/x"])
        try server.wait(for: "\"listening\"")
        let listening = try JSONValue(parsing: String(server.output.prefix { $0 != "\n" }))
        #expect(listening["publicURL"] == "https://chat.example/x/v3/directline")
        #expect(listening["credentials"] == "any")
        #expect(listening["agents"]?.string?.hasPrefix("http://127.0.0.1:") == true)
        let address = try #require(listening["directLine"]?.string)
        _ = try chat(
            at: address.replacing("/v3/directline", with: ""),
            saying: Self.handoff,
            // The stream would be asked for at the public URL, where nobody is.
            ["--transport", "polling"]
        )
        try server.wait(for: "\"completed\"")
        server.signal(SIGTERM)
        _ = try server.waitForExit()
        let lines = try server.output.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        #expect(lines.allSatisfy { $0["time"]?.string.flatMap(Timestamp.init) != nil && $0["event"]?.string != nil })
        #expect(lines.contains { $0["event"] == "userActivity" && $0["type"] == "message" })
        let states = lines.filter { $0["event"] == "handoff" }.compactMap { $0["state"]?.string }
        #expect(states.first == "requested" && states.contains("accepted") && states.last == "completed", "\(states)")
    }

    @Test func `a report that a hub outside posts is logged with its reason, whatever shape the payload has`() throws {
        for format in ["text", "json"] {
            let server = try serve(["--agent", "none", "--log", format])
            try server.wait(for: format == "json" ? "listening" : Self.stopped)
            let port = try #require(
                UInt16(try word(after: "http://127.0.0.1:", in: server.output).prefix(while: \.isNumber))
            )
            let start = try LoopbackRequests.post("/v3/directline/conversations", body: "{}", port: port)
            let id = String(try word(after: "\"conversationId\":\"", in: start).prefix { $0 != "\"" })
            for (name, content, words) in ReasonShapes.all {
                var report = Activity.event("HandoffResponse", value: "failed")
                report.from = ChannelAccount(id: "hub")
                report.attachments = [Attachment(contentType: "application/json", content: content, name: "Error")]
                server.forgetOutput()
                _ = try LoopbackRequests.post(
                    "/v3/directline/conversations/\(id)/activities",
                    body: report.jsonValue.compactText,
                    port: port
                )
                let members = [
                    #""type":"event""#, #""name":"HandoffResponse""#, #""report":"failed""#,
                    #""reason":\#(JSONValue.string(words).compactText)}"#,
                ]
                let line =
                    format == "json"
                    ? members.joined(separator: ",") : "\(id) user: event HandoffResponse “failed”: \(words)"
                do {
                    try server.wait(for: line + "\n")
                } catch {
                    Issue.record("\(name): \(error)")
                }
            }
            server.signal(SIGTERM)
            _ = try server.waitForExit()
        }
    }

    @Test func `foreign words in the log do nothing to a terminal`() throws {
        let hostile = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m\u{202e}"
        for format in ["text", "json"] {
            let server = try serve(["--agent", "none", "--log", format])
            try server.wait(for: format == "json" ? "listening" : Self.stopped)
            let port = try #require(
                UInt16(
                    server.output.firstRange(of: "http://127.0.0.1:").map {
                        String(server.output[$0.upperBound...].prefix(while: \.isNumber))
                    } ?? ""
                )
            )
            let start = try LoopbackRequests.post("/v3/directline/conversations", body: "{}", port: port)
            let id = try word(after: "\"conversationId\":\"", in: start).prefix { $0 != "\"" }
            let activity: JSONValue = ["type": .string(hostile + "end"), "from": ["id": "ada"]]
            _ = try LoopbackRequests.post(
                "/v3/directline/conversations/\(id)/activities",
                body: activity.compactText,
                port: port
            )
            try server.wait(for: "end")
            server.signal(SIGTERM)
            _ = try server.waitForExit()
            #expect(
                !server.output.unicodeScalars.contains { $0 != "\n" && ($0.value < 0x20 || 0x7f...0x9f ~= $0.value) }
            )
            #expect(!server.output.contains("\u{202e}"))
        }
    }

    @Test func `without a log only the addresses are printed`() throws {
        let server = try serve(["--agent", "none", "--log", "none"])
        try server.wait(for: Self.stopped)
        let address = try word(after: "baton --direct-line ", in: server.output)
        #expect(try chat(at: address, saying: ["opening hours"]).contains("We are open"))
        server.signal(SIGTERM)
        #expect(try server.waitForExit() == .code(0))
        #expect(server.output.hasSuffix(Self.stopped + "\n"), "\(server.output)")
    }

    @Test func `a server whose output is closed ends and says why`() throws {
        let errors = home.file("errors")
        let server = try PipedProgram(
            ["/bin/sh", "-c", "'\(BuiltProducts.executable("baton"))' serve --agent none 2>'\(errors)' | head -n 1"],
            environment: baseEnvironment(home: home)
        )
        // The pipe breaks with the first event; the shell ends with the last of the two.
        try server.wait(for: "Direct Line")
        let url = try word(after: "Direct Line", in: server.output.replacing("Line   ", with: "Line"))
        let port = try #require(
            UInt16(
                url.firstRange(of: "127.0.0.1:").map { String(url[$0.upperBound...].prefix(while: \.isNumber)) } ?? ""
            )
        )
        _ = try? LoopbackRequests.post("/v3/directline/conversations", body: "{}", port: port)
        _ = try server.waitForExit()
        #expect(String(decoding: try home.read("errors"), as: UTF8.self) == "output closed (broken pipe)\n")
    }
}

/// Requests of HTTP over the loopback address, one behind the other, for a thread that may wait.
enum LoopbackRequests {
    struct Failure: Error, CustomStringConvertible { let description: String }

    static func get(_ path: String, port: UInt16) throws -> String {
        try exchange("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", port: port)
    }

    static func post(_ path: String, body: String, port: UInt16, fields: String = "") throws -> String {
        let head = "POST \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + fields
        return try exchange(head + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)", port: port)
    }

    /// Posts the same on one connection, many times, and counts the answers that say that something was made.
    static func post(_ path: String, body: String, port: UInt16, times: Int) throws -> Int {
        let socket = try connect(port)
        defer { close(socket) }
        let request = Array(
            "POST \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8
        )
        let sign = Array("HTTP/1.1 201".utf8)
        var answered = 0
        for _ in 0..<times {
            guard write(socket, request, request.count) == request.count else { break }
            var answer: [UInt8] = []
            // The token is near the end of the only object that the answer holds.
            while answer.last != UInt8(ascii: "}") {
                guard let bytes = try read(socket) else { return answered }
                answer += bytes
            }
            if answer.starts(with: sign) { answered += 1 }
        }
        return answered
    }

    private static func exchange(_ request: String, port: UInt16) throws -> String {
        let socket = try connect(port)
        defer { close(socket) }
        let request = Array(request.utf8)
        guard write(socket, request, request.count) == request.count else { throw Failure(description: "write") }
        var answer: [UInt8] = []
        while let bytes = try read(socket) { answer += bytes }
        return String(decoding: answer, as: UTF8.self)
    }

    /// What comes next, nil at the end.
    private static func read(_ socket: Int32) throws -> [UInt8]? {
        var state = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        guard poll(&state, 1, 30_000) > 0 else { throw Failure(description: "no answer within 30 s") }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(socket, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer[..<count]) : nil
    }

    private static func connect(_ port: UInt16) throws -> Int32 {
        #if canImport(Glibc)
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
        let socket = Darwin.socket(AF_INET, SOCK_STREAM, 0)
        #endif
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { systemConnect(socket, $0, size) }
        }
        guard socket >= 0, result == 0 else { throw Failure(description: "connect: \(errno)") }
        return socket
    }

    private static func systemConnect(_ socket: Int32, _ address: UnsafePointer<sockaddr>, _ size: socklen_t) -> Int32 {
        #if canImport(Glibc)
        Glibc.connect(socket, address, size)
        #else
        Darwin.connect(socket, address, size)
        #endif
    }
}
