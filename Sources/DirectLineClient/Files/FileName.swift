/// A file's name that came from somebody else, fit for a disk, a shell and a terminal.
///
/// It is the last part of a path, holds no control or invisible characters, begins neither with `-`, which programs take
/// for an option, nor with `.` or a blank, which hide it, and has no more bytes than file systems take.
package struct FileName: Hashable, Sendable {
    /// The most bytes of a name on the usual file systems (`NAME_MAX`).
    package static let byteLimit = 255
    /// An ending longer than this is none, and is cut like the rest.
    private static let longestEnding = 32

    /// The name.
    package let text: String

    /// The name of a file about whose name nothing is known.
    static let unknown = FileName(known: "file")

    private init(known text: String) { self.text = text }

    /// Makes a name of a foreign one; nil when nothing of it can be used.
    package init?(_ foreign: String) {
        let last = foreign.split { $0 == "/" || $0 == "\\" }.last ?? ""
        let visible = last.unicodeScalars.filter {
            switch $0.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse: false
            default: true
            }
        }
        // By scalars: a hyphen with an accent is one character, but still begins with a hyphen.
        let name = visible.drop { $0 == "-" || $0 == "." || $0.properties.isWhitespace }
        guard let text = Self.fitted(String(String.UnicodeScalarView(name)), besides: "") else { return nil }
        self.text = text
    }

    /// The name with a number before its ending, for a folder in which the name itself is taken.
    package func numbered(_ number: Int) -> String { Self.fitted(text, besides: "-\(number)") ?? "file-\(number)" }

    /// The name with a suffix before its ending, cut between characters so that all has room.
    private static func fitted(_ name: String, besides suffix: String) -> String? {
        let dot = name.lastIndex(of: ".") ?? name.endIndex
        let hasEnding = name[dot...].utf8.count <= longestEnding
        let ending = hasEnding ? name[dot...] : ""
        var stem = hasEnding ? name[..<dot] : name[...]
        var size = stem.utf8.count + suffix.utf8.count + ending.utf8.count
        while size > byteLimit, let last = stem.last {
            size -= String(last).utf8.count
            stem = stem.dropLast()
        }
        // Not even one character may have room: letters can bear any number of marks.
        return stem.isEmpty ? nil : stem + suffix + ending
    }
}
