/// What Direct Line tells of a conversation: its id, a token for it and where it streams.
///
/// The answer of `tokens/generate`, `tokens/refresh`, `conversations` and reconnect, of which each leaves out some
/// part. Specification: Direct Line 3.0, `Conversation`.
public struct ConversationInfo: JSONObjectRepresentable {
    /// The whole object, known and unknown members alike.
    public var json: JSONObject

    /// Wraps an object as it is.
    public init(json: JSONObject) { self.json = json }

    /// A conversation; absent parts are left out of the JSON.
    public init(conversationId: String, token: String? = nil, expiresIn: Int? = nil, streamURL: String? = nil) {
        json = ["conversationId": .string(conversationId)]
        json.set("token", token)
        if let expiresIn { json["expires_in"] = .number(JSONNumber(expiresIn)) }
        json.set("streamUrl", streamURL)
    }

    /// The conversation's id, opaque.
    public var conversationId: String? { json["conversationId"]?.string }

    /// A credential for this conversation, to be kept secret.
    public var token: String? { json["token"]?.string }

    /// How long ``token`` is valid, in seconds; some proxies send the number as text.
    public var expiresIn: Int? { json["expires_in"]?.int ?? json["expires_in"]?.string.flatMap { Int($0) } }

    /// Whether the service is Baton's own server, which lets nobody but itself write `channelData.baton` and
    /// `channelData.desk`: what stands there is the server's word and not that of a user or a bot behind it.
    package var keepsMarks: Bool {
        get { json["baton"]?["keepsMarks"]?.bool ?? false }
        set { setMark("keepsMarks", newValue) }
    }

    /// Whether the service has a hub of its own, whose reports of a handoff alone are true: they carry its marks.
    package var hasHub: Bool {
        get { json["baton"]?["hasHub"]?.bool ?? false }
        set { setMark("hasHub", newValue) }
    }

    private mutating func setMark(_ name: String, _ isSet: Bool) {
        var mark = json["baton"]?.object ?? JSONObject()
        mark[name] = isSet ? true : nil
        json["baton"] = mark.isEmpty ? nil : .object(mark)
    }

    /// The WebSocket address, valid for a minute; its query is to be kept secret.
    public var streamURL: String? { json["streamUrl"]?.string }
}
