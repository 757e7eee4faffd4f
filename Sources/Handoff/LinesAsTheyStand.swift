package import BotSchema

extension [Activity] {
    /// What was said, with the changes and without the lines that were deleted, for whoever comes later.
    ///
    /// A change of a line that is not among these stays what it is.
    package var asTheyStand: [Activity] {
        var lines: [Activity?] = []
        var places: [String: Int] = [:]
        for activity in self {
            // A bot's change bears the id of its line, a user's or an agent's names it.
            let subjects = activity.isAboutLine ? [activity.id, activity.replyToId].compactMap(\.self) : []
            let place = subjects.lazy.compactMap { places[$0] }.first
            switch (activity.type, place.flatMap { lines[$0] }) {
            case (ActivityType.messageUpdate?, let line?):
                guard let place, line.isFromUser == activity.isFromUser else { continue }
                lines[place] = line.changed(by: activity)
            case (ActivityType.messageDelete?, let line?):
                guard let place, line.isFromUser == activity.isFromUser else { continue }
                lines[place] = nil
            default:
                if let id = activity.id, activity.type == .message { places[id] = lines.count }
                lines.append(activity)
            }
        }
        return lines.compactMap(\.self)
    }
}

extension Activity {
    /// Whether it belongs to what user and agent say to each other: a line, a reaction to one, its new words or its end.
    package var isForAgents: Bool { type == .message || isAboutLine }

    /// Whether it is about an earlier line, which `replyToId` names.
    package var isAboutLine: Bool { type == .messageReaction || type == .messageUpdate || type == .messageDelete }

    /// The line with the words of a change, in its own place and under its own id.
    fileprivate func changed(by change: Activity) -> Activity {
        var line = self
        for name in ["text", "textFormat", "attachments", "speak", "suggestedActions"] {
            line.json[name] = change.json[name] ?? line.json[name]
        }
        return line
    }
}
