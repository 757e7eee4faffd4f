import AgentHub
import AsyncHTTPClient
import BotSchema
import Bots
import Desk
import DirectLineServer
import Handoff
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

/// Users, a bot and an agent over real servers: nobody at a desk, and no user, takes one for the other.
@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct DeskImpersonationTests {
    /// What a customer pretends, as members of a message.
    private static let claims: [JSONObject] = [
        ["from": ["id": "robin", "name": "Robin", "role": "bot"]], ["from": ["id": "x", "name": "Robin"]],
        ["from": ["id": "agent-ana", "name": "Ana", "role": "agent"]], ["from": ["id": "x", "name": "ANA"]],
        ["from": ["id": "agent-hub", "name": "Agent hub"]], ["from": ["id": "x", "name": "Agent-Hub"]],
        ["from": ["id": "x"], "channelData": ["baton": ["author": "agent", "agentName": "Ana"]]],
        ["from": ["id": "x"], "channelData": ["baton": ["author": "hub", "notice": "held"]]],
        ["from": ["id": "x"], "channelData": ["desk": ["item": "item-7", "activity": "c|7"]]],
        ["from": ["id": "x", "role": "user"], "recipient": ["id": "x", "role": "user"], "replyToId": "c|1"],
        ["from": ["id": "x"], "entities": [["type": "mention", "mentioned": ["id": "agent-ana", "name": "Ana"]]]],
    ]

    @Test func `no line of a customer is one of the bot, an agent or the hub at a desk`() async throws {
        try await Shop.withOpen { shop in
            let customer = try await Client(shop.users)
            for claim in Self.claims { try await customer.post("before", claim) }
            let ana = try await Client(shop.desks)
            try await ana.send(DeskCommand.signIn(name: "Ana", skills: [:], capacity: 3).activity)
            try await customer.post("human please", ["from": ["id": "x"]])
            let briefing = try await ana.briefing()
            #expect(briefing.conversation.filter { $0.text == "before" }.count == Self.claims.count)
            for activity in briefing.conversation where activity.text == "before" {
                Self.check(activity, isUsers: true)
            }
            let forged = briefing.conversation.filter { $0.text == "forged by the bot" }
            #expect(forged.map(\.from?.name) == ["Maria (unverified)", "Ana (unverified)"])
            for activity in forged { Self.check(activity, isUsers: false) }

            try await ana.send(DeskCommand.accept(briefing.item).activity)
            _ = try await customer.wait { $0.name == "handoff.status" }
            for claim in Self.claims { try await customer.post("after", claim) }
            try await customer.post("last", ["from": ["id": "x"]])
            _ = try await ana.wait { $0.text == "last" }
            let lines = try await ana.activities().filter { $0.text == "after" }
            #expect(lines.count == Self.claims.count)
            for line in lines {
                #expect(line.deskItem == briefing.item)
                Self.check(line, isUsers: false)
            }
        }
    }

    /// Lines for a desk have no role of a user, since other clients than ours would show them as their own.
    private static func check(_ activity: Activity, isUsers: Bool) {
        let text = activity.jsonValue.compactText
        #expect(activity.humanAgent == nil && !activity.isFromHub, "\(text)")
        #expect(!isUsers || activity.isFromUser, "\(text)")
        let name = (activity.from?.name ?? "").lowercased().filter(\.isLetter)
        #expect(!["robin", "ana", "agenthub"].contains(name), "\(text)")
        #expect(!["robin", "agent-hub", "agent-ana"].contains(activity.from?.id), "\(text)")
    }

    @Test func `an agent speaks under the agent's own name, in the agent's own items`() async throws {
        try await Shop.withOpen { shop in
            let customer = try await Client(shop.users)
            let (ana, ben) = (try await Client(shop.desks), try await Client(shop.desks))
            try await ana.send(DeskCommand.signIn(name: "Ana", skills: [:], capacity: 3).activity)
            _ = try await ana.wait { $0.name == "desk.signedIn" }
            try await customer.post("human please", ["from": ["id": "x"]])
            let briefing = try await ana.briefing()
            try await ben.send(DeskCommand.signIn(name: "Ben", skills: [:], capacity: 3).activity)
            try await ana.send(DeskCommand.accept(briefing.item).activity)
            _ = try await customer.wait { $0.name == "handoff.status" }

            func line(_ text: String, _ claim: JSONObject = [:]) -> Activity {
                var line = Activity.message(text)
                line.json.entries += claim.entries
                var data = line.channelData?.object ?? [:]
                data["desk"] = ["item": .string(briefing.item)]
                line.channelData = .object(data)
                return line
            }
            // Another agent's item, and an agent who wants to be the hub, the bot or a colleague.
            try await ben.send(line("of ben"))
            _ = try await ben.wait { $0.name == "desk.rejected" }
            let claims: [JSONObject] = [
                ["from": ["id": "agent-hub", "name": "Agent hub", "role": "bot"]],
                ["from": ["id": "robin", "name": "Robin"]], ["from": ["id": "agent-ben", "name": "Ben"]],
                ["channelData": ["baton": ["author": "hub", "notice": "held", "agentName": "Ben"]]],
            ]
            for claim in claims { try await ana.send(line("of ana", claim)) }
            try await ana.send(line("last"))
            _ = try await customer.wait { $0.text == "last" }
            let said = try await customer.activities().filter { $0.text == "of ana" }
            #expect(said.map(\.from?.id) == Array(repeating: "agent-ana", count: claims.count))
            for activity in said {
                #expect(activity.humanAgent?.name == "Ana" && !activity.isFromHub)
                #expect(activity.channelData?["baton"]?["notice"] == nil)
            }
            #expect(try await customer.activities().contains { $0.text == "of ben" } == false)
            // What the hub tells a desk comes from the hub alone.
            try await ana.send(DeskEvent.failure("forged").activity)
            _ = try await ana.wait { $0.name == "desk.failure" && $0.from?.role == "bot" }
            for event in try await ana.activities() where event.name?.hasPrefix("desk.") == true {
                #expect(event.from?.role == "user" || event.from?.id == "agent-hub")
            }
        }
    }

    @Test func `no credential of a user opens a desk, and none of a desk a user's conversation`() async throws {
        try await Shop.withOpen { shop in
            let customer = try await Client(shop.users)
            let ana = try await Client(shop.desks)
            for (client, base, id) in [
                (customer, shop.desks.base, ana.id), (ana, shop.users.base, customer.id),
            ] {
                var stranger = client
                (stranger.base, stranger.id) = (base, id)
                #expect(try await stranger.call("GET", "/conversations/\(id)/activities").status == 403)
                #expect(try await stranger.call("POST", "/conversations", [:]).status == 403)
            }
        }
    }
}

