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

/// An address that holds the file itself (RFC 2397).
struct DataURL: Hashable, Sendable {
    let contentType: String?
    let bytes: [UInt8]

    /// Reads `data:[type][;base64],…`; nil when the text is none.
    init?(_ text: String) {
        guard text.prefix(5).lowercased() == "data:", let comma = text.firstIndex(of: ",") else { return nil }
        var header = text[text.index(text.startIndex, offsetBy: 5)..<comma]
        let content = text[text.index(after: comma)...]
        let isBase64 = header.lowercased().hasSuffix(";base64")
        if isBase64 { header = header.dropLast(7) }
        contentType = header.isEmpty ? nil : String(header)
        guard isBase64 else {
            bytes = PercentCoding.bytes(content)
            return
        }
        guard let decoded = Base64.decode(PercentCoding.decoded(content)) else { return nil }
        bytes = decoded
    }
}
