package import ArgumentParser
import BotSchema
import ChatScreen
import DirectLineClient
import LineEditing
import TranscriptReplay
import Transcripts

extension TranscriptCommand {
    /// `baton transcript replay`: says the user's half of a conversation to a live bot.
    package struct Replay: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            abstract: "Say a user's half to a live bot and compare the rest.",
            usage: "baton transcript replay <file> ... [<options>]",
            discussion: HelpScreen.discussion(
                """
                Examples:
                  baton --record talk.transcript
                  baton transcript replay talk.transcript
                  baton transcript replay --bot http://127.0.0.1:3978/api/messages *.transcript
                """,
                more: """
                    The exit code is 0 when all went as recorded, 1 when something differs, and 2 when a conversation \
                    could not be replayed.

                    Each line is said when everything that came before it then has come again, handoffs and agents \
                    included. What may differ is marked in the file as for diff: <*>, <(regex)>, \
                    channelData.baton.ignore. What another program recorded, a .chat file too, is compared in the \
                    members and kinds of activities that it has; --compare says otherwise. A recording of an embedded hub remembers its agents; its simulated ones \
                    say the same again. For a build server:
                      baton transcript replay --report junit:report.xml --bot http://… *.transcript
                    """,
                of: "transcript replay"
            )
        )

        @OptionGroup var input: InputFiles

        @OptionGroup(title: HelpScreen.title("Whom to talk to")) var service: ServiceOptions
        @OptionGroup(title: HelpScreen.title("Who you are")) var person: PersonOptions
        @OptionGroup(title: HelpScreen.title("When the bot hands over")) var hub: ReplayHubOptions
        @OptionGroup(title: HelpScreen.title("Patience")) var patience: ReplayPatienceOptions

        @Option(help: .detail("A member that may differ; can be given again.", valueName: "path"))
        var ignore: [String] = []

        @Option(help: .detail("A type of activity that does not count; can be given again.", valueName: "type"))
        var ignoreType: [String] = []

        @OptionGroup var extent: CompareOptions

        @Flag(help: "Take what came into the file, where it differs.")
        var update = false

        @Option(
            help: ArgumentHelp(
                "Write a report: junit:FILE or tap:FILE; repeatable.",
                valueName: "form:file"
            )
        )
        var report: [ReportTarget] = []

        @Option(
            help: .detail("A PEM file of an authority to be trusted besides the system's.", valueName: "file")
        )
        var ca: [String] = []

        @Flag(help: "Write one JSON object for each conversation.")
        var json = false

        @Flag(help: .detail("Print without colour, as NO_COLOR does."))
        var plain = false

        /// A command with nothing set.
        package init() {}

        package func validate() throws {
            try service.validate()
            if update, input.files.contains(where: TranscriptFile.isStandardInput) {
                throw ValidationError("--update needs files that it can write to.")
            }
        }

        package func run() async throws {
            ProcessSignals.ignoreBrokenPipes()
            var comparison = ActivityComparison(ignoredPaths: Set(ignore))
            comparison.ignoredTypes.formUnion(ignoreType.map(ActivityType.init(rawValue:)))
            comparison.ignoresOrderOfSpeakers = true
            let stage = ReplayStage(
                target: try service.target(),
                profile: try service.profile.map(Profile.read),
                person: person,
                hub: hub,
                patience: patience.chosen,
                comparison: comparison,
                compare: extent,
                authorities: ca,
                allowsClearText: service.clearText.isAllowed
            )
            let progress = ReplayProgress()
            var isMarkBroken = false
            var summary = ReplayReport()
            for file in input.files {
                let entries = await replay(file, on: stage, progress, &isMarkBroken)
                progress.clear()
                summary.entries += entries
            }
            for target in report {
                try TranscriptOutput.write(
                    Array(summary.text(as: target.format).utf8),
                    to: target.path,
                    isForced: true
                )
            }
            if isMarkBroken { throw ExitStatus.usage.code }
            if summary.entries.contains(where: { $0.error != nil }) { throw ExitStatus.unusable.code }
            if summary.entries.contains(where: { $0.result?.passes == false }), !update { throw ExitStatus.failed.code }
        }

        private func replay(
            _ file: String,
            on stage: ReplayStage,
            _ progress: ReplayProgress,
            _ isMarkBroken: inout Bool
        ) async
            -> [ReplayReport.Entry]
        {
            let name = TranscriptInput.name(file)
            let transcript: Transcript
            do throws(TranscriptError) {
                transcript = try TranscriptInput.read(file)
            } catch {
                TranscriptInput.fail(error.description)
                return [ReplayReport.Entry(name: name, error: error.description)]
            }
            if let mark = transcript.activities.brokenMark {
                isMarkBroken = true
                TranscriptInput.fail("\(name): \(mark)")
                return [ReplayReport.Entry(name: name, error: mark)]
            }
            let entries: [ReplayReport.Entry]
            do {
                entries = try await stage.replay(transcript, named: name) { progress.show($0, of: $1) }
            } catch {
                entries = [ReplayReport.Entry(name: name, error: describe(error))]
            }
            progress.clear()
            for entry in entries { show(entry) }
            guard update, let result = entries.first?.result, !result.passes else { return entries }
            do {
                let comparison = extent.adapted(stage.comparison, to: transcript)
                try accept(result, as: transcript, conversations: entries.count, in: file, comparison)
                return entries
            } catch {
                TranscriptInput.fail(describe(error))
                return entries + [ReplayReport.Entry(name: name, error: describe(error))]
            }
        }

        private func accept(
            _ result: ReplayResult,
            as transcript: Transcript,
            conversations: Int,
            in file: String,
            _ comparison: ActivityComparison
        ) throws {
            guard result.ending == .complete, result.botFailures.isEmpty else {
                throw CommandError("\(file): not updated, since the conversation did not come to its end")
            }
            guard conversations == 1 else {
                throw CommandError("\(file): not updated, since it holds \(conversations) conversations; see split")
            }
            guard transcript.repairs.isEmpty else {
                throw CommandError("\(file): not updated, since it is damaged; convert it --to same first")
            }
            let accepted = transcript.accepting(result.received, as: result.diff, comparison: comparison)
            ProcessSignals.removeFilesWhenEnded()
            do throws(TranscriptError) {
                try TranscriptFile.write(accepted.serializedAsRead(), to: file)
            } catch {
                throw CommandError(error.description)
            }
            if !json { StandardStream.output.writeLine(oneLine("\(file): updated")) }
        }

        // MARK: - Output

        private func show(_ entry: ReplayReport.Entry) {
            if json { return StandardStream.output.writeLine(.object(Self.json(entry))) }
            guard let result = entry.result else { return TranscriptInput.fail("\(entry.name): \(entry.error ?? "")") }
            let isColored = TranscriptOutput.isColored(plain: plain)
            let count = result.diff.spokenTurnCount
            let turns = "\(count) turn\(count == 1 ? "" : "s")"
            guard !result.passes else {
                let handoff =
                    result.actualStates.isEmpty ? "" : " · handoff " + ReplayResult.words(result.actualStates)
                return StandardStream.output.writeLine(oneLine("\(entry.name): as recorded · \(turns)\(handoff)"))
            }
            let words = result.diff.summary ?? "differs as a whole"
            StandardStream.output.writeLine(oneLine("\(entry.name): \(words)"))
            for line in result.diff.lines { StandardStream.output.writeLine(Diff.dressed(line, isColored: isColored)) }
            for remark in result.remarks { StandardStream.output.writeLine(oneLine(remark)) }
            if !update, result.ending == .complete, result.botFailures.isEmpty {
                StandardStream.output.writeLine("--update takes what came into the file.")
            }
        }

        private func oneLine(_ text: String) -> String { DisplayText.neutralised(text, keepingNewlines: false) }

        private static func json(_ entry: ReplayReport.Entry) -> JSONObject {
            var object: JSONObject = ["name": .string(entry.name), "passes": .bool(entry.result?.passes == true)]
            object["error"] = entry.error.map(JSONValue.string)
            guard let result = entry.result else { return object }
            object["remarks"] = .array(result.remarks.map(JSONValue.string))
            object["expectedStates"] = .array(result.expectedStates.map(JSONValue.string))
            object["actualStates"] = .array(result.actualStates.map(JSONValue.string))
            object["diff"] = result.diff.json
            return object
        }
    }
}

