import BotSchema
import Transcripts

/// How long chats stay journaled, and how much room they may take.
///
/// The configuration file says it, beside the profiles: `{"journal": {"days": 30, "megabytes": 1024,
/// "chatMegabytes": 64}}`; what it leaves out is as shown here.
struct JournalSettings: Hashable, Sendable {
    /// How many journals are kept.
    var retention = JournalFolder.Retention()
    /// How many bytes one of them may hold.
    var sizeLimit = TranscriptJournal.standardSizeLimit

    /// Settings as shown above.
    init() {}

    /// Reads the settings of the configuration file; as shown above where there is none.
    ///
    /// - Throws: ``CommandError``, one sentence that names the file and the JSON path.
    static func read() throws(CommandError) -> JournalSettings {
        guard let file = ConfigurationFile(), file.exists else { return JournalSettings() }
        return try JournalSettings(in: try file.read(), of: file.path)
    }

    /// Reads the settings out of a configuration file.
    ///
    /// - Throws: ``CommandError``, one sentence that names the file and the JSON path.
    private init(in json: JSONValue, of path: String) throws(CommandError) {
        guard let member = json["journal"] else { return }
        guard let settings = member.object else { throw CommandError("\(path): journal must be an object") }
        for entry in settings.entries {
            let place = "\(path): journal.\(entry.key)"
            guard ["days", "megabytes", "chatMegabytes"].contains(entry.key) else {
                throw CommandError("\(place) is no member; there are: chatMegabytes, days, megabytes")
            }
            guard let number = entry.value.double, (0...1_000_000).contains(number) else {
                throw CommandError("\(place) must be a number from 0 to 1000000")
            }
            switch entry.key {
            case "days": retention.age = .seconds(number * 86_400)
            case "megabytes": retention.bytes = Int(number * 1_048_576)
            default: sizeLimit = Int(number * 1_048_576)
            }
        }
    }
}
