/// What files hold, by the endings of their names.
enum MediaTypes {
    private static let types = [
        "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp",
        "svg": "image/svg+xml", "json": "application/json", "mp3": "audio/mpeg", "mp4": "video/mp4",
        "pdf": "application/pdf", "txt": "text/plain", "csv": "text/csv", "zip": "application/zip",
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ]

    /// The type of a file, or the one for bytes of which nothing is known.
    static func type(ofFile path: String) -> String {
        let file = path.split(separator: "?").first.map(String.init) ?? path
        return file.split(separator: ".").last.flatMap { types[$0.lowercased()] } ?? "application/octet-stream"
    }
}
