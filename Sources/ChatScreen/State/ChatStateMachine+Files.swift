import BotSchema
import LineEditing

extension ChatStateMachine {
    /// Uploads files, each a word of the argument; quotes keep blanks together.
    mutating func attach(_ argument: String, at now: Timestamp) -> [ChatAction] {
        let files = argument.quotedWords
        let names = files.map { String($0.split(separator: "/").last ?? "file") }.joined(separator: ", ")
        return say(Activity(type: .message), words: "(attached \(names))", files: files, at: now)
    }

    /// Lists the files of the conversation, or fetches one of them.
    mutating func open(_ argument: String, _ command: SlashCommand) -> [ChatAction] {
        let files = attachedFiles
        guard !argument.isEmpty else {
            guard !files.isEmpty else { return [.show(.notice("No file has come in this conversation."))] }
            let rows = files.enumerated().map { index, file in
                let kind = file.contentType ?? "unknown kind"
                return ChatItem.Row("\(index + 1)", "\(file.name ?? "file") · \(kind) · \(Self.place(of: file))")
            }
            return [.show(.table(title: "files; /open N fetches one", rows))]
        }
        let words = argument.quotedWords
        guard let number = words.first.flatMap(Int.init), words.count <= 2 else {
            return [.show(.failure("Usage: /open \(command.usage) (\(command.summary))"))]
        }
        guard files.indices.contains(number - 1) else {
            return [.show(.failure("There is no file \(number): the conversation has \(files.count)."))]
        }
        filesUnderWay += 1
        return [.download(files[number - 1], path: words.count > 1 ? words[1] : nil)]
    }

    /// Says where a file is now; only the person opens it.
    func downloaded(_ result: Result<(path: String, bytes: Int), CommandFailure>) -> [ChatAction] {
        switch result {
        case .success(let file):
            [.show(.notice("\(file.bytes.of("byte", "bytes")) are in \(oneLine(file.path))."))]
        case .failure(let failure): [.show(.failure(oneLine(failure.message)))]
        }
    }

    /// Shows a message with its pictures, where the terminal takes any.
    mutating func hold(_ actions: [ChatAction], for pictures: [Attachment], of speaker: Speaker) -> [ChatAction] {
        guard configuration.drawsPictures, !pictures.isEmpty else { return actions }
        return pictureWait.hold(actions, of: oneLine(speaker.label)) { .draw(pictures, number: $0) }
    }

    /// The answer to `/fault`.
    static func item(_ result: Result<[ChatItem.Row], CommandFailure>) -> ChatItem {
        switch result {
        case .success(let rows): rows.isEmpty ? .notice("Nothing goes wrong on purpose.") : .table(title: nil, rows)
        case .failure(let failure): .failure(DisplayText.neutralised(failure.message, keepingNewlines: false))
        }
    }

    /// What can be fetched, in the order in which it came.
    private var attachedFiles: [Attachment] {
        record.entries.flatMap(\.activity.attachments).filter { $0.contentURL?.isEmpty == false }
    }

    /// Where a file is, without what may be a signature.
    private static func place(of file: Attachment) -> String {
        let url = file.contentURL ?? ""
        return url.lowercased().hasPrefix("data:") ? "in the message itself" : String(url.prefix { $0 != "?" })
    }
}

extension Activity {
    /// The most pictures of a message that are drawn.
    private static let pictureLimit = 4

    /// The pictures that came along, as attachments or in hero and thumbnail cards.
    var pictures: [Attachment] {
        let pictures = attachments.flatMap { attachment -> [Attachment] in
            switch attachment.contentType?.lowercased() {
            case let type? where type.hasPrefix("image/"): return [attachment]
            case Attachment.CardType.hero, Attachment.CardType.thumbnail:
                let addresses = (attachment.content?["images"]?.array ?? []).compactMap { $0["url"]?.string }
                return addresses.map { Attachment(json: ["contentType": "image/*", "contentUrl": .string($0)]) }
            default: return []
            }
        }
        return Array(pictures.filter { $0.contentURL?.isEmpty == false }.prefix(Self.pictureLimit))
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
