import BotSchema
import Handoff
import LineEditing
import Transcripts

/// What `/attach` sends: files, each a word of the argument; quotes keep blanks together.
struct FilesToSend {
    /// Where they are.
    let paths: [String]
    /// What the sender sees.
    let words: String

    /// The files of an argument.
    init(_ argument: String) {
        paths = argument.quotedWords
        let names = paths.map { String($0.split(separator: "/").last ?? "file") }.joined(separator: ", ")
        words = "(attached \(names))"
    }
}

/// The files that have come in a conversation, for `/open`.
struct ReceivedFiles {
    /// What can be fetched, in the order in which it came.
    private let files: [Attachment]

    /// The files of what was said.
    init(in activities: some Sequence<Activity>) {
        files = activities.flatMap(\.attachments).filter { $0.contentURL?.isEmpty == false }
    }

    /// Lists the files, or fetches one of them.
    func open(_ argument: String, _ command: SlashCommand) -> [ChatAction] {
        guard !argument.isEmpty else {
            guard !files.isEmpty else { return [.show(.notice("No file has come in this conversation."))] }
            let rows = files.enumerated().map { index, file in
                let kind = file.contentType ?? "unknown kind"
                return ChatItem.Row("\(index + 1)", "\(file.name ?? "file") · \(kind) · \(Self.place(of: file))")
            }
            return [.show(.table(title: "files; /open N fetches one", rows))]
        }
        let words = argument.quotedWords
        guard let number = words.first.flatMap(Int.init), words.count <= 2 else { return command.usageActions }
        guard files.indices.contains(number - 1) else {
            return [.show(.failure("There is no file \(number): the conversation has \(files.count)."))]
        }
        return [.download(files[number - 1], path: words.count > 1 ? words[1] : nil)]
    }

    /// Says where a file is now; only the person opens it.
    static func told(_ result: Result<(path: String, bytes: Int), CommandFailure>) -> ChatAction {
        let oneLine = { DisplayText.neutralised($0, keepingNewlines: false) }
        return switch result {
        case .success(let file): .show(.notice("\(file.bytes.of("byte", "bytes")) are in \(oneLine(file.path))."))
        case .failure(let failure): .show(.failure(oneLine(failure.message)))
        }
    }

    /// Where a file is, without what may be a signature.
    private static func place(of file: Attachment) -> String {
        let url = file.contentURL ?? ""
        return url.lowercased().hasPrefix("data:") ? "in the message itself" : String(url.prefix { $0 != "?" })
    }
}

/// Where `/save` is to save, and what is to be left out or masked.
struct SaveWish: Sendable {
    private(set) var path = ""
    private(set) var isPublic = false
    private(set) var isRedacted = false
    /// Whether a transcript that is there may be replaced.
    private(set) var isForced = false

    /// Reads `[--public] [--redact] [--force] FILE`; nil when there is no file.
    init?(_ argument: String) {
        var rest = argument
        while let option = ["--public", "--redact", "--force"].first(where: rest.hasPrefix) {
            let behind = rest.dropFirst(option.count)
            guard behind.first?.isWhitespace == true else { return nil }
            switch option {
            case "--public": isPublic = true
            case "--redact": isRedacted = true
            default: isForced = true
            }
            rest = String(behind).trimmed
        }
        guard !rest.isEmpty else { return nil }
        path = rest.unquotedFileName
    }

    /// What saves a transcript as it is wished for.
    func action(saving transcript: Transcript) -> ChatAction {
        var transcript = transcript
        if isPublic { transcript.activities = transcript.activities.map(\.withoutPrivateNotes) }
        if isRedacted {
            var redactor = TranscriptRedactor()
            transcript = redactor.redacted(transcript)
        }
        return .save(transcript, path: path, isForced: isForced)
    }

    /// Tells how saving ended; `source` is the file from which the transcript came, if it came from one.
    static func told(_ path: String, _ result: Result<Int, TranscriptError>, of source: String? = nil) -> ChatAction {
        let oneLine = { DisplayText.neutralised($0, keepingNewlines: false) }
        switch result {
        case .success(let count):
            let origin = source.map { " of \(oneLine($0))" } ?? ""
            return .show(.notice("Saved \(count.of("activity", "activities"))\(origin) to \(oneLine(path))."))
        case .failure(let error): return .show(.failure(DisplayText.neutralised(error.description)))
        }
    }
}

extension ChatAction {
    /// Whether it reads or writes a file, the end of which is answered.
    var isFileWork: Bool {
        switch self {
        case .save, .load, .fetch, .download: true
        default: false
        }
    }
}

extension String {
    /// The words of a line; quotes keep blanks within a word, and so does a backslash, as in a shell.
    var quotedWords: [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var isEscaped = false
        for character in self {
            if isEscaped {
                // Within quotes only what would end them, and the backslash itself, is escaped.
                let isLiteral = quote != nil && character != quote && character != "\\"
                word = (word ?? "") + (isLiteral ? "\\" : "") + String(character)
                isEscaped = false
            } else if character == "\\", quote != "'" {
                isEscaped = true
            } else if let open = quote {
                if character == open { quote = nil } else { word = (word ?? "") + String(character) }
            } else if character == "\"" || character == "'" {
                quote = character
                word = word ?? ""
            } else if character.isWhitespace {
                if let done = word { words.append(done) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        if isEscaped { word = (word ?? "") + "\\" }
        if let word { words.append(word) }
        return words
    }
}
