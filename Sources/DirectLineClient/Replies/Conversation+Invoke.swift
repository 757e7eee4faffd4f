public import BotSchema

/// A bot's answer to an invoke.
public struct InvokeAnswer: Hashable, Sendable {
    /// The bot's HTTP status; 501 says that it does not know the invoke.
    public let status: Int
    /// The bot's JSON, if there is any.
    public let body: JSONValue?
}

extension Conversation {
    /// Makes a call to the bot that is no part of the chat, such as `adaptiveCard/action` or `signin/verifyState`.
    ///
    /// It waits for its turn among what is sent. It is tried again only when it certainly has not arrived, as by
    /// ``send(_:)``.
    ///
    /// - Parameters:
    ///   - name: What is called.
    ///   - value: The arguments.
    /// - Returns: The bot's own answer, whatever its status.
    /// - Throws: ``ClientError`` when the service or the way to the bot failed; `CancellationError`.
    public func invoke(_ name: String, value: JSONValue? = nil) async throws -> InvokeAnswer {
        var activity = Activity(type: .invoke)
        activity.name = name
        activity.value = value
        let bytes = prepared(activity).0.jsonValue.serialized()
        return try await passing { [service, conversationId] bearer in
            try await service.invoke(bearer, conversation: conversationId, activity: bytes)
        }
    }
}
