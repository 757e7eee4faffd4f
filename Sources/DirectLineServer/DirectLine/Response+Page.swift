import HTTPTypes
import HummingbirdCore
import NIOCore

extension Response {
    /// The answer to a poll: the activities of a page one after another, each read when the client takes more.
    ///
    /// Whoever reads slowly holds one activity, not the page. Without a store the bytes are those of the log itself.
    init(page: ActivityPage, of conversation: Conversation) {
        self.init(
            status: .ok,
            headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-cache, no-store"],
            body: ResponseBody { writer in
                try await writer.write(ByteBuffer(string: #"{"activities":["#))
                var isFirst = true
                for item in page.items {
                    let activity = try await conversation.load(item)
                    if !isFirst { try await writer.write(ByteBuffer(string: ",")) }
                    isFirst = false
                    try await writer.write(activity.json)
                }
                try await writer.write(ByteBuffer(string: "],\"watermark\":\"\(page.watermark)\"}"))
                try await writer.finish(nil)
            }
        )
    }
}
