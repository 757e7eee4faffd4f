import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The variables that a program which we start gets: never one with a secret of ours.
///
/// ``ChildProgram`` starts programs with this type alone, and no initialiser lets a secret in. An editor's plug-ins, a
/// pager's filters and whatever decodes pictures thus cannot send one away, and it appears in no crash report of theirs.
package struct ChildEnvironment: Sendable {
    /// The variables by name.
    package private(set) var variables: [String: String]

    /// The names of variables that hold secrets: those of this program, and those that a person has named.
    private static let secretNames = Mutex<Set<String>>([
        "BATON_AGENT_SECRET", "BATON_SECRET", "DATAVERSE_TOKEN", "DIRECTLINE_SECRET", "DIRECTLINE_TOKEN",
    ])

    /// Keeps a variable from every program that is started from now on.
    package static func conceal(_ name: String) { secretNames.withLock { _ = $0.insert(name) } }

    /// This process's own environment without its secrets.
    package init() { self.init(Self.own) }

    /// Some variables of an environment; a secret among them is left out all the same.
    package init(only names: [String], of environment: (String) -> String?) {
        self.init(Dictionary(uniqueKeysWithValues: names.compactMap { name in environment(name).map { (name, $0) } }))
    }

    private init(_ variables: [String: String]) {
        let names = Self.secretNames.withLock { $0 }
        // A secret that the person keeps under another name too is one there as well.
        let secrets = Set(names.compactMap { variables[$0] }.filter { !$0.isEmpty })
        self.variables = variables.filter { !names.contains($0.key) && !secrets.contains($0.value) }
    }

    /// Sets a variable unless the person has set it.
    package mutating func add(_ name: String, _ value: String) {
        if variables[name] == nil { variables[name] = value }
    }

    private static var own: [String: String] {
        var variables: [String: String] = [:]
        #if canImport(Glibc)
        var next = environ
        #else
        var next = _NSGetEnviron().pointee
        #endif
        while let variable = next.pointee {
            let text = String(cString: variable)
            if let equals = text.firstIndex(of: "=") {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            next += 1
        }
        return variables
    }
}
