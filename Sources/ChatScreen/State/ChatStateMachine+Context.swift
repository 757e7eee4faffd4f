import BotSchema
import Handoff
import Transcripts

/// The user's half of a loaded conversation, to be said again line by line.
struct LoadedLines: Sendable {
    private(set) var lines: [Activity] = []
    private(set) var count = 0
    /// Files that are being read and whose lines are wanted.
    var awaitedPaths: Set<String> = []

    /// Takes the lines of a conversation in place of those before.
    mutating func take(_ transcript: Transcript) {
        // What the user reported in place of a hub would be reported to no handoff.
        lines = transcript.activities.filter { activity in
            activity.isFromUser
                && (activity.type == .message || activity.type == .event && HandoffSignal(activity) == nil)
        }
        count = lines.count
    }

    /// The next line; nil when all were said.
    mutating func next() -> Activity? { lines.isEmpty ? nil : lines.removeFirst() }
}

extension ChatStateMachine {
    /// Reads `FILE` or `FILE --as context` and loads the file; nil for what is neither.
    mutating func load(_ argument: String) -> [ChatAction]? {
        var name = argument
        let option = "--as context"
        if name.hasSuffix(" " + option) {
            name = String(name.dropLast(option.count)).trimmed
        } else if name.hasPrefix(option + " ") {
            name = String(name.dropFirst(option.count)).trimmed
        }
        guard !name.isEmpty, name != option else { return nil }
        return load(FileToLoad(path: name.unquotedFileName, isContext: name != argument))
    }

    /// Loads a file.
    mutating func load(_ file: FileToLoad) -> [ChatAction] {
        if file.isContext {
            loadedLines.awaitedPaths.insert(file.path)
        } else {
            loadedLines.awaitedPaths.remove(file.path)
        }
        filesUnderWay += 1
        return [.load(path: file.path)]
    }

    /// Says what can be said again of a file that was read as context.
    mutating func offerLines(of transcript: Transcript, from path: String) -> [ChatAction] {
        guard loadedLines.awaitedPaths.remove(path) != nil else { return [] }
        loadedLines.take(transcript)
        guard let first = loadedLines.lines.first else {
            return [.show(.notice("The user says nothing in it that could be said again."))]
        }
        let lines = loadedLines.count.of("line", "lines")
        return [.show(.notice("/next says its \(lines) again, one by one; the first is “\(words(of: first))”."))]
    }

    /// Says the next line of the loaded conversation.
    mutating func sayNextLine(at now: Timestamp) -> [ChatAction] {
        guard let line = loadedLines.next() else {
            let words =
                loadedLines.count == 0
                ? "There is nothing to say again; /load FILE --as context brings it."
                : "All \(loadedLines.count.of("line", "lines")) were said; /load brings them again."
            return [.show(.failure(words))]
        }
        let left = loadedLines.lines.count
        let rest =
            loadedLines.lines.first.map { "\(left.of("line", "lines")) left; the next is “\(words(of: $0))”." }
            ?? "That was the last line."
        return say(line.forSayingAgain, words: line.spokenWords, at: now) + [.show(.notice(rest))]
    }

    private func words(of line: Activity) -> String {
        let words = oneLine(line.spokenWords)
        return words.count > 40 ? words.prefix(39) + "…" : words
    }
}
