import BotSchema
import Bots

/// One conversation in the hands of its bot or its adapter.
struct ConversationHandle: ConversationChannel {
    private let conversation: Conversation
    private let speaker: Conversation.Speaker

    init(_ conversation: Conversation, speaker: Conversation.Speaker) {
        self.conversation = conversation
        self.speaker = speaker
    }

    var id: String { conversation.id }
    var user: ChannelAccount { get async { await conversation.user } }
    var bot: ChannelAccount { get async { conversation.bot } }

    func send(_ activity: Activity) async throws -> Activity { try await conversation.add(activity, by: speaker) }
    func deliverToBot(_ activity: Activity) async { await conversation.deliverToBot(activity) }
    func transcript() async -> [Activity] {
        (try? await conversation.activities()) ?? []
    }
    func keep(_ bytes: [UInt8], name: String, contentType: String) async -> String? {
        await conversation.surroundings.files.keep(bytes, name: name, contentType: contentType, in: id)
    }
    func file(at address: String) async -> [UInt8]? { await conversation.surroundings.files.bytes(at: address, in: id) }
}
