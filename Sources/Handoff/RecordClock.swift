import BotSchema

/// Gives the activities of a record the times at which they were seen, as far as the record tells.
struct RecordClock {
    private var last = Timestamp(milliseconds: 0)

    /// The activity's own time, or that of the last one that had any.
    mutating func time(of activity: Activity) -> Timestamp {
        if let time = activity.recordedTime { last = time }
        return last
    }
}

extension Activity {
    /// The timestamp, which Dataverse exports write as seconds since 1970.
    var recordedTime: Timestamp? {
        if let time = timestamp.flatMap(Timestamp.init) { return time }
        // Times beyond this are no times of a conversation, and an Int64 cannot hold every double.
        guard let seconds = json["timestamp"]?.double, (0...32_503_680_000).contains(seconds) else { return nil }
        return Timestamp(milliseconds: Int64(seconds * 1000))
    }
}
