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

    /// Notes a repair.
    ///
    /// - Parameters:
    ///   - place: Where.
    ///   - text: What was found and what was made of it.
    ///   - isCut: Whether the file ends there before its content does, which is told however much else was.
    mutating func note(_ place: String, _ text: String, isCut: Bool = false) {
        if isCut || told.count < Self.limit {
            told.append(TranscriptRepair(place: place, text: text, isCut: isCut))
        } else {
            untold += 1
        }
    }
}
