import BotSchema
import Bots
import ChatScreen
import DirectLineClient
import Handoff

/// One conversation with a bot upstream, and the conversation of ours that it serves.
actor UpstreamSession {
    /// The conversation of ours.
    nonisolated let conversation: any ConversationChannel
    private let configuration: ClientConfiguration
    private var state = State.opening([])
    private var ids = PairedIds()
    /// What an activity is called here that is being posted there, by its client activity id.
    private var posting: [String: String] = [:]

    private enum State {
        /// Turns wait for the conversation upstream.
        case opening([CheckedContinuation<Result<Conversation, BotError>, Never>])
        case open(Conversation)
        case failed(BotError)
    }

    /// A session that has not begun.
    init(conversation: any ConversationChannel, configuration: ClientConfiguration) {
        self.conversation = conversation
        self.configuration = configuration
    }

    /// Opens the conversation upstream and passes on what the bot says, until it is over or the task is cancelled.
    func run() async {
        do {
            try await DirectLine.withConversation(configuration) { upstream in
                settle(.success(upstream))
                for await event in upstream.events {
                    guard await passOn(event) else { return }
                }
            }
            settle(.failure(BotError(.conversationGone, "the conversation with the bot is over")))
        } catch {
            settle(.failure(Self.botError(error)))
        }
    }

    /// Sends an activity of the user up.
    ///
    /// - Throws: ``BotError`` when it could not be delivered, or the bot failed on it.
    func send(_ activity: Activity) async throws {
        let upstream = try await opened().get()
        do {
            let (posted, files) = await uploaded(activity) ?? (activity, [])
            var copy = Self.fromUser(posted)
            copy.replyToId = copy.replyToId.map(ids.upstream(of:))
            let clientId = String(UInt64.random(in: 0 ... .max), radix: 36)
            if copy.channelData == nil || copy.channelData?.object != nil { copy.clientActivityID = clientId }
            posting[clientId] = activity.id
            defer { posting[clientId] = nil }
            let receipt =
                files.isEmpty ? try await upstream.send(copy) : try await upstream.upload(files, with: copy)
            pair(activity.id, upstream: receipt.id)
        } catch {
            throw Self.botError(error)
        }
    }

    /// Both names of an activity are known: whatever is about it names it by one of them.
    private func pair(_ id: String?, upstream other: String?) {
        if let id, let other { ids.pair(id, upstream: other) }
    }

    /// A file of the service upstream, nil for one that is elsewhere.
    func file(of attachment: Attachment) async throws -> DownloadedFile? {
        guard case .open(let upstream) = state, upstream.holds(attachment) else { return nil }
        return try await upstream.download(attachment)
    }

    /// An activity that links files of our own conversation, which the bot upstream cannot read where they are.
    ///
    /// - Returns: The activity without them and the files; nil where it links none.
    private func uploaded(_ activity: Activity) async -> (Activity, [OutgoingFile])? {
        var posted = activity
        var files: [OutgoingFile] = []
        posted.attachments = []
        for attachment in activity.attachments {
            guard attachment.content == nil, let address = attachment.contentURL,
                let bytes = await conversation.file(at: address)
            else {
                posted.attachments.append(attachment)
                continue
            }
            let name = attachment.name ?? "file"
            files.append(OutgoingFile(name: name, contentType: attachment.contentType, bytes: bytes))
        }
        return files.isEmpty ? nil : (posted, files)
    }

    private func opened() async -> Result<Conversation, BotError> {
        switch state {
        case .open(let upstream): return .success(upstream)
        case .failed(let error): return .failure(error)
        case .opening(let waiting):
            return await withCheckedContinuation { state = .opening(waiting + [$0]) }
        }
    }

    private func settle(_ result: Result<Conversation, BotError>) {
        if case .opening(let waiting) = state { for turn in waiting { turn.resume(returning: result) } }
        switch result {
        case .success(let upstream): state = .open(upstream)
        case .failure(let error): state = .failed(error)
        }
    }

    /// - Returns: False when nothing more will come.
    private func passOn(_ event: ClientEvent) async -> Bool {
        switch event {
        // The echo may come before the answer to the post, and an answer of the bot before that as well.
        case .activity(let activity, isEcho: true):
            pair(activity.clientActivityID.flatMap { posting[$0] }, upstream: activity.id)
            return true
        // What a user says by another client upstream is no word of the bot's.
        case .activity(let activity, isEcho: false) where !activity.isFromUser:
            // A conversation of ours that is gone needs none upstream.
            // Whoever stands behind the service upstream speaks in no name of ours.
            var copy = MarkTrust.foreign.accepted(Self.withoutChannelFields(activity))
            copy.replyToId = copy.replyToId.map(ids.own(of:))
            guard let sent = try? await conversation.send(copy) else { return false }
            pair(sent.id, upstream: activity.id)
            return true
        case .connection(.ended), .connection(.failed), .connection(.expired): return false
        default: return true
        }
    }

    /// An activity as the one client upstream posts it.
    ///
    /// Whoever speaks here is the user there: another account would be another user to the service, or pass for the
    /// bot. The client activity id is new, since that of the user's own client tells echoes apart there only.
    private static func fromUser(_ activity: Activity) -> Activity {
        var activity = withoutChannelFields(activity)
        if activity.humanAgent != nil || activity.isFromHub { activity.from = nil }
        if activity.channelData?.object != nil { activity.clientActivityID = nil }
        // What our own hub says of itself is nobody's word there, but for how the handoff ended.
        if var data = activity.channelData?.object, let mark = data["baton"] {
            data["baton"] = nil
            data[Activity.handoffReportMember] = mark["completion"].map { ["completion": $0] }
            activity.channelData = .object(data)
        }
        return activity
    }

    /// An activity without what the channel on the other side fills in itself (A2031, A2071).
    private static func withoutChannelFields(_ activity: Activity) -> Activity {
        var activity = activity
        for field in ["id", "timestamp", "channelId", "serviceUrl", "conversation", "recipient"] {
            activity.json[field] = nil
        }
        return activity
    }

    private static func botError(_ error: any Error) -> BotError {
        switch error {
        case let error as BotError: error
        case let error as ClientError where error.code == .botFailed:
            BotError(.refused, error.message, status: error.status)
        case let error as ClientError where error.code == .timedOut: BotError(.timedOut, error.message)
        case let error as ClientError: BotError(.unreachable, error.message)
        default: BotError(.conversationGone, "the conversation with the bot was left")
        }
    }
}
