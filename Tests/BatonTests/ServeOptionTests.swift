import TestSupport
import Testing

/// What `baton serve` is told on its command line.
@Suite(.serialized, .timeLimit(.minutes(20)), .waitsForPrograms)
struct ServeOptionTests {
    private func start(_ arguments: [String], home: TemporaryFolder) throws -> PipedProgram {
        try PipedProgram(
            [BuiltProducts.executable("baton"), "serve"] + arguments,
            environment: baseEnvironment(home: home)
        )
    }

    private func chat(at address: String, saying lines: [String], home: TemporaryFolder) throws -> String {
        let chat = try PipedProgram(
            [BuiltProducts.executable("baton"), "--plain", "--direct-line", address],
            environment: baseEnvironment(home: home)
        )
        chat.send(lines.map { $0 + "\n" }.joined())
        chat.closeInput()
        _ = try chat.waitForExit()
        return chat.output
    }

    @Test(arguments: [("127.0.0.1", "localhost"), ("127.0.0.1", "[::1]"), ("::1", "[::1]")])
    func `a server on the loopback address is found in either family and by name`(host: String, name: String) throws {
        let home = try TemporaryFolder()
        let server = try start(["--host", host, "--agent", "none"], home: home)
        try server.wait(for: "Ctrl-C stops the server.")
        // An address that does not work when it is copied is not printed.
        #expect(!server.output.contains("service URL"))
        let url = host == "::1" ? "http://[::1]:" : "http://\(host):"
        let port = try #require(
            server.output.firstRange(of: url).map { server.output[$0.upperBound...].prefix(while: \.isNumber) }
        )
        #expect(try chat(at: "http://\(name):\(port)", saying: ["opening hours"], home: home).contains("We are open"))
    }

    @Test(arguments: [true, false])
    func `users of clients that draw no events are told of an agent in words, unless that is off`(isOn: Bool) throws {
        let home = try TemporaryFolder()
        let server = try start(["--agent-pace", "50"] + (isOn ? [] : ["--no-announce"]), home: home)
        try server.wait(for: "Ctrl-C stops the server.")
        let rest = try #require(
            server.output.firstRange(of: "baton --direct-line ").map { server.output[$0.upperBound...] }
        )
        let address = String(rest.prefix { !$0.isWhitespace })
        let machine = try PipedProgram(
            [BuiltProducts.executable("baton"), "--json", "--direct-line", address],
            environment: baseEnvironment(home: home)
        )
        let lines = ["a person please", "thank you, that's all"]
        machine.send(lines.map { $0 + "\n" }.joined())
        machine.closeInput()
        _ = try machine.waitForExit()
        #expect(machine.output.contains("You are connected with") == isOn, "\(machine.output)")
        #expect(machine.output.contains("has ended the conversation.") == isOn, "\(machine.output)")
        // This program's own chat draws a line for each of the two.
        let own = try chat(at: address, saying: lines, home: home)
        #expect(own.contains("accepted by"), "\(own)")
        #expect(!own.contains("You are connected with") && !own.contains("has ended the conversation"), "\(own)")
    }

    @Test func `limits, the welcome and the streams are as told`() throws {
        let home = try TemporaryFolder()
        let server = try start(
            ["--agent", "none", "--welcome", "none", "--streams", "newest", "--limit", "activity=300"],
            home: home
        )
        try server.wait(for: "Ctrl-C stops the server.")
        let rest = try #require(
            server.output.firstRange(of: "baton --direct-line ").map { server.output[$0.upperBound...] }
        )
        let long = String(repeating: "x", count: 400)
        let said = try chat(at: String(rest.prefix { !$0.isWhitespace }), saying: ["opening hours", long], home: home)
        #expect(!said.contains("Hello! I'm Robin"), "\(said)")
        #expect(said.contains("We are open"), "\(said)")
        #expect(said.contains("was not delivered"), "\(said)")
    }

    @Test func `pages from files, named sites and the public URL may use it, no others`() throws {
        let server = try start(
            [
                "--agent", "none", "--allow-origin", "null", "--allow-origin", "https://Shop.example:443/",
                "--public-url", "https://chat.example/x",
            ],
            home: try TemporaryFolder()
        )
        try server.wait(for: "Ctrl-C stops the server.")
        // Whoever chats is sent to the public URL for the stream, so that is where a chat begins.
        #expect(server.output.contains("chat          baton --direct-line https://chat.example/x\n"))
        #expect(server.output.contains("public URL    https://chat.example/x/v3/directline"), "\(server.output)")
        let port = try #require(
            server.output.firstRange(of: "http://127.0.0.1:").flatMap {
                UInt16(server.output[$0.upperBound...].prefix(while: \.isNumber))
            }
        )
        for (origin, status) in [
            ("null", "201"), ("https://shop.example", "201"), ("https://chat.example", "201"),
            ("https://evil.example", "403"), ("http://shop.example", "403"),
        ] {
            let answer = try LoopbackRequests.post(
                "/v3/directline/conversations",
                body: "{}",
                port: port,
                fields: "Origin: \(origin)\r\n"
            )
            #expect(answer.hasPrefix("HTTP/1.1 \(status)"), "\(origin): \(answer)")
        }
    }

    @Test func `agents behind a proxy are told its URL`() throws {
        let home = try TemporaryFolder()
        let server = try start(
            ["--agent", "desk", "--log", "json", "--desk-public-url", "https://desks.example"],
            home: home
        )
        try server.wait(for: "\"listening\"")
        #expect(server.output.contains("\"agents\":\"https://desks.example\""), "\(server.output)")
    }

    @Test(
        arguments: [
            (["--limit", "help"], "how long a client waits for the bot (15 s)"),
            (["--limit", "x=1"], "--limit knows no x; see --limit help."),
            (["--limit", "turn"], "--limit turn takes a whole number from 1, such as turn=100."),
            (["--limit", "activity=0"], "--limit activity takes a whole number from 1, such as activity=100."),
            (["--limit", "rate=many"], "--limit rate takes a whole number from 0, such as rate=100."),
            (["--store", "/tmp"], "/tmp is a folder; the store is a file"),
            (["--host", "0.0.0.0"], "0.0.0.0 can be reached by others: listening there needs a secret"),
            (["--host", "203.0.113.7"], "203.0.113.7 can be reached by others"),
            (["--host", ""], "--host takes an address"),
            (["--allow-origin", "shop"], "--allow-origin takes a scheme and a host"),
            (["--allow-origin", "https://shop.example/page"], "--allow-origin takes a scheme and a host"),
            (["--allow-origin", "http://[::1]evil"], "--allow-origin takes a scheme and a host"),
            (["--public-url", "chat.example"], "--public-url takes an http or https URL"),
            (["--public-url", "https://me:word@chat.example"], "--public-url takes an http or https URL"),
            (["--desk-public-url", "desks"], "--desk-public-url takes an http or https URL"),
            (["--trusted-proxy", "proxy"], "--trusted-proxy takes an address or a range"),
            (["--log", "xml"], "--log"),
            (["--idle-end", "-1"], "idle-end"),
            (["--customer-grace", "600"], "--customer-grace takes seconds from 0 to 540."),
            (["--message-limit", "0"], "--message-limit takes 1 to 1000000"),
            (["--port", "70000"], "--port takes 0 to 65535."),
        ] as [([String], String)]
    )
    func `what cannot be is one sentence`(arguments: [String], words: String) throws {
        let home = try TemporaryFolder()
        let server = try start(arguments, home: home)
        let exit = try server.waitForExit()
        #expect((exit == .code(0)) == (arguments == ["--limit", "help"]), "\(server.output)")
        #expect(server.output.contains(words), "\(server.output)")
    }

    @Test func `the whole help is as wide as a terminal`() throws {
        let server = try start(["--help-hidden"], home: try TemporaryFolder())
        _ = try server.waitForExit()
        for line in server.output.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
        for option in [
            "--public-url", "--trusted-proxy", "--log", "GET /health", "linesDropped", "--host", "--limit", "--welcome",
            "--streams", "--idle-end", "--same-agent", "--store",
        ] {
            #expect(server.output.contains(option))
        }
    }
}
