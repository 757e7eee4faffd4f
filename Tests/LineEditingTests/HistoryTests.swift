import Testing

@testable import LineEditing

struct HistoryTests {
    @Test func `the draft comes back after the newest entry`() {
        var history = History()
        for line in ["one", "two", "two", ""] { history.add(line) }
        #expect(history.entries == ["one", "two"])
        #expect(history.older(than: "draft") == "two")
        #expect(history.older(than: "two") == "one")
        #expect(history.older(than: "one") == nil)
        #expect(history.newer(than: "one") == "two")
        #expect(history.newer(than: "two") == "draft")
        #expect(history.newer(than: "draft") == nil)
    }

    @Test func `what is typed leads only to entries that begin with it`() {
        var history = History()
        for line in ["git push", "ls", "git pull", "ls -l", "git push"] { history.add(line) }
        #expect(history.older(than: "git", byPrefix: true) == "git push")
        #expect(history.older(than: "git push", byPrefix: true) == "git pull")
        #expect(history.older(than: "git pull", byPrefix: true) == "git push")
        #expect(history.older(than: "git push", byPrefix: true) == nil)
        #expect(history.newer(than: "git push") == "git pull")
        #expect(history.newer(than: "git pull") == "git push")
        #expect(history.newer(than: "git push") == "git")
        #expect(history.older(than: "nothing like it", byPrefix: true) == "git push")
        #expect(history.older(than: "git push", byPrefix: true) == "ls -l")
    }

    @Test func `the oldest entries go first`() {
        var history = History()
        history.prepend((1...1500).map(String.init))
        history.add("new")
        #expect(history.entries.count == 1000)
        #expect(history.entries.first == "502" && history.entries.last == "new")
    }
}

struct HistorySearchTests {
    private func search(_ pattern: String, in entries: [String]) -> HistorySearch {
        var search = HistorySearch(entries: entries)
        for scalar in pattern.unicodeScalars { search.type(scalar) }
        return search
    }

    @Test func `the newest match is found and older ones that read differently`() {
        var search = search("et", in: ["beta", "x", "let", "let"])
        #expect(search.text == "let")
        search.older()
        #expect(search.text == "beta")
        search.older()
        #expect(search.text == "beta" && search.hasFailed)
    }

    @Test func `a shorter pattern begins again`() {
        var search = search("ax", in: ["alpha", "beta"])
        #expect(search.hasFailed && search.text == "beta")
        search.eraseLast()
        #expect(!search.hasFailed && search.text == "beta")
        search.eraseLast()
        #expect(search.text == nil)
    }

    @Test func `patterns need not be Latin`() { #expect(search("Г你", in: ["а Г你"]).text == "а Г你") }
}

struct HistoryFileTests {
    @Test func `entries come back as they were, whatever is in them`() throws {
        let temporary = try TemporaryFile()
        let file = HistoryFile(path: temporary.path)
        let entries = ["plain", "two\nrows", "quote \" back \\ tab \t", "你好 🚀 \u{1}\u{7f}", "\\u0041"]
        for entry in entries { try file.append(entry) }
        #expect(try file.load(keeping: 100) == entries)
        #expect(temporary.contents.split(separator: "\n").count == entries.count)
        #expect(temporary.mode == 0o600)
    }

    @Test func `damaged lines are passed over`() throws {
        let temporary = try TemporaryFile(contents: "\"one\"\nnonsense\n\"cut of\n\"\\ud83d\\ude80\"\n\"\\x\"\n\"two\"")
        #expect(try HistoryFile(path: temporary.path).load(keeping: 100) == ["one", "🚀", "two"])
    }

    @Test func `a file of twice the number is shortened in place`() throws {
        let temporary = try TemporaryFile(contents: (1...20).map { "\"\($0)\"\n" }.joined())
        let file = HistoryFile(path: temporary.path)
        #expect(try file.load(keeping: 11).count == 11)
        #expect(temporary.contents.split(separator: "\n").count == 20)
        #expect(try file.load(keeping: 10) == (11...20).map(String.init))
        #expect(temporary.contents == (11...20).map { "\"\($0)\"\n" }.joined())
        try file.append("21")
        #expect(try file.load(keeping: 1) == ["21"])
    }

    @Test func `no file is an empty history and no directory is an error`() throws {
        #expect(try HistoryFile(path: "/nonexistent").load(keeping: 10) == [])
        #expect(throws: LineEditorError.self) { try HistoryFile(path: "/nonexistent/x").append("x") }
    }

    @Test func `what must not be remembered reaches neither history nor file`() throws {
        let temporary = try TemporaryFile()
        var memory = LineMemory(file: HistoryFile(path: temporary.path), remembers: { !$0.contains("token") })
        #expect(try memory.add("token 123") == false)
        #expect(try memory.add("hello"))
        #expect(memory.history.entries == ["hello"])
        #expect(temporary.contents == "\"hello\"\n")
    }
}
