/// The status with which a command ends: one table for chat, desk, server and transcripts.
package enum ExitStatus: Int32, CaseIterable, Comparable, Sendable {
    /// All was done.
    case done = 0
    /// Something was not delivered, not opened, not written, or differs.
    case failed = 1
    /// A file could not be compared, searched or replayed at all.
    case unusable = 2
    /// Every line was delivered, and one of them got no answer in time.
    case noAnswer = 3
    /// The command was used wrongly; `EX_USAGE` of sysexits.
    case usage = 64

    /// What it says, for the manual and the help.
    package var summary: String {
        switch self {
        case .done: "done, however a handoff ended"
        case .failed:
            "not delivered, not opened or not written; of transcripts: not read, not found, or something differs"
        case .unusable: "of transcripts: a file could not be compared, searched or replayed"
        case .noAnswer:
            "a line got no answer within --answer-within, or within --linger no agent or user came or a handoff stayed open"
        case .usage: "wrong use, such as an unknown option or a mistyped command"
        }
    }

    /// It in two or three words, for a help that has one row for all.
    package var shortSummary: String {
        switch self {
        case .done: "done"
        case .failed: "not delivered"
        case .unusable: "unusable"
        case .noAnswer: "no answer"
        case .usage: "wrong use"
        }
    }

    /// The graver of two: what was lost outweighs what was not answered.
    package func combined(with other: ExitStatus) -> ExitStatus { max(self, other) }

    package static func < (one: ExitStatus, other: ExitStatus) -> Bool { one.gravity < other.gravity }

    private var gravity: Int {
        switch self {
        case .done: 0
        case .noAnswer: 1
        case .failed: 2
        case .unusable: 3
        case .usage: 4
        }
    }
}
