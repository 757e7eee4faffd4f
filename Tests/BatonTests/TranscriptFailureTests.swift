import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// `baton transcript` where its output cannot be written: it says so in a line, fails and leaves nothing behind.
@Suite(.serialized, .timeLimit(.minutes(20)), .waitsForPrograms)
struct TranscriptFailureTests {
    /// A home with a long conversation, another like it, a masked one, a key and a journal.
    private struct Bench {
        let home: TemporaryFolder

        init() throws {
            home = try TemporaryFolder()
            try home.write(Self.conversation(1200, said: "parcel"), to: "long.transcript")
            try home.write(Self.conversation(1200, said: "letter"), to: "other.transcript")
            try home.write(Self.conversation(1, said: "parcel"), to: "short.transcript")
            try home.write(#"{"redactionKey":"abcdef","values":{}}"#, to: "my.key")
            try #require(chmod(home.file("my.key"), 0o600) == 0)
            for name in [".local", ".local/state", ".local/state/baton", ".local/state/baton/journals", "out"] {
                try home.makeFolder(name)
            }
            let start =
                #"{"type":"trace","name":"baton.journal.start","timestamp":"2026-01-02T03:04:05.000Z","value":{}}"#
            let lines = Self.activities(1200, said: "parcel").joined(separator: "\n")
            try home.write(start + "\n" + lines + "\n", to: ".local/state/baton/journals/a.jsonl")
        }

        /// A command line of each subcommand; those that can print a lot do.
        static let commands = [
            "list", "stats LONG", "check LONG", "show LONG", "grep parcel LONG", "convert LONG --to transcript",
            "diff LONG OTHER", "merge LONG OTHER", "recover", "play LONG", "restore LONG --redact-key KEY",
            "split SHORT -o OUT --force", "replay --settle 100 SHORT",
        ]

        /// Those that print more than a pipe holds.
        static let talkative = [
            "show LONG", "grep parcel LONG", "convert LONG --to transcript", "diff LONG OTHER", "merge LONG OTHER",
            "recover", "play LONG", "restore LONG --redact-key KEY",
        ]

        /// A command line of each subcommand that writes files, all of them into `OUT`.
        static let writers = [
            "convert LONG -o OUT/a.transcript", "merge LONG -o OUT/a.json",
            "split LONG -o OUT", "recover -o OUT/a.json",
            "restore LONG --redact-key KEY -o OUT/a.json",
            "convert LONG -o OUT/a.html --redact --redact-key OUT/key",
        ]

        func arguments(_ command: String) -> [String] {
            let names = ["LONG": "long.transcript", "OTHER": "other.transcript", "SHORT": "short.transcript"]
            return ["transcript"]
                + command.split(separator: " ").map { word in
                    word == "KEY" ? home.file("my.key") : names[String(word)].map(home.file) ?? String(word)
                }
        }

        /// Runs a script in which `baton` is the program and `OUT` the folder to write to.
        func run(_ script: String) throws -> [Substring] {
            let baton = try BuiltProducts.executable("baton")
            let shell = try PipedProgram(
                ["/bin/sh", "-c", "OUT=\(home.file("out"))\nbaton() { '\(baton)' \"$@\"; }\n" + script],
                environment: baseEnvironment(home: home)
            )
            shell.closeInput()
            _ = try shell.waitForExit()
            return shell.output.split(separator: "\n")
        }

        /// A line of a script that runs a command and tells what it said, how it ended and what it left.
        func step(_ command: String, into output: String) -> String {
            let line = arguments(command).joined(separator: " ").replacing("OUT", with: "$OUT")
            return "baton \(line) \(output) 2>errors </dev/null; echo "
                + "\"\(command)|$?|$(grep -v 'no mask of this key' errors | tr '\\n' ' ')|$(ls -A $OUT | tr '\\n' ' ')\""
        }

        private static func conversation(_ count: Int, said word: String) -> String {
            "[" + activities(count, said: word).joined(separator: ",\n") + "]"
        }

        private static func activities(_ count: Int, said word: String) -> [String] {
            (0..<count).map { number in
                let who = number.isMultiple(of: 2) ? #""u","role":"user""# : #""b","role":"bot""#
                let text = "the \(word) of number \(number), which is said in many words so that pipes fill up with it"
                return
                    #"{"type":"message","id":"\#(number)","text":"\#(text)","from":{"id":\#(who)},"conversation":{"id":"c"}}"#
            }
        }
    }

    /// What a step told: its command, exit code, errors and the files in the output folder.
    private static func cells(_ line: Substring) -> [String] {
        line.split(separator: "|", omittingEmptySubsequences: false).map { $0.trimmed }
    }

