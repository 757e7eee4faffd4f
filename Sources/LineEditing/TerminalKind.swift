#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What has to be guessed about a terminal from the environment.
enum TerminalKind {
    /// Whether it wraps long rows anew when its width changes.
    ///
    /// Most do. xterm, rxvt, screen and the Linux console do not; `BATON_REWRAP=0` or `1` overrules the guess. A wrong
    /// guess leaves stale rows, or erases some above the prompt, after a resize.
    static var rewrapsOnResize: Bool {
        if let setting = environment("BATON_REWRAP") { return setting != "0" }
        if environment("XTERM_VERSION") != nil { return false }
        let name = environment("TERM") ?? ""
        if name.hasPrefix("screen") { return environment("TMUX") != nil }
        return name != "linux" && !name.hasPrefix("rxvt")
    }

    /// Whether it takes a title for its window (OSC 2); others may print the title instead.
    static var hasTitle: Bool {
        let name = environment("TERM") ?? ""
        let kinds = [
            "xterm", "screen", "tmux", "rxvt", "foot", "alacritty", "wezterm", "konsole", "vte", "gnome", "st-",
            "contour",
        ]
        return kinds.contains(where: name.hasPrefix)
    }

    private static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
