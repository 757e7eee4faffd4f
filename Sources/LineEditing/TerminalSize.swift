#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Columns and rows of a terminal.
struct TerminalSize: Equatable, Sendable {
    var columns: Int
    var rows: Int

    /// What every terminal can be taken for.
    static let standard = TerminalSize(columns: 80, rows: 24)

    /// The present size of the terminal behind a descriptor, nil when there is none or it does not say.
    init?(descriptor: Int32) {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return nil }
        columns = Int(size.ws_col)
        rows = Int(size.ws_row)
    }

    init(columns: Int, rows: Int) {
        self.columns = columns
        self.rows = rows
    }
}
