import BotSchema
import LineEditing

extension ChatStateMachine {
    /// Uploads files, each a word of the argument.
    mutating func attach(_ argument: String, at now: Timestamp) -> [ChatAction] {
        let files = FilesToSend(argument)
        return say(Activity(type: .message), words: files.words, files: files.paths, at: now)
    }

    /// Lists the files of the conversation, or fetches one of them.
    mutating func open(_ argument: String, _ command: SlashCommand) -> [ChatAction] {
        begin(ReceivedFiles(in: record.entries.lazy.map(\.activity)).open(argument, command))
    }

    /// Counts what is read or written from now on: a pipe goes on when it is done.
    mutating func begin(_ actions: [ChatAction]) -> [ChatAction] {
        filesUnderWay += actions.count(where: \.isFileWork)
        return actions
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
