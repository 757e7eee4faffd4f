import BotSchema
import HTTPTypes
import HummingbirdCore

extension DirectLineRoutes {
    /// Keeps the files of an upload and posts the activity that they belong to (E7).
    ///
    /// `userId` in the query says who sends it; an activity that says so itself, and a token's user, count more.
    func upload(_ call: Call, _ id: String) async throws(HTTPFailure) -> Response {
        let bound = try gatekeeper.admit(call.authorization, to: id)
        let conversation = try await conversation(id)
        let headers = call.request.headers
        var upload = try Upload(
            try await call.bytes(limit: limits.upload),
            contentType: headers[.contentType],
            disposition: headers[.contentDisposition],
            activityLimit: limits.clientActivity
        )
        if upload.activity.from?.id == nil, let user = call.query["userId"], !user.isEmpty {
            var from = upload.activity.from ?? ChannelAccount(id: user)
            from.id = user
            upload.activity.from = from
        }
        guard bound != nil || upload.activity.from?.id != nil else {
            throw .missingProperty("neither the query's userId nor the activity's from says who sends this")
        }
        var urls: [String] = []
        let owner = await conversation.uploader(boundTo: bound)
        for file in upload.files {
            urls.append(call.sharedURL.attachment(try await files.attachments.keep(file, in: id, by: owner)))
        }
        return try await post(upload.attached(at: urls), to: conversation, tokenUser: bound)
    }
}
