import Testing

@testable import DirectLineClient

@Suite(.timeLimit(.minutes(1)))
struct PublicFileTests {
    @Test func `V24 a file is fetched without a credential`() async throws {
        try await withFakeService { service in
            await service.script("GET /t.json", .status(200, body: "[1]"))
            let bytes = try await PublicFile.fetch(service.base + "/t.json?sig=abc")
            #expect(String(decoding: bytes, as: UTF8.self) == "[1]")
            #expect(await service.requests("GET /t.json").map(\.bearer) == [nil])
        }
    }

    @Test func `V24 what is not there, and what is no web address, is one sentence without the signature`() async throws
    {
        try await withFakeService { service in
            await service.script("GET /t.json", .status(404))
            let error = await #expect(throws: ClientError.self) {
                try await PublicFile.fetch(service.base + "/t.json?sig=abc")
            }
            #expect(error?.status == 404)
            #expect(error?.message.contains("abc") == false)
            await service.script("GET /moved", .status(302, headers: ["Location": service.base + "/t.json"]))
            let moved = await #expect(throws: ClientError.self) { try await PublicFile.fetch(service.base + "/moved") }
            #expect(moved?.status == 302)
        }
        for address in ["file:///etc/passwd", "javascript:alert(1)", "data:,x", "nonsense", ""] {
            let error = await #expect(throws: ClientError.self) { try await PublicFile.fetch(address) }
            #expect(error?.code == .invalidURL)
        }
    }
}
