import BotSchema
import Handoff

/// Gets what lies behind the link of a transcript, for an agent who asks for it.
package protocol TranscriptLinks: Sendable {
    /// The file at an address.
    ///
    /// - Parameters:
    ///   - address: What the bot's request links.
    ///   - conversationId: The conversation on the user's side.
    /// - Returns: Its bytes.
    /// - Throws: ``TranscriptLinkError`` with what became of it.
    func file(at address: String, in conversationId: String) async throws(TranscriptLinkError) -> [UInt8]
}

/// Why a linked transcript cannot be read.
package struct TranscriptLinkError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One sentence for people, without a full stop.
    package let description: String

    /// A reason in one sentence, without a full stop.
    package init(_ description: String) { self.description = description }
}

/// Reads no link.
package struct NoTranscriptLinks: TranscriptLinks {
    /// A reader that reads nothing.
    package init() {}

    package func file(at address: String, in conversationId: String) async throws(TranscriptLinkError) -> [UInt8] {
        throw TranscriptLinkError("links are not read here")
    }
}

/// What lies behind the link of one request, to be read when somebody wants it.
package struct LinkedTranscript: Sendable {
    /// Where it is.
    package let address: String
    private let read: @Sendable () async -> Result<[UInt8], TranscriptLinkError>
    private let check: @Sendable ([Activity]) async -> [Activity]

    /// A transcript behind a link, and what is made of a bot's word for what was said.
    init(
        address: String,
        read: @escaping @Sendable () async -> Result<[UInt8], TranscriptLinkError>,
        check: @escaping @Sendable ([Activity]) async -> [Activity] = { $0 }
    ) {
        self.address = address
        self.read = read
        self.check = check
    }

    /// A request with the transcript in it.
    ///
    /// - Throws: ``TranscriptLinkError`` when it cannot be had, or is no transcript.
    func added(to initiation: HandoffInitiation) async throws(TranscriptLinkError) -> HandoffInitiation {
        var initiation = initiation
        initiation.take(linkedTranscript: try await read().get())
        if initiation.transcript == nil {
            throw TranscriptLinkError(initiation.transcriptProblem ?? "what is there is no transcript")
        }
        initiation.transcript = await check(initiation.transcript ?? [])
        return initiation
    }
}
