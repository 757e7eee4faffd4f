import AgentHub
import BotSchema
import DirectLineClient
import Synchronization

/// Reads the transcripts that bots link, for the agents of the embedded hub.
///
/// Of another service, where the bot runs, as its client; else by `https` alone and without any credential, so that no
/// bot can have this machine ask its own network.
final class LinkedTranscripts: TranscriptLinks {
    /// What is read of a link at most.
    private static let limit = 8 << 20
    private static let timeout = Duration.seconds(20)

    private let upstream = Mutex<UpstreamBot?>(nil)

    /// The bot runs behind another service.
    func connect(to bot: UpstreamBot) { upstream.withLock { $0 = bot } }

    func file(at address: String, in conversationId: String) async throws(TranscriptLinkError) -> [UInt8] {
        let attachment = Attachment(json: ["contentUrl": .string(address)])
        do {
            let bot = upstream.withLock { $0 }
            if let file = try await bot?.file(of: attachment, in: conversationId) { return file.bytes }
            guard address.prefix(8).lowercased() == "https://" else {
                throw TranscriptLinkError("only https links are followed, and this is none")
            }
            var configuration = ClientConfiguration(credential: .none, user: ChannelAccount(id: "hub"))
            configuration.requestTimeout = Self.timeout
            configuration.downloadLimit = Self.limit
            configuration.proxies = try Secrets.proxies()
            return try await DirectLine.download(attachment, configuration).bytes
        } catch let error as TranscriptLinkError {
            throw error
        } catch let error as ClientError {
            throw TranscriptLinkError(error.message)
        } catch let error as CommandError {
            throw TranscriptLinkError(error.description)
        } catch {
            throw TranscriptLinkError("the hub was stopped")
        }
    }
}
