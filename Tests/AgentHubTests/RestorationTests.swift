import BotSchema
import Bots
import Handoff
import Synchronization
import Testing

@testable import AgentHub

/// What was under way when the hub stopped and is there again.
@Suite(.timeLimit(.minutes(20)))
struct RestorationTests {
    private func item(
        _ id: String,
        _ number: Int,
        openedAt: Int,
        agent: HubAgent? = nil,
        isOnHold: Bool = false
    ) -> RestoredItem {
        RestoredItem(
            item: id,
            number: number,
            openedAt: .seconds(openedAt),
            need: WorkNeed(skill: nil),
            agent: agent,
            isOnHold: isOnHold,
            wasAnswered: agent != nil
        )
    }

    @Test func `who waited longest goes first, before whoever comes now, with the full patience`() {
        var play = Play(policy: HubPolicy(maximumWait: .seconds(100)))
        #expect(
            play(.restored([item("b", 4, openedAt: -500), item("a", 7, openedAt: -900)])) == ["a is 1", "b is 2"]
        )
        #expect(play.nextDeadline == .seconds(100))
        #expect(play(.agentJoined(ana)) == ["offer a ana", "b is 1"])
        _ = play(.accepted(item: "a", agent: "ana"))
        #expect(play(.opened(item: "c", skill: nil)) == ["c is 2"])
        #expect(play.machine.items["c"]?.number == 8, "numbers go on behind those of before")
    }

    @Test func `an agent who is back within the grace has the user again, on hold as before`() {
        var play = Play(ben)
        #expect(
            play(.restored([item("a", 1, openedAt: -9, agent: ana, isOnHold: true)]))
                == ["give back a ana", "interrupt a ana"]
        )
        #expect(play.machine.reachableAgent(of: "a") == nil)
        #expect(play(.agentJoined(ana)) == ["reconnect a ana"])
        #expect(play.view(for: "ana").own == [HubView.Conversation(item: "a", isOnHold: true)])
        #expect(play(.resumed(item: "a", agent: "ana")) == ["resume a ana"])
    }

    @Test func `without the agent a colleague takes over after the grace`() {
        var play = Play(ben)
        _ = play(.restored([item("a", 1, openedAt: -9, agent: ana)]))
        #expect(play.wait(until: 30) == ["reassign a ana", "offer a ben"])
        #expect(play(.accepted(item: "a", agent: "ben")) == ["connect a ben again"])
    }

    @Test func `an agent who is there at once has no room for more than before`() {
        var play = Play(ana)
        #expect(
            play(.restored([item("a", 1, openedAt: -9, agent: ana), item("b", 2, openedAt: -8)])).contains(
                "give back a ana"
            )
        )
        #expect(play.view(for: "ana").ringing.isEmpty)
    }

    // MARK: - Records

    @Test func `an item's record survives as JSON`() throws {
        var stored = StoredItem(
            id: "item-3",
            number: 3,
            opened: Timestamp(milliseconds: 1_700_000_000_123),
            need: WorkNeed(skills: ["billing": 2], priority: 1, queue: "q", customer: "u")
        )
        stored.agent = HubAgent(id: "dana", name: "Dana", skills: ["billing": 5], capacity: 3, isStandIn: true)
        stored.isOnHold = true
        stored.wasAnswered = true
        stored.notes = [AgentNote(author: "Eve", text: "…")]
        #expect(StoredItem(stored.json) == stored)
        #expect(StoredItem([:]) == nil)
        let session = SessionRecord(
            item: "item-3",
            request: "c|1",
            wasAccepted: true,
            agent: "Dana",
            isReturning: true,
            delivered: "c|4"
        )
        #expect(SessionRecord(session.json) == session)
        #expect(SessionRecord(SessionRecord(request: "c|1").json) == SessionRecord(request: "c|1"))
    }

    @Test func `a log tells what an agent has heard, and what nobody has`() throws {
        func said(_ text: String, _ id: String, by role: String) -> Activity {
            var activity = Activity.message(text)
            activity.id = id
            activity.from = ChannelAccount(id: role, role: role)
            return activity
        }
        var request = initiate(id: "c|2")
        request.from = ChannelAccount(id: "bot", role: "bot")
        let log = [
            said("before", "c|1", by: "user"), request, said("one moment", "c|3", by: "bot"),
            said("taken", "c|4", by: "user"), said("hello", "c|5", by: "bot").sent(byAgent: "dana", name: "Dana"),
            said("untaken", "c|6", by: "user"),
        ]
        let live = try #require(HandoffPast(SessionRecord(request: "c|2", delivered: "c|4"), in: log))
        #expect(live.history.map(\.text) == ["taken", "hello"])
        #expect(live.untaken.map(\.text) == ["untaken"])
        #expect(live.initiation.context.skill == "billing")
        let waiting = try #require(HandoffPast(SessionRecord(request: "c|2"), in: log))
        #expect(waiting.untaken.map(\.text) == ["taken", "untaken"])
        #expect(HandoffPast(SessionRecord(request: "c|9"), in: log) == nil)
    }

    // MARK: - Hub and adapter

    /// Remembers in memory.
    private final class MemoryStore: WorkStore {
        private let work = Mutex<[String: JSONObject]>([:])

        func record(_ object: JSONObject?, under key: String) { work.withLock { $0[key] = object } }
        func recorded() async throws -> [String: JSONObject] {
            if isUnreadable.load(ordering: .relaxed) { throw Unreadable() }
            return work.withLock { $0 }
        }
        struct Unreadable: Error {}
        let isUnreadable = Atomic(false)
        var keys: [String] { work.withLock { $0.keys.sorted() } }
    }

    /// A hub and its adapter on a clock that stands still unless it is told.
    private final class Office {
        let time = VirtualTime()
        let hub: EmbeddedHub
        let adapter: HandoffAdapter
        private let running: Task<Void, Never>

        init(_ store: any WorkStore) throws {
            let hub = EmbeddedHub(workers: [], clock: HubClock(time), store: store)
            let adapter = HandoffAdapter(hub: hub, clock: time, store: store)
            (self.hub, self.adapter) = (hub, adapter)
            running = time.start { await adapter.run() }
            pass(.zero)
        }

        deinit { running.cancel() }

        func pass(_ duration: Duration) { time.run(upTo: time.now.offset + duration) }

        @discardableResult
        func run<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) throws -> Value {
            let value = Mutex<Result<Value, any Error>?>(nil)
            _ = time.start {
                let result: Result<Value, any Error>
                do { result = .success(try await body()) } catch { result = .failure(error) }
                value.withLock { $0 = result }
            }
            pass(.zero)
            return try #require(value.withLock { $0 }).get()
        }

        /// What a channel does with a line of the user.
        func says(_ text: String, in conversation: FakeConversation) throws {
            var activity = Activity.message(text)
            activity.from = conversation.user
            let (adapter, line) = (adapter, activity)
            try run {
                guard let kept = try? await conversation.send(line) else { return }
                _ = await adapter.userSent(kept, in: conversation)
            }
        }
    }

    @Test func `what cannot be read is told and not forgotten`() throws {
        let store = MemoryStore()
        store.record(["request": "c|2"], under: "session/c-1")
        store.record(["id": "item-1"], under: "item/item-1")
        store.isUnreadable.store(true, ordering: .relaxed)
        let (office, maria) = (try Office(store), FakeConversation(id: "c-1"))
        let (hub, adapter) = (office.hub, office.adapter)
        #expect(throws: MemoryStore.Unreadable.self) { try office.run { try await adapter.unfinished() } }
        #expect(throws: MemoryStore.Unreadable.self) { try office.run { try await adapter.resume(in: [maria]) } }
        #expect(throws: MemoryStore.Unreadable.self) { try office.run { try await hub.resume([]) } }
        #expect(store.keys == ["item/item-1", "session/c-1"])
    }

    @Test func `a user who talks and one who waits are found by the next run, and nothing is left at the end`() throws {
        let store = MemoryStore()
        let dana = HubAgent(id: "dana", name: "Dana", skills: [:])
        let (maria, sam) = (FakeConversation(id: "c-1"), FakeConversation(id: "c-2"))
        do {
            let office = try Office(store)
            let (hub, adapter) = (office.hub, office.adapter)
            let desk = try office.run { await hub.join(dana) }
            for user in [maria, sam] {
                try office.run {
                    guard let request = try? await user.send(initiate()) else { return }
                    await adapter.botSent(request, in: user)
                }
            }
            #expect(try office.run { await desk.accept("item-1") })
            try office.run { await desk.note("limit is 2000", in: "item-1") }
            try office.says("first", in: maria)
            try office.says("while waiting", in: sam)
        }
        #expect(store.keys == ["item/item-1", "item/item-2", "session/c-1", "session/c-2"])

        let office = try Office(store)
        let (hub, adapter) = (office.hub, office.adapter)
        #expect(Set(try office.run { try await adapter.unfinished() }) == ["c-1", "c-2"])
        let shown = maria.stream.count
        try office.run { try await adapter.resume(in: [maria, sam]) }
        #expect(
            maria.stream.dropFirst(shown).map(\.brief) == ["The connection to Dana is broken. What you write is kept."]
        )
        let desk = try office.run { await hub.join(dana) }
        let request = try office.run { await desk.request(of: "item-1") }
        #expect(request?.history.map(\.text) == ["first"])
        #expect(request?.notes.map(\.text) == ["limit is 2000"])
        try office.run { await desk.say(.message("again"), in: "item-1") }
        #expect(maria.shown.last == "Dana: again")
        try office.run { await desk.end("item-1", .ended) }
        office.pass(.seconds(3))
        #expect(try office.run { await desk.accept("item-2") })
        #expect(try office.run { await desk.request(of: "item-2") }?.history.map(\.text) == ["while waiting"])
        try office.run { await desk.end("item-2", .ended) }
        #expect(store.keys == [])
        #expect(sam.shown.count { $0 == "Dana: accepted" } == 1)
    }
}
