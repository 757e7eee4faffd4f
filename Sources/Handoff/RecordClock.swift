import BotSchema

/// Gives the activities of a record the times at which they were seen, as far as the record tells.
struct RecordClock {
    private var last = Timestamp(milliseconds: 0)

    /// The activity's own time, or that of the last one that had any.
    mutating func time(of activity: Activity) -> Timestamp {
        if let time = activity.time { last = time }
        return last
    }
}
