import BotSchema
import ChatScreen
import ChildPrograms
import Transcripts

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The configuration file: profiles, which people write, and settings, which `/set` writes.
///
/// `$XDG_CONFIG_HOME/baton/config.json`, or `~/.config/baton/config.json`.
struct ConfigurationFile: Sendable {
    /// Where it is, whether or not it exists.
    let path: String

    /// The person's file; nil when there is no home folder.
    init?() {
        if let folder = Secrets.environment("XDG_CONFIG_HOME"), folder.hasPrefix("/") {
            path = folder + "/baton/config.json"
        } else if let home = Secrets.environment("HOME") {
            path = home + "/.config/baton/config.json"
        } else {
            return nil
        }
    }

    /// Whether there is one.
    var exists: Bool { access(path, F_OK) == 0 }

    /// The settings in the file, each that it may hold; what is wrong with the others, in one sentence each.
    var settings: (Settings, problems: [String]) {
        var settings = Settings()
        var problems: [String] = []
        guard exists else { return (settings, []) }
        do throws(CommandError) {
            for entry in try read()["settings"]?.object?.entries ?? [] {
                let text = entry.value.string ?? entry.value.compactText
                do throws(CommandFailure) {
                    try settings.set(entry.key, to: text)
                } catch {
                    problems.append("\(path): settings.\(entry.key): \(error.message)")
                }
            }
        } catch {
            problems.append(error.description)
        }
        return (settings, problems)
    }

    /// Keeps a setting, nil for none; everything else in the file stays as it is.
    ///
    /// - Throws: ``CommandError``, one sentence that names the file; the file is as it was then.
    func keep(_ name: String, _ value: String?) throws(CommandError) {
        makeFolder(of: path)
        // Two chats that change settings at once must not undo what the other does.
        let folder = open(path.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 }, O_RDONLY | O_CLOEXEC)
        if folder >= 0 { flock(folder, LOCK_EX) }
        defer { if folder >= 0 { close(folder) } }
        var object = JSONObject()
        if exists {
            guard let read = try read().object else { throw CommandError("\(path) must hold a JSON object") }
            object = read
        }
        var settings = object["settings"]?.object ?? JSONObject()
        guard object["settings"] == nil || object["settings"]?.object != nil else {
            throw CommandError("\(path): settings must be an object")
        }
        settings[name] = value.map(JSONValue.string)
        object["settings"] = .object(settings)
        try write(JSONValue.object(object).prettyText + "\n")
    }

    /// The whole file.
    func read() throws(CommandError) -> JSONValue {
        guard let file = fopen(path, "r") else { throw failure("read") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
        guard ferror(file) == 0 else { throw failure("read") }
        let text: [UInt8]
        do throws(TranscriptError) {
            text = try WrittenText.utf8(of: bytes, named: path)
        } catch {
            throw CommandError(error.description)
        }
        do throws(JSONParseError) {
            let json = try JSONValue(parsing: text)
            // Of the profiles that are not used now, too: an editor has no business with any of them.
            for profile in json["profiles"]?.object?.entries ?? [] {
                if let name = profile.value["secretEnvironment"]?.string { ChildEnvironment.conceal(name) }
            }
            return json
        } catch {
            throw CommandError("\(path): \(error)")
        }
    }

    /// Writes beside the file and then puts it in its place, so that no reader and no crash finds half of it.
    private func write(_ text: String) throws(CommandError) {
        // Somebody may keep the file elsewhere, behind a link.
        let place =
            realpath(path, nil).map { resolved in
                defer { free(resolved) }
                return String(cString: resolved)
            } ?? path
        let temporary = place + ".\(getpid())"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0, let file = fdopen(descriptor, "w") else { throw failure("write") }
        let isWritten = fputs(text, file) >= 0 && fflush(file) == 0 && fsync(descriptor) == 0
        fclose(file)
        guard isWritten, rename(temporary, place) == 0 else {
            defer { unlink(temporary) }
            throw failure("write")
        }
    }

    private func makeFolder(of place: String) {
        let folders = place.split(separator: "/").dropLast()
        var folder = ""
        for part in folders {
            folder += "/" + part
            mkdir(folder, 0o700)
        }
    }

    private func failure(_ action: String) -> CommandError {
        CommandError("\(path) cannot be \(action == "read" ? "read" : "written"): \(String(cString: strerror(errno)))")
    }
}
