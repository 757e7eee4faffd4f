import ArgumentParser
import MessageContent
import BotSchema
import ChatScreen
import DirectLineServer
import Dispatch
import LineEditing
import Pictures

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// How this process's terminal, or pipe, takes the chat.
struct ChatTerminal {
    /// Whether a person types here.
    let isInteractive: Bool
    /// The look of lines.
    let style: Style
    /// What turns items into text.
    let output: any ChatOutput
    /// Where failures go when it is not among the lines: a script's standard error.
    let failureReport: (@Sendable (String) -> Void)?
    /// Whether lines are edited here, and not just read.
    let hasEditor: Bool
    /// What draws pictures; nil where none are drawn.
    let pictures: PictureDrawing?
    /// What Tab offers.
    let completion = CommandCompletion()
    /// What the person has set.
    let settings: Settings
    /// What is wrong with the settings in the file, in one sentence each.
    let settingProblems: [String]
    /// The profile whose history it is.
    private let profile: String?
    private let themed: ThemedOutput?

    /// Looks at the options, the environment and the descriptors.
    init(options: ConsoleOptions, profile: String? = nil) {
        self.profile = profile
        isInteractive = isatty(STDIN_FILENO) == 1 && !options.json
        hasEditor = isInteractive && LineEditor.isUsable()
        // JSON lines hold failures too; people at a terminal read them where they happen.
        let isScript = !isInteractive && !options.json
        failureReport = isScript ? { @Sendable text in StandardStream.error.writeLine(text) } : nil
        var style = options.plain || !hasEditor ? Style.plain : .full
        style.hasHyperlinks = style.isColored && Hyperlink.isSupported { Secrets.environment($0) }
        style.dropsColors = Secrets.environment("NO_COLOR") != nil
        // A pipe takes whole lines, and a terminal that cannot draw breaks them itself.
        style.wraps = hasEditor
        style.isASCII = isInteractive && !TerminalKind.takesUTF8 { Secrets.environment($0) }
        self.style = style
        let drawsPictures = style.isColored && style.isDrawn && !style.dropsColors && !style.isASCII
        pictures = drawsPictures ? options.images.drawing : nil
        // A script is to run alike for everybody.
        (settings, settingProblems) =
            isInteractive ? ConfigurationFile()?.settings ?? (Settings(), []) : (Settings(), [])
        themed =
            options.json
            ? nil
            : ThemedOutput(style: style) { style in
                let renderer = ActivityRenderer(style: style, clockTime: LocalClock.time(of:))
                return ScreenOutput(style: style, activities: renderer, now: LocalClock.now)
            }
        output = themed ?? JSONLinesOutput()
        themed?.adopt(settings.theme)
    }

    /// The console: libedit on a terminal, plain lines elsewhere.
    ///
    /// - Parameters:
    ///   - historyFile: where entered lines are kept; that of the profile when nil.
    ///   - draft: what the line is to be at first.
    ///   - otherDrafts: what lines to other listeners are to be at first, by name.
    /// - Returns: the console, which has the terminal from now on.
    /// - Throws: `LineEditorError` when the system refuses what is needed.
    func makeConsole(
        historyFile: String? = nil,
        draft: String = "",
        otherDrafts: [String: String] = [:]
    ) throws -> any Console {
        guard hasEditor else { return try PlainConsole(input: STDIN_FILENO, output: STDOUT_FILENO) }
        do {
            return try LineEditor(
                prompt: output.prompt(ChatPrompt(listener: .connecting), columns: 80),
                historyFile: historyFile ?? StateFolder.history(ofProfile: profile),
                draft: draft,
                otherDrafts: otherDrafts,
                keepsEnteredLines: false,
                remembers: SecretWords.isFree,
                complete: completion.complete
            )
        } catch let error as LineEditorError where error.code == .switchedOff {
            // `edit off` in the person's `.editrc`: lines are read as the terminal gives them.
            return try PlainConsole(input: STDIN_FILENO, output: STDOUT_FILENO)
        }
    }

    /// Ends the program: with the exit code, or with a sentence when the output did not take everything.
    func finish(_ console: any Console, _ exitCode: Int32) throws {
        var status = exitCode
        if let loss = (console as? PlainConsole)?.loss {
            status = ExitStatus.failed.rawValue
            // Who closes the pipe, such as head, knows.
            if !loss.isClosedPipe { StandardStream.error.writeLine("cannot write the output: \(loss.reason)") }
        }
        if status != ExitStatus.done.rawValue { throw ExitCode(status) }
    }

