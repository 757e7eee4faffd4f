import BotSchema
import NIOCore

/// What a client has uploaded: an activity and the files that go with it.
struct Upload: Sendable {
    /// The activity, a message without words when the client sent none.
    var activity: Activity
    /// The files in the order in which they came.
    var files: [StoredFile]

    /// The type of the part that is the activity and no file.
    static let activityType = "application/vnd.microsoft.activity"

    /// Reads the body of an upload.
    ///
    /// - Parameters:
    ///   - body: A form, or one file as it is.
    ///   - contentType: Says which of them.
    ///   - disposition: Names the one file.
    ///   - activityLimit: The largest activity, in bytes.
    /// - Throws: What the client is answered when the body is not what it should be.
    init(
        _ body: ByteBuffer,
        contentType: String?,
        disposition: String?,
        activityLimit: Int
    ) throws(HTTPFailure) {
        activity = Activity(type: .message)
        files = []
        guard body.readableBytes > 0 else { throw .missingProperty("the upload has no body") }
        guard contentType.map({ HeaderParameters($0).value.hasPrefix("multipart/") }) == true else {
            let name = disposition.flatMap { HeaderParameters($0).filename }
            files = [Self.file(name, contentType, body, number: 1)]
            return
        }
        guard let boundary = MultipartForm.boundary(of: contentType) else {
            throw .badArgument("the form's content type names no boundary")
        }
        let form: MultipartForm
        do {
            form = try MultipartForm(parsing: Array(body.readableBytesView), boundary: boundary)
        } catch {
            throw .badSyntax("\(error.message), at byte \(error.offset)")
        }
        // Clients send the activity in any place among the files (DirectLineJS, issue 194).
        for part in form.parts {
            let type = part.contentType.map { HeaderParameters($0).value }
            let isActivity = part.name == "activity" && [nil, "application/json", "text/plain"].contains(type)
            if type == Self.activityType || isActivity {
                activity = try Self.activity(part.bytes, limit: activityLimit)
            } else {
                files.append(
                    Self.file(part.filename, part.contentType, ByteBuffer(bytes: part.bytes), number: files.count + 1)
                )
            }
        }
        if form.parts.isEmpty { throw .missingProperty("the form has no parts") }
    }

    private static func activity(_ bytes: [UInt8], limit: Int) throws(HTTPFailure) -> Activity {
        guard bytes.count <= limit else { throw .tooLarge(limit: limit) }
        let value: JSONValue
        do {
            value = try JSONValue(parsing: bytes)
        } catch {
            throw .badSyntax("the activity is not JSON: \(error)")
        }
        guard var activity = Activity(value) else { throw .missingProperty("the activity is not a JSON object") }
        if activity.type == nil { activity.type = .message }
        if let from = activity.json["from"], !from.isNull, from.object == nil {
            throw .badArgument("the activity's from is not an object")
        }
        return activity
    }

    private static func file(_ name: String?, _ type: String?, _ bytes: ByteBuffer, number: Int) -> StoredFile {
        StoredFile(name: name ?? "file\(number)", contentType: type ?? "application/octet-stream", original: bytes)
    }

    /// The activity with its files attached at their addresses.
    ///
    /// Clients announce the files in the activity (DirectLineJS): an announcement becomes the attachment of the file
    /// of its name, and keeps what else it says. Attachments with a content of their own stay.
    ///
    /// - Parameter urls: Where each file can be read.
    /// - Returns: The activity, as it is when there are no files.
    func attached(at urls: [String]) -> Activity {
        var activity = activity
        var announced = activity.attachments.filter { $0.content == nil && $0.contentURL == nil }
        var attachments = activity.attachments.filter { $0.content != nil || $0.contentURL != nil }
        for (file, url) in zip(files, urls) {
            let place = announced.firstIndex { $0.name == file.name }
            var attachment = place.map { announced.remove(at: $0) } ?? Attachment(json: [:])
            attachment.contentType = file.contentType
            attachment.contentURL = url
            attachment.name = file.name
            attachments.append(attachment)
        }
        if !files.isEmpty { activity.attachments = attachments }
        return activity
    }
}
