import BotSchema
import NIOCore

/// The files of single conversations, which nobody else can read.
///
/// The conversation is part of a file's id, so that who may read it is known wherever the id is, after a restart too.
struct ConversationFiles: Sendable {
    private static let path = "/v3/attachments/"

    let attachments: AttachmentStore
    /// Where clients read files, ending in a slash.
    let publicURL: String
    /// Where bots may have been told that they are.
    let otherURLs: [String]

    /// The conversation that alone may read a file; nil for a file whose id is all that is needed.
    static func conversation(ofFile id: String) -> String? {
        id.lastIndex(of: ".").map { String(id[..<$0]) }
    }

    /// Whether an address is that of a conversation's file.
    static func isConversations(_ address: String) -> Bool { fileId(in: address).flatMap(conversation) != nil }

    private static func fileId(in address: String) -> String? {
        address.firstRange(of: path).map { String(address[$0.upperBound...].prefix { $0 != "/" && $0 != "?" }) }
    }

    /// Keeps a file for a conversation and gives its address.
    func keep(_ bytes: [UInt8], name: String, contentType: String, in conversation: String) async -> String? {
        let file = StoredFile(name: name, contentType: contentType, original: ByteBuffer(bytes: bytes))
        guard
            let id = try? await attachments.keep(
                file,
                in: conversation,
                by: .hub(ofConversation: conversation),
                isPrivate: file.isTranscript
            )
        else {
            return nil
        }
        return "\(publicURL)\(Self.path.dropFirst())\(id)/views/original"
    }

    /// The content at an address of this server, as far as the conversation may read it.
    func bytes(at address: String, in conversation: String) async -> [UInt8]? {
        guard ([publicURL] + otherURLs).contains(where: address.hasPrefix), let id = Self.fileId(in: address) else {
            return nil
        }
        // One without a conversation was uploaded, and may be read by whoever has its address.
        guard (Self.conversation(ofFile: id) ?? conversation) == conversation,
            let file = try? await attachments.file(id)
        else { return nil }
        return Array(file.original.readableBytesView)
    }
}
