import AgentHub
import TestSupport
import Testing

@testable import BatonCommands

/// What is read for an agent from behind the link of a bot's transcript.
@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct LinkedTranscriptTests {
    /// Runs a service with TLS, and a reader of links that trusts it.
    private func withLinks(
        limit: Int = 1000,
        timeout: Duration = .seconds(600),
        _ body: @escaping @Sendable (FakeService, LinkedTranscripts) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        try folder.write(TestAuthority.certificate, to: "ca.pem")
        let authority = folder.file("ca.pem")
        try await withFakeService(tls: try TestAuthority.serverContext(), host: "localhost") { service in
            try await body(
                service,
                LinkedTranscripts(limit: limit, timeout: timeout, trustedCertificates: [authority])
            )
        }
    }

    private func bytes(_ links: LinkedTranscripts, _ address: String) async -> [UInt8]? {
        try? await links.file(at: address, in: "c")
    }

    private func failure(_ links: LinkedTranscripts, _ address: String) async -> String? {
        await #expect(throws: TranscriptLinkError.self) { _ = try await links.file(at: address, in: "c") }?.description
    }

    @Test func `a data URI holds it, and https has it without any credential`() async throws {
        try await withLinks { service, links in
            #expect(await bytes(links, "data:application/json,%5B%5D") == Array("[]".utf8))
            await service.script("GET /t.json", .status(200, body: "[]"))
            #expect(await bytes(links, "\(service.base)/t.json") == Array("[]".utf8))
            #expect(await service.requests("GET /t.json").map(\.bearer) == [nil])
        }
    }

    @Test func `a redirect is followed without a credential, but not to where nothing is encrypted`() async throws {
        try await withLinks { service, links in
            let there = "https://127.0.0.1:\(service.port)/there"
            await service.script("GET /here", .status(302, headers: ["Location": there]))
            await service.script("GET /there", .status(200, body: "[]"))
            #expect(await bytes(links, "\(service.base)/here") == Array("[]".utf8))
            #expect(await service.requests.filter { $0.path == "/there" }.map(\.bearer) == [nil])
            let plain = "http://localhost:\(service.port)/plain"
            await service.script("GET /down", .status(302, headers: ["Location": plain]))
            let words = await failure(links, "\(service.base)/down")
            #expect(words == "\(service.authority) moves the file to where it is not fetched from")
            #expect(await service.requests.allSatisfy { $0.path != "/plain" })
        }
    }

    @Test func `what cannot be read is said in words`() async throws {
        try await withLinks { service, links in
            for address in ["http://localhost/t", "file:///etc/passwd", "ftp://x/t", ""] {
                #expect(await failure(links, address) == "only https links are followed, and this is none")
            }
            await service.script("GET /gone", .status(404))
            #expect(await failure(links, "\(service.base)/gone")?.contains("404") == true)
            await service.script("GET /large", .status(200, body: String(repeating: "x", count: 1001)))
            #expect(
                await failure(links, "\(service.base)/large")
                    == "the file has 1001 bytes, more than the 1000 that are fetched"
            )
            let untrusting = LinkedTranscripts()
            let refused = await failure(untrusting, "\(service.base)/t")
            #expect(refused == "the certificate of \(service.authority) is not trusted")
        }
    }

    @Test func `a server that never answers is given up`() async throws {
        try await withLinks(timeout: .milliseconds(200)) { service, links in
            await service.script("GET /slow", .silence)
            let words = await failure(links, "\(service.base)/slow")
            #expect(words?.isEmpty == false && words?.contains("the hub was stopped") == false, "\(words ?? "")")
        }
    }
}
