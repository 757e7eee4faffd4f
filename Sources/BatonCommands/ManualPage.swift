import BotSchema
import ChatScreen

/// The manual page in the macros of man(7), made from what `--experimental-dump-help` tells of the commands.
struct ManualPage {
    /// The root command, as the argument parser describes it.
    let root: JSONValue
    /// The version of the program.
    let version: String

    /// The whole page.
    var text: String {
        var page = [".TH BATON 1 \"\" \"Baton \(version)\" \"User Commands\""]
        page += section("NAME") + ["baton \\- " + escaped(lowercasedFirst(abstract(root)))]
        page += section("SYNOPSIS") + synopsis
        page += section("DESCRIPTION") + paragraphs(root["discussion"]?.string ?? "")
        for command in commands(of: root) { page += self.page(of: command, name: "baton " + name(command)) }
        page += section("COMMANDS IN THE CHAT") + rows(SlashCommand.helpRows)
        page += section("COMMANDS AT A DESK") + rows(SlashCommand.deskHelpRows)
        page += section("SETTINGS") + text("/set KEY VALUE changes one and keeps it in the configuration file.")
        page += rows(
            Settings.keys.filter { Int($0.name) == nil }.map { key in
                ChatItem.Row(key.name, key.summary + ": " + key.values.joined(separator: ", "))
            }
        )
        page += section("ENVIRONMENT") + rows(Self.environment) + section("FILES") + rows(Self.files)
        page += section("EXIT STATUS")
        page += rows(ExitStatus.rows)
        return page.joined(separator: "\n")
    }

    private var synopsis: [String] {
        [".B baton", "[options of chat]"]
            + commands(of: root).flatMap { [".br", ".B baton \(escaped(name($0)))", "[options]"] }
    }

    // MARK: - Commands

    private func page(of command: JSONValue, name: String) -> [String] {
        var page = section(name.uppercased()) + text(abstract(command)) + [".PP"]
        page += paragraphs(command["discussion"]?.string ?? "")
        page += options(of: command)
        for inner in commands(of: command) {
            page += [".SS " + quoted(name + " " + self.name(inner))] + text(abstract(inner)) + [".PP"]
            page += paragraphs(inner["discussion"]?.string ?? "") + options(of: inner)
        }
        return page
    }

    private func commands(of command: JSONValue) -> [JSONValue] {
        (command["subcommands"]?.array ?? []).filter { name($0) != "help" && $0["shouldDisplay"]?.bool != false }
    }

    private func name(_ command: JSONValue) -> String { command["commandName"]?.string ?? "" }

    private func abstract(_ command: JSONValue) -> String { command["abstract"]?.string ?? "" }

    private func options(of command: JSONValue) -> [String] {
        let arguments = (command["arguments"]?.array ?? []).filter { argument in
            let isEverywhere = ["help", "version"].contains(argument["preferredName"]?["name"]?.string)
            return argument["shouldDisplay"]?.bool != false && !isEverywhere
        }
        return arguments.flatMap { argument in [".TP"] + [label(of: argument)] + [described(argument)] }
    }

    private func label(of argument: JSONValue) -> String {
        let value = argument["valueName"]?.string ?? "value"
        guard argument["kind"]?.string != "positional" else { return ".I " + escaped(value) }
        let names = (argument["names"]?.array ?? []).map { name in
            (name["kind"]?.string == "long" ? "--" : "-") + (name["name"]?.string ?? "")
        }
        let isFlag = argument["kind"]?.string == "flag"
        return ".BI " + quoted(names.joined(separator: ", ")) + (isFlag ? "" : " \" \(escaped(value))\"")
    }

    private func described(_ argument: JSONValue) -> String {
        var words = argument["abstract"]?.string ?? ""
        if let values = argument["allValues"]?.array?.compactMap(\.string), !values.isEmpty {
            words += " One of \(values.joined(separator: ", "))."
        }
        if let value = argument["defaultValue"]?.string { words += " Default: \(value)." }
        return escaped(words.isEmpty ? "(no description)" : words)
    }

    // MARK: - Parts of a page

    private func section(_ title: String) -> [String] { [".SH " + quoted(title)] }

    private func text(_ text: String) -> [String] { [escaped(text)] }

    private func rows(_ rows: [ChatItem.Row]) -> [String] {
        rows.flatMap { [".TP", ".B " + escaped($0.label), escaped($0.text)] }
    }

    /// Text as it is, indented lines as examples.
    private func paragraphs(_ text: String) -> [String] {
        var lines: [String] = []
        var isExample = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix(" ") != isExample {
                isExample.toggle()
                lines.append(isExample ? ".EX" : ".EE")
            }
            lines.append(line.isEmpty ? ".PP" : isExample ? escaped("  " + line.trimmingBlanks) : escaped(String(line)))
        }
        return isExample ? lines + [".EE"] : lines
    }

    /// Text that roff takes for nothing but text.
    private func escaped(_ text: String) -> String {
        let line = text.replacing("\\", with: "\\e").replacing("-", with: "\\-").replacing("\n", with: " ")
        return line.hasPrefix(".") || line.hasPrefix("'") ? "\\&" + line : line
    }

    private func quoted(_ text: String) -> String { "\"" + escaped(text.replacing("\"", with: "")) + "\"" }

    private func lowercasedFirst(_ text: String) -> String {
        text.prefix(1).lowercased() + String(text.dropFirst())
    }

    // MARK: - What no command defines

    private static let environment = [
        ChatItem.Row("DIRECTLINE_SECRET, DIRECTLINE_TOKEN", "what admits to a service; never an argument"),
        ChatItem.Row("DATAVERSE_TOKEN", "what admits baton transcript fetch; never an argument"),
        ChatItem.Row("BATON_SECRET, BATON_AGENT_SECRET", "what admits clients and agents to baton serve"),
        ChatItem.Row("VISUAL, EDITOR", "the editor of /edit and Ctrl-X Ctrl-E"),
        ChatItem.Row("PAGER, LESS", "what shows tall answers; LESS is FRX unless it is set"),
        ChatItem.Row("EDITRC", "the file that ~/.editrc is read from"),
        ChatItem.Row("NO_COLOR", "no colours; bold, underlined and faint stay"),
        ChatItem.Row("TERM", "on a dumb terminal nothing is coloured or drawn"),
        ChatItem.Row("LC_ALL, LC_CTYPE, LANG", "where the locale is not UTF-8, drawings and signs are ASCII"),
        ChatItem.Row("BATON_REWRAP", "0 for a terminal that does not wrap its rows anew when its width changes"),
        ChatItem.Row("HTTPS_PROXY, NO_PROXY and the like", "proxies"),
    ]

    private static let files = [
        ChatItem.Row("~/.config/baton/config.json", "profiles and settings; XDG_CONFIG_HOME is respected"),
        ChatItem.Row("~/.local/state/baton", "histories, journals, what was left unsent; XDG_STATE_HOME is respected"),
        ChatItem.Row("~/.editrc", "keys; bind -v there switches to vi mode"),
    ]
}

extension Substring {
    fileprivate var trimmingBlanks: String { String(drop { $0 == " " }) }
}
