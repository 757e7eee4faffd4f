import BotSchema

/// A file that a bot has attached.
public struct DownloadedFile: Hashable, Sendable {
    /// A name without a path that the file may have on disk.
    public var name: String { fileName.text }
    /// The name, and others like it for when it is taken.
    package let fileName: FileName
    /// The media type that came with it, else found out from the content.
    public let contentType: String
    /// The content.
    public let bytes: [UInt8]

    /// A file that may be called by the first of some names that is fit for a disk.
    init(bytes: [UInt8], contentType: String?, names: [String?]) {
        self.bytes = bytes
        let name = names.lazy.compactMap { $0.flatMap(FileName.init) }.first ?? .unknown
        fileName = name
        self.contentType = contentType ?? MediaType.of(bytes, name: name.text)
    }
}
