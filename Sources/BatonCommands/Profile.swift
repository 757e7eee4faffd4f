import BotSchema

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

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
        guard let path else { throw CommandError("there is no home folder in which a configuration file could be") }
        guard let bytes = contents(of: path) else {
            throw CommandError("\(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        return try Profile(name, in: bytes, of: path)
    }

    /// Reads a profile out of the bytes of a configuration file.
    ///
    /// - Throws: ``CommandError``, one sentence that names the file and the JSON path.
    init(_ name: String, in bytes: [UInt8], of path: String) throws(CommandError) {
        let json: JSONValue
        do throws(JSONParseError) {
            json = try JSONValue(parsing: bytes)
        } catch {
            throw CommandError("\(path): \(error)")
        }
        guard let profiles = json["profiles"]?.object else {
            throw CommandError("\(path): profiles must be an object of named profiles")
        }
        guard let profile = profiles[name] else {
            let known = profiles.keys.joined(separator: ", ")
            throw CommandError(
                "\(path): there is no profile “\(name)”" + (known.isEmpty ? "" : "; there are: \(known)")
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

    /// The configuration file; nil when there is no place for one.
    static var path: String? {
        if let folder = Secrets.environment("XDG_CONFIG_HOME"), folder.hasPrefix("/") {
            return folder + "/baton/config.json"
        }
        return Secrets.environment("HOME").map { $0 + "/.config/baton/config.json" }
    }

    /// The bytes of a file, nil when it cannot be read.
    static func contents(of path: String) -> [UInt8]? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        return ferror(file) == 0 ? Array(bytes[..<count]) : nil
    }
}
