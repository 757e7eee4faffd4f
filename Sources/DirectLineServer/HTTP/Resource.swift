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
    case botConversations
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
    /// - Parameters:
    ///   - path: The path's decoded segments.
    ///   - connectorPrefix: The segment before the paths of the Connector API. It is not guessable, so that only who
    ///     was sent an activity can speak as the bot.
    init?(path: [String], connectorPrefix: String) {
        switch path.first {
        case "v3" where path.dropFirst().first == "directline": self.init(directLine: path.dropFirst(2))
        case connectorPrefix where path.dropFirst().first == "v3": self.init(connector: path.dropFirst(2))
        // Attachments are linked from activities and so read by clients too.
        case "v3" where path.dropFirst().first == "attachments": self.init(connector: path.dropFirst(1))
        case "faults" where path.count == 1: self = .faults
        case "health" where path.count == 1: self = .health
        default: return nil
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

    private init?(connector path: ArraySlice<String>) {
        let path = Array(path)
        switch (path.first, path.count) {
        case ("conversations", 1): self = .botConversations
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
        case ("attachments", 2): self = .attachment(path[1])
        case ("attachments", 4) where path[2] == "views": self = .attachmentView(path[1], view: path[3])
        case ("botstate", _): self = .botState
        default: return nil
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
