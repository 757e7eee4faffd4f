import BotSchema
import NIOSSL
import Synchronization
import TestSupport
import Testing
import Transcripts

@testable import DirectLineClient

/// Fetching from a stand-in for Dataverse's OData (cases T06 and T07).
@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct DataverseTests {
    private static let path = "/api/data/v9.2/conversationtranscripts"
    private static let route = "GET " + path

    private static func row(_ number: Int, _ name: String, batch: Int = 1, text: String) -> JSONObject {
        [
            "@odata.etag": .string("W/\"\(Int.random(in: 1...1_000_000))\""), "name": .string(name),
            "conversationtranscriptid": .string("0000000\(number)-1111-4222-8333-444444444444"),
            "conversationstarttime": "2026-03-01T10:00:00Z", "createdon": .string("2026-03-01T1\(number):00:00Z"),
            "metadata": .string(#"{"BatchId":\#(batch)}"#), "_bot_conversationtranscriptid_value": "b0",
            "content": .string(
                #"{"activities":[{"type":"message","text":"\#(text)","from":{"id":"u","role":"user"}}]}"#
            ),
        ]
    }

    /// A talk in two batches, the second of which comes first, and another talk.
    private static let rows = [
        row(1, "talk_b0", batch: 2, text: "second"), row(2, "other/..\u{1b}_b0", text: "other"),
        row(3, "talk_b0", batch: 1, text: "first"),
    ]

    private static func page(_ rows: some Sequence<JSONObject>, next: String? = nil) -> FakeService.Answer {
        var object: JSONObject = ["@odata.context": "x", "value": .array(rows.map(JSONValue.object))]
        object["@odata.nextLink"] = next.map(JSONValue.string)
        return .status(200, body: JSONValue.object(object).compactText)
    }

    /// Fetches everything.
    private func fetch(
        _ service: FakeService,
        _ query: DataverseQuery = DataverseQuery(),
        tokens: [String] = ["t0ken"],
        onDelay: @escaping @Sendable (Duration) -> Void = { _ in },
        trusting authorities: [String] = [],
        body: ([JSONObject]) throws -> Void = { _ in }
    ) async throws {
        let left = Mutex(tokens)
        var configuration = try ClientConfiguration.test(service)
        configuration.trustedCertificates = authorities
        configuration.clock = FastClock(speed: 10_000)
        try await DataverseTranscripts.forEachPage(
            of: DataverseEnvironment(service.base),
            query,
            configuration,
            token: { left.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] } },
            onDelay: { onDelay($1) },
            body
        )
    }

    private func failure(_ service: FakeService, tokens: [String] = ["t0ken"]) async -> ClientError? {
        await #expect(throws: ClientError.self) { try await fetch(service, tokens: tokens) }
    }

    @Test func `T06 T07 pages become a file for each conversation, the same however often they are fetched`()
        async throws
    {
        try await withFakeService { service in
            let folder = try TemporaryFolder()
            let next = "\(service.base)\(Self.path)?$skiptoken=%3Ccookie%20pagenumber=%222%22%3E"
            var contents: [[UInt8]] = []
            var changes: [[FetchedConversations.Change]] = []
            for _ in 0..<2 {
                await service.script(Self.route, Self.page(Self.rows[..<2], next: next), Self.page(Self.rows[2...]))
                var told: [FetchedConversations.Change] = []
                try await fetch(
                    service,
                    body: { rows in
                        told += try FetchedConversations(in: folder.path).add(rows).map(\.change)
                    }
                )
                changes.append(told)
                contents.append(try folder.names.flatMap { try folder.read($0) })
            }
            #expect(changes == [[.new, .new, .grown], [.none, .none, .none]])
            #expect(contents[0] == contents[1])
            let requests = await service.requests(Self.route)
            #expect(requests.count == 4 && requests.allSatisfy { $0.bearer == "t0ken" })
            #expect(requests[1].query == "$skiptoken=%3Ccookie%20pagenumber=%222%22%3E")
            #expect(folder.names.contains("talk_b0.json") && folder.names.allSatisfy { !$0.hasPrefix(".") })
            let talk = try TranscriptFile.read(folder.file("talk_b0.json"))
            #expect(talk.activities.compactMap(\.text) == ["first", "second"] && talk.repairs.isEmpty)
            #expect(talk.sessions.map(\.conversationId) == ["talk"])
        }
    }

    @Test func `what is asked for is in the query, and the bot's name is left out where it may not be read`()
        async throws
    {
        try await withFakeService { service in
            await service.script(Self.route, .status(400, body: #"{"error":{"message":"no expand"}}"#), Self.page([]))
            let query = DataverseQuery(since: Timestamp("2026-03-01T00:00:00Z"), bot: "o'hara")
            try await fetch(service, query)
            let queries = await service.requests(Self.route).map { $0.query ?? "" }
            #expect(queries.count == 2)
            #expect(queries[0].contains("&$expand=bot_conversationtranscriptid($select=schemaname,name)"))
            #expect(!queries[1].contains("$expand"))
            for query in queries {
                let words = PercentCoding.decoded(query)
                #expect(words.contains("$orderby=createdon asc"))
                #expect(words.contains("schemaname eq 'o''hara' and createdon ge 2026-03-01T00:00:00.000Z"), "\(words)")
            }
            await service.script(Self.route, .status(400), .status(400, body: #"{"error":{"message":"bad filter"}}"#))
            #expect(await failure(service)?.message == "\(service.authority) refuses the query (400): bad filter")
        }
    }

    @Test func `a service that is busy is waited for as long as it says, and not for ever`() async throws {
        try await withFakeService { service in
            await service.script(
                Self.route,
                .status(429, headers: ["Retry-After": "7"]),
                .status(503, headers: ["Retry-After": "40"]),
                .hangUp,
                Self.page([])
            )
            let delays = Mutex<[Duration]>([])
            try await fetch(service, onDelay: { delay in delays.withLock { $0.append(delay) } })
            let waited = delays.withLock { $0 }
            #expect(waited.count == 3 && waited[0] == .seconds(7) && waited[1] == .seconds(40))
            for _ in 0..<12 {
                await service.script(Self.route, .status(429, headers: ["Retry-After": "1000000"]))
            }
            let before = await service.requests(Self.route).count
            #expect(await failure(service)?.message == "\(service.authority) is rate-limiting (429)")
            #expect(await service.requests(Self.route).count - before == 4, "300 s each, 15 minutes in all")
        }
    }

    @Test func `a token that has run out is replaced once`() async throws {
        try await withFakeService { service in
            await service.script(Self.route, .status(401), Self.page([]))
            try await fetch(service, tokens: ["old-token", "new-token"])
            #expect(await service.requests(Self.route).map(\.bearer) == ["old-token", "new-token"])
            await service.script(Self.route, .status(401, body: #"{"error":{"message":"t0ken is bad"}}"#))
            let words = await failure(service)?.message
            #expect(
                words
                    == "\(service.authority) does not accept the token (401); get one for \(service.base)/.default: … is bad"
            )
        }
    }

    @Test(arguments: [(403, "give it the role Bot Transcript Viewer"), (404, "is not a Dataverse environment (404)")])
    func `a refusal says what to do`(status: Int, words: String) async throws {
        try await withFakeService { service in
            await service.script(Self.route, .status(status))
            let error = await failure(service)
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
            #expect(await service.requests(Self.route).count == 1)
        }
    }

    @Test(arguments: ["https://elsewhere.test", "http://127.0.0.1:1", "", "//elsewhere.test", "file:///etc"])
    func `the token goes nowhere but to the environment`(origin: String) async throws {
        try await withFakeService { service in
            await service.script(Self.route, Self.page([], next: origin + Self.path + "?$skiptoken=2"))
            let error = await failure(service)
            #expect(error?.code == .protocolViolation)
            #expect(error?.message.contains("names a next page") == true, "\(error?.message ?? "")")
        }
    }

    @Test func `a redirect, a page without an end and what is no Dataverse are errors`() async throws {
        try await withFakeService { service in
            await service.script(Self.route, .status(302, headers: ["Location": "\(service.base)/elsewhere"]))
            #expect(await failure(service)?.message.contains("redirects elsewhere") == true)
            let same = "\(service.base)\(Self.path)?$skiptoken=2"
            await service.script(Self.route, Self.page([], next: same), Self.page([], next: same))
            #expect(await failure(service)?.message.contains("the same page again") == true)
            await service.script(Self.route, .status(200, body: "<html>Sign in</html>"))
            #expect(await failure(service)?.message.contains("unexpected response") == true)
            #expect(await service.requests.allSatisfy { $0.path == Self.path })
        }
    }

    @Test(arguments: [#""https://elsewhere.test/x""#, "17", "true", #"{"href":"x"}"#, #"["x"]"#])
    func `a next page that cannot be asked for is an error after the rows that came`(link: String) async throws {
        try await withFakeService { service in
            let rows = JSONValue.array(Self.rows.map(JSONValue.object)).compactText
            await service.script(Self.route, .status(200, body: #"{"value":\#(rows),"@odata.nextLink":\#(link)}"#))
            var count = 0
            let error = await #expect(throws: ClientError.self) {
                try await fetch(service, body: { count += $0.count })
            }
            #expect(error?.code == .protocolViolation)
            #expect(error?.message.contains("names a next page") == true, "\(error?.message ?? "")")
            #expect(count == Self.rows.count)
            #expect(await service.requests(Self.route).count == 1)
        }
    }

    @Test func `pages that lead in a circle come to an end`() async throws {
        try await withFakeService { service in
            let links = ["A", "B"].map { "\(service.base)\(Self.path)?$skiptoken=\($0)" }
            for turn in 0..<20 { await service.script(Self.route, Self.page(Self.rows, next: links[turn % 2])) }
            await service.script(Self.route, Self.page([]))
            #expect(await failure(service)?.message == "\(service.authority) names the same page again as the next")
            #expect(await service.requests(Self.route).count == 3)
        }
    }

    @Test func `empty pages without an end come to an end, and some between others do not matter`() async throws {
        try await withFakeService { service in
            let link = "\(service.base)\(Self.path)?$skiptoken="
            for number in 0..<99 { await service.script(Self.route, Self.page([], next: link + "\(number)")) }
            await service.script(Self.route, Self.page(Self.rows, next: link + "full"))
            for number in 100..<199 { await service.script(Self.route, Self.page([], next: link + "\(number)")) }
            await service.script(Self.route, Self.page([]))
            try await fetch(service)
            let before = await service.requests(Self.route).count
            #expect(before == 200)
            for number in 0..<150 { await service.script(Self.route, Self.page([], next: link + "\(number)")) }
            await service.script(Self.route, Self.page([]))
            let words = "\(service.authority) gave 100 empty pages in a row, and names another"
            #expect(await failure(service)?.message == words)
            #expect(await service.requests(Self.route).count - before == 100)
        }
    }

    @Test func `an environment whose certificate is not trusted gets no token`() async throws {
        let folder = try TemporaryFolder()
        try folder.write(TestAuthority.certificate, to: "ca.pem")
        let authority = folder.file("ca.pem")
        try await withFakeService(tls: try TestAuthority.serverContext(), host: "localhost") { service in
            #expect(await failure(service)?.message == "the certificate of \(service.authority) is not trusted")
            #expect(await service.requests.isEmpty)
            await service.script(Self.route, Self.page([]))
            try await fetch(service, trusting: [authority])
            #expect(await service.requests(Self.route).map(\.bearer) == ["t0ken"])
        }
    }

    @Test func `an environment is reached over https, and over http on this machine alone`() throws {
        #expect(try DataverseEnvironment("contoso.crm.dynamics.com").origin == "https://contoso.crm.dynamics.com")
        #expect(try DataverseEnvironment("https://contoso.crm4.dynamics.com/api/data/v9.2/").authority.contains("crm4"))
        #expect(try DataverseEnvironment("http://127.0.0.1:8080/").origin == "http://127.0.0.1:8080")
        for (text, code) in [
            ("http://contoso.crm.dynamics.com", ClientError.Code.notEncrypted), ("https://x/y", .invalidURL),
            ("https://u:p@x", .invalidURL), ("ftp://x", .invalidURL), ("https://x?t=1", .invalidURL), ("", .invalidURL),
        ] {
            #expect(throws: ClientError.self) { try DataverseEnvironment(text) }
            #expect((try? DataverseEnvironment(text)) == nil, "\(text) \(code)")
        }
    }
}
