import BotSchema
import HTTPTypes
import HummingbirdCore

/// The bot's side: the Connector API below the service URL, as SDK bots call it.
///
/// Answers are 200 or 201 with JSON, or 4xx. Some SDKs take 204 for an error and repeat what was answered 5xx.
struct ConnectorRoutes: Sendable {
    let registry: ConversationRegistry
    let identifiers: Identifiers
    let serviceURLs: ServiceURLs
    let limits: ServerLimits
    let files: FileRoutes
    let report: @Sendable (ServerEvent) -> Void

    /// Answers a call to a resource of the Connector API.
    func answer(_ call: Call) async throws(HTTPFailure) -> Response {
        switch call.resource {
        case .botConversations(let creator) where call.method == .get: return try await list(creator)
        case .botConversations(let creator): return try await create(call, by: creator)
        case .botActivities(let id) where call.method == .get: return try await transcript(id)
        case .botActivities(let id): return try await send(call, id, replyingTo: nil)
        case .botActivity(let id, let activity):
            switch call.method {
            case .put: return try await update(call, id, activity)
            case .delete: return try await delete(id, activity)
            default: return try await send(call, id, replyingTo: activity)
            }
        case .history(let id): return try await addHistory(call, id)
        case .members(let id): return Response(json: .array(try await members(id).map(\.jsonValue)))
        case .activityMembers(let id, _): return Response(json: .array(try await members(id).map(\.jsonValue)))
        case .pagedMembers(let id):
            return Response(json: ["members": .array(try await members(id).map(\.jsonValue))])
        case .member(let id, let member): return try await self.member(call, id, member)
        case .botAttachments(let id):
            _ = try await conversation(id)
            return try await files.keep(call, in: id)
        case .attachment(let id): return try await files.describe(id)
        case .attachmentView(let id, let view): return try await files.content(id, view: view)
        case .botState:
            throw HTTPFailure(.gone, "BadArgument", "the state service was withdrawn; keep state in the bot")
        default: throw .noSuchPath
        }
    }

    private func conversation(_ id: String) async throws(HTTPFailure) -> Conversation {
        guard let conversation = try await registry.known(id) else {
            report(.unknownConversation(id))
            throw .noConversation(id)
        }
        return conversation
    }

    /// Says that somebody calls with a capability that is not good, which the answer does not tell from any other path.
    ///
    /// Whether it was good once, or the conversation is there, is not known: the code alone would tell.
    func noteRefusal(of path: [String]) {
        guard path.count > 3, path[0] == ServiceURLs.root, path[3] == "v3" else { return }
        let id = path.count > 5 && path[4] == "conversations" ? path[5] : path[1]
        if Identifiers.isConversation(id) { report(.capabilityRefused(id)) }
    }

    // MARK: - Conversations

    /// The one conversation that the caller has a right to know of.
    private func list(_ id: String) async throws(HTTPFailure) -> Response {
        let conversation: JSONValue = ["id": .string(id), "members": .array(try await members(id).map(\.jsonValue))]
        return Response(json: ["conversations": [conversation]])
    }

    private func create(_ call: Call, by creator: String) async throws(HTTPFailure) -> Response {
        _ = try await conversation(creator)
        let body = try await call.json(limit: limits.botBody)
        let user = ChannelAccount(body?["members"]?[0])
        let id = serviceURLs.key.createdConversation(identifiers.conversation(), by: creator)
        let conversation = try await registry.open(id, user: user, tellingBot: false).conversation
        var answer: JSONObject = [
            "id": .string(conversation.id), "serviceUrl": .string(serviceURLs.url(of: conversation.id)),
        ]
        if let activity = Activity(body?["activity"]), activity.type != nil {
            answer["activityId"] = .string(try await add(activity, to: conversation, replyingTo: nil))
        }
        return Response(.created, json: .object(answer))
    }

    private func transcript(_ id: String) async throws(HTTPFailure) -> Response {
        let conversation = try await conversation(id)
        do throws(StoreError) {
            return Response(json: .array(try await conversation.activities().map(\.jsonValue)))
        } catch {
            throw .store(error)
        }
    }

    // MARK: - Activities

    private func send(_ call: Call, _ id: String, replyingTo: String?) async throws(HTTPFailure) -> Response {
        let conversation = try await conversation(id)
        let activity = try await call.activity(limit: limits.botBody)
        return Response(json: ["id": .string(try await add(activity, to: conversation, replyingTo: replyingTo))])
    }

    private func add(
        _ activity: Activity,
        to conversation: Conversation,
        replyingTo: String?
    ) async throws(HTTPFailure) -> String {
        do {
            return try await conversation.add(activity, by: .bot, replyingTo: replyingTo).id ?? ""
        } catch {
            throw .keeping(error)
        }
    }

    private func update(_ call: Call, _ id: String, _ activityId: String) async throws(HTTPFailure) -> Response {
        let conversation = try await conversation(id)
        // The path's id counts, whatever id the body carries.
        let activity = try await call.activity(limit: limits.botBody)
        var refusal = HTTPFailure.noActivity(activityId)
        do throws(StoreError) {
            switch try await conversation.replace(activityId, with: activity) {
            case .done: return Response(json: ["id": .string(activityId)])
            case .unknown: break
            case .otherKind(let kind):
                refusal = .badArgument("activity \(activityId) is \(kind), which an update cannot change")
            }
        } catch {
            throw .store(error)
        }
        throw refusal
    }

    private func delete(_ id: String, _ activityId: String) async throws(HTTPFailure) -> Response {
        let conversation = try await conversation(id)
        do throws(StoreError) {
            if try await conversation.delete(activityId) { return Response(json: [:]) }
        } catch {
            throw .store(error)
        }
        throw .noActivity(activityId)
    }

    private func addHistory(_ call: Call, _ id: String) async throws(HTTPFailure) -> Response {
        let conversation = try await conversation(id)
        guard let set = ActivitySet(try await call.json(limit: limits.botBody)) else {
            throw .missingProperty("an object with activities is expected as the body")
        }
        do {
            let last = try await conversation.addHistory(set.activities.filter { $0.type != nil })
            return Response(json: ["id": .string(last ?? "")])
        } catch {
            throw .keeping(error)
        }
    }

    // MARK: - Members

    private func members(_ id: String) async throws(HTTPFailure) -> [ChannelAccount] {
        let conversation = try await conversation(id)
        return await [conversation.bot, conversation.user]
    }

    private func member(_ call: Call, _ id: String, _ memberId: String) async throws(HTTPFailure) -> Response {
        guard let member = try await members(id).first(where: { $0.id == memberId }) else {
            throw HTTPFailure(.notFound, "BadArgument", "member \(memberId) not found")
        }
        // Leaving is agreed to and changes nothing: a conversation of two cannot lose one.
        return call.method == .delete ? Response(json: [:]) : Response(json: member.jsonValue)
    }
}
