import BotSchema

/// A file that a bot has attached.
public struct DownloadedFile: Hashable, Sendable {
    /// A name without a path that the file may have on disk.
    public let name: String
    /// The media type that came with it, else found out from the content.
    public let contentType: String
    /// The content.
    public let bytes: [UInt8]

    /// A file that may be called by the first of some names that is fit for a disk.
    init(bytes: [UInt8], contentType: String?, names: [String?]) {
        self.bytes = bytes
        name = names.lazy.compactMap { $0.flatMap(Self.safeName) }.first ?? "file"
        self.contentType = contentType ?? MediaType.of(bytes, name: name)
    }

    /// The last part of a name, without what a disk or a terminal could take amiss.
    private static func safeName(_ name: String) -> String? {
        let last = name.split { $0 == "/" || $0 == "\\" }.last ?? ""
        let scalars = last.unicodeScalars.filter {
            switch $0.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse: false
            default: true
            }
        }
        var name = String(String.UnicodeScalarView(scalars))
        // A name that begins with a dot is hidden, or leads up.
        while name.hasPrefix(".") { name.removeFirst() }
        name = String(name.prefix(120))
        return name.isEmpty ? nil : name
    }
}
