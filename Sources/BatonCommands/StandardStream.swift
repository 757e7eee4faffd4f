import BotSchema
import LineEditing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Standard output and error, for lines outside a chat; a closed pipe loses the line and nothing else.
enum StandardStream: Int32 {
    case output = 1
    case error = 2

    /// Writes a value as a line of JSON in which nothing acts on a terminal.
    func writeLine(_ value: JSONValue) { writeLine(DisplayText.escapedJSON(value.compactText)) }

    /// Writes a line in one call, so that lines of several tasks do not mix.
    func writeLine(_ line: String) {
        var rest = Array((line + "\n").utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(rawValue, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR else { return }
            rest = rest.dropFirst(max(0, count))
        }
    }
}
