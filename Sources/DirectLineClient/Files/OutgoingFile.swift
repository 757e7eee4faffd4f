/// A file to be uploaded.
public struct OutgoingFile: Hashable, Sendable {
    /// The name that the bot gets to see, without a path.
    public var name: String
    /// The media type, found out from the content when nil.
    public var contentType: String?
    /// The content.
    public var bytes: [UInt8]

    /// A file with a name and a content.
    public init(name: String, contentType: String? = nil, bytes: [UInt8]) {
        self.name = name
        self.contentType = contentType
        self.bytes = bytes
    }

    /// The media type, given or found out.
    public var mediaType: String { contentType ?? MediaType.of(bytes, name: name) }
}

/// An upload as the service wants it: `multipart/form-data` with the activity and then the files (RFC 7578).
struct UploadBody: Sendable {
    let bytes: [UInt8]
    let contentType: String

    /// - Parameters:
    ///   - activity: The activity as JSON.
    ///   - files: The files in order.
    ///   - boundary: What separates the parts; it must not occur in them.
    init(activity: [UInt8], files: [OutgoingFile], boundary: String) {
        var bytes = Self.head(boundary, "activity", "blob", "application/vnd.microsoft.activity")
        bytes += activity
        for file in files {
            bytes += Array("\r\n".utf8) + Self.head(boundary, "file", file.name, file.mediaType) + file.bytes
        }
        self.bytes = bytes + Array("\r\n--\(boundary)--\r\n".utf8)
        contentType = "multipart/form-data; boundary=\(boundary)"
    }

    private static func head(_ boundary: String, _ name: String, _ filename: String, _ type: String) -> [UInt8] {
        // As browsers do it (WHATWG HTML, multipart/form-data encoding): nothing else could end the quotes or the line.
        // By scalars: CR and LF together are one character.
        let escapes: [Unicode.Scalar: String] = ["\"": "%22", "\r": "%0D", "\n": "%0A"]
        let filename = filename.unicodeScalars.map { escapes[$0] ?? String($0) }.joined()
        let type = type.contains { $0.isNewline } ? "application/octet-stream" : type
        return Array(
            """
            --\(boundary)\r
            Content-Disposition: form-data; name="\(name)"; filename="\(filename)"\r
            Content-Type: \(type)\r
            \r

            """.utf8
        )
    }
}
