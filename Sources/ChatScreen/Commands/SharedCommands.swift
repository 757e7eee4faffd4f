import LineEditing
import MessageContent

extension SlashCommand {
    /// The commands that concern the screen and not the conversation: both sides have them.
    package static let shared: [SlashCommand] = [
        SlashCommand(
            name: "edit",
            usage: "[TEXT]",
            summary: "write the line in $EDITOR; Ctrl-X Ctrl-E takes what is typed along",
            argument: .none
        ),
        SlashCommand(
            name: "theme",
            usage: "[NAME]",
            summary: "change the colours; without a name, list the themes",
            argument: .words(Theme.allCases.map(\.rawValue))
        ),
        SlashCommand(
            name: "set",
            usage: "[KEY [VALUE]]",
            summary: "change a setting and keep it; /set 1 WORDS is what /1 says, /set 1 - nothing",
            argument: .words(Settings.keys.flatMap { key in key.values.map { "\(key.name) \($0)" } })
        ),
    ]

    /// Both sides look at what is on the wire, each with its own commands around this one.
    static let raw = SlashCommand(
        name: "raw",
        usage: "[N]",
        summary: "show the JSON of the last activity, or of the Nth from the end",
        argument: .number
    )

    /// Both sides save what was said.
    static let save = SlashCommand(
        name: "save",
        usage: "[--public] [--redact] [--force] FILE",
        summary: "save as the name says; --public: no notes, --redact: no personal data, --force: over another",
        argument: .file
    )

    /// Both sides send files.
    static let attach = SlashCommand(name: "attach", usage: "FILE…", summary: "send files", argument: .file)

    /// Both sides fetch files.
    static let open = SlashCommand(
        name: "open",
        usage: "[N [FILE]]",
        summary: "fetch file N of the conversation; without a number, list the files",
        argument: .none
    )

    /// Both sides send again what did not arrive.
    static let resend = SlashCommand(
        name: "resend",
        usage: "",
        summary: "send again what was not delivered",
        argument: .none
    )

    /// Both sides look back in the same way.
    static let find = SlashCommand(
        name: "find",
        usage: "WORDS",
        summary: "show every message with these words",
        argument: .person
    )

    /// The newest messages once more.
    static let last = SlashCommand(
        name: "last",
        usage: "[N]",
        summary: "show the last messages once more, 10 if no number is given",
        argument: .none
    )

    /// What is shown when a command was given something else.
    var usageActions: [ChatAction] { [.show(.misuse("Usage: /\(name) \(usage) (\(summary))"))] }

    /// What a person wants to know of the keys in the chat, for the end of the help.
    static let keys: [ChatItem.Row] =
        [ChatItem.Row("/1 … /9", "say what /set 1 WORDS has put there")] + sharedKeys

    /// The same at a desk.
    static let deskKeys: [ChatItem.Row] =
        [
            ChatItem.Row("F2", "accept what rings, without a change of the line you are typing"),
            ChatItem.Row("/1 … /9, Alt-1 … Alt-9", "go to that user; what you were typing to each is kept"),
            ChatItem.Row("", "(vi mode: Alt only in terminals that send it apart from ESC; /1 … /9 always)"),
        ] + sharedKeys

    private static let sharedKeys: [ChatItem.Row] = [
        ChatItem.Row("Alt-Enter, Ctrl-J", "a new row in the same message; so does \\ at the end of a line"),
        ChatItem.Row("Tab, Ctrl-R, ↑ ↓", "complete, search what was said before, go through it"),
        ChatItem.Row("Ctrl-_, Ctrl-C", "undo, put the line aside; Ctrl-C twice leaves"),
    ]
}

/// What the commands of the screen do to the settings; pure, so that both sides share it.
package struct ScreenCommands: Sendable {
    /// The settings as they are.
    package private(set) var settings: Settings

    /// Commands over settings.
    package init(settings: Settings = Settings()) { self.settings = settings }

    /// Follows a command, nil when it is none of the screen's.
    package mutating func run(_ command: SlashCommand, argument: String) -> [ChatAction]? {
        switch command.name {
        case "edit": [.edit(argument)]
        case "theme" where argument.isEmpty: [.show(themes)]
        case "theme": change("theme", to: argument)
        case "set": set(argument)
        default: nil
        }
    }

    /// The words of a speed dial, nil when the line is none; a failure when nothing is on it.
    package func speedDial(_ line: String) -> Result<String, CommandFailure>? {
        let line = line.trimmed
        guard line.count == 2, line.first == "/", let number = line.last?.wholeNumberValue, (1...9).contains(number)
        else { return nil }
        guard let words = settings.speedDial[number] else {
            return .failure(CommandFailure("Nothing is on /\(number); /set \(number) WORDS puts something there."))
        }
        return .success(words)
    }

    /// What a script is answered: it may read the settings, and runs alike whatever a person has set.
    static func answerInScript(to command: SlashCommand, _ argument: String) -> [ChatAction] {
        var defaults = ScreenCommands()
        let actions = defaults.run(command, argument: argument) ?? command.usageActions
        guard actions.allSatisfy({ if case .show = $0 { true } else { false } }) else {
            return [.show(.failure("/\(command.name) works at a terminal; a script has no screen and keeps nothing."))]
        }
        return actions
    }

    private mutating func set(_ argument: String) -> [ChatAction] {
        let name = String(argument.prefix { !$0.isWhitespace })
        let value = String(argument.dropFirst(name.count)).trimmed
        guard !name.isEmpty else { return [.show(list)] }
        guard !value.isEmpty else {
            guard let key = Settings.keys.first(where: { $0.name == name }) else { return change(name, to: value) }
            return [.show(.table(title: nil, [row(key)]))]
        }
        return change(name, to: Int(name) != nil && value == "-" ? "" : value)
    }

    private mutating func change(_ name: String, to value: String) -> [ChatAction] {
        do throws(CommandFailure) {
            try settings.set(name, to: value)
            let words = value.isEmpty ? "Nothing is on /\(name) any more." : "\(name) is \(value) from now on."
            return [
                .adopt(settings), .show(.notice(Self.oneLine(words))),
                .keepSetting(name, value: value.isEmpty ? nil : value),
            ]
        } catch {
            return [.show(.failure(Self.oneLine(error.message)))]
        }
    }

    private var themes: ChatItem {
        .table(
            title: nil,
            Theme.allCases.map { theme in
                ChatItem.Row(theme.rawValue + (theme == settings.theme ? " (now)" : ""), theme.summary)
            }
        )
    }

    private var list: ChatItem {
        .table(title: nil, Settings.keys.filter { Int($0.name) == nil || settings[$0.name] != nil }.map(row))
    }

    private func row(_ key: Settings.Key) -> ChatItem.Row {
        let choice = key.values.isEmpty ? "" : " (\(key.values.joined(separator: ", ")))"
        return ChatItem.Row("\(key.name)", (settings[key.name] ?? "nothing") + " · " + key.summary + choice)
    }

    private static func oneLine(_ text: String) -> String { DisplayText.neutralised(text, keepingNewlines: false) }
}
