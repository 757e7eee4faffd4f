import BotSchema
import ChildPrograms

/// What admits to a Dataverse environment: what a command prints, or an environment variable.
struct DataverseToken: Sendable {
    /// Where a token is looked for when no command gives one.
    static let variable = "DATAVERSE_TOKEN"

    private let command: String?
    private let fixed: String?

    /// Whether there is anything to take a token from.
    static func isGiven(command: String?) -> Bool { command != nil || Secrets.environment(variable) != nil }

    /// A token by a command of the shell, or that of the environment.
    init(command: String?) {
        self.command = command
        fixed = command == nil ? Secrets.environment(Self.variable) : nil
    }

    /// The token; a command is run each time.
    ///
    /// - Throws: ``CommandError``, which never tells what was printed.
    @Sendable func text() async throws -> String {
        guard let command else { return try Self.token(in: fixed ?? "", orElse: "\(Self.variable) holds no token") }
        let result = await ChildProgram.output(ofCommand: command, limit: 1 << 16)
        try Task.checkCancellation()
        switch result.outcome {
        case .done:
            let text = String(decoding: result.bytes, as: UTF8.self)
            return try Self.token(in: text, orElse: "the token command printed no token")
        case .failed(0): throw CommandError("--token-command: the command cannot be run, or prints more than a token")
        case .failed(let code) where code < 0: throw CommandError("--token-command: ended by signal \(-code)")
        case .failed(let code): throw CommandError("--token-command: the command failed with exit status \(code)")
        }
    }

    /// The token in a text: the text itself, or what JSON of the usual programs names so.
    ///
    /// - Parameters:
    ///   - text: What was given.
    ///   - complaint: Begins the error when there is no token in it.
    /// - Returns: The token, without the word Bearer and blanks around it.
    /// - Throws: ``CommandError``, which never tells the text.
    private static func token(in text: String, orElse complaint: String) throws(CommandError) -> String {
        let names = ["accessToken", "access_token", "token"]
        var token: Substring
        switch try? JSONValue(parsing: text) {
        case .string(let words): token = words[...]
        // Digits alone are JSON, too.
        case nil, .number: token = text[...]
        case let value?:
            guard let named = names.lazy.compactMap({ value[$0]?.string }).first else {
                throw CommandError("\(complaint): it is JSON without \(names.joined(separator: ", "))")
            }
            token = named[...]
        }
        while token.first?.isWhitespace == true { token = token.dropFirst() }
        if token.lowercased().hasPrefix("bearer ") { token = token.dropFirst(7) }
        while token.last?.isWhitespace == true { token = token.dropLast() }
        while token.first?.isWhitespace == true { token = token.dropFirst() }
        guard !token.isEmpty else { throw CommandError("\(complaint): there is nothing in it") }
        guard token.utf8.allSatisfy(isOfToken) else {
            throw CommandError("\(complaint): there are blanks or other characters in it that no token has")
        }
        return String(token)
    }

    /// Whether a bearer token may have the character (RFC 6750, 2.1).
    private static func isOfToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "-._~+/=".utf8.contains(byte)
        }
    }
}
