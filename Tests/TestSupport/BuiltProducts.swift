#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The executables that were built together with the tests.
package enum BuiltProducts {
    /// No product of this name lies near the running tests.
    package struct NotFound: Error, CustomStringConvertible {
        package let name: String
        package let searched: [String]

        /// Names the product and where it was looked for.
        package var description: String { "no built product \(name) in \(searched)" }
    }

    /// The path of an executable of this package.
    ///
    /// The test target must depend on it, so that it is built.
    package static func executable(_ name: String) throws -> String {
        var searched: [String] = []
        for start in testBundles {
            var directory = parent(of: start)
            // On macOS the bundle is a directory and the test's code lies three levels inside it.
            for _ in 0..<5 where !directory.isEmpty {
                let candidate = directory + "/" + name
                if access(candidate, X_OK) == 0 { return candidate }
                searched.append(directory)
                directory = parent(of: directory)
            }
        }
        throw NotFound(name: name, searched: searched)
    }

    /// Where the tests may run from: their own executable, or the bundle that a helper was told to load.
    private static var testBundles: [String] {
        let bundles = CommandLine.arguments.filter { $0.contains(".xctest") }
        return (bundles + [CommandLine.arguments[0], "/proc/self/exe"]).compactMap(resolved)
    }

    private static func resolved(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func parent(of path: String) -> String {
        String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    }
}
