import BotSchema

/// Reads `.convo.txt` files, the tests of Botium: a name, then sections such as `#me` and `#bot` with what each says.
///
/// Source: the format's compiler in botium-core. What a bot is expected to say counts as said; what it must not say is
/// left out, as is what says nothing, such as `WAITFORBOT`.
struct ConvoReader {
    /// What could not be read as it stands.
    private(set) var remarks: [(offset: Int, text: String)] = []

    private let lines: [(offset: Int, text: String)]
    private var activities: [Activity] = []
    private var conversation = "convo"
    private var delay = 0

    /// The sections there are; nobody speaks in all but two of them.
    private static let senders = ["me", "bot", "begin", "end", "include"]
    /// Lines that check or do something and are no words of anybody.
    private static let commands: Set<String> = [
        "BUTTONS", "BUTTONS_COUNT", "BUTTONS_COUNT_REC", "MEDIA", "MEDIA_COUNT", "MEDIA_COUNT_REC", "CARDS",
        "CARDS_COUNT", "CARDS_COUNT_REC", "FORMS", "INTENT", "INTENT_CONFIDENCE", "INTENT_UNIQUE", "ENTITIES",
        "ENTITY_VALUES", "ENTITY_CONTENT", "BOT_CONSUMED", "HASLINK", "JSON_PATH", "JSON_PATH_COUNT", "RESPONSE_LENGTH",
        "TEXT", "TEXT_CONTAINS_ALL", "TEXT_CONTAINS_ALL_IC", "TEXT_CONTAINS_ANY", "TEXT_CONTAINS_ANY_IC", "TEXT_EXACT",
        "TEXT_EXACT_IC", "TEXT_REGEXP", "TEXT_REGEXP_IC", "TEXT_REGEXP_ALL", "TEXT_REGEXP_ALL_IC", "TEXT_WILDCARD",
        "TEXT_WILDCARD_IC", "TEXT_WILDCARDEXACT", "TEXT_WILDCARDEXACT_IC", "PAUSE", "PAUSE_ASSERTER", "WAITFORBOT",
        "SET_SCRIPTING_MEMORY", "CLEAR_SCRIPTING_MEMORY", "ASSIGN_SCRIPTING_MEMORY", "UPDATE_CUSTOM", "INCLUDE",
        "SKIP_BOT_UNCONSUMED", "CONDITIONAL_STEP_TIME_BASED", "CONDITIONAL_STEP_BUSINESS_HOURS",
        "CONDITIONAL_STEP_CAPABILITY_VALUE_BASED", "CONDITIONAL_STEP_JSON_PATH_BASED", "ORDERED_LIST_TO_BUTTON",
        "BUTTON", "FORM", "VOID",
    ]

    init(_ bytes: [UInt8]) {
        lines = ChatdownReader.lines(of: bytes)
        if String(validating: bytes, as: UTF8.self) == nil {
            remarks.append((0, "bytes that are no UTF-8, replaced by U+FFFD"))
        }
    }

    /// Whether text begins as such a file does: one of the first lines opens a section.
    static func isConvo(_ bytes: ArraySlice<UInt8>) -> Bool {
        let head = ChatdownReader.lines(of: Array(bytes)).prefix(20).map { sender(of: $0.text) }
        return head.contains("me") || head.contains("bot")
    }

    private static func sender(of line: String) -> String? {
        let words = line.trimmed
        guard words.hasPrefix("#") else { return nil }
        let name = words.dropFirst().drop(while: \.isWhitespace).prefix { !$0.isWhitespace }
        return senders.contains(String(name)) ? String(name) : nil
    }

    mutating func read() -> [Activity] {
        var sender: String?
        var start = 0
        var body: [String] = []
        for line in lines + [(lines.last?.offset ?? 0, "#end")] {
            guard line.text.trimmed.hasPrefix("#") else {
                body.append(line.text.trimmed)
                continue
            }
            take(body, of: sender, at: start)
            body = []
            start = line.offset
            sender = Self.sender(of: line.text)
            if sender == nil {
                remarks.append((line.offset, "a section that is none of #me and #bot, left out"))
                sender = "unknown"
            }
        }
        return activities
    }

    // MARK: - Sections

    private mutating func take(_ lines: [String], of sender: String?, at offset: Int) {
        switch sender {
        case nil: if let name = lines.first(where: { !$0.isEmpty }) { conversation = name }
        case "me"?, "bot"?: turn(lines, isUser: sender == "me", at: offset)
        case "include"?: remarks.append((offset, "another file that is included is not read"))
        default: break
        }
    }

