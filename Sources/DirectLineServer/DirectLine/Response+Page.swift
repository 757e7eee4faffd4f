import HTTPTypes
import HummingbirdCore
import NIOCore

extension Response {
    /// The answer to a poll: the activities of a page one after another, each read when the client takes more.
    ///
    /// Whoever reads slowly holds one activity, not the page. Without a store the bytes are those of the log itself. A
    /// page ends before what the store cannot give back, and the poll that begins there is the one that fails.
    ///
    /// - Throws: ``StoreError`` when the store cannot give back the first.
    init(page: ActivityPage, of conversation: Conversation) async throws(StoreError) {
        if let first = page.items.first { _ = try await conversation.load(first) }
        self.init(
            status: .ok,
            headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-cache, no-store"],
            body: ResponseBody { writer in
                try await writer.write(ByteBuffer(string: #"{"activities":["#))
                var (watermark, last) = (page.watermark, Int?.none)
                for item in page.items {
                    guard let activity = try? await conversation.load(item) else {
                        watermark = last ?? page.start
                        break
                    }
                    if last != nil { try await writer.write(ByteBuffer(string: ",")) }
                    last = activity.position
                    try await writer.write(activity.json)
                }
                try await writer.write(ByteBuffer(string: "],\"watermark\":\"\(watermark)\"}"))
                try await writer.finish(nil)
            }
        )
    }
}
