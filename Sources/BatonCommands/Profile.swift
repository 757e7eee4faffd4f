import BotSchema

/// A named set of options in the configuration file, so that a bot need not be described anew each time.
///
/// The file is `$XDG_CONFIG_HOME/baton/config.json`, or `~/.config/baton/config.json`:
/// `{"profiles": {"shop": {"directLine": "https://…", "secretEnvironment": "SHOP_SECRET"}}}`. Secrets are named by file
/// or environment variable and never stand in it.
struct Profile: Sendable {
    /// The members that a profile may have.
    static let members = [
        "bot", "directLine", "locale", "secretEnvironment", "secretFile", "tokenEndpoint", "userId", "userName",
    ]

    private let values: [String: String]

    /// The value of a member.
    subscript(member: String) -> String? { values[member] }

    /// Reads a profile from the configuration file.
    ///
    /// - Throws: ``CommandError``, one sentence that names the file and the JSON path.
    static func read(_ name: String) throws(CommandError) -> Profile {
        guard let file = ConfigurationFile() else {
            throw CommandError("there is no home folder in which a configuration file could be")
        }
        guard file.exists else {
            throw CommandError("there is no profile “\(name)”, since there is no file \(file.path)")
        }
        return try Profile(name, in: try file.read(), of: file.path)
    }

    /// Reads a profile out of a configuration file.
    ///
    /// - Throws: ``CommandError``, one sentence that names the file and the JSON path.
    private init(_ name: String, in json: JSONValue, of path: String) throws(CommandError) {
        guard json["profiles"] != nil || json.object == nil else {
            throw CommandError("\(path): there is no profile “\(name)”: the file has no member “profiles”")
        }
        guard let profiles = json["profiles"]?.object else {
            throw CommandError("\(path): profiles must be an object of named profiles")
        }
        guard let profile = profiles[name] else {
            let known = profiles.keys.joined(separator: ", ")
            throw CommandError(
                "\(path): there is no profile “\(name)”; " + (known.isEmpty ? "there are none" : "there are: \(known)")
            )
        }
        guard let object = profile.object else { throw CommandError("\(path): profiles.\(name) must be an object") }
        var values: [String: String] = [:]
        for entry in object.entries {
            let place = "\(path): profiles.\(name).\(entry.key)"
            if ["secret", "token"].contains(entry.key.lowercased()) {
                throw CommandError(
                    "\(place): a secret never stands in the file; name a secretFile or secretEnvironment"
                )
            }
            guard Self.members.contains(entry.key) else {
                throw CommandError("\(place) is no member; there are: \(Self.members.joined(separator: ", "))")
            }
            guard let text = entry.value.string, !text.isEmpty else { throw CommandError("\(place) must be a text") }
            values[entry.key] = text
        }
        self.values = values
    }
}
