package import AgentHub
package import BotSchema
package import Bots
import Handoff

/// The hub's agent side as a bot: each conversation with it is an agent's desk.
///
/// So a desk is a Direct Line client like any other, with the same stream, the same reconnecting and the same tools to
/// look at it. The server in front of it must admit agents only.
package actor DeskBot: Bot {
    /// What belongs to one agent at work.
    private struct Seat {
        var desk: AgentDesk
        /// Where the agent sits now.
        var channel: any ConversationChannel
    }

    private enum Work: Sendable {
        case follow(agent: String, Mailbox<AgentDesk.Event>)
        case stream(conversation: String, isOpen: Bool)
        case readTranscript(WorkItemID, AgentDesk, any ConversationChannel)
    }

    private let hub: EmbeddedHub
    private let cannedReplies: CannedReplies
    private var seats: [String: Seat] = [:]
    private var agents: [String: String] = [:]
    /// How many streams the desks have, which is none for one whose stream is broken; a desk that polls is not here.
    private var openStreams: [String: Int] = [:]
    /// What happens for agents whose new desks have not been shown their conversations yet.
    ///
    /// A desk that got a line before the conversation would show it twice, by itself and in the history; so it would a
    /// ring that came by itself and with what the desk finds.
    private var heldEvents: [String: [AgentDesk.Event]] = [:]
    private nonisolated let entrance: AsyncStream<Work>.Continuation
    private let work: AsyncStream<Work>

    /// The agents' side of a hub.
    package init(hub: EmbeddedHub, cannedReplies: CannedReplies = .usual) {
        self.hub = hub
        self.cannedReplies = cannedReplies
        // Unbounded on purpose: a few letters for each desk that comes and goes, and a dropped one would silence it.
        (work, entrance) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
    }

    /// Tells desks what happens at the hub until the task is cancelled; to be called once, besides the hub's own.
    package func run() async {
        await withDiscardingTaskGroup { group in
            for await work in work {
                switch work {
                case .follow(let agent, let events):
                    group.addTask {
                        while let event = await events.next() { await self.pass(event, to: agent) }
                    }
                case .readTranscript(let item, let desk, let channel):
                    // A link may take long, and neither a ring nor a line waits for it.
                    group.addTask { await Self.readTranscript(of: item, at: desk, for: channel) }
                case .stream(let conversation, let isOpen): await streamChanged(of: conversation, isOpen: isOpen)
                }
            }
            group.cancelAll()
        }
    }

    /// To be told by the server when a desk's stream opens or closes: an agent without one has lost the line.
    ///
    /// A desk that polls has no stream and never loses the line. Returns at once.
    package nonisolated func noteStream(of conversation: String, isOpen: Bool) {
        entrance.yield(.stream(conversation: conversation, isOpen: isOpen))
    }

    package func onTurn(
        _ activity: Activity,
        in conversation: any ConversationChannel
    ) async throws -> InvokeResponse? {
        switch activity.type {
        case ActivityType.invoke?: return InvokeResponse(status: 501)
        case ActivityType.endOfConversation?: await leave(conversation)
        case ActivityType.message?, ActivityType.typing?, ActivityType.messageReaction?, ActivityType.messageUpdate?,
            ActivityType.messageDelete?:
            try await say(activity, in: conversation)
        case ActivityType.event?:
            do throws(DeskCommandError) {
                if let command = try DeskCommand(activity) { await obey(command, in: conversation) }
            } catch {
                try await conversation.send(DeskEvent.failure(error.description).activity)
            }
        default: break
        }
        return nil
    }
}

// MARK: - What agents do

extension DeskBot {
    private func obey(_ command: DeskCommand, in conversation: any ConversationChannel) async {
        if case .signIn(let name, let skills, let capacity) = command {
            return await signIn(name, skills: skills, capacity: capacity, in: conversation)
        }
        guard let desk = seat(in: conversation)?.desk else { return await refuse(conversation) }
        switch command {
        case .signIn: break
        case .signOut: await leave(conversation)
        case .accept(let item): _ = await desk.accept(item)
        case .decline(let item): await desk.decline(item)
        case .hold(let item): await desk.hold(item)
        case .resume(let item): await desk.resume(item)
        case .note(let item, let text): await desk.note(text, in: item)
        case .transfer(let item, let target): _ = await desk.transfer(item, to: target)
        case .end(let item, let completion, let note): await desk.end(item, completion, note: note)
        case .transcript(let item): entrance.yield(.readTranscript(item, desk, conversation))
        case .finishWrapUp(let item): await desk.finishWrapUp(of: item)
        case .presence(let presence): await desk.setPresence(presence)
        case .look: _ = try? await conversation.send(DeskEvent.view(DeskView(await desk.view)).activity)
        }
    }

