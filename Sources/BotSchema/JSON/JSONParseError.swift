/// Why some bytes are not the JSON that was expected, and where.
public struct JSONParseError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Code: Hashable, Sendable {
        /// The bytes break the grammar of RFC 8259 or are not UTF-8.
        case malformed
        /// The document ends within a value.
        case truncated
        /// Nesting is deeper than ``JSONLimits/depth``.
        case tooDeep
        /// There are more bytes than ``JSONLimits/bytes``.
        case tooLarge
    }

    /// What kind of failure it is.
    public let code: Code
    /// The offset of the first byte that could not be taken, from the start of the input.
    public let offset: Int
    /// What was expected there, as words for a person.
    public let expectation: String

    /// One line that names the offset and what was expected.
    public var description: String { "byte \(offset): \(expectation)" }
}

/// How much a parser takes before it refuses.
public struct JSONLimits: Hashable, Sendable {
    /// The greatest number of arrays and objects within one another.
    public var depth: Int
    /// The greatest number of bytes of one document.
    public var bytes: Int

    /// Limits for a parser; the defaults suit files and frames that a person works with.
    public init(depth: Int = 512, bytes: Int = 256 << 20) {
        self.depth = depth
        self.bytes = bytes
    }
}
