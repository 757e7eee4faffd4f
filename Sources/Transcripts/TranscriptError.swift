/// Why a transcript could not be read or written.
public struct TranscriptError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Base: String, Sendable {
            case notFound, notPermitted, isDirectory, noSpace, malformed, inputOutput
        }

        private let base: Base

        /// There is no such file or folder.
        public static let notFound = Code(base: .notFound)
        /// The system does not let us.
        public static let notPermitted = Code(base: .notPermitted)
        /// The name is that of a folder.
        public static let isDirectory = Code(base: .isDirectory)
        /// The disk or the quota is full.
        public static let noSpace = Code(base: .noSpace)
        /// The bytes are no transcript.
        public static let malformed = Code(base: .malformed)
        /// Any other failure of the system.
        public static let inputOutput = Code(base: .inputOutput)

        /// The code's name.
        public var description: String { base.rawValue }
    }

    /// What kind of failure it is.
    public let code: Code
    /// The file, as the caller named it.
    public let file: String
    /// Where in the file, for malformed ones.
    public let offset: Int?
    /// What is wrong, or what was expected, without the file's name.
    public let reason: String

    /// A failure, also of those who bring the bytes of a transcript from elsewhere than a file.
    package init(_ code: Code, file: String, offset: Int? = nil, reason: String) {
        self.code = code
        self.file = file
        self.offset = offset
        self.reason = reason
    }

    /// One line that names the file, the place and what was expected.
    public var description: String {
        offset.map { "\(file): byte \($0): \(reason)" } ?? "\(file): \(reason)"
    }
}
