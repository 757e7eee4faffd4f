import AgentHub
import BotSchema
import DirectLineClient
import Synchronization

/// Reads the transcripts that bots link, for the agents of the embedded hub.
///
/// Of another service, where the bot runs, as its client; else by `https` alone and without any credential, so that no
/// bot can have this machine ask its own network.
final class LinkedTranscripts: TranscriptLinks {
    /// What is read of a link at most, in bytes.
    private let limit: Int
    private let timeout: Duration
    private let trustedCertificates: [String]
    private let upstream = Mutex<UpstreamBot?>(nil)

    /// Links to anywhere; certificates are trusted besides the system's.
    init(limit: Int = 8 << 20, timeout: Duration = .seconds(20), trustedCertificates: [String] = []) {
        self.limit = limit
        self.timeout = timeout
        self.trustedCertificates = trustedCertificates
    }

    /// The bot runs behind another service.
    func connect(to bot: UpstreamBot) { upstream.withLock { $0 = bot } }

    func file(at address: String, in conversationId: String) async throws(TranscriptLinkError) -> [UInt8] {
        let attachment = Attachment(json: ["contentUrl": .string(address)])
        do {
            let bot = upstream.withLock { $0 }
            if let file = try await bot?.file(of: attachment, in: conversationId) { return file.bytes }
            guard ["https://", "data:"].contains(where: { address.prefix($0.count).lowercased() == $0 }) else {
                throw TranscriptLinkError("only https links are followed, and this is none")
            }
            var configuration = ClientConfiguration(credential: .none, user: ChannelAccount(id: "hub"))
            configuration.requestTimeout = timeout
            configuration.downloadLimit = limit
            configuration.trustedCertificates = trustedCertificates
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
