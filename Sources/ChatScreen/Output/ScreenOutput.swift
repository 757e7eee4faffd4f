import BotSchema
import DirectLineClient
import Handoff
package import LineEditing
import MessageContent
import Pictures

/// Dresses the chat's items for a person.
package struct ScreenOutput: ChatOutput {
    private let style: Style
    private let activities: ActivityRenderer
    private let now: @Sendable () -> String

    /// An output for a screen.
    ///
    /// - Parameters:
    ///   - style: The look.
    ///   - activities: What turns activities into lines.
    ///   - now: The present time as hours and minutes, for the person's own lines.
    package init(style: Style, activities: ActivityRenderer, now: @escaping @Sendable () -> String) {
        self.style = style
        self.activities = activities
        self.now = now
    }

    package func text(of item: ChatItem, columns: Int) -> String {
        let lines = lines(of: item, columns: columns)
        return (style.isASCII ? ASCIIText.lines(of: lines, columns: columns) : lines).joined(separator: "\n")
    }

    /// The same without colours, for what is dimmed as a whole.
    private var colourless: ScreenOutput {
        var plain = style
        (plain.isColored, plain.hasHyperlinks) = (false, false)
        return ScreenOutput(style: plain, activities: activities.restyled(plain), now: now)
    }

    private func lines(of item: ChatItem, columns: Int) -> [String] {
        switch item {
        case .entered(let words, let addressee):
            return MessageLayout(style: style, columns: columns).lines(
                speaker: .user(name: nil),
                time: now(),
                body: [
                    (addressee.map { style.paint("(to \(shortened($0))) ", .faint) } ?? "")
                        + DisplayText.neutralised(words)
                ]
            )
        case .enteredCommand(let line):
            return wrapped(DisplayText.neutralised(line), .faint, columns)
        case .activity(let activity, let speaker, let isEcho, let isNumbered):
            if isEcho { return [] }
            return activities.lines(of: activity, by: speaker, columns: columns, isNumbered: isNumbered)
        case .changed(let item, let earlier):
            guard case .activity(var activity, let speaker, let isEcho, let isNumbered) = item, !isEcho else {
                return []
            }
            // The renderer marks an update as one; services send the changed message as a message.
            if activity.type == .message { activity.type = .messageUpdate }
            return activities.lines(
                of: activity,
                by: speaker,
                columns: columns,
                isNumbered: isNumbered,
                earlier: earlier
            )
        case .adapted(let item, _): return lines(of: item, columns: columns)
        case .pictured(.activity(let activity, let speaker, let isEcho, let isNumbered), let pictures) where !isEcho:
            return activities.lines(
                of: activity,
                by: speaker,
                columns: columns,
                isNumbered: isNumbered,
                pictures: pictures
            )
        case .pictured(.adapted(let item, _), let pictures):
            return lines(of: .pictured(item, pictures), columns: columns)
        case .pictured(let item, let pictures):
            let drawn = pictures.sorted { $0.key < $1.key }.flatMap(\.value.lines)
            return lines(of: item, columns: columns) + drawn
        case .invokeAnswer(_, isShown: false): return []
        case .invokeAnswer(let answer, _):
            let head = style.paint("the bot answers \(answer.status)", .faint)
            let json = DisplayText.neutralised(answer.body?.prettyText ?? "")
            return [head] + json.split(separator: "\n").flatMap { DisplayText.wrapped(String($0), columns: columns) }
        case .session(_, let words):
            return wrapped(rule(DisplayText.neutralised(words, keepingNewlines: false)), .faint, columns)
        case .day(let day): return wrapped(rule(day.words), .faint, columns)
        case .handoff(let transition):
            return HandoffLine(style: style, columns: columns).lines(of: transition)
        case .trace(let entry): return entry.lines.flatMap { wrapped($0, .faint, columns) }
        case .hub(let parts): return HandoffLine(style: style, columns: columns).lines(of: parts)
        case .connection(let state):
            guard let words = state.announcement else { return [] }
            return wrapped(words, .faint, columns)
        case .latency: return []
        case .notice(let text): return wrapped(text, .faint, columns)
        case .failure(let text), .misuse(let text): return wrapped(text, .failure, columns)
        case .answer(let lines):
            return lines.flatMap { DisplayText.wrapped($0, columns: columns) }
        case .table(let title, let rows):
            return TableLayout(style: style, columns: columns).lines(title: title, rows: rows)
        case .earlier(let item):
            return colourless.lines(of: item, columns: columns).map { style.paint($0, .faint) }
        case .loadedHeader(let text): return wrapped(rule(text), .faint, columns)
        case .loaded(let item):
            let mark = style.isDrawn ? style.paint("┆ ", .faint) : "loaded: "
            return lines(of: item, columns: max(8, columns - DisplayText.columns(mark))).map { mark + $0 }
        }
    }

    /// Of an answer that grows, the newest lines: more than a few would push away what is being read.
    private static let previewLimit = 6

    package func prompt(_ prompt: ChatPrompt, columns: Int) -> Prompt {
        let (word, ink): (String, Style.Ink) =
            switch prompt.listener {
            case .connecting: ("connecting", .faint)
            case .bot: ("bot", .bot)
            case .waiting: ("waiting", .handoff)
            case .queue(let position): (position.map { "queue \($0)" } ?? "queue", .handoff)
            case .agent(let name): (shortened(name.text), .agent)
            case .desk: ("desk", .faint)
            case .user(let name, let number): ((number.map { "\($0) " } ?? "") + shortened(name.text), .bot)
            case .field(let name, _): (shortened(name), .handoff)
            case .closed: ("closed", .faint)
            }
        let preview = prompt.preview.map { lines(of: $0, columns: columns) } ?? []
        let text = (preview + [style.paint(word + ">", ink) + " "]).joined(separator: "\n")
        let right = style.paint(prompt.note, .faint)
        guard style.isASCII else { return Prompt(text: text, right: right, isSecret: prompt.isSecret) }
        return Prompt(text: ASCIIText.text(of: text), right: ASCIIText.text(of: right), isSecret: prompt.isSecret)
    }

    private func lines(of preview: ChatPrompt.Preview, columns: Int) -> [String] {
        let layout = MessageLayout(style: style, columns: columns)
        let text = activities.lines(of: preview.text + " …", activities.format(of: preview.speaker), layout.bodyColumns)
        let body = text
        let lines = layout.lines(speaker: preview.speaker, time: "", body: body)
        guard lines.count > Self.previewLimit else { return lines }
        return [style.paint("…", .faint)] + lines.suffix(Self.previewLimit)
    }

    /// A name from the wire must leave room to type on a narrow screen.
    private func shortened(_ name: String) -> String {
        let clean = DisplayText.neutralised(name, keepingNewlines: false)
        return clean.count > 16 ? clean.prefix(15) + "…" : clean
    }

    private func rule(_ text: String) -> String { style.isDrawn ? "── \(text) ──" : "-- \(text) --" }

    /// Sentences hold foreign words, in errors above all; that nothing of them acts is made sure of where they go out.
    private func wrapped(_ text: String, _ ink: Style.Ink, _ columns: Int) -> [String] {
        DisplayText.neutralised(text).split(separator: "\n", omittingEmptySubsequences: false).flatMap {
            DisplayText.wrapped(String($0), columns: columns).map { style.paint($0, ink) }
        }
    }
}