    private func say(_ activity: Activity, in conversation: any ConversationChannel) async throws {
        guard let desk = seat(in: conversation)?.desk else { return await refuse(conversation) }
        guard let item = activity.deskItem else {
            guard activity.isForAgents else { return }
            let hint = "a message needs the item in channelData.desk.item"
            try await conversation.send(DeskEvent.failure(hint).activity)
            return
        }
        guard activity.isForAgents else { return await desk.showTyping(in: item) }
        // With its id, by which the agent may later change it.
        var words = activity
        if activity.isAboutLine { words.replyToId = await userLine(activity.replyToId, in: conversation) }
        for field in ["from", "recipient", "conversation", "channelData", "serviceUrl", "channelId"] {
            words.json[field] = nil
        }
        if !words.attachments.isEmpty {
            words.attachments = await moved(words.attachments, from: conversation, at: desk, in: item)
        }
        guard await desk.say(words, in: item) else {
            try await conversation.send(DeskEvent.rejected(item, .gone).activity)
            return
        }
    }

    /// Files that the desk's own server keeps, moved to the user's, who may not reach the desk's.
    private func moved(
        _ attachments: [Attachment],
        from conversation: any ConversationChannel,
        at desk: AgentDesk,
        in item: WorkItemID
    ) async -> [Attachment] {
        var moved = attachments
        for index in moved.indices {
            guard let address = moved[index].contentURL, let bytes = await conversation.file(at: address) else {
                continue
            }
            let (name, type) = (moved[index].name ?? "file", moved[index].contentType ?? "application/octet-stream")
            guard let own = await desk.keep(bytes, name: name, contentType: type, in: item) else { continue }
            moved[index].json["contentUrl"] = .string(own)
        }
        return moved
    }

    /// What the user's channel calls a line of the user that the desk has a copy of; an agent's own as the desk calls it.
    private func userLine(_ id: String?, in conversation: any ConversationChannel) async -> String? {
        guard let id else { return nil }
        return await conversation.transcript().last { $0.id == id }?.deskSource ?? id
    }

    /// What a desk calls a line: the copy of one of the user's, or one of the agent's own.
    private func deskLine(_ id: String, in conversation: any ConversationChannel) async -> String? {
        await conversation.transcript().last { $0.deskSource == id && $0.type == .message || $0.id == id }?.id
    }

    private static func readTranscript(
        of item: WorkItemID,
        at desk: AgentDesk,
        for channel: any ConversationChannel
    ) async {
        let event: DeskEvent
        do throws(TranscriptLinkError) {
            let request = try await desk.readTranscript(of: item)
            event = request.map { .transcript(DeskBriefing($0, item: item)) } ?? .rejected(item, .gone)
        } catch {
            event = .transcriptMissing(item, reason: error.description)
        }
        _ = try? await channel.send(event.activity)
    }

    private func seat(in conversation: any ConversationChannel) -> Seat? {
        agents[conversation.id].flatMap { seats[$0] }
    }

    private func refuse(_ conversation: any ConversationChannel) async {
        _ = try? await conversation.send(DeskEvent.failure("the first thing that a desk says is desk.signIn").activity)
    }
}

// MARK: - Coming and going

extension DeskBot {
    private func signIn(
        _ name: String,
        skills: [String: Int],
        capacity: Int,
        in conversation: any ConversationChannel
    ) async {
        let id = agentId(for: name)
        let known = seats[id]
        if let known, known.channel.id != conversation.id {
            // Whose line is up is at work: nobody takes the conversations away from under their hands.
            guard agents[known.channel.id] != id || openStreams[known.channel.id] ?? 0 == 0 else {
                let reason = "\(name) is signed in already from another terminal"
                _ = try? await conversation.send(DeskEvent.signedOut(reason: reason).activity)
                return
            }
            agents[known.channel.id] = nil
            let reason = "\(name) has signed in at another desk"
            _ = try? await known.channel.send(DeskEvent.signedOut(reason: reason).activity)
        }
        agents[conversation.id] = id
        let agent = HubAgent(id: id, name: name, skills: skills, capacity: capacity)
        // The channel first: what the hub has for the agent from now on must find it.
        heldEvents[id] = []
        if let known { seats[id] = Seat(desk: known.desk, channel: conversation) }
        _ = try? await conversation.send(DeskEvent.signedIn(agentId: id, cannedReplies).activity)
        let desk = await hub.join(agent)
        seats[id] = Seat(desk: desk, channel: conversation)
        await desk.setPresence(.available)
        // What the agent says may arrive although what the agent is told does not.
        if openStreams[conversation.id] == 0 { await desk.loseConnection() }
        if known == nil { entrance.yield(.follow(agent: id, desk.events)) }
        var shown = await resume(desk, in: conversation)
        while let held = heldEvents.removeValue(forKey: id), !held.isEmpty {
            heldEvents[id] = []
            for event in held {
                switch event {
                case .offered(let item, _) where shown.remove(item) != nil,
                    .connected(let item, _) where shown.remove(item) != nil:
                    continue
                case .userSent: break
                // An item that has left and comes again is news.
                default: _ = event.item.map { shown.remove($0) }
                }
                await send(event, to: id)
            }
        }
    }

