package import BotSchema

/// Which rows of the table `conversationtranscript` are wanted.
package struct DataverseQuery: Hashable, Sendable {
    /// Only what was recorded at or after this time.
    package var since: Timestamp?
    /// Only what this bot has said: its id, or its schema name.
    package var bot: String?

    /// All rows, unless told otherwise.
    package init(since: Timestamp? = nil, bot: String? = nil) {
        self.since = since
        self.bot = bot
    }

    private static let columns = [
        "conversationtranscriptid", "name", "content", "metadata", "conversationstarttime", "createdon",
        "_bot_conversationtranscriptid_value",
    ]

    /// The query, oldest first, so that what was fetched before a failure is a beginning without gaps.
    ///
    /// - Parameter isExpanded: Whether to ask for the bot's names, too, which some accounts may not read.
    /// - Returns: What follows the question mark of an address.
    func text(isExpanded: Bool) -> String {
        var options = ["$select=" + Self.columns.joined(separator: ",")]
        var conditions: [String] = []
        if let bot {
            let isId = bot.utf8.count == 36 && bot.allSatisfy { $0.isHexDigit || $0 == "-" }
            conditions.append(
                isId
                    ? "_bot_conversationtranscriptid_value eq \(bot)"
                    : "bot_conversationtranscriptid/schemaname eq '\(bot.replacing("'", with: "''"))'"
            )
        }
        if let since { conditions.append("createdon ge \(since.text)") }
        if !conditions.isEmpty { options.append("$filter=" + conditions.joined(separator: " and ").percentEncoded) }
        options.append("$orderby=createdon%20asc,conversationtranscriptid%20asc")
        if isExpanded { options.append("$expand=bot_conversationtranscriptid($select=schemaname,name)") }
        return options.joined(separator: "&")
    }
}
