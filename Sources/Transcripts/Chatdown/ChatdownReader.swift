import BotSchema

/// Reads `.chat` files: a header with names, then lines such as `Joe: Hi!` with commands in square brackets.
///
/// Source: the format's description in botframework-cli, packages/chatdown.
struct ChatdownReader {
    /// What could not be read as it stands.
    private(set) var remarks: [(offset: Int, text: String)] = []

    private let lines: [(offset: Int, text: String)]
    private var users: [String] = []
    private var bot = "bot"
    private var channel: String?
    private var lastUser: String?
    private var activities: [Activity] = []
    private var delay = 0

    init(_ bytes: [UInt8]) {
        lines = Self.lines(of: bytes)
        if String(validating: bytes, as: UTF8.self) == nil {
            remarks.append((0, "bytes that are no UTF-8, replaced by U+FFFD"))
        }
    }

    /// Whether text begins as such a file does.
    static func isHeader(_ bytes: ArraySlice<UInt8>) -> Bool {
        let first = lines(of: Array(bytes)).first { !$0.text.allSatisfy(\.isWhitespace) }
        guard let line = first?.text else { return false }
        if let option = option(in: line) { return ["user", "users", "bot", "channelid"].contains(option.name) }
        let speaker = line.prefix { $0 != ":" && $0 != "-" }.lowercased()
        return speaker.count < line.count && ["user", "bot"].contains(speaker)
    }

    mutating func read() -> [Activity] {
        var index = 0
        while index < lines.count, speakers(of: lines[index].text) == nil {
            let line = lines[index]
            if line.text.first(where: { !$0.isWhitespace }) == "[" { break }
            header(line)
            index += 1
        }
        if users.isEmpty { users = ["user"] }
        while index < lines.count {
            let start = speakers(of: lines[index].text)
            var body = start.map { String(lines[index].text.dropFirst($0.length)) } ?? lines[index].text
            let offset = lines[index].offset
            index += 1
            while index < lines.count, speakers(of: lines[index].text) == nil {
                body += "\n" + lines[index].text
                index += 1
            }
            turn(body, from: start?.from ?? bot, to: start?.to, at: offset)
        }
        return activities
    }

    // MARK: - Lines

    static func lines(of bytes: [UInt8]) -> [(offset: Int, text: String)] {
        var lines: [(offset: Int, text: String)] = []
        var start = 0
        var index = 0
        while index < bytes.count {
            if bytes[index] == 0x0A || bytes[index] == 0x0D {
                lines.append((start, String(decoding: bytes[start..<index], as: UTF8.self)))
                if bytes[index] == 0x0D, index + 1 < bytes.count, bytes[index + 1] == 0x0A { index += 1 }
                start = index + 1
            }
            index += 1
        }
        if start < bytes.count { lines.append((start, String(decoding: bytes[start...], as: UTF8.self))) }
        return lines
    }

    private static func option(in line: String) -> (name: String, value: String)? {
        guard let sign = line.firstIndex(of: "=") else { return nil }
        let name = line[..<sign].trimmed.lowercased()
        guard !name.isEmpty, name.allSatisfy(\.isLetter) else { return nil }
        return (name, line[line.index(after: sign)...].trimmed)
    }

    private mutating func header(_ line: (offset: Int, text: String)) {
        guard !line.text.trimmed.isEmpty else { return }
        let option = Self.option(in: line.text)
        switch option?.name {
        case "user"?, "users"?:
            users += option?.value.split(separator: ",").map(\.trimmed).filter { !$0.isEmpty } ?? []
        case "bot"?: bot = option.map { $0.value.isEmpty ? bot : $0.value } ?? bot
        case "channelid"?: channel = option?.value
        default: remarks.append((line.offset, "a line before the conversation that is no option, left out"))
        }
    }

    /// Who speaks in a line, to whom, and how many characters tell it; nil for the lines that go on.
    private func speakers(of line: String) -> (from: String, to: String?, length: Int)? {
        guard let colon = line.firstIndex(of: ":") else { return nil }
        let label = line[..<colon]
        let length = label.count + 1
        if let arrow = label.firstRange(of: "->") {
            guard let from = account(label[..<arrow.lowerBound]) else { return nil }
            return (from, account(label[arrow.upperBound...]) ?? label[arrow.upperBound...].trimmed, length)
        }
        return account(label).map { ($0, nil, length) }
    }

    private func account(_ label: Substring) -> String? {
        let name = label.trimmed.lowercased()
        if name == "bot" || name == bot.lowercased() { return bot }
        if name == "user" { return users.first ?? "user" }
        return users.first { $0.lowercased() == name }
    }

    // MARK: - Turns

    private mutating func turn(_ body: String, from: String, to: String?, at offset: Int) {
        if from != bot { lastUser = from }
        let recipient = to ?? (from == bot ? lastUser ?? users.first ?? "user" : bot)
        var message = Activity(type: .message)
        var text = ""
        var rest = body[...]
        func hasContent() -> Bool { message.json.entries.count > 1 }
        func flush() {
            let words = text.trimmed
            text = ""
            guard !words.isEmpty || hasContent() else { return }
            if !words.isEmpty { message.json.entries.insert(.init(key: "text", value: .string(words)), at: 1) }
            append(message, from: from, to: recipient)
            message = Activity(type: .message)
        }
        while let bracket = rest.firstIndex(of: "[") {
            guard let command = ChatdownCommand(rest[bracket...]) else {
                text += rest[...bracket]
                rest = rest[rest.index(after: bracket)...]
                continue
            }
            text += rest[..<bracket]
            rest = rest[command.end...]
            switch command.name {
            case "typing":
                flush()
                append(.typing, from: from, to: recipient)
            case "delay":
                flush()
                delay += Int(command.value) ?? 0
            case "conversationupdate":
                flush()
                append(conversationUpdate(command), from: from, to: recipient)
            case "suggestions":
                message.suggestedActions = SuggestedActions(command.choices.map { CardAction.imBack($0) })
            case "attachmentlayout": message.attachmentLayout = command.value
            case "attachment": message.attachments.append(command.attachment)
            default: message.attachments.append(command.card)
            }
        }
        text += rest
        flush()
        if activities.isEmpty { remarks.append((offset, "a turn without words, left out")) }
    }

    private func conversationUpdate(_ command: ChatdownCommand) -> Activity {
        var activity = Activity(type: .conversationUpdate)
        func accounts(_ key: String) -> [ChannelAccount] {
            (command.properties[key] ?? "").split(separator: ",").map(\.trimmed).filter { !$0.isEmpty }
                .map { account(named: $0) }
        }
        activity.membersAdded = accounts("membersadded")
        activity.membersRemoved = accounts("membersremoved")
        return activity
    }

    private func account(named name: String) -> ChannelAccount {
        ChannelAccount(id: name, name: name, role: name.lowercased() == bot.lowercased() ? "bot" : "user")
    }

    private mutating func append(_ activity: Activity, from: String, to: String) {
        var activity = activity
        activity.id = String(activities.count + 1)
        activity.channelId = channel
        activity.conversation = ConversationAccount(id: "chat")
        activity.from = account(named: from)
        activity.recipient = account(named: to)
        if delay > 0 { activity.channelData = ["baton": ["delayMilliseconds": .number(JSONNumber(delay))]] }
        delay = 0
        activities.append(activity)
    }
}

extension StringProtocol {
    /// The text without blanks and line breaks around it.
    var trimmed: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text = text.dropFirst() }
        while text.last?.isWhitespace == true { text = text.dropLast() }
        return String(text)
    }
}
