import LineEditing

/// How a test wants the probe to behave.
struct ProbeOptions {
    var interval = Duration.zero
    var count = Int.max
    var prompt = "> "
    var rightPrompt = ""
    var historyFile: String?
    var draft = ""
    var title = ""
    var bell = TerminalManners.Occasion.off

    init(_ arguments: some Sequence<String>) {
        var rest = arguments.makeIterator()
        while let name = rest.next(), let value = rest.next() {
            switch name {
            case "--interval": interval = .milliseconds(Int(value) ?? 0)
            case "--count": count = Int(value) ?? 0
            case "--prompt": prompt = value
            case "--right": rightPrompt = value
            case "--history": historyFile = value
            case "--draft": draft = value
            case "--title": title = value
            case "--bell": bell = TerminalManners.Occasion(rawValue: value) ?? .off
            default: break
            }
        }
    }
}
