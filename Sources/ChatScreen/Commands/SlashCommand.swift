import MessageContent

/// A command of the chat, as `/help` and completion know it.
package struct SlashCommand: Hashable, Sendable {
    /// What a command's argument is, which decides how it is completed.
    package enum Argument: Hashable, Sendable {
        /// The command takes nothing.
        case none
        /// The name of a file.
        case file
        /// The name of an event, and then perhaps JSON.
        case eventName
        /// A number of the newest activities.
        case number
        /// A number of what the newest message offers.
        case choice
        /// The name of somebody who has spoken, or any words.
        case person
        /// One of a few words, and then perhaps more.
        case words([String])
        /// One of the words that the hub has for it at present, such as the names of colleagues.
        case known
    }

    /// The word behind the slash.
    package let name: String
    /// How the argument is written in the help, such as `FILE`, or empty.
    package let usage: String
    /// What it does, in a few words.
    package let summary: String
    /// What the argument is.
    package let argument: Argument
}

extension SlashCommand {
    /// Every command there is: `/help`, completion and the interpreter all read this table.
    package static let table: [SlashCommand] =
        [
            SlashCommand(name: "help", usage: "", summary: "list the commands", argument: .none),
            SlashCommand(
                name: "choose",
                usage: "N",
                summary: "take choice N of the bot's last message; a bare number does the same",
                argument: .choice
            ),
            SlashCommand(
                name: "card",
                usage: "[N]",
                summary: "fill in the fields of a card, or of card N, and send them",
                argument: .number
            ),
            SlashCommand(
                name: "context",
                usage: "",
                summary: "show what the bot handed to the agent: skill, topic, variables",
                argument: .none
            ),
            SlashCommand(
                name: "transcript",
                usage: "",
                summary: "show what was said as the bot handed it over; a linked transcript is fetched",
                argument: .none
            ),
            raw,
            SlashCommand(
                name: "event",
                usage: "NAME [JSON]",
                summary: "send an event activity to the bot",
                argument: .eventName
            ),
            SlashCommand(
                name: "invoke",
                usage: "NAME [JSON]",
                summary: "call the bot and show its answer, such as signin/verifyState {\"state\":\"123456\"}",
                argument: .eventName
            ),
            SlashCommand(
                name: "handoff",
                usage: "REPORT",
                summary:
                    "send the bot a hub's report by hand: accept [NAME], fail [WHY], timeout, complete end|back|fail",
                argument: .words(["accept", "fail", "timeout", "complete end", "complete back", "complete fail"])
            ),
            SlashCommand(
                name: "withdraw",
                usage: "",
                summary: "leave the queue or the agent, and go on with the bot",
                argument: .none
            ),
            SlashCommand(
                name: "as",
                usage: "agent|user",
                summary: "act as the agent at the hub's desk, or as the user again",
                argument: .words(["agent", "user"])
            ),
            save,
            SlashCommand(
                name: "load",
                usage: "FILE [--as context]",
                summary: "show a saved conversation; /save then writes that one until you speak",
                argument: .file
            ),
            SlashCommand(
                name: "next",
                usage: "",
                summary: "say the next line of the user in what was loaded with --as context",
                argument: .none
            ),
            SlashCommand(
                name: "lint",
                usage: "",
                summary: "say what is wrong with the handoffs so far, by rule",
                argument: .none
            ),
            SlashCommand(
                name: "timeline",
                usage: "",
                summary: "show each handoff with its times and outcome",
                argument: .none
            ),
            find,
            SlashCommand(
                name: "filter",
                usage: "KIND [WORDS]",
                summary: "show what you, bot, agent or a name said, or files, choices, handoff, events",
                argument: .known
            ),
            last,
        ] + lineChanges + [
            attach, open,
            SlashCommand(
                name: "trace",
                usage: "on|off",
                summary: "show every request, answer and frame, without secrets",
                argument: .words(["on", "off"])
            ),
            SlashCommand(
                name: "fault",
                usage: "[NAME[:ARG]|help|clear]",
                summary: "let the embedded server go wrong on purpose, and see what does",
                argument: .known
            ),
            resend,
            SlashCommand(
                name: "status",
                usage: "",
                summary: "show connection, conversation and handoff",
                argument: .none
            ),
            SlashCommand(name: "reconnect", usage: "", summary: "drop the stream and resume it", argument: .none),
            SlashCommand(name: "new", usage: "", summary: "start a new conversation", argument: .none),
        ] + shared + [
            SlashCommand(name: "quit", usage: "", summary: "leave; so do Ctrl-D and Ctrl-C twice", argument: .none)
        ]

