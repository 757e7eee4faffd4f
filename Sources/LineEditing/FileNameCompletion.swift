#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Names of files that begin like what the person has typed.
package enum FileNameCompletion {
    /// The files whose path begins with `fragment`, sorted.
    ///
    /// The texts are raw paths in the form of the fragment (`~` stays, nothing is quoted); the labels are the names
    /// alone. Directories end in `/`. Names that begin with a dot appear only when the fragment asks for one.
    package static func candidates(for fragment: String) -> [Completion.Candidate] {
        if fragment == "~" { return [Completion.Candidate("~/")] }
        let slash = fragment.lastIndex(of: "/")
        let directory = slash.map { fragment[...$0] } ?? ""
        let beginning = slash.map { fragment[fragment.index(after: $0)...] } ?? fragment[...]
        let place = directory.isEmpty ? "." : expandingHome(String(directory))
        return names(in: place)
            .filter { $0.hasPrefix(beginning) && $0 != "." && $0 != ".." }
            .filter { beginning.hasPrefix(".") || !$0.hasPrefix(".") }
            .sorted()
            .map { name in
                let label = isDirectory(place + "/" + name) ? name + "/" : name
                return Completion.Candidate(directory + label, label: label)
            }
    }

    /// A path with a leading `~` replaced by the home directory.
    package static func expandingHome(_ path: String) -> String {
        guard path == "~" || path.hasPrefix("~/"), let home = homeDirectory else { return path }
        return home + path.dropFirst()
    }

    private static var homeDirectory: String? {
        if let home = getenv("HOME") { return String(cString: home) }
        guard let entry = getpwuid(getuid()), let home = entry.pointee.pw_dir else { return nil }
        return String(cString: home)
    }

    private static func names(in directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                // A name that is not UTF-8 cannot be typed either.
                String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let name { names.append(name) }
        }
        return names
    }

    private static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
