import BotSchema

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Where a hub that runs on this machine is, and what admits agents, for `baton agent` of the same person.
///
/// A file that only its owner can read, one for each process that has a hub; it goes with the process.
struct HubAnnouncement {
    /// The hub's address for desks.
    let url: String
    /// The agents' secret.
    let secret: String

    private static let folder = "hubs"

    /// Tells other programs of this person where the hub is.
    ///
    /// - Returns: Takes it back; nil when there is no place to tell it, which leaves `--hub` and the environment.
    func publish() -> (@Sendable () -> Void)? {
        guard let folder = StateFolder.subfolder(Self.folder) else { return nil }
        let path = "\(folder)/\(getpid()).json"
        let json: JSONValue = ["url": .string(url), "secret": .string(secret)]
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let bytes = json.serialized()
        guard write(descriptor, bytes, bytes.count) == bytes.count else {
            unlink(path)
            return nil
        }
        return { unlink(path) }
    }

    /// The hubs that run now, the one started last first; files of processes that are gone are removed.
    static func all() -> [HubAnnouncement] {
        guard let folder = StateFolder.subfolder(folder), let entries = opendir(folder) else { return [] }
        defer { closedir(entries) }
        var found: [(time: Int, announcement: HubAnnouncement)] = []
        while let entry = readdir(entries) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name.hasSuffix(".json"), let process = pid_t(name.dropLast(5)) else { continue }
            let path = "\(folder)/\(name)"
            guard kill(process, 0) == 0 || errno == EPERM else {
                unlink(path)
                continue
            }
            var status = stat()
            guard stat(path, &status) == 0, let announcement = read(path) else { continue }
            #if canImport(Glibc)
            found.append((status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec, announcement))
            #else
            found.append((status.st_mtimespec.tv_sec * 1_000_000_000 + status.st_mtimespec.tv_nsec, announcement))
            #endif
        }
        return found.sorted { $0.time > $1.time }.map(\.announcement)
    }

    private static func read(_ path: String) -> HubAnnouncement? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = fread(&bytes, 1, bytes.count, file)
        guard let json = try? JSONValue(parsing: String(decoding: bytes[..<count], as: UTF8.self)),
            let url = json["url"]?.string, let secret = json["secret"]?.string
        else { return nil }
        return HubAnnouncement(url: url, secret: secret)
    }
}