    private mutating func turn(_ lines: [String], isUser: Bool, at offset: Int) {
        var message = Activity(type: .message)
        var words: [String] = []
        var pause = 0
        for line in lines {
            guard let command = Self.command(in: line, isUser: isUser) else {
                words.append(line)
                continue
            }
            if command.isNegative { continue }
            if command.name == "PAUSE" { pause += command.values.first.flatMap { Int($0) } ?? 0 }
            Self.apply(command, to: &message, &words)
        }
        while words.last?.isEmpty == true { words.removeLast() }
        while words.first?.isEmpty == true { words.removeFirst() }
        let isDenied = !isUser && Self.takeMarks(from: &words)
        guard !isDenied else {
            remarks.append((offset, "what the bot must not say, left out"))
            return
        }
        Self.say(words.joined(separator: "\n"), in: &message)
        guard message.json.entries.count > 1 else {
            // A section without words waits, or checks something.
            delay += max(0, pause)
            return
        }
        append(message, isUser: isUser)
        delay += max(0, pause)
    }

    private struct Command {
        let name: String
        let values: [String]
        let isNegative: Bool
    }

    private static func command(in line: String, isUser: Bool) -> Command? {
        var rest = line[...]
        if rest.hasPrefix("?"), !rest.hasPrefix("??") { rest = rest.dropFirst() }
        let isNegative = rest.hasPrefix("!") && !rest.hasPrefix("!!")
        if isNegative { rest = rest.dropFirst() }
        let name = rest.prefix { $0 != " " }
        guard commands.contains(String(name)) else { return nil }
        // A bar within a value is escaped.
        let values = rest[name.endIndex...].replacing("\\|", with: "\u{0}").split(separator: "|").map {
            $0.replacing("\u{0}", with: "|").trimmed
        }
        return Command(name: String(name), values: values.filter { !$0.isEmpty }, isNegative: isNegative)
    }

    private static func apply(_ command: Command, to message: inout Activity, _ words: inout [String]) {
        switch command.name {
        case "BUTTONS":
            let actions = (message.suggestedActions?.actions ?? []) + command.values.map { CardAction.imBack($0) }
            if !actions.isEmpty { message.suggestedActions = SuggestedActions(actions) }
        case "BUTTON": if let words_ = command.values.last { words.append(words_) }
        case "MEDIA":
            for address in command.values where address != "data:" {
                var file = Attachment(json: ["contentType": .string(MediaTypes.type(ofFile: address))])
                file.contentURL = address
                message.attachments.append(file)
            }
        case "CARDS":
            guard !command.values.isEmpty else { return }
            var card: JSONObject = ["title": .string(command.values[0])]
            if command.values.count > 1 { card["text"] = .string(command.values.dropFirst().joined(separator: "\n")) }
            message.attachments.append(Attachment(contentType: Attachment.CardType.hero, content: .object(card)))
        case "FORM":
            guard command.values.count > 1 else { return }
            var fields = message.value?.object ?? JSONObject()
            fields[command.values[0]] = .string(command.values[1])
            message.value = .object(fields)
        case "TEXT", "TEXT_EXACT", "TEXT_EXACT_IC": words += command.values.prefix(1)
        default: break
        }
    }

    /// Takes the signs for what need not and what must not be said from the beginning of words.
    ///
    /// - Returns: Whether it must not be said.
    private static func takeMarks(from words: inout [String]) -> Bool {
        guard var first = words.first else { return false }
        var isDenied = false
        if first.hasPrefix("?") { first.removeFirst() }
        if first.hasPrefix("!") {
            isDenied = !first.hasPrefix("!!")
            first.removeFirst()
        }
        words[0] = first
        return isDenied
    }

    /// Puts words into a message, or the members of an activity that are written as JSON.
    private static func say(_ words: String, in message: inout Activity) {
        guard !words.isEmpty else { return }
        if words.hasPrefix("{"), let object = (try? JSONValue(parsing: words))?.object {
            let isActivity = ["text", "attachments", "value", "name"].contains { object.contains($0) }
            for entry in (isActivity ? object : ["value": .object(object)]).entries {
                message.json[entry.key] = entry.value
            }
            if let text = object["messageText"] { message.json["text"] = text }
            return
        }
        message.json.entries.insert(.init(key: "text", value: .string(words)), at: 1)
    }

    private mutating func append(_ activity: Activity, isUser: Bool) {
        var activity = activity
        activity.id = String(activities.count + 1)
        activity.conversation = ConversationAccount(id: conversation)
        let (user, bot) = (ChannelAccount(id: "me", role: "user"), ChannelAccount(id: "bot", role: "bot"))
        activity.from = isUser ? user : bot
        activity.recipient = isUser ? bot : user
        if delay > 0 { activity.channelData = ["baton": ["delayMilliseconds": .number(JSONNumber(delay))]] }
        delay = 0
        activities.append(activity)
    }
}