    /// Shows a new desk what was on the old one, and what rings.
    ///
    /// - Returns: The items that were shown.
    private func resume(_ desk: AgentDesk, in conversation: any ConversationChannel) async -> Set<WorkItemID> {
        let view = await desk.view
        var shown: Set<WorkItemID> = []
        for own in view.own {
            guard let request = await desk.request(of: own.item) else { continue }
            _ = try? await conversation.send(DeskEvent.connected(DeskBriefing(request, item: own.item)).activity)
            shown.insert(own.item)
        }
        for ring in view.ringing where !desk.events.contains({ $0.item == ring.item }) {
            guard let request = await desk.request(of: ring.item) else { continue }
            let briefing = DeskBriefing(request, item: ring.item)
            _ = try? await conversation.send(DeskEvent.offered(briefing, rings: ring.remaining).activity)
            shown.insert(ring.item)
        }
        _ = try? await conversation.send(DeskEvent.view(DeskView(view)).activity)
        return shown
    }

    private func leave(_ conversation: any ConversationChannel) async {
        guard let desk = seat(in: conversation)?.desk else { return }
        agents[conversation.id] = nil
        if openStreams[conversation.id] == 0 { openStreams[conversation.id] = nil }
        await desk.setPresence(.offline)
    }

    private func streamChanged(of conversation: String, isOpen: Bool) async {
        let before = openStreams[conversation] ?? 0
        let now = max(0, before + (isOpen ? 1 : -1))
        openStreams[conversation] = now
        guard let desk = agents[conversation].flatMap({ seats[$0]?.desk }) else { return forgetStrangers() }
        if now == 0 { await desk.loseConnection() }
        if before == 0, now == 1 { await desk.restoreConnection() }
    }

    /// Of conversations in which nobody is signed in, some that lost their streams are remembered.
    private func forgetStrangers() {
        let strangers = openStreams.filter { $0.value == 0 && agents[$0.key] == nil }.keys
        guard strangers.count > 64 else { return }
        for stranger in strangers { openStreams[stranger] = nil }
    }

    /// The hub's id of a name, which is no simulated agent's.
    private func agentId(for name: String) -> String {
        let plain = name.lowercased().map { $0.isLetter || $0.isNumber ? $0 : "-" }
        let id = String(plain)
        return hub.isOccupied(id) ? id + "-2" : id
    }
}

// MARK: - What the hub tells

extension DeskBot {
    private func pass(_ event: AgentDesk.Event, to agent: String) async {
        if heldEvents[agent] != nil {
            heldEvents[agent]?.append(event)
        } else {
            await send(event, to: agent)
        }
    }

    private func send(_ event: AgentDesk.Event, to agent: String) async {
        guard let seat = seats[agent], let activity = await activity(for: event, at: seat) else { return }
        // The channel may have changed while the hub was asked.
        guard let channel = seats[agent]?.channel else { return }
        _ = try? await channel.send(activity)
    }

    private func activity(for event: AgentDesk.Event, at seat: Seat) async -> Activity? {
        let desk = seat.desk
        switch event {
        case .offered(let item, let request):
            let rings = await desk.view.ringing.first { $0.item == item }?.remaining
            return DeskEvent.offered(DeskBriefing(request, item: item), rings: rings).activity
        case .withdrawn(let item): return DeskEvent.withdrawn(item).activity
        case .connected(let item, let request): return DeskEvent.connected(DeskBriefing(request, item: item)).activity
        case .userSent(let item, let activity):
            let user = await desk.request(of: item)?.user ?? ChannelAccount(id: "user", name: "User")
            var line: String?
            if activity.isAboutLine, let id = activity.replyToId { line = await deskLine(id, in: seat.channel) }
            return activity.forDesk(item: item, user: user, about: line)
        case .closed(let item, let side): return DeskEvent.userLeft(item, endedBy: side).activity
        case .userConnectionChanged(let item, let isConnected):
            return DeskEvent.userConnectionChanged(item, isConnected: isConnected).activity
        case .released(let item): return DeskEvent.released(item).activity
        case .rejected(let item, let reason): return DeskEvent.rejected(item, reason).activity
        case .presenceChanged(let presence): return DeskEvent.presenceChanged(presence).activity
        }
    }
}
