import HTTPTypes

/// Everything that the server has a path for.
enum Resource: Hashable, Sendable {
    /// The paths of the Direct Line API, below `/v3/directline`.
    case generateToken, refreshToken, sessionId
    case conversations
    case conversation(String)
    case activities(String)
    case upload(String)
    case stream(String)

    /// The paths of the Connector API, below the service URL that bots are given.
    case botConversations(by: String)
    case botActivities(String)
    case botActivity(String, activity: String)
    case activityMembers(String, activity: String)
    case history(String)
    case members(String)
    case member(String, member: String)
    case pagedMembers(String)
    case botAttachments(String)
    case attachment(String)
    case attachmentView(String, view: String)
    case botState
    /// The control of faults.
    case faults
    /// Whether the server works.
    case health

    /// Finds the resource of a path.
    ///
    /// A path of the Connector API begins with the conversation whose bot calls and its capability. Without the right
    /// one, and for a conversation that is neither this one nor begun by it, there is nothing at the path, so that
    /// nobody learns which conversations there are.
    ///
    /// - Parameters:
    ///   - path: The path's decoded segments.
    ///   - key: Tells which capabilities are good; without one there is no Connector API.
    init?(path: [String], key: ServerKey?) {
        switch path.first {
        case "v3" where path.dropFirst().first == "directline": self.init(directLine: path.dropFirst(2))
        case ServiceURLs.root where path.count > 3 && path[3] == "v3":
            guard let key, key.isConnectorCapability(path[2], of: path[1]) else { return nil }
            self.init(connector: path.dropFirst(4), of: path[1])
            if let called, called != path[1], !key.isCreated(called, by: path[1]) { return nil }
        // Attachments are linked from activities and so read by clients too.
        case "v3": self.init(attachment: path.dropFirst(1))
        case "faults" where path.count == 1: self = .faults
        case "health" where path.count == 1: self = .health
        default: return nil
        }
    }

    /// The conversation that a call of a bot is about.
    private var called: String? {
        switch self {
        case .botActivities(let id), .botActivity(let id, _), .activityMembers(let id, _), .history(let id),
            .members(let id), .member(let id, _), .pagedMembers(let id), .botAttachments(let id):
            id
        default: conversationOfFile
        }
    }

    private init?(directLine path: ArraySlice<String>) {
        switch Array(path) {
        case ["tokens", "generate"]: self = .generateToken
        case ["tokens", "refresh"]: self = .refreshToken
        case ["session", "getsessionid"]: self = .sessionId
        case ["conversations"]: self = .conversations
        case let path where path.first == "conversations" && path.count == 2: self = .conversation(path[1])
        case let path where path.first == "conversations" && path.count == 3:
            switch path[2] {
            case "activities": self = .activities(path[1])
            case "upload": self = .upload(path[1])
            case "stream": self = .stream(path[1])
            default: return nil
            }
        default: return nil
        }
    }

    private init?(attachment path: ArraySlice<String>) {
        let path = Array(path)
        switch (path.first, path.count) {
        case ("attachments", 2): self = .attachment(path[1])
        case ("attachments", 4) where path[2] == "views": self = .attachmentView(path[1], view: path[3])
        default: return nil
        }
    }

    private init?(connector path: ArraySlice<String>, of conversation: String) {
        let path = Array(path)
        switch (path.first, path.count) {
        case ("conversations", 1): self = .botConversations(by: conversation)
        case ("conversations", 3):
            switch path[2] {
            case "activities": self = .botActivities(path[1])
            case "members": self = .members(path[1])
            case "pagedmembers": self = .pagedMembers(path[1])
            case "attachments": self = .botAttachments(path[1])
            default: return nil
            }
        case ("conversations", 4):
            switch path[2] {
            // Before the replies, or it would be taken for a reply to an activity of this name.
            case "activities" where path[3] == "history": self = .history(path[1])
            case "activities": self = .botActivity(path[1], activity: path[3])
            case "members": self = .member(path[1], member: path[3])
            default: return nil
            }
        case ("conversations", 5) where path[2] == "activities" && path[4] == "members":
            self = .activityMembers(path[1], activity: path[3])
        case ("botstate", _): self = .botState
        default: self.init(attachment: path[...])
        }
    }

    /// The methods it answers to, besides `OPTIONS`.
    var methods: [HTTPRequest.Method] {
        switch self {
        case .generateToken, .refreshToken, .upload, .history, .botAttachments: [.post]
        case .conversations: [.post]
        case .activities, .botActivities, .botConversations: [.get, .post]
        case .botActivity: [.post, .put, .delete]
        case .member: [.get, .delete]
        case .conversation, .stream, .sessionId, .activityMembers, .members, .pagedMembers: [.get]
        case .attachment, .attachmentView: [.get]
        case .botState: [.get, .post, .put, .delete]
        case .faults: [.get, .post, .delete]
        case .health: [.get, .head]
        }
    }

    /// The conversation whose members alone may read the file that is called for.
    var conversationOfFile: String? {
        switch self {
        case .attachment(let id), .attachmentView(let id, _): ConversationFiles.conversation(ofFile: id)
        default: nil
        }
    }

    /// Whether bots are what calls it: they must never be answered with 5xx, which some of them repeat.
    var isForBots: Bool {
        switch self {
        case .generateToken, .refreshToken, .sessionId, .conversations, .conversation, .activities, .upload, .stream,
            .faults, .health:
            false
        default: true
        }
    }
}
