package import ArgumentParser
import BotSchema
import ChatScreen
import Handoff
import LineEditing
import Transcripts

/// Where chats are journaled.
enum Journals {
    /// The folder beside the history; nil when there is no place for it.
    static var folder: JournalFolder? {
        StateFolder.subfolder("journals").map(JournalFolder.init)
    }

    /// The folder, or one clear line.
    static func requireFolder() throws -> JournalFolder {
        guard let folder else { throw CommandError("There is no home folder, so nothing was journaled.") }
        return folder
    }
}

extension TranscriptCommand {
    /// `baton transcript list`: the chats that were journaled.
    package struct List: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            abstract: "List the chats that were journaled, and their ends."
        )

        @Flag(help: "Write one JSON object for each.")
        var json = false

        /// A command with nothing set.
        package init() {}

        package func run() async throws {
            ProcessSignals.ignoreBrokenPipes()
            var isComplete = true
            for entry in try Journals.requireFolder().entries() {
                do throws(TranscriptError) {
                    report(entry, try TranscriptJournal.recover(entry.path))
                } catch {
                    TranscriptInput.fail(error.description)
                    isComplete = false
                }
            }
            if !isComplete { throw ExitStatus.failed.code }
        }

        private func report(_ entry: JournalFolder.Entry, _ recovery: TranscriptJournal.Recovery) {
            let activities = recovery.transcript.activities
            let outcomes = HandoffTimeline(of: activities).attempts.map(\.outcome.rawValue)
            let state = entry.isLive ? "live" : entry.isFinished ? "finished" : "cut off"
            if json {
                let object: JSONObject = [
                    "path": .string(entry.path), "startedAt": recovery.startedAt.map { .string($0.text) } ?? nil,
                    "subject": recovery.subject.map(JSONValue.string) ?? nil, "state": .string(state),
                    "activities": .number(JSONNumber(activities.count)),
                    "outcomes": .array(outcomes.map(JSONValue.string)),
                ]
                return StandardStream.output.writeLine(.object(object))
            }
            let parts = [
                recovery.startedAt.map { String($0.text.prefix(16)).replacing("T", with: " ") } ?? "at an unknown time",
                recovery.subject ?? "with somebody",
                activities.count == 1 ? "1 activity" : "\(activities.count) activities",
                outcomes.isEmpty ? "no handoff" : outcomes.joined(separator: ", "), state, entry.path,
            ]
            StandardStream.output.writeLine(
                DisplayText.neutralised(parts.joined(separator: " · "), keepingNewlines: false)
            )
        }
    }

    /// `baton transcript recover`: what is whole in a journal, as a transcript.
    package struct Recover: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            abstract: "Write what was journaled as a transcript.",
            usage: "baton transcript recover [<file>] [<options>]",
            discussion: """
                Without a file the newest journal that was cut off is taken. Everything that was on the screen is in it.

                  baton transcript recover -o talk.transcript
                """
        )

        @Argument(help: ArgumentHelp("The journal.", valueName: "file"), completion: .file())
        var file: String?

        @OptionGroup var output: OutputOptions

        /// A command with nothing set.
        package init() {}

        package func run() async throws {
            ProcessSignals.ignoreBrokenPipes()
            let newest = try file ?? Journals.requireFolder().unfinished().last?.path
            guard let path = newest else { throw CommandError("No journal was cut off; list names them all.") }
            let recovery: TranscriptJournal.Recovery
            do throws(TranscriptError) {
                recovery = try TranscriptJournal.recover(path, takesPipes: true)
            } catch {
                TranscriptInput.fail(error.description)
                throw ExitStatus.failed.code
            }
            TranscriptInput.report(recovery.transcript.repairs, of: path)
            try output.write(recovery.transcript, titled: recovery.subject ?? TranscriptInput.baseName(path))
        }
    }
}
