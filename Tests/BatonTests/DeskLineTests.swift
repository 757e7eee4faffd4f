import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What agents type and send at their desks, in terminals and from scripts, at one `baton serve`.
@Suite(.serialized, .timeLimit(.minutes(20)), .waitsForPrograms)
struct DeskLineTests {
    @Test func `a script whose user does not answer goes on and ends with status 3`() throws {
        let office = try DeskOffice()
        let desk = try PipedProgram(
            [BuiltProducts.executable("baton"), "agent", "--plain", "--name", "Dana", "--answer-within", "1"],
            environment: baseEnvironment(home: office.home)
        )
        desk.send("/accept\nIs anybody there?\n/back\n")
        desk.closeInput()
        try desk.wait(for: "signed in as Dana")
        let maria = try office.chat()
        maria.enter(DeskOffice.request)
        try maria.wait(for: "── completed · transferred back to the bot")
        #expect(try desk.waitForExit() == .code(3))
        #expect(desk.output.contains("No answer to “Is anybody there?” within 1 s."), "\(desk.output)")
    }

    @Test func `of several hubs the agent is told which one it is, and old drafts are removed`() throws {
        let office = try DeskOffice()
        let folder = office.home.file(".local/state/baton")
        for (name, age) in [("desk-drafts@old-Dana", 40), ("desk-drafts@new-Dana", 1), ("unsent@old", 40)] {
            let path = folder + "/" + name
            let file = try #require(fopen(path, "w"))
            fclose(file)
            let instant = timeval(tv_sec: time(nil) - age * 86_400, tv_usec: 0)
            utimes(path, [instant, instant])
        }
        let other = try PipedProgram(
            [BuiltProducts.executable("baton"), "serve", "--agent", "desk"],
            environment: baseEnvironment(home: office.home)
        )
        try other.wait(for: "Ctrl-C stops the server.")
        let dana = try office.agent("Dana")
        try dana.wait(for: "Several hubs of yours run here; this is")
        try dana.wait(for: office.hub)
        let names = TemporaryFolder.names(in: folder)
        #expect(names.contains("desk-drafts@new-Dana"))
        #expect(!names.contains("desk-drafts@old-Dana") && !names.contains("unsent@old"), "\(names)")
        dana.enter("/quit")
        other.signal(SIGTERM)
        _ = try other.waitForExit()
    }

    @Test func `files go both ways, and the agent saves the conversation`() throws {
        let office = try DeskOffice()
        let (dana, maria) = try office.talking()
        try office.home.write("six by", to: "from Maria.txt")
        try office.home.write("for Maria", to: "from-dana.txt")
        maria.enter("/attach \"\(office.home.file("from Maria.txt"))\"")
        try dana.wait(for: "from Maria.txt")
        dana.enter("/open 1 \(office.home.file("got.txt"))")
        try dana.wait(for: "6 bytes are in")
        dana.enter("/attach \(office.home.file("from-dana.txt"))")
        try maria.wait(for: "Dana      [file: from-dana.txt")
        maria.enter("/open")
        try maria.wait(for: "files; /open N fetches one")
        // The desks' server may be none that a user reaches.
        let port = try #require(office.address.firstMatch(of: #/:(\d+)/#)?.output.1)
        #expect(maria.screen.count(of: ":\(port)/v3/attachments/") >= 3, "\(maria.screen.text)")
        maria.enter("/open 2 \(office.home.file("taken.txt"))")
        try maria.wait(for: "9 bytes are in")
        dana.enter("/save \(office.home.file("talk.transcript"))")
        try dana.wait(for: "Saved ")
        let shown = try runBaton(["transcript", "show", office.home.file("talk.transcript")], input: "")
        #expect(shown.output.contains("Dana") && shown.output.contains("from-dana.txt"), "\(shown.output)")
    }

    @Test func `each user has a line of its own, and a key accepts without touching it`() throws {
        let office = try DeskOffice()
        let (dana, maria) = try office.talking()
        let paul = try office.chat(["--user-name", "Paul"])
        dana.send("Dear Maria, half")
        try dana.waitForDraft("Maria> Dear Maria, half")
        paul.enter(DeskOffice.request)
        try dana.wait(for: "Paul rings")
        dana.send("\u{1b}OQ")
        try dana.wait(for: "── connected to Paul · /2 or Alt-2 goes there")
        try paul.wait(for: "Dana>")
        try dana.waitForDraft("1 Maria> Dear Maria, half")
        dana.send(" a line\u{1b}2Dear Paul")
        try dana.waitForDraft("2 Paul> Dear Paul")
        dana.send("\u{1b}1")
        try dana.waitForDraft("1 Maria> Dear Maria, half a line")
        dana.enter("")
        try maria.wait(for: "Dana      Dear Maria, half a line")
        dana.enter("/2")
        try dana.waitForDraft("2 Paul> Dear Paul")
        paul.enter("/withdraw")
        try dana.wait(for: "What you were typing there is kept; the Up key brings it back.")
        try dana.waitForDraft("Maria>")
        dana.send("\u{1b}[A")
        try dana.waitForDraft("Maria> Dear Paul")
        #expect(maria.screen.count(of: "Dear Paul") == 0)
    }
}