    /// The exit code of a chat whose trace may have lost something, which is told.
    func exitCode(_ exitCode: Int32, after trace: TraceFeed, on console: any Console) -> Int32 {
        guard let failure = trace.failure else { return exitCode }
        let text = output.text(of: .failure(failure.message), columns: console.columns)
        if let failureReport { failureReport(text) } else { console.show(text) }
        return exitCode == ExitStatus.done.rawValue ? ExitStatus.failed.rawValue : exitCode
    }

    /// What follows and keeps the settings of a chat.
    func door(keepUnsent: @escaping @Sendable ([String]) -> Void = { _ in }) -> ScreenDoor {
        let themed = themed
        return ScreenDoor(
            adopt: { themed?.adopt($0.theme) },
            keep: { name, value in await Self.keep(name, value) },
            keepUnsent: keepUnsent
        )
    }

    /// File calls block: they have a thread of their own and not one of the cooperative pool.
    ///
    /// One after the other, so that none undoes what another has just kept.
    private static let settingsQueue = DispatchQueue(label: "settings")

    private static func keep(_ name: String, _ value: String?) async -> Result<String, CommandFailure> {
        await withCheckedContinuation { continuation in
            settingsQueue.async {
                guard let file = ConfigurationFile() else {
                    let words = "There is no home folder; \(name) is kept for this chat only."
                    return continuation.resume(returning: .failure(CommandFailure(words)))
                }
                do throws(CommandError) {
                    try file.keep(name, value)
                    continuation.resume(returning: .success(name))
                } catch {
                    let words = "\(name) is kept for this chat only: \(error.description)"
                    continuation.resume(returning: .failure(CommandFailure(words)))
                }
            }
        }
    }

    /// Shows the hints of the first run, and what is wrong with the settings.
    func welcome(on console: any Console, unsent: String) {
        guard isInteractive else { return }
        if let problem = StateFolder.problem {
            console.show(output.text(of: .failure(problem), columns: console.columns))
        }
        var notices = hasEditor ? FirstRun.hints() : []
        if !unsent.isEmpty { notices.append("What you left unsent is in the line again; Enter sends it.") }
        for notice in notices { console.show(output.text(of: .notice(notice), columns: console.columns)) }
        for problem in settingProblems {
            let clean = DisplayText.neutralised(problem, keepingNewlines: false)
            console.show(output.text(of: .failure(clean), columns: console.columns))
        }
    }

    /// The lines with which an interactive chat begins.
    func greeting(for bot: BotChoice, at address: ServerAddress, columns: Int) -> String {
        let words = "Baton: \(bot.name), over Direct Line at \(address.url). /help lists the commands."
        return DisplayText.wrapped(words, columns: columns).map { style.paint($0, .faint) }.joined(separator: "\n")
    }
}

/// Times of day at the person's place.
enum LocalClock {
    /// How times of a record are told.
    static let recorded = RecordedItems.Clock(day: day(of:), dateAndTime: dateAndTime(of:))

    /// The present time as hours and minutes.
    @Sendable static func now() -> String { text(seconds: Timestamp.now.milliseconds / 1000) }

    /// An activity's time as hours and minutes, empty when it has none.
    @Sendable static func time(of activity: Activity) -> String {
        activity.time.map { text(seconds: $0.milliseconds / 1000) } ?? ""
    }

    /// The day of an instant.
    @Sendable static func day(of instant: Timestamp) -> CalendarDate? {
        var seconds = time_t(instant.milliseconds / 1000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        return CalendarDate(year: Int(parts.tm_year) + 1900, month: Int(parts.tm_mon) + 1, day: Int(parts.tm_mday))
    }

    /// An instant as date and time of day.
    @Sendable static func dateAndTime(of instant: Timestamp) -> String {
        var seconds = time_t(instant.milliseconds / 1000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        let date = "\(parts.tm_year + 1900)-\(twoDigits(parts.tm_mon + 1))-\(twoDigits(parts.tm_mday))"
        return date + " " + text(seconds: instant.milliseconds / 1000) + ":" + twoDigits(parts.tm_sec)
    }

    private static func text(seconds: Int64) -> String {
        var seconds = time_t(seconds)
        var parts = tm()
        localtime_r(&seconds, &parts)
        return twoDigits(parts.tm_hour) + ":" + twoDigits(parts.tm_min)
    }

    private static func twoDigits(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