/// A users' server with a bot, a hub, and the server of its desks.
private struct Shop: Sendable {
    struct Door: Sendable {
        let base: String
        let secret: String
    }

    let users: Door
    let desks: Door

    /// A bot that hands over at once, with lines in its transcript that nobody has said.
    private struct Robin: Bot {
        func onTurn(_ activity: Activity, in conversation: any ConversationChannel) async throws -> InvokeResponse? {
            guard activity.text == "human please" else { return nil }
            var said = await conversation.transcript()
            for (name, role) in [("Maria", "user"), ("Ana", "agent")] {
                var forged = Activity.message("forged by the bot")
                forged.from = ChannelAccount(id: name, name: name, role: role)
                forged.channelData = ["baton": ["author": .string(role)]]
                said.append(forged)
            }
            let context = HandoffContext(["Skill": "cards"])
            try await conversation.send(.handoffInitiate(context: context, transcript: said, replyingTo: activity))
            return nil
        }
    }

    static func withOpen(_ body: @escaping @Sendable (Shop) async throws -> Void) async throws {
        let hub = EmbeddedHub(workers: [], clock: HubClock(ContinuousClock()))
        let adapter = HandoffAdapter(hub: hub)
        let deskBot = DeskBot(hub: hub)
        var configuration = ServerConfiguration(secret: "users")
        configuration.botAccount = ChannelAccount(id: "robin", name: "Robin", role: "bot")
        var desks = ServerConfiguration(secret: "agents")
        desks.botAccount = .agentHub
        desks.clients = .agents
        let servers = [
            EmbeddedServer(configuration: configuration, bot: Robin(), adapter: adapter),
            EmbeddedServer(configuration: desks, bot: deskBot),
        ]
        let (addresses, ready) = AsyncStream.makeStream(of: (Int, String).self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, server) in servers.enumerated() {
                group.addTask { try await server.run { ready.yield((number, $0.directLineURL)) } }
            }
            group.addTask { await adapter.run() }
            group.addTask { await deskBot.run() }
            defer { group.cancelAll() }
            var bases = [0: "", 1: ""]
            for await (number, base) in addresses.prefix(2) { bases[number] = base }
            try await body(
                Shop(
                    users: Door(base: bases[0] ?? "", secret: "users"),
                    desks: Door(base: bases[1] ?? "", secret: "agents")
                )
            )
        }
    }
}

/// A Direct Line client that polls.
private struct Client: Sendable {
    var base: String
    var id: String
    private let token: String

    init(_ door: Shop.Door) async throws {
        let entry = Client(base: door.base, id: "", token: door.secret)
        let info = ConversationInfo(try await entry.call("POST", "/conversations", [:]).json)
        self.init(base: door.base, id: info?.conversationId ?? "", token: info?.token ?? "")
    }

    private init(base: String, id: String, token: String) { (self.base, self.id, self.token) = (base, id, token) }

    func call(
        _ method: String,
        _ path: String,
        _ body: JSONValue? = nil
    ) async throws -> (status: Int, json: JSONValue?) {
        var request = HTTPClientRequest(url: base + path)
        request.method = .init(rawValue: method)
        request.headers = ["Authorization": "Bearer \(token)", "Content-Type": "application/json"]
        if let body { request.body = .bytes(body.serialized()) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(600))
        let answer = try await response.body.collect(upTo: 16 << 20)
        return (Int(response.status.code), try? JSONValue(parsing: Array(answer.readableBytesView)))
    }

    func send(_ activity: Activity) async throws {
        var activity = activity
        if activity.from == nil { activity.from = ChannelAccount(id: "desk", name: "Desk", role: "user") }
        _ = try await call("POST", "/conversations/\(id)/activities", activity.jsonValue)
    }

    func post(_ text: String, _ claim: JSONObject) async throws {
        var message = Activity.message(text)
        message.json.entries += claim.entries
        #expect(try await call("POST", "/conversations/\(id)/activities", message.jsonValue).status == 200)
    }

    func activities() async throws -> [Activity] {
        ActivitySet(try await call("GET", "/conversations/\(id)/activities").json)?.activities ?? []
    }

    /// Polls until an activity fits.
    func wait(for isWanted: @Sendable (Activity) -> Bool) async throws -> Activity {
        while true {
            if let found = try await activities().first(where: isWanted) { return found }
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    /// What rings at a desk.
    func briefing() async throws -> DeskBriefing {
        let offer = try await wait { $0.name == "desk.offered" }
        guard case .offered(let briefing, _)? = DeskEvent(offer) else { throw CancellationError() }
        return briefing
    }
}
