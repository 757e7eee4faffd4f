import BotSchema
import TestSupport
import Testing

/// Named profiles of the configuration file, with the real program.
@Suite(.serialized, .timeLimit(.minutes(20)), .waitsForPrograms)
struct ProfileTests {
    private func run(
        _ arguments: [String],
        config: String?,
        environment: [String: String] = [:]
    ) throws -> (output: String, exit: PseudoTerminal.Exit) {
        let home = try TemporaryFolder()
        if let config {
            try home.makeFolder(".config")
            try home.makeFolder(".config/baton")
            try home.write(config, to: ".config/baton/config.json")
        }
        let program = try PipedProgram(
            [BuiltProducts.executable("baton")] + arguments,
            environment: baseEnvironment(home: home).merging(environment) { $1 }
        )
        program.send("opening hours\n")
        program.closeInput()
        let exit = try program.waitForExit()
        return (program.output, exit)
    }

    @Test func `a profile says where the bot is, what admits, and who the user is`() throws {
        let home = try TemporaryFolder()
        let server = try PipedProgram(
            [BuiltProducts.executable("baton"), "serve"],
            environment: baseEnvironment(home: home).merging(["BATON_SECRET": "s3cr3t"]) { $1 }
        )
        try server.wait(for: "Ctrl-C stops the server.")
        let range = try #require(server.output.firstRange(of: "baton --direct-line "))
        let address = String(server.output[range.upperBound...].prefix { !$0.isWhitespace })
        let config = """
            {"profiles":{"shop":{"directLine":"\(address)","secretEnvironment":"SHOP","userName":"Maria","userId":"m-1"}}}
            """
        let result = try run(["--json", "--profile", "shop"], config: config, environment: ["SHOP": "s3cr3t"])
        #expect(result.exit == .code(0), "\(result.output)")
        #expect(result.output.contains("We are open"))
        #expect(result.output.contains(#""id":"m-1","name":"Maria""#))
        let refused = try run(["--plain", "--profile", "shop"], config: config, environment: ["SHOP": "wrong"])
        #expect(refused.exit == .code(1))
        let unset = try run(["--plain", "--profile", "shop"], config: config)
        #expect(unset.output.contains("the environment variable SHOP, which the profile names, is not set"))
    }

    @Test(arguments: [
        (nil, "there is no profile “shop”, since there is no file"),
        (#"{"settings":{"theme":"dark"}}"#, "there is no profile “shop”: the file has no member “profiles”"),
        (#"{"profiles":{}}"#, "there is no profile “shop”; there are none"),
        (#"{"profiles":{"a":{}}}"#, "there is no profile “shop”; there are: a"),
        (#"{"profiles":{"shop":{"secret":"abc"}}}"#, "a secret never stands in the file"),
        (#"{"profiles":{"shop":{"speed":"9"}}}"#, "profiles.shop.speed is no member; there are: bot"),
        (#"{"profiles":{"shop":{"bot":7}}}"#, "profiles.shop.bot must be a text"),
        (#"{"profiles":[]}"#, "profiles must be an object"),
        ("{", "config.json"),
    ])
    func `what is wrong with the file is one line that names the place`(config: String?, hint: String) throws {
        let result = try run(["--plain", "--profile", "shop"], config: config)
        #expect(result.exit == .code(1))
        #expect(result.output.contains(hint), "\(result.output)")
        #expect(result.output.split(separator: "\n").count == 1)
        #expect(!result.output.contains("abc"))
    }

    @Test func `what is given goes before what the profile says`() throws {
        let config = #"{"profiles":{"shop":{"directLine":"http://127.0.0.1:1"}}}"#
        let result = try run(
            ["--plain", "--profile", "shop", "--bot", "http://127.0.0.1:1/api/messages"],
            config: config
        )
        // The bot's address is tried, and not the service's.
        #expect(result.output.contains("was not answered"), "\(result.output)")
    }
}
