import ArgumentParser
import ChatScreen

extension ExitStatus {
    /// The status as the argument parser ends the program with it.
    var code: ExitCode { ExitCode(rawValue) }

    /// The table for the manual: a status and what it says.
    static var rows: [ChatItem.Row] { allCases.map { ChatItem.Row(String($0.rawValue), $0.summary) } }

    /// The table in one paragraph, for `--help`.
    static var sentence: String {
        "Exit status: " + allCases.map { "\($0.rawValue) \($0.shortSummary)" }.joined(separator: ", ") + "."
    }
}