    @Test(arguments: [
        (">/dev/full", "cannot write to standard output: No space left on device"),
        (">&-", "standard output is closed"),
        (">&4", "output closed (broken pipe)"),
    ])
    func `every subcommand tells in a line that its output is lost, and fails`(output: String, words: String) throws {
        let bench = try Bench()
        // A pipe whose reader has gone before the first byte.
        let pipe = "cd \(bench.home.path); mkfifo p; exec 3<>p; exec 4>p; exec 3<&-\n"
        let lines = try bench.run(pipe + Bench.commands.map { bench.step($0, into: output) }.joined(separator: "\n"))
        try #require(lines.count == Bench.commands.count, "\(lines)")
        for (command, line) in zip(Bench.commands, lines) {
            let cells = Self.cells(line)
            #expect(cells.prefix(3) == [command, "1", words], "\(line)")
        }
    }

    @Test(arguments: ["ulimit -f 16", "mount -t tmpfs -o size=16k none $OUT"])
    func `a file for which there is no room is told, and neither it nor a part of it nor its key is there`(
        limit: String
    ) throws {
        let bench = try Bench()
        let steps = Bench.writers.map { bench.step($0, into: ">/dev/null") }
        var script = "cd \(bench.home.path)\n\(limit) || exit 1\n" + steps.joined(separator: "\n")
        // A file system of our own needs a name space of our own, which not every system lets us have.
        if limit.hasPrefix("mount") {
            try bench.home.write("#!/bin/sh\nOUT=$1\nbaton() { \"$BATON\" \"$@\"; }\n" + script, to: "script")
            script = """
                unshare -rm true 2>/dev/null || { echo skipped; exit 0; }
                BATON='\(try BuiltProducts.executable("baton"))' unshare -rm sh \(bench.home.file("script")) $OUT
                """
        }
        let lines = try bench.run(script)
        if lines == ["skipped"] { return }
        try #require(lines.count == Bench.writers.count, "\(lines)")
        let reason = limit.hasPrefix("ulimit") ? "file too large" : "no space left on the device"
        for (command, line) in zip(Bench.writers, lines) {
            let cells = Self.cells(line)
            #expect(cells[0] == command && cells[1] == "1" && cells[3] == "", "\(line)")
            #expect(cells[2].hasSuffix("cannot write: \(reason)"), "\(line)")
        }
    }

    @Test(arguments: ["show", "convert --to jsonl", "merge", "split --force -o ."])
    func `a key for which there is no room is told, and nothing of it is there`(command: String) throws {
        let bench = try Bench()
        let line = "baton transcript \(command) ../short.transcript --redact --redact-key key 2>&1 >/dev/null | cat"
        let lines = try bench.run(
            "cd $OUT; (ulimit -f 0; \(line)); ls -A; echo listed"
        )
        #expect(
            lines == ["Error: key: cannot write: file too large", "listed"] || command.hasPrefix("split"),
            "\(lines)"
        )
        #expect(!lines.contains { $0 == "key" || $0.hasSuffix(".tmp") || $0.hasSuffix(".transcript") }, "\(lines)")
    }

