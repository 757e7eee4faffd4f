/// What a file is, by what is in it and, for text and packed documents, by its name.
enum MediaType {
    private static let signatures: [(offset: Int, bytes: [UInt8], type: String)] = [
        (0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], "image/png"), (0, [0xff, 0xd8, 0xff], "image/jpeg"),
        (0, Array("GIF87a".utf8), "image/gif"), (0, Array("GIF89a".utf8), "image/gif"),
        (8, Array("WEBP".utf8), "image/webp"), (8, Array("WAVE".utf8), "audio/wav"), (0, Array("BM".utf8), "image/bmp"),
        (0, Array("%PDF-".utf8), "application/pdf"), (0, Array("OggS".utf8), "audio/ogg"),
        (0, Array("ID3".utf8), "audio/mpeg"), (4, Array("ftyp".utf8), "video/mp4"),
        (0, [0x1f, 0x8b], "application/gzip"), (0, [0x50, 0x4b, 0x03, 0x04], "application/zip"),
    ]

    private static let packed = [
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ]

    private static let texts = [
        "json": "application/json", "html": "text/html", "htm": "text/html", "csv": "text/csv", "md": "text/markdown",
        "xml": "application/xml", "svg": "image/svg+xml", "css": "text/css",
    ]

    /// The media type of a file.
    static func of(_ bytes: [UInt8], name: String) -> String {
        let ending = name.split(separator: ".").dropFirst().last?.lowercased() ?? ""
        for (offset, signature, type) in signatures
        where bytes.count >= offset + signature.count && bytes[offset...].starts(with: signature) {
            return type == "application/zip" ? packed[ending] ?? type : type
        }
        // Text holds no control characters but those of lines and tabs.
        let head = bytes.prefix(4096)
        let isText = head.allSatisfy { $0 >= 0x20 || $0 == 0x09 || $0 == 0x0a || $0 == 0x0d }
        guard isText, String(validating: bytes, as: UTF8.self) != nil else { return "application/octet-stream" }
        return texts[ending] ?? "text/plain"
    }
}
