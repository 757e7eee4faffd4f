package import ArgumentParser
import BotSchema
import ChatScreen
import Handoff
import Transcripts

extension TranscriptCommand {
    /// `baton transcript show`: prints conversations as the chat would show them.
    package struct Show: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            abstract: "Show conversations as the chat does.",
            usage: "baton transcript show <file> ... [<options>]",
            discussion: """
                Files of any size are shown from their beginning at once.

                  baton transcript show talk.json
                  baton transcript show --json export.csv | jq -r .activity.text
                """
        )

        @OptionGroup var input: InputFiles

        @Flag(help: "Print one JSON object a line, as the chat does.")
        var json = false

        @Flag(help: "Print without colour and drawing, as NO_COLOR does.")
        var plain = false

        @Flag(help: "Show the transcripts that handoff events carry.")
        var carried = false

        @Flag(help: "Show activities by their times instead of by their order in the file.")
        var sort = false

        @Flag(help: "Show what bots note for developers (traces), too.")
        var details = false

        @OptionGroup var redaction: RedactionOptions

        /// A command with nothing set.
        package init() {}

        package func run() async throws {
            ProcessSignals.ignoreBrokenPipes()
            let style: Style = TranscriptOutput.isColored(plain: plain) ? .full : .plain
            let activities = ActivityRenderer(style: style, clockTime: LocalClock.time(of:))
            let output: any ChatOutput =
                json ? JSONLinesOutput() : ScreenOutput(style: style, activities: activities, now: LocalClock.now)
            var (isComplete, isAnyShown) = (true, false)
            var redactor = try redaction.makeRedactor()
            for file in input.files {
                let name = TranscriptInput.name(file)
                if input.files.count > 1, !json {
                    StandardStream.output.writeLine("== \(redactor?.redacted(name) ?? name)")
                }
                let isShown = show(file, output, &redactor)
                (isComplete, isAnyShown) = (isComplete && isShown, isAnyShown || isShown)
            }
            if isAnyShown { try redaction.keep(redactor) }
            redaction.tell(redactor)
            if !isComplete { throw ExitStatus.failed.code }
        }

        private func show(_ file: String, _ output: any ChatOutput, _ redactor: inout TranscriptRedactor?) -> Bool {
            var screen = ConversationScreen(output: output, hasDetails: details)
            do throws(TranscriptError) {
                let isReadAgain = try redaction.learn(file, &redactor)
                if carried || sort || !isReadAgain {
                    var transcript = try TranscriptInput.read(file)
                    transcript = redactor?.redacted(transcript) ?? transcript
                    for part in carried ? transcript.carriedTranscripts : [transcript] {
                        screen = ConversationScreen(output: output, hasDetails: details)
                        guard screen.show(sort ? part.sortedByTime() : part) else { break }
                    }
                } else {
                    let repairs = try TranscriptFile.forEachActivity(
                        in: file,
                        takesPipes: true,
                        onBytes: { _ in },
                        onSession: { screen.begin($0) },
                        { screen.show(redactor?.redacted($0) ?? $0) }
                    )
                    TranscriptInput.report(repairs, of: file)
                }
                return true
            } catch {
                TranscriptInput.fail(error.description)
                return false
            }
        }
    }
}

extension Transcript {
    /// The transcripts that the handoff requests in this one carry.
    var carriedTranscripts: [Transcript] {
        activities.compactMap { activity in
            guard case .initiate(let initiation)? = HandoffSignal(activity)?.kind else { return nil }
            return initiation.transcript.map { Transcript(activities: $0) }
        }
    }
}

/// Prints a record activity by activity.
private struct ConversationScreen {
    private var record: RecordedItems

    init(output: any ChatOutput, hasDetails: Bool) {
        let columns = TranscriptOutput.columns
        record = RecordedItems(clock: LocalClock.recorded, hasDetails: hasDetails) {
            output.text(of: $0, columns: columns)
        }
    }

    /// Shows a transcript; false when nobody reads any more.
    mutating func show(_ transcript: Transcript) -> Bool {
        let starts = transcript.sessionsByStart
        return transcript.activities.enumerated().allSatisfy { index, activity in
            if let session = starts[index] { begin(session) }
            return show(activity)
        }
    }

    /// A session begins.
    mutating func begin(_ session: TranscriptSession) { record.begin(session) }

    /// Shows an activity; false when nobody reads any more.
    mutating func show(_ activity: Activity) -> Bool {
        record.next(activity).shown.allSatisfy { StandardStream.output.writeBytes(Array(($0.text + "\n").utf8)) }
    }
}
