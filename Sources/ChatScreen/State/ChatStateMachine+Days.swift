import BotSchema

extension ChatStateMachine {
    /// Says that a day has begun before something of it is shown.
    mutating func newDay(of activity: Activity) -> [ChatAction] {
        guard activity.isSaid, let time = activity.time else { return [] }
        return newDay(at: time)
    }

    /// Says that a day has begun; a pipe's reader has the times of the activities.
    ///
    /// The day on which a chat begins is no news.
    mutating func newDay(at time: Timestamp) -> [ChatAction] {
        guard configuration.isInteractive, let day = configuration.day(time), day != lastDay else { return [] }
        defer { lastDay = day }
        return lastDay == nil ? [] : [.show(.day(day))]
    }
}

extension Activity {
    /// Whether it is something that people see at its time.
    var isSaid: Bool {
        switch type {
        case ActivityType.message?, ActivityType.messageUpdate?, ActivityType.messageDelete?,
            ActivityType.messageReaction?:
            true
        default: false
        }
    }

    /// Whether it means nothing without the one that it is about.
    var isAboutAnother: Bool {
        switch type {
        case ActivityType.messageUpdate?, ActivityType.messageDelete?, ActivityType.messageReaction?: true
        default: false
        }
    }
}
