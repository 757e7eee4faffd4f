package import LineEditing
import Synchronization

/// Completes commands, their file names, event names and whatever else they take.
///
/// The editing thread asks while the chat may change what there is to complete.
package final class CommandCompletion: Sendable {
    /// Names of events that a tester of handoff sends by hand.
    private static let eventNames = ["handoff.status", "startConversation", "webchat/join", "pvaSetContext"]

    private let commands: Mutex<CommandSet>

    /// A completion for these commands.
    package init(_ commands: CommandSet = CommandSet()) { self.commands = Mutex(commands) }

    /// Completes other commands from now on.
    package func offer(_ commands: CommandSet) { self.commands.withLock { $0 = commands } }

    /// What could stand at the cursor.
    package func complete(_ request: CompletionRequest) -> Completion {
        let commands = commands.withLock { $0 }
        let typed = String(request.line.prefix(request.cursor))
        guard typed.hasPrefix("/") else { return .none }
        guard let blank = typed.firstIndex(where: \.isWhitespace) else {
            let candidates = commands.table.filter { $0.name.hasPrefix(typed.dropFirst().lowercased()) }
            return Completion(
                replacing: 0..<request.cursor,
                candidates: candidates.map { Completion.Candidate("/\($0.name)", summary: $0.summary) },
                suffix: " "
            )
        }
        let start = typed.distance(
            from: typed.startIndex,
            to: typed[blank...].firstIndex { !$0.isWhitespace } ?? typed.endIndex
        )
        let fragment = String(typed.dropFirst(start))
        guard case .command(let command, _) = EnteredLine(typed, commands: commands.table) else { return .none }
        switch command.argument {
        case .file:
            return Completion(
                replacing: start..<request.cursor,
                candidates: FileNameCompletion.candidates(for: fragment)
            )
        case .eventName where !fragment.contains(where: \.isWhitespace):
            return Self.words(Self.eventNames, fitting: fragment, in: start..<request.cursor)
        case .words(let words): return Self.words(words, fitting: fragment, in: start..<request.cursor)
        case .known:
            return Self.words(commands.words[command.name] ?? [], fitting: fragment, in: start..<request.cursor)
        default: return .none
        }
    }

    private static func words(_ words: [String], fitting fragment: String, in range: Range<Int>) -> Completion {
        let fitting = words.filter { $0.lowercased().hasPrefix(fragment.lowercased()) }
        return Completion(replacing: range, candidates: fitting.map { Completion.Candidate($0) }, suffix: " ")
    }
}
