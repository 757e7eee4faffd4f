#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What has to be guessed about a terminal from the environment.
package enum TerminalKind {
    /// Whether the locale of the environment says that the terminal takes UTF-8.
    ///
    /// Where the environment says nothing, the locale is C, whose characters are those of ASCII.
    ///
    /// - Parameter environment: the value of a variable, nil when it is not set.
    /// - Returns: whether characters beyond ASCII can be written.
    package static func takesUTF8(environment: (String) -> String?) -> Bool {
        let names = ["LC_ALL", "LC_CTYPE", "LANG"]
        let locale = names.lazy.compactMap(environment).first { !$0.isEmpty } ?? ""
        let charset = locale.lowercased().filter { $0 != "-" }
        return charset.contains("utf8")
    }

    /// Whether the terminal of this process takes UTF-8.
    static let isUTF8 = takesUTF8(environment: environment)

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
