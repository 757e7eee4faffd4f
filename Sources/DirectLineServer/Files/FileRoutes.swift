import BotSchema
import HTTPTypes
import HummingbirdCore
import NIOCore

/// The calls about files, for clients and bots alike.
struct FileRoutes: Sendable {
    let attachments: AttachmentStore
    let limits: ServerLimits

    /// Keeps a file that a bot sends as JSON (R13).
    func keep(_ call: Call, in conversation: String) async throws(HTTPFailure) -> Response {
        guard let body = try await call.json(limit: limits.botBody)?.object else {
            throw .missingProperty("an object with type and originalBase64 is expected as the body")
        }
        guard let type = body["type"]?.string, !type.isEmpty else { throw .missingProperty("the file has no type") }
        guard let original = try Self.bytes(body["originalBase64"], "originalBase64") else {
            throw .missingProperty("the file has no originalBase64")
        }
        let file = StoredFile(
            name: body["name"]?.string ?? "file",
            contentType: type,
            original: original,
            thumbnail: try Self.bytes(body["thumbnailBase64"], "thumbnailBase64")
        )
        let id = try await attachments.keep(
            file,
            in: conversation,
            by: .bot(ofConversation: conversation),
            isPrivate: file.isTranscript
        )
        return Response(.created, json: ["id": .string(id)])
    }

    /// Base64 as SDKs send it, or the array of numbers that some serialisers make of bytes.
    private static func bytes(_ value: JSONValue?, _ name: String) throws(HTTPFailure) -> ByteBuffer? {
        guard let value, !value.isNull else { return nil }
        if let numbers = value.array {
            let bytes = numbers.compactMap { $0.int.flatMap(UInt8.init(exactly:)) }
            guard bytes.count == numbers.count else { throw .badArgument("\(name) is an array of other than bytes") }
            return ByteBuffer(bytes: bytes)
        }
        guard let text = value.string, let bytes = Base64.decode(text) else {
            throw .badArgument("\(name) is not base64")
        }
        return ByteBuffer(bytes: bytes)
    }

    /// Tells what a file is (R14).
    func describe(_ id: String) async throws(HTTPFailure) -> Response {
        let file = try await file(id)
        var views: [JSONValue] = [["viewId": "original", "size": .number(JSONNumber(file.original.readableBytes))]]
        if let thumbnail = file.thumbnail {
            views.append(["viewId": "thumbnail", "size": .number(JSONNumber(thumbnail.readableBytes))])
        }
        return Response(
            json: ["name": .string(file.name), "type": .string(file.contentType), "views": .array(views)]
        )
    }

    /// Gives the content of a file (R15).
    func content(_ id: String, view: String) async throws(HTTPFailure) -> Response {
        let file = try await file(id)
        guard let bytes = file.view(view) else {
            throw HTTPFailure(.notFound, "BadArgument", "the file has no such view")
        }
        let type = Self.headerSafe(file.contentType)
        var headers: HTTPFields = [.contentType: type, .cacheControl: "private"]
        // A page that somebody uploads must not run as one of this server, nor tell where it was read.
        headers[.contentSecurityPolicy] = "default-src 'none'; sandbox"
        headers[.xContentTypeOptions] = "nosniff"
        headers[.contentDisposition] = Self.isShownInPlace(type) ? "inline" : "attachment"
        headers[.referrerPolicy] = "no-referrer"
        headers[.contentLength] = String(bytes.readableBytes)
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: bytes))
    }

    private func file(_ id: String) async throws(HTTPFailure) -> StoredFile {
        guard let file = try await attachments.file(id) else {
            throw HTTPFailure(.notFound, "BadArgument", "there is no such file")
        }
        return file
    }

    /// Pictures, sound and films are shown where they are linked, everything else is only saved.
    private static func isShownInPlace(_ type: String) -> Bool {
        let type = type.lowercased()
        return ["image/", "audio/", "video/"].contains(where: type.hasPrefix) && !type.hasPrefix("image/svg")
    }

    /// A type that came within JSON may hold what no header may.
    private static func headerSafe(_ type: String) -> String {
        type.utf8.allSatisfy { (0x20...0x7e).contains($0) } ? type : "application/octet-stream"
    }
}

extension HTTPField.Name {
    fileprivate static let referrerPolicy = HTTPField.Name("Referrer-Policy") ?? .xContentTypeOptions
}
