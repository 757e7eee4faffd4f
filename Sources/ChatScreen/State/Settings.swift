package import LineEditing

/// What a person can change with `/set`, and what is kept for the next chat.
package struct Settings: Hashable, Sendable {
    /// Which colours there are.
    package var theme = Theme.terminal
    /// When the bell rings for an agent's words.
    package var bell = TerminalManners.Occasion.unfocused
    /// When the desktop is told of an agent's words.
    package var notify = TerminalManners.Occasion.unfocused
    /// How the desktop is told.
    package var notification = TerminalManners.NotificationForm.osc9
    /// Whether the window's title says what goes on.
    package var hasTitle = true
    /// Whether answers taller than the screen go to a pager.
    package var hasPager = true
    /// What `/1` to `/9` say.
    package var speedDial: [Int: String] = [:]

    /// The settings of somebody who has changed none.
    package init() {}

    /// How the terminal is to behave.
    package var manners: TerminalManners {
        TerminalManners(
            bell: bell,
            notification: notify,
            form: notification,
            showsTitle: hasTitle,
            usesPager: hasPager
        )
    }

    /// A setting, as `/set` and completion know it.
    package struct Key: Hashable, Sendable {
        /// What it is called.
        package let name: String
        /// What it may be, empty when it may be any words.
        package let values: [String]
        /// What it is about, in a few words.
        package let summary: String
    }

    /// Every setting there is.
    package static let keys: [Key] = {
        let occasions = TerminalManners.Occasion.allCases.map(\.rawValue)
        let dials = (1...9).map { Key(name: "\($0)", values: [], summary: "what /\($0) says") }
        return [
            Key(name: "theme", values: Theme.allCases.map(\.rawValue), summary: "the colours"),
            Key(name: "bell", values: occasions, summary: "when the bell rings for an agent's words"),
            Key(name: "notify", values: occasions, summary: "when the desktop is told of an agent's words"),
            Key(
                name: "notification",
                values: TerminalManners.NotificationForm.allCases.map(\.rawValue),
                summary: "how the terminal is asked to tell it"
            ),
            Key(name: "title", values: ["on", "off"], summary: "whether the window's title says what goes on"),
            Key(name: "pager", values: ["on", "off"], summary: "whether tall answers go to $PAGER"),
        ] + dials
    }()

    /// The value of a setting as it is written, nil for an empty speed dial or no setting.
    package subscript(name: String) -> String? {
        switch name {
        case "theme": theme.rawValue
        case "bell": bell.rawValue
        case "notify": notify.rawValue
        case "notification": notification.rawValue
        case "title": hasTitle ? "on" : "off"
        case "pager": hasPager ? "on" : "off"
        default: Int(name).flatMap { speedDial[$0] }
        }
    }

    /// Changes a setting; an empty value empties a speed dial.
    ///
    /// - Throws: One sentence that says what there is instead.
    package mutating func set(_ name: String, to value: String) throws(CommandFailure) {
        guard let key = Self.keys.first(where: { $0.name == name }) else {
            let names = Self.keys.map(\.name).filter { Int($0) == nil }.joined(separator: ", ")
            throw CommandFailure("There is no setting “\(name)”; there are: \(names), and 1 to 9.")
        }
        guard key.values.isEmpty || key.values.contains(value) else {
            throw CommandFailure("\(name) is one of \(key.values.joined(separator: ", ")), and not “\(value)”.")
        }
        switch name {
        case "theme": theme = Theme(rawValue: value) ?? theme
        case "bell": bell = TerminalManners.Occasion(rawValue: value) ?? bell
        case "notify": notify = TerminalManners.Occasion(rawValue: value) ?? notify
        case "notification": notification = TerminalManners.NotificationForm(rawValue: value) ?? notification
        case "title": hasTitle = value == "on"
        case "pager": hasPager = value == "on"
        default: Int(name).map { speedDial[$0] = value.isEmpty ? nil : value }
        }
    }
}
