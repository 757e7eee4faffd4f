import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Completion where people type, in the real shells; those that are not installed are passed over.
@Suite(.serialized, .timeLimit(.minutes(20)), .waitsForPrograms)
struct ShellCompletionTests {
    private func output(of arguments: [String], _ home: TemporaryFolder) throws -> String {
        let program = try PipedProgram(arguments, environment: baseEnvironment(home: home))
        program.closeInput()
        #expect(try program.waitForExit() == .code(0))
        return program.output
    }

    private func script(for shell: String, _ home: TemporaryFolder) throws -> String {
        let script = try output(
            of: [BuiltProducts.executable("baton"), "--generate-completion-script", shell],
            home
        )
        try home.write(script, to: "completion")
        return home.file("completion")
    }

    /// What bash offers for the words, the last of which is being typed.
    private func bash(_ words: [String], _ home: TemporaryFolder) throws -> Set<Substring> {
        let script = try script(for: "bash", home)
        let list = words.map { "'\($0)'" }.joined(separator: " ")
        let code = """
            source '\(script)'
            COMP_WORDS=(\(list)) COMP_CWORD=\(words.count - 1)
            _baton baton '\(words.last ?? "")' '\(words.dropLast().last ?? "")'
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        return Set(try output(of: ["/bin/bash", "--norc", "-c", code], home).split(whereSeparator: \.isWhitespace))
    }

    @Test func `bash offers the options of chat at the root`() throws {
        let home = try TemporaryFolder()
        #expect(try bash(["baton", "--ag"], home) == ["--agent", "--agent-pace", "--agent-grace", "--agent-loss"])
        #expect(try bash(["baton", "--agent", ""], home) == ["simulated", "desk", "none"])
        let faults = try bash(["baton", "--fault", ""], home)
        #expect(faults.isSuperset(of: ["help", "agent-vanishes"]))
        #expect(try bash(["baton", "tran"], home) == ["transcript"])
        let served = try bash(["baton", "serve", "--ag"], home)
        #expect(served.contains("--agent"))
    }

    @Test(.enabled(if: access("/usr/bin/fish", X_OK) == 0))
    func `fish offers the options of chat at the root`() throws {
        let home = try TemporaryFolder()
        let script = try script(for: "fish", home)
        let offered = { (line: String) throws -> String in
            try output(of: ["/usr/bin/fish", "--no-config", "-c", "source '\(script)'; complete -C '\(line)'"], home)
        }
        for (line, word) in [("--ag", "--agent"), ("--fault ", "agent-vanishes"), ("tran", "transcript")] {
            let words = try offered("baton " + line)
            #expect(words.contains(word), "\(line)")
        }
    }

    @Test(.enabled(if: access("/usr/bin/zsh", X_OK) == 0))
    func `zsh offers the options of chat at the root`() throws {
        let home = try TemporaryFolder()
        try home.makeFolder("functions")
        let script = try output(
            of: [BuiltProducts.executable("baton"), "--generate-completion-script", "zsh"],
            home
        )
        try home.write(script, to: "functions/_baton")
        let environment = baseEnvironment(home: home).merging(["PS1": "% ", "TERM": "xterm"]) { $1 }
        for (line, word) in [("--ag", "--agent-grace"), ("--fault ", "agent-vanishes"), ("tran", "baton transcript")] {
            let shell = try PseudoTerminal(["/usr/bin/zsh", "-f", "-i"], environment: environment)
            shell.send(
                "fpath=('\(home.file("functions"))' $fpath); autoload -U compinit; compinit -u -D; echo rea''dy\r"
            )
            try shell.wait(for: "ready")
            shell.send("baton \(line)\t\t")
            try shell.wait(for: word)
        }
    }

    @Test func `the help of the root names what it does not list, and the hidden help lists it`() throws {
        let home = try TemporaryFolder()
        let baton = try BuiltProducts.executable("baton")
        let short = try output(of: [baton, "--help"], home)
        for word in ["--bot", "--agent", "--resume", "baton manual", "--help-hidden"] { #expect(short.contains(word)) }
        let whole = try output(of: [baton, "--help-hidden"], home)
        for option in [
            "--agent-loss <who>", "--dialect <form>", "--skill-gap <rule>", "--settle <ms>", "--load <file>",
        ] {
            #expect(whole.contains(option), "\(option)")
        }
        for word in ["<skill-gap>", "<dialect>", "<load>", "<agent>"] { #expect(!whole.contains(word)) }
        #expect(whole.contains("transcript "))
    }
}
