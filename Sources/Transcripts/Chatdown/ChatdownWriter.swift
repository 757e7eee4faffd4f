import BotSchema

/// Writes a conversation as a `.chat` file, as far as that can say it.
struct ChatdownWriter {
    private var text = ""
    private let users: [String]
    private let bot: String
    private let userIds: [String?: String]

    init(_ activities: [Activity]) {
        var users: [String] = []
        var ids: [String?: String] = [:]
        for activity in activities {
            let user = activity.isFromUser ? activity.from : activity.recipient
            guard let user, user.role?.lowercased() != "bot" else { continue }
            let name = Self.name(user, else: "user")
            ids[user.id] = name
            if !users.contains(name) { users.append(name) }
        }
        let speakers = activities.filter { $0.type == .message && !$0.isFromUser }
        bot = Self.name(speakers.first?.from ?? activities.first { !$0.isFromUser }?.from, else: "bot")
        self.users = users.isEmpty ? ["user"] : users
        userIds = ids
        text = self.users.count == 1 ? "user=\(self.users[0])\n" : "users=\(self.users.joined(separator: ","))\n"
        text += "bot=\(bot)\n"
        if let channel = activities.lazy.compactMap(\.channelId).first {
            text += "channelId=\(Self.oneLine(channel))\n"
        }
        for activity in activities { write(activity) }
    }

    /// The file's text.
    var bytes: [UInt8] { Array(text.utf8) }

    private mutating func write(_ activity: Activity) {
        let delay = activity.channelData?["baton"]?["delayMilliseconds"]?.int
        let pause = delay.map { "[Delay=\($0)]" } ?? ""
        switch activity.type {
        case ActivityType.message?:
            let lines = parts(of: activity)
            guard !lines.isEmpty else { return }
            text += "\n\(label(activity)): \(pause)\(lines.joined(separator: "\n"))\n"
        case ActivityType.typing?: text += "\n\(label(activity)): \(pause)[Typing]\n"
        case ActivityType.conversationUpdate?:
            let added = activity.membersAdded.map { Self.name($0, else: "user") }
            let removed = activity.membersRemoved.map { Self.name($0, else: "user") }
            guard !(added + removed).isEmpty else { return }
            text += "\n\(label(activity)): \(pause)[ConversationUpdate="
            if !added.isEmpty { text += "\n    MembersAdded=\(added.joined(separator: ","))" }
            if !removed.isEmpty { text += "\n    MembersRemoved=\(removed.joined(separator: ","))" }
            text += "]\n"
        default: break
        }
    }

    private func label(_ activity: Activity) -> String {
        if activity.isFromUser { return userIds[activity.from?.id] ?? "user" }
        guard users.count > 1, let target = userIds[activity.recipient?.id] else { return bot }
        return "\(bot)->\(target)"
    }

    private func parts(of activity: Activity) -> [String] {
        var parts: [String] = []
        if let words = activity.text, !words.isEmpty { parts.append(words) }
        for attachment in activity.attachments {
            if let card = card(attachment) {
                parts.append(card)
            } else if let url = attachment.contentURL, !url.hasPrefix("data:") {
                parts.append("[Attachment=\(Self.argument(url)) \(Self.argument(attachment.contentType ?? ""))]")
            }
        }
        if let layout = activity.attachmentLayout { parts.append("[AttachmentLayout=\(Self.argument(layout))]") }
        let choices = activity.suggestedActions?.actions.map { Self.argument($0.title) } ?? []
        if !choices.isEmpty { parts.append("[Suggestions=\(choices.joined(separator: "|"))]") }
        return parts
    }

    private func card(_ attachment: Attachment) -> String? {
        let type = attachment.contentType?.lowercased()
        guard let name = Self.cardNames[type ?? ""], let content = attachment.content?.object else { return nil }
        var lines = ["[\(name)"]
        for key in ["title", "subtitle", "text"] {
            if let words = content[key]?.string { lines.append("    \(key)=\(Self.argument(words))") }
        }
        if let image = content["images"]?[0]?["url"]?.string { lines.append("    image=\(Self.argument(image))") }
        let buttons = attachment.buttons.map { Self.argument($0.title) }
        if !buttons.isEmpty { lines.append("    buttons=\(buttons.joined(separator: "|"))") }
        return lines.joined(separator: "\n") + "]"
    }

    private static let cardNames = [
        Attachment.CardType.hero: "HeroCard", Attachment.CardType.thumbnail: "ThumbnailCard",
        Attachment.CardType.signin: "SigninCard", Attachment.CardType.oauth: "OauthCard",
        "application/vnd.microsoft.card.audio": "AudioCard", "application/vnd.microsoft.card.video": "VideoCard",
        "application/vnd.microsoft.card.animation": "AnimationCard",
    ]

    /// A name that a line can begin with.
    private static func name(_ account: ChannelAccount?, else fallback: String) -> String {
        let name = [account?.name, account?.id].compactMap(\.self).first { !$0.isEmpty } ?? fallback
        let safe = name.filter { !$0.isNewline && !":,=[]".contains($0) }.trimmed
        return safe.isEmpty ? fallback : safe
    }

    private static func oneLine(_ words: String) -> String { words.filter { !$0.isNewline } }

    /// Words that end no command and separate no choices.
    private static func argument(_ words: String) -> String {
        String(words.map { $0.isNewline || $0 == "]" || $0 == "|" ? " " : $0 })
    }
}
