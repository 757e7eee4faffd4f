/// Why a store has not kept or cannot give back what it was asked to.
package struct StoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    package enum Code: String, Sendable {
        /// There is no room on the disk.
        case full
        /// The file or its disk takes no writes.
        case readOnly
        /// The file's content is not what was written.
        case damaged
        /// Another program has the file.
        case inUse
        /// One conversation or account has as much as it may; others are not concerned.
        case overQuota
        /// Anything else, such as a disk that fails.
        case failed
    }

    /// What kind of failure it is.
    package let code: Code
    /// One sentence for the operator; it names the file, so it is not for clients.
    package let description: String

    /// A failure.
    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
