/// A kind of fault that a tester asks for by name.
package protocol NamedFault: CaseIterable, Hashable, RawRepresentable, Sendable where RawValue == String {
    /// What it does, in one line for a list.
    var summary: String { get }
}
