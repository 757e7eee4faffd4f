import ArgumentParser
import ChatScreen
import DirectLineClient

/// Which bot it is about, and where.
struct ServiceOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A bot's messaging endpoint, such as …/api/messages.", valueName: "url"))
    var bot: String?

    @Option(
        help: ArgumentHelp(
            "A service's address, or global, europe, india, china.",
            valueName: "url"
        )
    )
    var directLine: String?

    @Option(help: ArgumentHelp("An address that gives a token, as in Copilot Studio.", valueName: "url"))
    var tokenEndpoint: String?

    @Option(help: .detail("A file that holds the Direct Line secret.", valueName: "file"), completion: .file())
    var secretFile: String?

    @Option(
        help: ArgumentHelp("A profile of ~/.config/baton/config.json.", valueName: "name")
    )
    var profile: String?

    @OptionGroup var clearText: ClearTextOptions

    func validate() throws {
        if [bot, directLine, tokenEndpoint].compactMap({ $0 }).count > 1 {
            throw ValidationError("Give one of --bot, --direct-line and --token-endpoint, not several.")
        }
        if secretFile != nil, directLine == nil, profile == nil {
            throw ValidationError("--secret-file belongs to --direct-line, which is missing.")
        }
    }

    /// Where the conversation is to be.
    enum Target {
        /// A Direct Line service elsewhere.
        case service(DirectLineEndpoint, DirectLineCredential)
        /// Our own server in this process, with a bot behind it.
        case embedded(BotChoice)
    }

    /// Reads the options and the environment.
    ///
    /// - Throws: An error of one sentence for an address that is none, or a secret that cannot be read.
    func target() throws -> Target {
        let profile = try profile.map(Profile.read)
        let isGiven = bot != nil || directLine != nil || tokenEndpoint != nil
        return try target(
            bot: isGiven ? bot : profile?["bot"],
            directLine: isGiven ? directLine : profile?["directLine"],
            tokenEndpoint: isGiven ? tokenEndpoint : profile?["tokenEndpoint"],
            profile: profile
        )
    }

    /// Where the bot is, by which its drafts are told from those for others; nil for the demo bot.
    var address: String? {
        let profile = try? self.profile.map(Profile.read)
        let isGiven = bot != nil || directLine != nil || tokenEndpoint != nil
        return isGiven
            ? tokenEndpoint ?? directLine ?? bot
            : profile?["tokenEndpoint"] ?? profile?["directLine"] ?? profile?["bot"]
    }

    private func target(
        bot: String?,
        directLine: String?,
        tokenEndpoint: String?,
        profile: Profile?
    ) throws -> Target {
        if let tokenEndpoint {
            let example = "https://…/directline/token?api-version=2022-03-01-preview"
            let url = try HTTPAddress.checked(tokenEndpoint, option: "--token-endpoint", example: example)
            if let place = HTTPAddress.endpoint(of: url) { try clearText.check(place) }
            return .service(.global, .tokenEndpoint(url))
        }
        if let directLine {
            let endpoint = try endpoint(directLine)
            try clearText.check(endpoint)
            return .service(endpoint, try credential(profile))
        }
        return .embedded(try BotChoice(url: bot))
    }

    private func endpoint(_ text: String) throws(CommandError) -> DirectLineEndpoint {
        if let named = DirectLineEndpoint.named[text.lowercased()] { return named }
        do throws(ClientError) {
            return try DirectLineEndpoint(text)
        } catch {
            throw CommandError("--direct-line: " + error.message, status: .usage)
        }
    }

    private func credential(_ profile: Profile?) throws -> DirectLineCredential {
        if let secretFile { return .secret(try Secrets.read(fromFile: secretFile)) }
        if let name = profile?["secretEnvironment"] {
            guard let secret = Secrets.concealed(name) else {
                throw CommandError("the environment variable \(name), which the profile names, is not set")
            }
            return .secret(secret)
        }
        if let file = profile?["secretFile"] { return .secret(try Secrets.read(fromFile: Secrets.expanded(file))) }
        if let token = Secrets.environment("DIRECTLINE_TOKEN") { return .token(token) }
        if let secret = Secrets.environment("DIRECTLINE_SECRET") { return .secret(secret) }
        return .none
    }
}
