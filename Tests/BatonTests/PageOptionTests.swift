import TestSupport
import Testing

/// Pages for people, and what `baton transcript fetch` refuses before it sends anything.
@Suite(.serialized, .timeLimit(.minutes(20)), .waitsForPrograms)
struct PageOptionTests {
    private static let talk = #"""
        [{"type":"message","text":"bonsoir","timestamp":"2026-01-02T23:30:00Z","from":{"id":"u","role":"user"}},
        {"type":"message","timestamp":"2026-01-02T23:30:01Z","from":{"id":"b","role":"bot"},"attachments":
        [{"contentType":"image/png","name":"dot","contentUrl":"data:image/png;base64,iVBORw0KGgo="}]}]
        """#

    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for name in ["a.json", "b.json", "index.json"] { try folder.write(Self.talk, to: name) }
        try folder.makeFolder("pages")
    }

    private func run(
        _ arguments: [String],
        _ more: [String: String] = [:]
    ) throws -> (
        output: String, exit: PseudoTerminal.Exit
    ) {
        let program = try PipedProgram(
            [BuiltProducts.executable("baton"), "transcript"] + arguments,
            environment: baseEnvironment(home: folder).merging(more) { $1 }
        )
        program.closeInput()
        let exit = try program.waitForExit()
        return (program.output, exit)
    }

    private func page(_ name: String) throws -> String {
        String(decoding: try folder.read("pages/" + name), as: UTF8.self)
    }

    @Test func `pages of several files have an index that leads to each, and no file is replaced by it`() throws {
        let files = ["a.json", "b.json"].map(folder.file)
        let convert =
            ["convert"] + files + ["--to", "html", "-o", folder.file("pages"), "--index", "--title", "Our talks"]
        #expect(try run(convert).exit == .code(0))
        let index = try page("index.html")
        #expect(
            index.contains("href=\"./a.html\"") && index.contains("href=\"./b.html\"") && index.contains("Our talks")
        )
        #expect(try page("a.html").contains("<title>a</title>"))
        let again = try run(convert)
        #expect(again.exit == .code(1) && again.output.contains("index.html is there already"))
        let clash = try run([
            "convert", folder.file("index.json"), "--to", "html", "-o", folder.file("pages"), "--index",
        ])
        #expect(clash.exit == .code(1) && clash.output.contains("give the file another name"), "\(clash.output)")
    }

    @Test func `times are those of the place that is asked for, and pictures can be left out`() throws {
        let convert = ["convert", folder.file("a.json"), "--to", "html"]
        let here = try run(convert + ["--times", "local", "--no-images"], ["TZ": "JST-9"]).output
        #expect(here.contains("2026-01-03 08:30:00 JST") && !here.contains("<img"))
        let everywhere = try run(convert, ["TZ": "JST-9"]).output
        #expect(everywhere.contains("2026-01-02 23:30:00 UTC") && everywhere.contains("<img src=\"data:image/png"))
    }

    @Test func `a slash at the end of the output asks for a folder, which is made`() throws {
        let made = folder.file("made") + "/"
        let two = [folder.file("a.json"), folder.file("b.json")]
        #expect(try run(["convert"] + two + ["--to", "html", "-o", made]).exit == .code(0))
        #expect(TemporaryFolder.names(in: made).sorted() == ["a.html", "b.html"])
        let nowhere = try run(["convert"] + two + ["--to", "html", "-o", "/no/such/folder/"])
        #expect(nowhere.exit == .code(1) && nowhere.output.contains("/no/such/folder/ cannot be made"))
    }

    @Test(arguments: [["--title", "x"], ["--times", "local"], ["--index"]])
    func `what a form has no place for is an error of use`(options: [String]) throws {
        let result = try run(["convert", folder.file("a.json"), "--to", "jsonl"] + options)
        #expect(result.exit == .code(64) && result.output.contains("\(options[0]) is for html"), "\(result.output)")
    }

    @Test(arguments: [
        (["http://contoso.crm.dynamics.com"], "no token is sent over http"),
        (["https://contoso.crm.dynamics.com/main.aspx?id=1"], "without a path"),
        (["http://127.0.0.1:9", "-o", "/no/such/folder"], "is no folder"),
        (["http://127.0.0.1:9", "--since", "yesterday"], "yesterday"),
    ])
    func `fetch says what is wrong with its arguments`(arguments: [String], words: String) throws {
        let result = try run(["fetch", "--token-command", "echo t0ken"] + arguments)
        #expect(result.exit == .code(64) && result.output.contains(words), "\(result.output)")
    }

    @Test func `fetch takes the token from the environment, and tells where nobody listens`() throws {
        let result = try run(["fetch", "http://127.0.0.1:9", "-o", folder.file("pages")], ["DATAVERSE_TOKEN": "t0ken"])
        #expect(result.exit == .code(1) && result.output.contains("127.0.0.1:9"), "\(result.output)")
        #expect(!result.output.contains("t0ken"))
        let none = try run(["fetch", "http://127.0.0.1:9", "-o", folder.file("pages")])
        #expect(none.exit == .code(64) && none.output.contains("give --token-command, or set DATAVERSE_TOKEN"))
    }
}
