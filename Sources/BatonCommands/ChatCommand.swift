import AgentHub
package import ArgumentParser
import BotSchema
import Bots
import ChatScreen
import DirectLineClient
import DirectLineServer
import LineEditing
import Synchronization
import Transcripts

/// `baton chat`: the end user's side of a conversation.
package struct ChatCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "chat",
        abstract: "Chat as the end user (the default).",
        usage: "baton chat [<options>] [<conversation-id>]",
        discussion: HelpScreen.discussion(
            """
            Examples:
              baton                                               the embedded demo
              baton --bot http://127.0.0.1:3978/api/messages      a bot of yours
              baton --token-endpoint https://…/directline/token   Copilot Studio
            A secret comes from DIRECTLINE_SECRET or --secret-file, never from an argument.
            """,
            more: """
                In a pipe each line is said, and its answers are waited for:
                  printf 'hi\\ntalk to a person\\n' | baton --json
                \(ExitStatus.sentence)
                A token comes from DIRECTLINE_TOKEN.
                """,
            of: "chat"
        )
    )

    @OptionGroup(title: HelpScreen.title("Whom to talk to")) var service: ServiceOptions
    @OptionGroup(title: HelpScreen.title("When the bot hands over")) var hub: HubOptions
    @OptionGroup(title: HelpScreen.title("Who you are")) var person: PersonOptions
    @OptionGroup(title: HelpScreen.title("Input and output")) var io: ConsoleOptions

    @OptionGroup var talk: TalkOptions

    @Argument(help: .detail("The conversation to go on with, for --resume.", valueName: "conversation-id"))
    var conversationId: String?

    /// A command with nothing set.
    package init() {}

    package func validate() throws {
        try service.validate()
        try hub.validate()
        try io.validate()
        if let conversationId, !talk.resume {
            // What looks like a word too many is the value of an option that does not exist.
            if let problem = MisspeltOption.problem(in: CommandLine.arguments) { throw ValidationError(problem) }
            throw ValidationError("“\(conversationId)” is no command of baton; a conversation's id goes with --resume.")
        }
        if talk.loadUse != nil, talk.load == nil { throw ValidationError("--as goes with --load FILE.") }
    }

    package func run() async throws {
        ProcessSignals.ignoreBrokenPipes()
        let screen = ChatTerminal(options: io, profile: service.profile)
        if screen.hasEditor { StateFolder.removeOldDrafts() }
        let left = Unsent(profile: service.profile, service: service.address)
        let unsent = screen.hasEditor ? left.take() : ""
        let console = try screen.makeConsole(draft: unsent)
        screen.welcome(on: console, unsent: unsent)
        let undelivered = Mutex<[String]>([])
        let door = screen.door { lines in undelivered.withLock { $0 = lines } }
        let exitCode = await chat(on: console, screen: screen, door: door)
        await console.close()
        // The line as it was when the terminal or the program went away.
        if let editor = console as? LineEditor { left.keep(undelivered.withLock { $0 } + [editor.draft]) }
        try screen.finish(console, exitCode)
    }

    private func chat(on console: any Console, screen: ChatTerminal, door: ScreenDoor) async -> Int32 {
        do {
            try io.checkRecord()
            let profile = try service.profile.map(Profile.read)
            let (account, locale) = (person.account(profile), person.resolvedLocale(profile))
            switch try service.target() {
            case .service(let endpoint, let credential):
                return try await converse(
                    at: endpoint,
                    with: credential,
                    as: account,
                    locale: locale,
                    recordHead: HubSettings.serviceTrace,
                    on: console,
                    screen: screen,
                    door: door
                )
            case .embedded(let bot):
                let secret = Secrets.random()
                // A script does not answer an agent, so an agent does not wait long for a script.
                let patience = Duration.seconds(screen.isInteractive ? 45 : 3)
                let settings = hub.settings
                // Who plays both sides asks for a person first and becomes that person then.
                let agentHub = settings.makeHub(patience: patience) { $0.admitsWithoutAgents = settings.waitsForDesk }
                let desks = agentHub.map { DeskDoor(to: $0, port: 0, secret: Secrets.forAgents()) }
                let links = LinkedTranscripts()
                var stack = EmbeddedStack(
                    bot: bot,
                    port: 0,
                    secret: secret,
                    adapter: agentHub.map { hub.adapter(to: $0, links: links) },
                    desks: desks
                )
                // The only client is this chat; nobody else could be kept out by what it says.
                stack.configure = { ($0.limits.conversationBytes, $0.limits.memory) = (4 << 30, 4 << 30) }
                stack.dialect = hub.dialect.dialect
                stack.links = links
                stack.botFaults = hub.botFaults
                stack.serverFaults = hub.serverFaults
                let (welcomes, welcome) = AsyncStream.makeStream(of: WelcomeFailure.self)
                stack.onEvent = { event in
                    guard case .botFailed(_, let error, let activity) = event, activity.type == .conversationUpdate
                    else { return }
                    welcome.yield(WelcomeFailure(error.message, isUnreachable: error.code == .unreachable))
                }
                let panel = FaultPanel()
                stack.onFaultControl = panel.connect
                return try await stack.withRunning { address in
                    let endpoint = try DirectLineEndpoint(address.directLineURL)
                    if screen.isInteractive {
                        console.show(screen.greeting(for: bot, at: address, columns: console.columns))
                    }
                    let withdraw = try await announceDesks(desks, on: console, screen: screen)
                    defer { withdraw?() }
                    return try await converse(
                        at: endpoint,
                        with: .secret(secret),
                        as: account,
                        locale: locale,
                        desks: desks,
                        recordHead: settings.trace,
                        faults: panel.follow,
                        welcomes: welcomes,
                        on: console,
                        screen: screen,
                        door: door
                    )
                }
            }
        } catch {
            let text = screen.output.text(of: .failure(describe(error)), columns: console.columns)
            if let report = screen.failureReport { report(text) } else { console.show(text) }
            return ExitStatus(of: error).rawValue
        }
    }

    private func converse(
        at endpoint: DirectLineEndpoint,
        with credential: DirectLineCredential,
        as account: ChannelAccount,
        locale: String,
        desks: DeskDoor? = nil,
        recordHead: Activity? = nil,
        faults: (@Sendable (String) -> Result<[ChatItem.Row], CommandFailure>)? = nil,
        welcomes: AsyncStream<WelcomeFailure>? = nil,
        on console: any Console,
        screen: ChatTerminal,
        door: ScreenDoor
    ) async throws -> Int32 {
        let trace = try TraceFeed(file: io.trace)
        // Conversations with the embedded server end with it.
        let places = faults == nil ? ConversationPlaces() : nil
        let last = try resumption(among: places?.all ?? [], at: endpoint, isEmbedded: faults != nil)
        var client = clientConfiguration(at: endpoint, with: credential, as: account, locale: locale)
        client.proxies = try Secrets.proxies()
        client.onTrace = trace.take
        client.isTraced = trace.isWanted
        if let last, !last.userId.isEmpty { client.user.id = last.userId }
        let configuration = client
        let resumption = Mutex(last?.resumption)
        let userId = configuration.user.id ?? ""
        let loop = ChatLoop(
            console: console,
            output: screen.output,
            sides: sides(screen: screen, hasDesks: desks != nil),
            recordPath: io.record,
            recordHead: recordHead,
            reportFailure: screen.failureReport,
            offerCommands: screen.completion.offer,
            changeFaults: faults,
            trace: trace,
            welcomes: welcomes,
            pictures: screen.pictures,
            journal: try journal(with: endpoint.authority, on: console, screen: screen),
            onPlace: { side, place in
                guard side == .user else { return }
                let known = ConversationPlaces.Place(authority: endpoint.authority, userId: userId, resumption: place)
                places?.remember(known)
            },
            screen: door
        ) { side in
            var client = configuration
            guard side == .agent, let desks else {
                // Only the first conversation is an earlier one; /new begins another.
                client.resume = resumption.withLock { $0.take() }
                return client
            }
            client.endpoint = try DirectLineEndpoint(try await desks.address().directLineURL)
            client.credential = .secret(desks.secret)
            client.user = ChannelAccount(id: "desk", name: AgentCommand.defaultName, role: "user")
            return client
        }
        // The line editor takes signals itself.
        let exitCode = screen.hasEditor ? await loop.run() : await loop.runUntilStopped()
        return screen.exitCode(exitCode, after: trace, on: console)
    }

    /// What the options say of the connection.
    func clientConfiguration(
        at endpoint: DirectLineEndpoint,
        with credential: DirectLineCredential,
        as account: ChannelAccount,
        locale: String
    ) -> ClientConfiguration {
        var client = ClientConfiguration(endpoint: endpoint, credential: credential, user: account, locale: locale)
        client.transport = io.transport.transport
        client.trustedCertificates = talk.ca
        client.allowsClearText = service.clearText.isAllowed
        client.startLimit = .seconds(60)
        return client
    }

    /// What the options say of the chat.
    func chatConfiguration(isInteractive: Bool, style: Style, drawsPictures: Bool) -> ChatStateMachine.Configuration {
        ChatStateMachine.Configuration(
            isInteractive: isInteractive,
            settle: talk.answer.silence,
            linger: .seconds(io.linger),
            answerWithin: talk.answer.within,
            answersWithinTurn: answersWithinTurn,
            style: style,
            dialect: hub.dialect.dialect,
            load: talk.load.map { ChatStateMachine.FileToLoad(path: $0, isContext: talk.loadUse == .context) },
            drawsPictures: drawsPictures,
            day: LocalClock.day(of:),
            clockTime: LocalClock.dateAndTime(of:)
        )
    }

    /// The journal of this chat, and a hint at one that was cut off lately.
    private func journal(
        with subject: String,
        on console: any Console,
        screen: ChatTerminal
    ) throws -> ChatJournal? {
        guard !io.isUnrecorded else { return nil }
        guard let folder = Journals.folder else {
            // A person was told when the terminal began.
            if !screen.isInteractive, let problem = StateFolder.problem {
                let text = screen.output.text(of: .notice(problem), columns: console.columns)
                if let report = screen.failureReport { report(text) } else { console.show(text) }
            }
            return nil
        }
        let tell = { @Sendable (words: String) in
            console.show(screen.output.text(of: .notice(words), columns: console.columns))
        }
        let hint = { @Sendable in
            tell("A chat of the last day was cut off; `baton transcript recover` has what was said.")
        }
        var settings = JournalSettings()
        do throws(CommandError) {
            settings = try JournalSettings.read()
        } catch {
            // A script is told and ends; a person is told, once, and can still talk.
            guard screen.isInteractive else { throw error }
            if !screen.settingProblems.contains(error.description) { tell(error.description) }
        }
        return ChatJournal(
            in: folder,
            subject: subject,
            retention: settings.retention,
            sizeLimit: settings.sizeLimit,
            // Whoever resumes knows of it.
            reportCutOff: screen.isInteractive && !talk.resume ? hint : nil,
            reportFailure: tell
        )
    }

    private func resumption(
        among places: [ConversationPlaces.Place],
        at endpoint: DirectLineEndpoint,
        isEmbedded: Bool
    ) throws(CommandError) -> ConversationPlaces.Place? {
        guard talk.resume else { return nil }
        if isEmbedded {
            throw CommandError("--resume needs a service; conversations with the embedded server end with it")
        }
        let here = places.filter { $0.authority == endpoint.authority }
        guard let conversationId, conversationId != "last" else {
            guard let last = here.first else {
                throw CommandError("no conversation with \(endpoint.authority) is remembered")
            }
            return last
        }
        let unknown = ConversationPlaces.Place(
            authority: endpoint.authority,
            userId: "",
            resumption: Resumption(conversationId: conversationId)
        )
        return here.first { $0.resumption.conversationId == conversationId } ?? unknown
    }

    /// Whether the bot is the built-in one, which has said all when its turn ends.
    private var answersWithinTurn: Bool { if case .embedded(.demo)? = try? service.target() { true } else { false } }

    /// The user's side, and an agent's for `/as agent` where there is a hub.
    private func sides(screen: ChatTerminal, hasDesks: Bool) -> Sides {
        let configuration = chatConfiguration(
            isInteractive: screen.isInteractive,
            style: screen.style,
            drawsPictures: screen.pictures != nil
        )
        let chat = ChatStateMachine(configuration: configuration)
        guard hasDesks else { return Sides(chat: chat, settings: screen.settings) }
        return Sides(chat: chat, settings: screen.settings, expectsDesk: hub.agent == .desk) {
            DeskStateMachine(
                configuration: DeskStateMachine.Configuration(
                    name: AgentCommand.defaultName,
                    capacity: 2,
                    isInteractive: configuration.isInteractive,
                    linger: configuration.linger,
                    settle: configuration.settle,
                    // The user is the same person, or the same script.
                    answerWithin: nil,
                    style: configuration.style
                )
            )
        }
    }

    /// With `--agent desk` somebody is to join by `baton agent`, so that the desks must be there and found.
    private func announceDesks(
        _ desks: DeskDoor?,
        on console: any Console,
        screen: ChatTerminal
    ) async throws -> (@Sendable () -> Void)? {
        guard hub.agent == .desk, let desks else { return nil }
        let address = try await desks.address()
        if screen.isInteractive {
            let words =
                "Agents answer here with /as agent, or in another terminal with: baton agent --hub \(address.url)"
            console.show(screen.output.text(of: .notice(words), columns: console.columns))
        }
        return HubAnnouncement(url: address.url, secret: desks.secret).publish()
    }
}

/// The words of `--as`.
enum LoadUse: String, ExpressibleByArgument, CaseIterable {
    case context
}
