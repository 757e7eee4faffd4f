import TestSupport
import Testing

/// Every fault that can be asked for by name, in the real program: a line shows it, and the session goes on.
@Suite(.serialized, .timeLimit(.minutes(20)), .waitsForPrograms)
struct FaultTests {
    struct Case: Sendable, CustomTestStringConvertible {
        /// What is asked for; the first is what the case is about.
        let faults: [String]
        /// What shows it.
        let words: String
        /// What the user says after asking for a person.
        var lines = ["thanks, that is all", "opening hours"]
        /// What shows that the bot has the user again.
        var answer = "We are open"
        /// How the script ends.
        var exit: Int32 = 0

        var testDescription: String { faults.joined(separator: " ") }

        init(_ faults: String..., words: String) {
            self.faults = faults
            self.words = words
        }

        /// The same, where no status ever ends the handoff.
        var leftOpen: Case {
            var copy = self
            copy.exit = 3
            return copy
        }

        func saying(_ lines: String..., answer: String = "We are open") -> Case {
            var copy = self
            copy.lines = lines
            copy.answer = answer
            return copy
        }
    }

    private nonisolated static let quick = [
        Case("agent-slow", words: "accepted by Ana"),
        Case("no-agents", words: "No agent is online."),
        Case("queue-full", words: "Too many are waiting already."),
        Case("out-of-hours", words: "We are closed at this hour."),
        Case("hub-down", words: "The agent hub cannot be reached."),
        Case("status-twice", words: "accepted again, though an agent is there (HO204)"),
        Case("status-unknown", words: "parked"),
        Case("status-late", words: "accepted only after the agent had spoken (HO208)")
            .saying("hello", "thanks, that is all", "opening hours"),
        Case("status-reordered", words: "accepted after the end (HO203)"),
        Case("status-wrong-conversation", words: "for another conversation than the request and is ignored (HO111)")
            .leftOpen,
        Case("status-message-null", "no-agents", words: "no reason given"),
        Case("acceptance-missing", words: "nobody reported it, but an agent speaks"),
        Case("completion-twice", words: "completed again"),
        Case("completion-missing", words: "the bot speaks while an agent is there (HO212)").leftOpen,
        Case("agent-after-end", words: "an agent speaks after the handoff was over (HO211)"),
        Case("bot-speaks", words: "the bot speaks while an agent is there, and the user does not see it: “"),
        Case("two-initiations", words: "a handoff is open already; the request adds to it (HO201)"),
        Case("bot-ends", words: "aborted: the conversation ended").saying("/new", "opening hours"),
    ]

    /// Hub and agents take their times here, which are tens of seconds; that these end well is proven in virtual time.
    private nonisolated static let slow = [
        Case("agent-never-answers", words: "queued"),
        Case("agent-declines", words: "queued"),
        Case("agent-vanishes", words: "was disconnected. A colleague will be with you."),
        // Whoever speaks to an agent whose line is down is answered once it is up again.
        Case("agent-returns", words: "agent Ana").saying("hello", answer: "agent Ana"),
        Case("wrong-skill", words: "queued"),
    ]

    private static func start(_ fault: Case, _ options: String..., home: TemporaryFolder) throws -> PipedProgram {
        let options = ["--plain", "--agent-pace", "20", "--seed", "1"] + options
        return try PipedProgram(
            [BuiltProducts.executable("baton")] + options + fault.faults.flatMap { ["--fault", $0] },
            environment: baseEnvironment(home: home)
        )
    }

    @Test(arguments: quick) func `a fault is seen in a line, and the bot answers the user afterwards`(
        fault: Case
    ) throws {
        let home = try TemporaryFolder()
        let program = try Self.start(fault, "--linger", "3", home: home)
        for line in ["a person for my credit card, please"] + fault.lines { program.send(line + "\n") }
        program.closeInput()
        #expect(try program.waitForExit() == .code(fault.exit))
        #expect(program.output.contains(fault.words), "\(program.output)")
        #expect(program.output.contains(fault.answer), "\(program.output)")
    }

    @Test func `a fault that takes its time is seen in a line, and the program obeys`() throws {
        let home = try TemporaryFolder()
        let programs = try Self.slow.map { fault in
            let program = try Self.start(fault, "--linger", "90", "--agent-grace", "15", home: home)
            for line in ["a person for my credit card, please"] + fault.lines { program.send(line + "\n") }
            return (program, fault)
        }
        for (program, fault) in programs {
            try program.wait(for: fault.words)
        }
    }

    @Test func `a fault that there is not is refused with those that there are`() throws {
        let unknown = try runBaton(["--fault", "nosuch"], input: "")
        #expect(unknown.exit == .code(64))
        #expect(unknown.output.contains("There is no fault “nosuch”; --fault help explains agent-never-answers, "))
        #expect(unknown.output.contains(", restart."))
        let wrong = try runBaton(["--fault", "rate-limit:soon"], input: "")
        #expect(wrong.output.contains("The fault is written rate-limit[:seconds=1]."), "\(wrong.output)")
    }

    @Test func `a fault that a chat cannot switch says how to get it`() throws {
        let result = try runBaton(["--plain"], input: "/fault agent-slow\n/fault nosuch\n")
        #expect(result.output.contains("start with --fault agent-slow"), "\(result.output)")
        #expect(result.output.contains("there is no such fault; known are token-expires"), "\(result.output)")
    }

    @Test func `every fault that the list names has its case`() throws {
        let home = try TemporaryFolder()
        let program = try PipedProgram(
            [BuiltProducts.executable("baton"), "--fault", "help"],
            environment: baseEnvironment(home: home)
        )
        #expect(try program.waitForExit() == .code(0))
        // The faults of the server, below, spoil nothing that a person sees: clients are to cope with them.
        let people = program.output.firstRange(of: "\n\n").map { program.output[..<$0.lowerBound] }
        let listed = (people ?? "").split(separator: "\n").compactMap {
            $0.split(separator: " ").first.map(String.init)
        }
        #expect(listed.count > 20)
        #expect(Set(listed) == Set((Self.quick + Self.slow).compactMap(\.faults.first)))
    }
}
