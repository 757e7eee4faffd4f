import BotSchema
@testable import DirectLineServer
import NIOHTTP1
import Synchronization
import TestSupport
import Testing

/// What whoever watches a server is told.
@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct HealthTests {
    private func health(_ server: TestServer, headers: HTTPHeaders = [:]) async throws -> TestServer.Answer {
        try await server.call(.GET, server.address.url + "/health", headers: headers)
    }

    @Test func `a server without store and hub is well, and says so to anybody`() async throws {
        try await withServer(ServerConfiguration(secret: "s")) { server in
            let answer = try await health(server)
            #expect(answer.status == 200)
            #expect(answer.json == ["status": "ok", "store": "none"])
            #expect(answer.headers.first(name: "Content-Type")?.hasPrefix("application/json") == true)
            let head = try await server.call(.HEAD, server.address.url + "/health")
            #expect((head.status, head.text) == (200, ""))
            #expect(try await server.call(.POST, server.address.url + "/health").status == 405)
        }
    }

    @Test func `a store that cannot write makes it 503 for as long, without the reason`() async throws {
        let store = TestStore()
        let events = Happenings<String>()
        var configuration = ServerConfiguration.patient
        configuration.onEvent = { events.note($0.description) }
        try await withServer(configuration, store: store) { server in
            #expect(try await health(server).json == ["status": "ok", "store": "ok"])
            store.fail(StoreError(.failed, "disk full: /var/lib/secret.db"))
            let answer = try await health(server)
            #expect(answer.status == 503)
            #expect(answer.json == ["status": "failing", "store": "failing"])
            #expect(try await server.call(.HEAD, server.address.url + "/health").status == 503)
            store.fail(nil)
            #expect(try await health(server).status == 200)
            #expect(await events.next(2) == ["store failed: disk full: /var/lib/secret.db", "store works again"])
        }
    }

    @Test func `a store that is damaged is told for as long as the server runs`() async throws {
        let store = TestStore()
        store.damage = StoreError(.damaged, "/var/lib/secret.db is damaged")
        let events = Happenings<String>()
        var configuration = ServerConfiguration.patient
        configuration.onEvent = { events.note($0.description) }
        try await withServer(configuration, store: store) { server in
            for _ in 1...2 {
                let answer = try await health(server)
                #expect(answer.status == 503)
                #expect(answer.json == ["status": "failing", "store": "damaged"])
            }
            #expect(await events.next(1) == ["store cannot be read: /var/lib/secret.db is damaged"])
        }
    }

    @Test func `a part that hangs is asked once and counts as failing`() async throws {
        let asked = Mutex(0)
        let hanging = Reply<Void>()
        var configuration = ServerConfiguration.patient
        configuration.clock = FastClock(speed: 100)
        configuration.healthChecks = [
            HealthCheck("hub") {
                asked.withLock { $0 += 1 }
                await hanging.value(orIfCancelled: ())
            }
        ]
        try await withServer(configuration) { server in
            for _ in 1...3 {
                let answer = try await health(server)
                #expect(answer.status == 503)
                #expect(answer.json?["hub"] == "failing")
            }
            #expect(asked.withLock { $0 } == 1)
            hanging.settle(())
            while try await health(server).status != 200 {}
        }
    }

    @Test func `foreign pages do not see it, and faults of calls leave it alone`() async throws {
        try await withServer { server in
            #expect(try await health(server, headers: ["Origin": "https://evil.example"]).status == 403)
            #expect(try await health(server, headers: ["Host": "rebound.example"]).status == 403)
            _ = try await server.fault("server-error:500:1")
            #expect(try await health(server).status == 200)
            #expect(try await server.call(.POST, "/conversations", [:]).status == 500)
        }
    }
}
