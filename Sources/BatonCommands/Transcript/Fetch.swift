package import ArgumentParser
import BotSchema
import DirectLineClient
import LineEditing
import Transcripts

extension TranscriptCommand {
    /// `baton transcript fetch`: the transcripts that a Dataverse environment keeps of Copilot Studio.
    package struct Fetch: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            abstract: "Fetch Copilot Studio's transcripts from Dataverse.",
            usage: "baton transcript fetch <environment> [<options>]",
            discussion: HelpScreen.discussion(
                """
                Writes a file for each conversation, which show, stats, check and all others \
                read. Fetching again adds what is new and leaves the rest as it is.

                  baton transcript fetch https://contoso.crm.dynamics.com -o talks/ \\
                    --since last --token-command 'az account get-access-token
                      --resource https://contoso.crm.dynamics.com --query accessToken -o tsv'
                """,
                more: """
                    The account needs the role Bot Transcript Viewer in the environment. The token is for the \
                    environment's own address and is sent nowhere else; without --token-command it is taken from \
                    DATAVERSE_TOKEN. When it is no longer accepted, the command is run once more.

                    Dataverse records a conversation half an hour after its last line and removes it after 30 days; \
                    developer environments record none. What was fetched stays in its file.
                    """,
                of: "transcript fetch"
            )
        )

        @Argument(help: ArgumentHelp("The environment's address.", valueName: "environment"))
        var environment: String

        @Option(name: .shortAndLong, help: ArgumentHelp("The folder to write to.", valueName: "folder"))
        var output: String = "."

        @Option(
            help: ArgumentHelp(
                "Only what was recorded since: a day, a time, or last.",
                valueName: "time"
            )
        )
        var since: SinceTime?

        @Option(help: ArgumentHelp("Only this bot: its id or schema name.", valueName: "bot"))
        var bot: String?

        @Option(help: ArgumentHelp("A command that prints the token.", valueName: "command"))
        var tokenCommand: String?

        @Option(
            help: .detail("A PEM file of an authority to be trusted besides the system's.", valueName: "file"),
            completion: .file()
        )
        var ca: [String] = []

        /// A command with nothing set.
        package init() {}

        package func validate() throws {
            guard TranscriptOutput.isFolder(output) else { throw ValidationError("\(output) is no folder.") }
            do throws(ClientError) {
                _ = try DataverseEnvironment(environment)
            } catch {
                throw ValidationError(error.message)
            }
            if !DataverseToken.isGiven(command: tokenCommand) {
                throw ValidationError("There is no token: give --token-command, or set \(DataverseToken.variable).")
            }
        }

        package func run() async throws {
            try TranscriptOutput.makeFolder(output)
            ProcessSignals.ignoreBrokenPipes()
            let environment = try DataverseEnvironment(environment)
            let token = DataverseToken(command: tokenCommand)
            let folder = FetchedConversations(in: output)
            do {
                let query = DataverseQuery(since: try since?.time(in: folder, of: bot), bot: bot)
                try await fetch(from: environment, query, token, into: folder)
            } catch let error as TranscriptError {
                throw CommandError(DisplayText.neutralised(error.description, keepingNewlines: false))
            } catch let error as ClientError {
                throw CommandError(DisplayText.neutralised(error.message, keepingNewlines: false))
            }
        }

        private func fetch(
            from environment: DataverseEnvironment,
            _ query: DataverseQuery,
            _ token: DataverseToken,
            into folder: FetchedConversations
        ) async throws {
            var configuration = ClientConfiguration(credential: .none, user: ChannelAccount(id: "fetch"))
            configuration.requestTimeout = .seconds(60)
            configuration.trustedCertificates = ca
            configuration.proxies = try Secrets.proxies()
            var tally = FetchTally()
            try await DataverseTranscripts.forEachPage(
                of: environment,
                query,
                configuration,
                token: token.text,
                onDelay: { error, delay in
                    TranscriptInput.fail("\(error.message); trying again in \(delay.components.seconds) s")
                }
            ) { rows in
                for file in try folder.add(rows) {
                    guard let line = tally.take(file) else { continue }
                    let stream = line.isFailure ? StandardStream.error : StandardStream.output
                    stream.writeLine(DisplayText.neutralised(line.text, keepingNewlines: false))
                }
            }
            TranscriptInput.fail(tally.summary)
            if let failure = tally.failure { throw failure }
        }
    }
}

/// From when on transcripts are fetched.
struct SinceTime: ExpressibleByArgument, Hashable {
    private let given: Timestamp?

    init?(argument: String) {
        guard argument != "last" else {
            given = nil
            return
        }
        let isDay = argument.utf8.count == 10
        guard let time = Timestamp(isDay ? argument + "T00:00:00Z" : argument) else { return nil }
        given = time
    }

    /// The time; with `last` that of the newest record in a folder, nil when it is the first time.
    func time(in folder: FetchedConversations, of bot: String?) throws(TranscriptError) -> Timestamp? {
        if let given { return given }
        return try folder.newest(of: bot)
    }
}
