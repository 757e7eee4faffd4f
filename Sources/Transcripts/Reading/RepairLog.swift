/// Collects what had to be mended, without growing beyond what a person would read.
struct RepairLog {
    /// How many are told one by one.
    static let limit = 200

    private var told: [TranscriptRepair] = []
    private var untold = 0

    /// What was noted, the number of those that were not told one by one last.
    var repairs: [TranscriptRepair] {
        guard untold > 0 else { return told }
        return told + [TranscriptRepair(place: "elsewhere", text: "\(untold) more places like these")]
    }

    mutating func note(_ place: String, _ text: String) {
        if told.count < Self.limit {
            told.append(TranscriptRepair(place: place, text: text))
        } else {
            untold += 1
        }
    }
}
