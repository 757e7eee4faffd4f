import ChildPrograms
import DirectLineClient
import Transcripts

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Where secrets come from; none is ever an argument, a log line or an error text.
enum Secrets {
    /// A fresh secret for the embedded server, so that nobody else on this machine can use it.
    static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<4).map { _ in String(generator.next(), radix: 36) }.joined()
    }

    /// What admits agents to the desks of an embedded hub: `BATON_AGENT_SECRET`, or a fresh one.
    static func forAgents() -> String { environment("BATON_AGENT_SECRET") ?? random() }

    /// An environment variable, nil when it is unset or empty.
    static func environment(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = String(cString: value)
        return text.isEmpty ? nil : text
    }

    /// A secret in an environment variable that a person has named; no program that we start gets it.
    static func concealed(_ name: String) -> String? {
        ChildEnvironment.conceal(name)
        return environment(name)
    }

    /// Which hosts the environment wants to be reached through a proxy.
    ///
    /// - Throws: ``CommandError`` that names the variable and never its content.
    static func proxies() throws(CommandError) -> ProxySettings {
        var variables: [String: String] = [:]
        for name in ["http_proxy", "https_proxy", "all_proxy", "no_proxy"] {
            for spelling in [name, name.uppercased()] {
                if let value = environment(spelling) { variables[spelling] = value }
            }
        }
        do throws(ClientError) {
            return try ProxySettings(environment: variables)
        } catch {
            throw CommandError(error.message)
        }
    }

    /// A path in which a leading `~` stands for the home folder.
    static func expanded(_ path: String) -> String {
        guard path.hasPrefix("~/"), let home = environment("HOME") else { return path }
        return home + path.dropFirst()
    }

    /// The first line of a file, without blanks.
    ///
    /// - Throws: ``CommandError`` that names the file and never its content.
    static func read(fromFile path: String) throws(CommandError) -> String {
        guard let file = fopen(path, "r") else {
            throw CommandError("cannot read the secret file \(path): \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        try SecretFile.check(fileno(file), named: path)
        var bytes = [UInt8](repeating: 0, count: 16_384)
        let count = fread(&bytes, 1, bytes.count, file)
        let text: [UInt8]
        do throws(TranscriptError) {
            text = try WrittenText.utf8(of: Array(bytes[..<count]), named: path)
        } catch {
            throw CommandError("the secret file \(path) is no text file: there are NUL characters in it")
        }
        let line = String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline).first ?? ""
        let secret = line.filter { !$0.isWhitespace }
        guard !secret.isEmpty else { throw CommandError("the secret file \(path) is empty") }
        return secret
    }
}
