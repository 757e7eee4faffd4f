import ChatScreen
import Testing

struct EnteredLineTests {
    @Test(arguments: ["hello", "  hello there ", "1", "a /save b", "/first\n/second"])
    func `words are a message`(line: String) {
        #expect(EnteredLine(line) == .message(line))
    }

    @Test func `two slashes send a line that begins with one`() {
        #expect(EnteredLine("//etc/hosts") == .message("/etc/hosts"))
    }

    @Test(arguments: ["", "   ", "\t"])
    func `blanks ask for nothing`(line: String) {
        #expect(EnteredLine(line) == .blank)
    }

    @Test func `a command keeps the rest of its line`() throws {
        guard case .command(let command, let argument) = EnteredLine("/save  my chat.json ") else {
            Issue.record("not read as a command")
            return
        }
        #expect(command.name == "save")
        #expect(argument == "my chat.json")
    }

    @Test func `a command may be cut short while nothing else begins so`() {
        guard case .command(let command, _) = EnteredLine("/sav x") else {
            Issue.record("not read as a command")
            return
        }
        #expect(command.name == "save")
        #expect(EnteredLine("/s") == .unknownCommand("s", suggestion: nil))
    }

    @Test func `a slip of a key is met with the nearest command`() {
        #expect(EnteredLine("/hlep") == .unknownCommand("hlep", suggestion: "help"))
        #expect(EnteredLine("/xyzzy") == .unknownCommand("xyzzy", suggestion: nil))
    }

    @Test func `the help lists every command of the table`() {
        guard case .table(_, let rows) = SlashCommand.help else {
            Issue.record("the help is no table")
            return
        }
        for command in SlashCommand.table { #expect(rows.contains { $0.label.hasPrefix("/\(command.name)") }) }
    }
}
