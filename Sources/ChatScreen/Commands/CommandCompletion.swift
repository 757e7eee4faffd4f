package import LineEditing
import Synchronization
import MessageContent

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
        guard typed.hasPrefix("/"), !typed.hasPrefix("//") else { return Self.words(typed, commands) }
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
        let range = start..<request.cursor
        guard case .command(let command, _) = EnteredLine(typed, commands: commands.table) else { return .none }
        switch command.argument {
        case .file: return Self.files(fragment, from: start)
        case .eventName where !fragment.contains(where: \.isWhitespace):
            let recent = commands.words["event"] ?? []
            let names = recent + Self.eventNames.filter { !recent.contains($0) }
            return Self.words(names, fitting: fragment, in: range)
        case .words(let words): return Self.words(words, fitting: fragment, in: range)
        case .known: return Self.words(commands.words[command.name] ?? [], fitting: fragment, in: range)
        case .person: return Self.words(commands.people, fitting: fragment, in: range)
        case .choice: return Self.numbered(commands.choices, fitting: fragment, in: range)
        case .number: return Self.numbered(commands.recent, fitting: fragment, in: range)
        default: return .none
        }
    }

    private static func words(_ words: [String], fitting fragment: String, in range: Range<Int>) -> Completion {
        let fitting = words.filter { $0.lowercased().hasPrefix(fragment.lowercased()) }
        return Completion(replacing: range, candidates: fitting.map { Completion.Candidate(clean($0)) }, suffix: " ")
    }

    /// What begins like the line: a choice of the newest message; or somebody's name behind an at sign or any word.
    private static func words(_ typed: String, _ commands: CommandSet) -> Completion {
        let range = 0..<typed.count
        let choices = commands.choices.filter { $0.lowercased().hasPrefix(typed.lowercased()) }
        if !choices.isEmpty {
            return Completion(replacing: range, candidates: choices.map { Completion.Candidate(clean($0)) })
        }
        let word = typed.lastIndex(where: \.isWhitespace).map { typed[typed.index(after: $0)...] } ?? typed[...]
        guard word.count >= 2 else { return .none }
        let bare = word.drop { $0 == "@" }
        return words(commands.people, fitting: String(bare), in: typed.count - bare.count..<typed.count)
    }

    private static func numbered(_ texts: [String], fitting fragment: String, in range: Range<Int>) -> Completion {
        let all = texts.enumerated().map { Completion.Candidate("\($0.offset + 1)", summary: clean($0.element)) }
        return Completion(replacing: range, candidates: all.filter { $0.text.hasPrefix(fragment) })
    }

    /// File names, of which there may be several; quotes keep blanks within one.
    private static func files(_ fragment: String, from start: Int) -> Completion {
        var wordStart = 0
        var quote: Character?
        for (offset, character) in fragment.enumerated() {
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "\"" || character == "'" {
                quote = character
            } else if character == " " {
                wordStart = offset + 1
            }
        }
        // The name of one file may hold blanks without quotes where a file of that name begins so.
        let whole = FileNameCompletion.candidates(for: fragment)
        if wordStart > 0, !whole.isEmpty {
            return Completion(replacing: start..<start + fragment.count, candidates: whole)
        }
        let word = String(fragment.dropFirst(wordStart))
        let bare = word.drop { $0 == "\"" || $0 == "'" }
        let mark = word.count > bare.count ? String(word.prefix(1)) : ""
        let candidates = FileNameCompletion.candidates(for: String(bare)).map { candidate in
            Completion.Candidate(mark + candidate.text, label: candidate.label)
        }
        return Completion(replacing: start + wordStart..<start + fragment.count, candidates: candidates)
    }

    /// Words from the wire, for the line and for the list.
    private static func clean(_ words: String) -> String { DisplayText.neutralised(words, keepingNewlines: false) }
}
