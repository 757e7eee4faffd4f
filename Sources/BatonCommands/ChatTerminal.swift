import BotSchema
import ChatScreen
import DirectLineServer
import LineEditing

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
    /// What Tab offers.
    let completion = CommandCompletion()

    /// Looks at the options, the environment and the descriptors.
    init(options: ConsoleOptions) {
        isInteractive = isatty(STDIN_FILENO) == 1 && !options.json
        hasEditor = isInteractive && LineEditor.isUsable()
        // JSON lines hold failures too; people at a terminal read them where they happen.
        let isScript = !isInteractive && !options.json
        failureReport = isScript ? { @Sendable text in StandardStream.error.writeLine(text) } : nil
        let wantsPlain = options.plain || Secrets.environment("NO_COLOR") != nil
        var full = Style.full
        full.hasHyperlinks = Hyperlink.isSupported { Secrets.environment($0) }
        style = wantsPlain || !hasEditor ? .plain : full
        let renderer = ActivityRenderer(style: style, clockTime: LocalClock.time(of:))
        output =
            options.json
            ? JSONLinesOutput() : ScreenOutput(style: style, activities: renderer, now: LocalClock.now)
    }

    /// The console: libedit on a terminal, plain lines elsewhere.
    func makeConsole(historyFile: String? = StateFolder.history) throws -> any Console {
        guard hasEditor else { return try PlainConsole(input: STDIN_FILENO, output: STDOUT_FILENO) }
        do {
            return try LineEditor(
                prompt: output.prompt(ChatPrompt(listener: .connecting), columns: 80),
                historyFile: historyFile,
                keepsEnteredLines: false,
                complete: completion.complete
            )
        } catch let error as LineEditorError where error.code == .switchedOff {
            // `edit off` in the person's `.editrc`: lines are read as the terminal gives them.
            return try PlainConsole(input: STDIN_FILENO, output: STDOUT_FILENO)
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

    private static func text(seconds: Int64) -> String {
        var seconds = time_t(seconds)
        var parts = tm()
        localtime_r(&seconds, &parts)
        return twoDigits(parts.tm_hour) + ":" + twoDigits(parts.tm_min)
    }

    private static func twoDigits(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
