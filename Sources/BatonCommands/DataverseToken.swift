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
        guard let command else { return try Self.token(in: fixed ?? "", of: Self.variable) }
        let result = await ChildProgram.output(ofCommand: command, limit: 1 << 16)
        try Task.checkCancellation()
        switch result.outcome {
        case .done: return try Self.token(in: String(decoding: result.bytes, as: UTF8.self), of: "--token-command")
        case .failed(0): throw CommandError("--token-command: the command cannot be run, or prints more than a token")
        case .failed(let code) where code < 0: throw CommandError("--token-command: ended by signal \(-code)")
        case .failed(let code): throw CommandError("--token-command: the command failed with exit status \(code)")
        }
    }

    /// The token in a text: the text itself, or what JSON of the usual programs names so.
    private static func token(in text: String, of source: String) throws(CommandError) -> String {
        let value = try? JSONValue(parsing: text)
        let named = ["accessToken", "access_token", "token"].lazy.compactMap { value?[$0]?.string }.first
        var token = (named ?? value?.string ?? text)[...]
        if token.lowercased().hasPrefix("bearer ") { token = token.dropFirst(7) }
        while token.last?.isWhitespace == true { token = token.dropLast() }
        while token.first?.isWhitespace == true { token = token.dropFirst() }
        guard !token.isEmpty else { throw CommandError("\(source) gives no token: there is nothing in it") }
        guard token.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw CommandError("\(source) gives no token: there are blanks or other characters in it that no token has")
        }
        return String(token)
    }
}