/// The words of `--report`: a form and a file.
struct ReportTarget: ExpressibleByArgument {
    let format: ReplayReport.Format
    let path: String

    init?(argument: String) {
        guard let colon = argument.firstIndex(of: ":"),
            let format = ReplayReport.Format(rawValue: String(argument[..<colon])),
            colon != argument.indices.last
        else { return nil }
        self.format = format
        path = String(argument[argument.index(after: colon)...])
    }
}

/// Who answers a replayed handoff, where the recording is not to decide.
struct ReplayHubOptions: ParsableArguments {
    @Option(help: .detail("Who answers when the bot hands over (default: as recorded)."))
    var agent: AgentOption?

    @Option(help: .detail("How fast the simulated agents are (default: as recorded).", valueName: "factor"))
    var agentPace: Double?

    @Option(help: .detail("How handoff events are named (default: as recorded)."))
    var dialect: DialectOption?

    @Option(help: .detail("What the simulated agents do and say (default: as recorded).", valueName: "n"))
    var seed: UInt64?

    func validate() throws {
        if agent == .desk { throw ValidationError("Nobody sits at a desk while a recording is replayed.") }
        if let agentPace, !(0.1...1000).contains(agentPace) {
            throw ValidationError("--agent-pace takes a factor from 0.1 to 1000.")
        }
    }

    /// The settings of a recording, changed as these options say.
    func settings(of activities: [Activity]) -> HubSettings {
        var settings = HubSettings(recordedIn: activities) ?? HubSettings()
        settings.agent = agent ?? (settings.agent == .desk ? .simulated : settings.agent)
        settings.pace = agentPace ?? settings.pace
        settings.dialect = dialect ?? settings.dialect
        settings.seed = seed ?? settings.seed
        return settings
    }
}

/// How long a replay waits.
struct ReplayPatienceOptions: ParsableArguments {
    @OptionGroup var answer: AnswerOptions

    /// The patience that was chosen.
    var chosen: ReplayStateMachine.Patience {
        ReplayStateMachine.Patience(settle: answer.silence, answerWithin: answer.within)
    }
}
