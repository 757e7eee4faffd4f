import BotSchema
import Transcripts

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Journals a busy chat for ever and prints the number of each activity once the journal has it, as a chat would show it.
@main
struct JournalProbe {
    static func main() throws {
        var journal = try TranscriptJournal(
            creating: CommandLine.arguments[1],
            subject: "probe",
            at: Timestamp(milliseconds: 0)
        )
        var number = 0
        while true {
            // Short lines and such as take several blocks of the disk.
            let size = number % 50 == 49 ? 70_000 : number * 37 % 300
            var activity = Activity.message("\(number) " + String(repeating: "é", count: size))
            activity.id = String(number)
            try journal.append(activity)
            let line = Array("\(number)\n".utf8)
            guard write(STDOUT_FILENO, line, line.count) == line.count else { return }
            if number % 7 == 0 { try journal.endTurn() }
            number += 1
        }
    }
}
