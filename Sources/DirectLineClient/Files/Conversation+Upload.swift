public import BotSchema

extension Conversation {
    /// Uploads files with an activity, after all that was sent before has been answered.
    ///
    /// The activity is completed as by ``send(_:)``; the service attaches the files to it in order and gives it to the
    /// bot. What is tried again, and what a failure means, is as for ``send(_:)``.
    ///
    /// - Parameters:
    ///   - files: At least one; equal names are told apart by a number.
    ///   - activity: What goes with them, a message without words by default.
    /// - Returns: The activity's ids.
    /// - Throws: ``ClientError``, with the code `tooLarge` before anything is sent when the files together have more
    ///   than ``ClientConfiguration/uploadLimit`` bytes; `CancellationError`.
    public func upload(
        _ files: [OutgoingFile],
        with activity: Activity = Activity(type: .message)
    ) async throws -> SendReceipt {
        guard !files.isEmpty else { throw ClientError(.rejected, "there is no file to upload") }
        let total = files.reduce(0) { $0 + $1.bytes.count }
        let limit = configuration.uploadLimit
        guard total <= limit else {
            throw ClientError(
                .tooLarge,
                "files may have \(limit) bytes together, these have \(total)"
            )
        }
        let named = Self.withDistinctNames(files)
        var activity = activity
        let announced = named.map { file in
            Attachment(json: ["contentType": .string(file.mediaType), "name": .string(file.name)])
        }
        // The service finds the files' places by their names.
        activity.attachments += announced
        let (prepared, clientID) = prepared(activity)
        let body = UploadBody(
            activity: prepared.jsonValue.serialized(),
            files: named,
            boundary: "----baton-" + newClientID().replacing(".", with: "-")
        )
        let userId = prepared.from?.id
        return try await submit(prepared, clientID) { [service, conversationId] bearer in
            try await service.upload(bearer, conversation: conversationId, userId: userId, body)
        }
    }

    private static func withDistinctNames(_ files: [OutgoingFile]) -> [OutgoingFile] {
        var names: Set<String> = []
        return files.map { file in
            var file = file
            let last = file.name.split { $0 == "/" || $0 == "\\" }.last.map(String.init) ?? "file"
            let stem = last.lastIndex(of: ".").map { last[..<$0] } ?? last[...]
            var (name, number) = (last, 1)
            while !names.insert(name).inserted {
                name = "\(stem) (\(number))\(last[stem.endIndex...])"
                number += 1
            }
            file.name = name
            return file
        }
    }
}
