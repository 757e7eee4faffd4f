import ArgumentParser
import BotSchema
import LineEditing

/// Who the user of the conversation is.
struct PersonOptions: ParsableArguments {
    @Option(help: .detail("Your id in the conversation (default: a new one for each run).", valueName: "id"))
    var userId: String?

    @Option(help: .detail("Your name in the conversation (default: User).", valueName: "name"))
    var userName: String?

    @Option(help: .detail("Your language, such as en-GB (default: from the environment).", valueName: "tag"))
    var locale: String?

    /// The account that the user's activities carry.
    ///
    /// Ids that begin with `dl_` are the service's to give, so ours begin otherwise.
    func account(_ profile: Profile?) -> ChannelAccount {
        ChannelAccount(
            id: userId ?? profile?["userId"] ?? "user-" + Secrets.random().prefix(8).lowercased(),
            name: userName ?? profile?["userName"] ?? "User",
            role: "user"
        )
    }

    /// The language as a BCP 47 tag.
    func resolvedLocale(_ profile: Profile?) -> String {
        if let locale = locale ?? profile?["locale"] { return locale }
        for name in ["LC_ALL", "LC_MESSAGES", "LANG"] {
            guard let value = Secrets.environment(name) else { continue }
            let tag = value.prefix { $0 != "." && $0 != "@" }.replacing("_", with: "-")
            if !["C", "POSIX"].contains(tag) { return String(tag) }
        }
        return "en-US"
    }
}
