import Testing

@testable import LineEditing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

struct CompletionTests {
    private func step(
        _ line: String,
        _ replacing: Range<Int>,
        _ candidates: [String],
        suffix: String = ""
    ) -> Completion.Step {
        Completion(replacing: replacing, candidates: candidates.map { .init($0) }, suffix: suffix)
            .step(in: CompletionRequest(line: line, cursor: replacing.upperBound))
    }

    @Test func `what is common is inserted, then there is a list`() {
        #expect(step("/co", 0..<3, ["/connect", "/conversation"]) == .replace(0..<3, with: "/con"))
        #expect(step("/con", 0..<4, ["/connect", "/conversation"]) == .list)
    }

    @Test func `the only candidate gets its suffix`() {
        #expect(step("/q", 0..<2, ["/quit"], suffix: " ") == .replace(0..<2, with: "/quit "))
        #expect(step("/quit", 0..<5, ["/quit"], suffix: " ") == .replace(0..<5, with: "/quit "))
        #expect(step("/quit", 0..<5, ["/quit"]) == .nothing)
    }

    @Test func `nothing is taken away and a wrong range does no harm`() {
        #expect(step("abc", 0..<3, ["x", "y"]) == .list)
        #expect(step("abc", 0..<3, []) == .nothing)
        #expect(step("abc", 7..<9, ["x"]) == .replace(3..<3, with: "x"))
    }

    @Test func `a list has columns, or summaries, and an end`() {
        let plain = Completion(replacing: 0..<0, candidates: ["aa", "b", "cc\u{1b}"].map { .init($0) })
        #expect(plain.listing(columns: 12) == ["aa\u{1b}[6Gb", "cc␛"])
        let summaries = Completion(replacing: 0..<0, candidates: [.init("/q", summary: "ends")])
        #expect(summaries.listing(columns: 80) == ["/q\u{1b}[5Gends"])
        let many = Completion(replacing: 0..<0, candidates: (1...130).map { .init("\($0)") })
        #expect(many.listing(columns: 80).last == "… and 30 more")
    }
}

struct FileNameCompletionTests {
    @Test func `names begin like the fragment, dotfiles on demand, directories with a slash`() throws {
        let file = try TemporaryFile(contents: "", name: "with blank.txt")
        let directory = String(file.path.dropLast("/with blank.txt".count))
        mkdir(directory + "/within", 0o755)
        let hidden = open(directory + "/.hidden", O_CREAT | O_WRONLY, 0o600)
        close(hidden)
        defer {
            rmdir(directory + "/within")
            unlink(directory + "/.hidden")
        }
        let all = FileNameCompletion.candidates(for: directory + "/")
        #expect(all.map(\.label) == ["with blank.txt", "within/"])
        #expect(all.map(\.text) == [directory + "/with blank.txt", directory + "/within/"])
        #expect(FileNameCompletion.candidates(for: directory + "/withi").map(\.label) == ["within/"])
        #expect(FileNameCompletion.candidates(for: directory + "/.").map(\.label) == [".hidden"])
        #expect(FileNameCompletion.candidates(for: directory + "/none/").isEmpty)
    }

    @Test func `the tilde stays in what is typed`() {
        #expect(FileNameCompletion.candidates(for: "~").map(\.text) == ["~/"])
        #expect(FileNameCompletion.candidates(for: "~/").allSatisfy { $0.text.hasPrefix("~/") })
        #expect(!FileNameCompletion.expandingHome("~/x").hasPrefix("~"))
        #expect(FileNameCompletion.expandingHome("~someone/x") == "~someone/x")
    }
}
