package import LineEditing

/// Completes commands, their file names and event names.
package enum CommandCompletion {
    /// Names of events that a tester of handoff sends by hand.
    private static let eventNames = ["handoff.status", "startConversation", "webchat/join", "pvaSetContext"]

    /// What could stand at the cursor.
    package static func complete(_ request: CompletionRequest) -> Completion {
        let typed = String(request.line.prefix(request.cursor))
        guard typed.hasPrefix("/") else { return .none }
        guard let blank = typed.firstIndex(where: \.isWhitespace) else {
            let candidates = SlashCommand.table.filter { $0.name.hasPrefix(typed.dropFirst().lowercased()) }
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
        guard case .command(let command, _) = EnteredLine(typed) else { return .none }
        switch command.argument {
        case .file:
            return Completion(
                replacing: start..<request.cursor,
                candidates: FileNameCompletion.candidates(for: fragment)
            )
        case .eventName where !fragment.contains(where: \.isWhitespace):
            let names = eventNames.filter { $0.hasPrefix(fragment) }
            return Completion(
                replacing: start..<request.cursor,
                candidates: names.map { Completion.Candidate($0) },
                suffix: " "
            )
        case .words(let words):
            let fitting = words.filter { $0.hasPrefix(fragment) }
            return Completion(
                replacing: start..<request.cursor,
                candidates: fitting.map { Completion.Candidate($0) },
                suffix: " "
            )
        default: return .none
        }
    }
}
