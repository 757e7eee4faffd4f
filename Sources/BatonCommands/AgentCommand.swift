package import ArgumentParser
import BotSchema
import ChatScreen
import DirectLineClient
import LineEditing

/// `baton agent`: a human agent's desk at the hub.
package struct AgentCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "agent",
        abstract: "Answer users as a human agent, at a desk of the hub.",
        usage: "baton agent [<options>]",
        discussion: HelpScreen.discussion(
            """
            Examples:
              baton agent                             the hub that runs on this machine
              baton agent --name Dana --skill billing:5
              baton agent --hub http://127.0.0.1:4001 --capacity 3
            """,
            more: """
                The hub is that of `baton serve`, or of `baton chat --agent desk`. A hub of your own on this machine is \
                found without an address; elsewhere --hub names it, and BATON_AGENT_SECRET or --secret-file admits \
                you. People come before simulated agents: while you are available, users ring at your desk. A ring that \
                you miss goes to a colleague, and you are away from then on: /available takes users again. /1 to /9 \
                go from user to user. A name has one desk: a second one is closed while the first is connected, and \
                takes over when it is not. Type /help there.

                In a script on standard input, /accept waits for a ring, and the line after words to a user waits for \
                the user's answer: --answer-within, --settle and --linger bound that wait as in the chat:
                  printf '/accept\\nhello\\n/end\\n' | baton agent --json
                \(ExitStatus.sentence)
                """,
            of: "agent"
        )
    )

    @Option(help: ArgumentHelp("The address of the hub's desks (default: found here).", valueName: "url"))
    var hub: String?

    @Option(help: ArgumentHelp("Your name, as users see it.", valueName: "name"))
    var name: String = Self.defaultName

    @Option(
        name: .customLong("skill"),
        help: ArgumentHelp("What you can do, and how well from 1 to 10.", valueName: "name[:level]")
    )
    var skills: [SkillOption] = []

    @Option(help: ArgumentHelp("How many users you talk to at once.", valueName: "n"))
    var capacity: Int = 2

    @Option(help: ArgumentHelp("A file that holds the agents' secret.", valueName: "file"), completion: .file())
    var secretFile: String?

    @OptionGroup var clearText: ClearTextOptions
    @OptionGroup var answer: AnswerOptions
    @OptionGroup(title: HelpScreen.title("Input and output")) var io: ConsoleOptions

    /// A command with nothing set.
    package init() {}

    package func validate() throws {
        try io.validate()
        if !(1...100).contains(capacity) { throw ValidationError("--capacity takes 1 to 100.") }
        if name.allSatisfy(\.isWhitespace) { throw ValidationError("--name takes a name.") }
    }

    /// The login name, which most people recognise themselves by.
    static var defaultName: String {
        guard let login = Secrets.environment("USER") ?? Secrets.environment("LOGNAME"), login != "root" else {
            return "Agent"
        }
        return login.prefix(1).uppercased() + login.dropFirst()
    }

    package func run() async throws {
        ProcessSignals.ignoreBrokenPipes()
        let screen = ChatTerminal(options: io)
        if screen.hasEditor { StateFolder.removeOldDrafts() }
        // Where there is no hub, that is told later.
        let drafts = DeskDrafts(hub: try? place().address, agent: name)
        var lines = screen.hasEditor ? drafts.read() : [:]
        let draft = lines.removeValue(forKey: DraftSlots.nobody) ?? ""
        let console = try screen.makeConsole(
            historyFile: StateFolder.deskHistory,
            draft: draft,
            otherDrafts: lines
        )
        screen.welcome(on: console, unsent: draft)
        let exitCode = await withTaskGroup(of: Void.self) { group in
            if let editor = console as? LineEditor { group.addTask { await drafts.follow(editor) } }
            defer { group.cancelAll() }
            return await work(on: console, screen: screen)
        }
        await console.close()
        if let editor = console as? LineEditor { drafts.keep(editor.drafts) }
        try screen.finish(console, exitCode)
    }

    private func work(on console: any Console, screen: ChatTerminal) async -> Int32 {
        do {
            try io.checkRecord()
            let (address, credential, others) = try place()
            let endpoint = try DirectLineEndpoint(address)
            try clearText.check(endpoint)
            if screen.isInteractive { console.show(greeting(at: address, screen: screen, columns: console.columns)) }
            if !others.isEmpty {
                let list = others.joined(separator: ", ")
                let words =
                    "Several hubs of yours run here; this is \(address), the newest. --hub takes another: \(list)."
                console.show(screen.output.text(of: .notice(words), columns: console.columns))
            }
            let desk = DeskStateMachine(
                configuration: DeskStateMachine.Configuration(
                    name: name,
                    skills: Dictionary(skills.map { ($0.name, $0.level) }, uniquingKeysWith: max),
                    capacity: capacity,
                    isInteractive: screen.isInteractive,
                    linger: .seconds(io.linger),
                    settle: answer.silence,
                    answerWithin: answer.within,
                    style: screen.style
                )
            )
            var client = ClientConfiguration(
                endpoint: endpoint,
                credential: credential,
                user: ChannelAccount(id: "desk", name: name, role: "user")
            )
            let trace = try TraceFeed(file: io.trace)
            client.transport = io.transport.transport
            client.proxies = try Secrets.proxies()
            client.allowsClearText = clearText.isAllowed
            client.onTrace = trace.take
            client.isTraced = trace.isWanted
            let configuration = client
            let loop = ChatLoop(
                console: console,
                output: screen.output,
                sides: Sides(desk: desk, settings: screen.settings),
                recordPath: io.record,
                reportFailure: screen.failureReport,
                offerCommands: screen.completion.offer,
                trace: trace,
                screen: screen.door()
            ) { _ in configuration }
            let exitCode = screen.hasEditor ? await loop.run() : await loop.runUntilStopped()
            return screen.exitCode(exitCode, after: trace, on: console)
        } catch {
            let text = screen.output.text(of: .failure(describe(error)), columns: console.columns)
            if let report = screen.failureReport { report(text) } else { console.show(text) }
            return ExitStatus(of: error).rawValue
        }
    }

    /// The hub's address, what admits the agent there, and the other hubs among which it was chosen.
    private func place() throws -> (address: String, DirectLineCredential, others: [String]) {
        let own = HubAnnouncement.all()
        var secret = Secrets.environment("BATON_AGENT_SECRET")
        if let secretFile { secret = try Secrets.read(fromFile: secretFile) }
        if let hub {
            let address = try HTTPAddress.checked(hub, option: "--hub", example: "http://127.0.0.1:4001")
            let plain = address.hasSuffix("/") ? String(address.dropLast()) : address
            secret = secret ?? own.first { plain.hasPrefix($0.url) }?.secret
            return (address, secret.map(DirectLineCredential.secret) ?? .none, [])
        }
        guard let newest = own.first else {
            throw CommandError(
                "No hub of yours runs on this machine. Start one with `baton serve`, or name one with --hub."
            )
        }
        return (newest.url, .secret(secret ?? newest.secret), own.dropFirst().map(\.url))
    }

    private func greeting(at address: String, screen: ChatTerminal, columns: Int) -> String {
        let known = skills.map { "\($0.name) \($0.level)" }.joined(separator: ", ")
        let what = known.isEmpty ? "any skill" : known
        let users = capacity == 1 ? "one user" : "up to \(capacity) users"
        let words = "Baton: \(name)'s desk at \(address), \(what), \(users) at once. /help lists the commands."
        return DisplayText.wrapped(DisplayText.neutralised(words, keepingNewlines: false), columns: columns)
            .map { screen.style.paint($0, .faint) }.joined(separator: "\n")
    }
}

/// A word of `--skill`: a name, and how good one is at it.
struct SkillOption: ExpressibleByArgument {
    let name: String
    let level: Int

    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        guard let name = parts.first, !name.isEmpty, parts.count <= 2 else { return nil }
        guard let level = parts.count == 2 ? Int(parts[1]) : 5, (1...10).contains(level) else { return nil }
        self.name = String(name)
        self.level = level
    }
}
