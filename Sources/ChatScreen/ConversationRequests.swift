import BotSchema
import DirectLineClient

/// What the loop asks of the conversation that is open now.
actor ConversationRequests {
    static var forEachSide: [Side: ConversationRequests] {
        Dictionary(uniqueKeysWithValues: Side.allCases.map { ($0, ConversationRequests()) })
    }

    private var conversation: Conversation?
    private let asked: AsyncStream<Void>
    private let asker: AsyncStream<Void>.Continuation

    init() {
        // Asking twice before the first is heeded asks once.
        (asked, asker) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// A conversation was opened, or none could be.
    func opened(_ conversation: Conversation?) { self.conversation = conversation }

    /// Posts an activity; fails when no conversation is open.
    func post(_ activity: Activity) async -> Result<String?, ClientError> {
        guard let conversation else { return .failure(ClientError(.unreachable, "no conversation is open")) }
        do {
            return .success(try await conversation.send(activity).id)
        } catch let error as ClientError {
            return .failure(error)
        } catch {
            return .failure(ClientError(.cancelled, "the chat was left"))
        }
    }

    /// Makes a call to the bot; fails when no conversation is open.
    func invoke(_ activity: Activity) async -> Result<InvokeAnswer, ClientError> {
        guard let conversation else { return .failure(ClientError(.unreachable, "no conversation is open")) }
        do {
            return .success(try await conversation.invoke(activity.name ?? "", value: activity.value))
        } catch let error as ClientError {
            return .failure(error)
        } catch {
            return .failure(ClientError(.cancelled, "the chat was left"))
        }
    }

    /// Uploads files; fails when no conversation is open.
    func upload(_ files: [OutgoingFile], _ activity: Activity) async -> Result<String?, ClientError> {
        guard let conversation else { return .failure(ClientError(.unreachable, "no conversation is open")) }
        do {
            return .success(try await conversation.upload(files, with: activity).id)
        } catch let error as ClientError {
            return .failure(error)
        } catch {
            return .failure(ClientError(.cancelled, "the chat was left"))
        }
    }

    /// Gets a file of the conversation.
    func download(_ attachment: Attachment) async throws -> DownloadedFile {
        guard let conversation else { throw ClientError(.unreachable, "no conversation is open") }
        return try await conversation.download(attachment)
    }

    /// Gets a picture, but from nowhere that would learn of it.
    func picture(_ attachment: Attachment) async -> DownloadedFile? {
        try? await conversation?.download(attachment, staysAtService: true)
    }

    /// Has everything delivered that the service holds; `number` marks the event that ends it.
    func catchUp(_ number: Int) async { await conversation?.catchUp(number) }

    /// Drops the stream and resumes it.
    func reconnect() async { await conversation?.reconnect() }

    /// Ends the present conversation, so that another is opened.
    nonisolated func startAnother() { asker.yield() }

    /// Returns when another conversation is asked for, or on cancellation.
    nonisolated func waitForAnother() async {
        for await _ in asked { return }
    }
}