    @Test func `a run in which nothing could be read leaves no key`() throws {
        let bench = try Bench()
        let lines = try bench.run(
            """
            cd $OUT; echo '[{"id":"u1","name":"Mina"}]' > users.json
            for command in show "convert --to jsonl" merge "split --force"; do
              baton transcript $command users.json --redact --redact-key key >/dev/null 2>&1 || echo failed
            done; ls -A
            """
        )
        #expect(lines == ["failed", "failed", "failed", "failed", "users.json"])
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func `a signal ends every subcommand in the middle of its output`(number: Int32) throws {
        let bench = try Bench()
        for command in Bench.talkative {
            let program = try PipedProgram(
                [BuiltProducts.executable("baton")] + bench.arguments(command),
                environment: baseEnvironment(home: bench.home)
            )
            program.closeInput()
            // More follows than the pipe holds, and nobody reads it.
            try program.wait(for: "said in many words")
            program.signal(number)
            #expect(try program.waitForExit() == .signal(number), "\(command)")
        }
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func `a signal ends every subcommand that still reads, and leaves nothing`(number: Int32) throws {
        let bench = try Bench()
        let text = String(repeating: #"{"type":"message","text":"a private word"}"# + "\n", count: 4000)
        for command in [
            "check -", "stats -", "show -", "grep private -", "convert - -o OUT/a.json", "diff SHORT -",
            "merge - -o OUT/a.json", "split - -o OUT", "replay -", "play -", "restore - --redact-key KEY -o OUT/a.json",
            "recover - -o OUT/a.json",
        ] {
            let words = bench.arguments(command).map { $0.replacing("OUT", with: bench.home.file("out")) }
            let program = try PipedProgram(
                [BuiltProducts.executable("baton")] + words,
                environment: baseEnvironment(home: bench.home)
            )
            // More than a pipe holds, so that the program reads by the time this is sent.
            program.send(text)
            program.signal(number)
            #expect(try program.waitForExit() == .signal(number), "\(command)")
            #expect(TemporaryFolder.names(in: bench.home.file("out")).isEmpty, "\(command)")
        }
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func `a signal in the middle of a file leaves nothing of it, which is told`(number: Int32) throws {
        let bench = try Bench()
        // Long enough that the signal finds the program at work.
        let line = #"{"type":"message","text":"a private word","from":{"role":"user"}}"# + "\n"
        try bench.home.write(String(repeating: line, count: 400_000), to: "huge.jsonl")
        let program = try PipedProgram(
            [
                BuiltProducts.executable("baton"), "transcript", "convert", bench.home.file("huge.jsonl"), "-o",
                bench.home.file("out/a.transcript"),
            ],
            environment: baseEnvironment(home: bench.home)
        )
        let deadline = ContinuousClock.now + patience
        while TemporaryFolder.names(in: bench.home.file("out")).isEmpty, .now < deadline { sched_yield() }
        #expect(TemporaryFolder.names(in: bench.home.file("out")).count == 1)
        program.signal(number)
        #expect(try program.waitForExit() == .signal(number))
        #expect(program.output == "interrupted; the unfinished file was removed\n")
        #expect(TemporaryFolder.names(in: bench.home.file("out")).isEmpty)
    }

    @Test func `two inputs for one output are refused, and so is standard input twice`() throws {
        let bench = try Bench()
        let lines = try bench.run(
            """
            cd \(bench.home.path); mkdir a b; cp short.transcript a/talk.json; cp other.transcript b/talk.jsonl
            baton transcript convert a/talk.json b/talk.jsonl --to html -o out --force; echo "ended $?"
            baton transcript split a/talk.json b/talk.jsonl -o out; echo "ended $?"
            baton transcript convert a/talk.json a/talk.json --to html -o out; echo "ended $?"
            for command in check show stats "grep x" merge convert\\ --to\\ html\\ -o\\ out "split -o out" replay; do
              baton transcript $command - - </dev/null 2>&1 | grep -c 'Standard input can be read only once'
            done
            baton transcript diff - /dev/stdin </dev/null 2>&1 | grep -c 'Standard input can be read only once'
            ls out
            """
        )
        let refusals = lines.filter { $0.contains("would both be written to") }
        #expect(refusals.count == 3, "\(lines)")
        #expect(refusals.first?.contains("a/talk.json and b/talk.jsonl would both be written to out/talk.html") == true)
        #expect(lines.count { $0 == "ended 64" } == 3)
        #expect(lines.suffix(9).allSatisfy { $0 == "1" }, "\(lines.suffix(10))")
    }

    @Test func `pipes are read and written wherever a file name does`() throws {
        let bench = try Bench()
        try bench.home.write("parcel\n", to: "words")
        let lines = try bench.run(
            """
            cd \(bench.home.path); mkfifo p q
            feed() { cat short.transcript > p & }
            for command in check show stats "grep parcel" "convert --to jsonl" merge "split --force -o out" play \\
              "convert --to jsonl" "show --redact" "restore --redact-key my.key" "diff short.transcript"; do
              feed; baton transcript $command p > said 2>errors && echo "pipe: $command" || cat errors
              wait
            done
            cat short.transcript | baton transcript stats /dev/stdin >/dev/null && echo "standard input"
            baton transcript show /dev/stdin < short.transcript >/dev/null && echo "redirected"
            cat .local/state/baton/journals/a.jsonl > p & baton transcript recover p --to jsonl | grep -c parcel
            cat words > p & baton transcript show short.transcript --redact --redact-words p | grep -c 'word-1'
            cat q > copy & baton transcript convert short.transcript -o q --to jsonl && wait && grep -c '"type"' copy
            baton transcript convert short.transcript --to jsonl -o /dev/stdout | grep -c '"type"'
            baton transcript convert short.transcript --to jsonl -o /dev/full; echo "full: $?"
            ls -A out | grep -c tmp; ls -l q | cut -c1
            """
        )
        #expect(lines.count { $0.hasPrefix("pipe: ") } == 12, "\(lines)")
        #expect(
            lines.suffix(10) == [
                "standard input", "redirected", "1200", "1", "1", "1",
                "Error: /dev/full: cannot write: no space left on the device", "full: 1", "0", "p",
            ],
            "\(lines)"
        )
    }

    @Test func `a chat is recorded where a link points that points nowhere yet`() throws {
        let bench = try Bench()
        try bench.home.makeFolder("elsewhere")
        #expect(symlink("../elsewhere/talk.transcript", bench.home.file("out/link.transcript")) == 0)
        let result = try runBaton(
            ["--plain", "--agent", "none", "--record", bench.home.file("out/link.transcript")],
            input: "opening hours\n"
        )
        #expect(result.exit == .code(0), "\(result.output)")
        var status = stat()
        #expect(lstat(bench.home.file("out/link.transcript"), &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
        #expect(TemporaryFolder.names(in: bench.home.file("elsewhere")) == ["talk.transcript"])
    }
}

extension Substring {
    fileprivate var trimmed: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