    /// The answer to `/help`.
    package static var help: ChatItem { help(table) }

    /// The answer to `/help` where these are the commands.
    static func help(_ table: [SlashCommand]) -> ChatItem {
        .table(title: nil, rows(table, keys: table == desk ? deskKeys : keys))
    }

    /// The rows of the help in the chat.
    package static var helpRows: [ChatItem.Row] { rows(table, keys: keys) }

    /// The rows of the help at a desk.
    package static var deskHelpRows: [ChatItem.Row] { rows(desk, keys: deskKeys) }

    private static func rows(_ table: [SlashCommand], keys: [ChatItem.Row]) -> [ChatItem.Row] {
        let rows = table.map { ChatItem.Row("/\($0.name)" + ($0.usage.isEmpty ? "" : " \($0.usage)"), $0.summary) }
        return rows + [ChatItem.Row("//…", "send a line that begins with a slash")] + keys
    }
}

/// What a line that was entered asks for.
package enum EnteredLine: Equatable, Sendable {
    /// Words for whoever listens.
    case message(String)
    /// A command and the rest of the line, trimmed.
    case command(SlashCommand, argument: String)
    /// A slash and a word that is no command, with the nearest command if one is near.
    case unknownCommand(String, suggestion: String?)
    /// Nothing but blanks.
    case blank

    /// Reads a line; a command may be cut short while it stays unambiguous.
    package init(_ line: String, commands: [SlashCommand] = SlashCommand.table) {
        let trimmed = line.trimmed
        if trimmed.isEmpty {
            self = .blank
        } else if trimmed.hasPrefix("//") {
            self = .message(String(trimmed.dropFirst()))
        } else if trimmed.hasPrefix("/"), !trimmed.contains("\n") {
            let word = trimmed.dropFirst().prefix { !$0.isWhitespace }
            let rest = String(trimmed.dropFirst(1 + word.count)).trimmed
            let matches = commands.filter { $0.name.hasPrefix(word.lowercased()) }
            if let exact = matches.first(where: { $0.name == word.lowercased() }) {
                self = .command(exact, argument: rest)
            } else if matches.count == 1, !word.isEmpty {
                self = .command(matches[0], argument: rest)
            } else {
                self = .unknownCommand(
                    String(word),
                    suggestion: matches.count > 1 ? nil : Self.nearest(to: word, in: commands)
                )
            }
        } else {
            self = .message(line)
        }
    }

    private static func nearest(to word: Substring, in commands: [SlashCommand]) -> String? {
        commands.map { (name: $0.name, distance: editDistance(Array($0.name), Array(word.lowercased()))) }
            .filter { $0.distance <= 2 }
            .min { $0.distance < $1.distance }?.name
    }

    /// How many letters have to be put in, left out or changed to make one word of another.
    package static func editDistance(_ left: [Character], _ right: [Character]) -> Int {
        var row = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, b) in right.enumerated() {
                let above = row[j + 1]
                row[j + 1] = min(above + 1, row[j] + 1, diagonal + (a == b ? 0 : 1))
                diagonal = above
            }
        }
        return row[right.count]
    }
}

extension String {
    /// The text without blanks at both ends.
    var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }

    /// A file name as it was meant: the rest of the line, without quotes around it.
    var unquotedFileName: String {
        guard count >= 2, let quote = first, quote == "\"" || quote == "'", last == quote else { return self }
        return String(dropFirst().dropLast())
    }
}
