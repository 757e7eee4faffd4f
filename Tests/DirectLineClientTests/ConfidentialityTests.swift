import BotSchema
import NIOSSL
import TestSupport
import Testing
import WebSocketTransport

@testable import DirectLineClient

/// Which ways a credential and a conversation may take.
@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct ConfidentialityTests {
    private func trusting(_ service: FakeService, _ folder: TemporaryFolder) throws -> ClientConfiguration {
        try folder.write(TestAuthority.certificate, to: "ca.pem")
        var configuration = try ClientConfiguration.test(service)
        configuration.trustedCertificates = [folder.file("ca.pem")]
        return configuration
    }

    @Test func `a service that speaks no TLS from 1.2 on gets no call and no stream`() async throws {
        let folder = try TemporaryFolder()
        let tls = try TestAuthority.serverContext(newest: .tlsv11)
        try await withFakeService(tls: tls, host: "localhost") { service in
            let configuration = try trusting(service, folder)
            let call = await #expect(throws: ClientError.self) {
                try await DirectLine.withConversation(configuration) { _ in }
            }
            let words = "\(service.authority) speaks only versions of TLS before 1.2, which are not safe"
            #expect(call?.message == words)
            let network = try Network(configuration)
            let stream = await #expect(throws: WebSocketError.self) {
                try await WebSocketConnector.connect(url: "wss://\(service.authority)/stream", tls: network.tls)
            }
            await network.shutdown()
            #expect(stream == WebSocketError(.untrusted, words))
            #expect(await service.requests.isEmpty)
        }
        // Nothing but the version was in the way.
        let newer = try TestAuthority.serverContext(newest: .tlsv12)
        try await withFakeService(tls: newer, host: "localhost") { service in
            try await DirectLine.withConversation(trusting(service, folder)) { conversation in
                var events = conversation.events.makeAsyncIterator()
                await events.wait(for: .online)
            }
        }
    }

    @Test(arguments: [ClientConfiguration.Transport.automatic, .webSocket])
    func `a service reached over https may not name a stream without encryption`(
        transport: ClientConfiguration.Transport
    ) async throws {
        let folder = try TemporaryFolder()
        try await withFakeService(tls: try TestAuthority.serverContext(), host: "localhost") { service in
            await service.set(namesClearStream: true)
            var configuration = try trusting(service, folder)
            configuration.transport = transport
            // Clear text that is allowed is no leave for a downgrade.
            configuration.allowsClearText = true
            try await DirectLine.withConversation(configuration) { conversation in
                var events = conversation.events.makeAsyncIterator()
                #expect(await events.next() == .connection(.connecting(attempt: 1)))
                guard case .connection(.failed(let error)) = await events.next() else {
                    Issue.record("the stream was opened")
                    return
                }
                #expect(error.code == .notEncrypted)
                #expect(error.message.hasPrefix("\(service.authority) is reached over https but names a stream"))
                // What is sent still arrives, and does not ask for the stream again.
                _ = try await conversation.send(.message("hello"))
                _ = try await conversation.send(.message("again"))
            }
            #expect(await service.requests("GET \(FakeService.path)").isEmpty)
            #expect(await service.streamCount == 0)
        }
    }

    @Test(arguments: [DirectLineCredential.secret("s3cr3t"), .token("t0k3n"), .none])
    func `nothing goes to another machine over http unless that is allowed`(
        credential: DirectLineCredential
    ) async throws {
        try await withFakeService(host: "service.test") { service in
            try await TestProxy.withProxy { proxy in
                var configuration = try ClientConfiguration.test(service, credential: credential)
                configuration.proxies = try ProxySettings(environment: ["http_proxy": "http://127.0.0.1:\(proxy.port)"])
                let strict = configuration
                let error = await #expect(throws: ClientError.self) {
                    try await DirectLine.withConversation(strict) { _ in }
                }
                #expect(error?.code == .notEncrypted)
                #expect(error?.message.contains("s3cr3t") == false && error?.message.contains("t0k3n") == false)
                #expect(proxy.requests.isEmpty)
                configuration.allowsClearText = true
                try await DirectLine.withConversation(configuration) { conversation in
                    var events = conversation.events.makeAsyncIterator()
                    await events.wait(for: .online)
                }
            }
        }
    }

    @Test func `a token endpoint on another machine is not asked over http`() async throws {
        try await withFakeService { service in
            let url = "http://tokens.test/directline/token?key=s3cr3t"
            let configuration = try ClientConfiguration.test(service, credential: .tokenEndpoint(url))
            let error = await #expect(throws: ClientError.self) {
                try await DirectLine.withConversation(configuration) { _ in }
            }
            #expect(error?.code == .notEncrypted)
            #expect(error?.message.contains("s3cr3t") == false)
        }
    }

    @Test func `a stream that leaves this machine without encryption is not opened`() throws {
        var configuration = ClientConfiguration(credential: .none, user: ChannelAccount(id: "u"))
        let local = try DirectLineEndpoint("http://127.0.0.1:3000")
        let strict = ClearTextRule(configuration)
        try strict.check(stream: "ws://127.0.0.1:3000/stream?t=1", of: local)
        try strict.check(stream: "wss://elsewhere.test/stream?t=1", of: local)
        #expect(throws: ClientError.self) { try strict.check(stream: "ws://elsewhere.test/stream?t=1", of: local) }
        configuration.allowsClearText = true
        try ClearTextRule(configuration).check(stream: "ws://elsewhere.test/stream?t=1", of: local)
    }

    @Test(
        arguments: [
            ("http://localhost:1", true), ("http://LOCALHOST", true), ("http://127.0.0.1", true),
            ("http://127.255.1.2:80/x", true), ("http://[::1]:3000", true), ("http://0.0.0.0:3000", true),
            ("https://anything.test", true), ("http://127.evil.test", false), ("http://localhost.evil.test", false),
            ("http://192.168.1.1", false), ("http://[fe80::1]", false), ("http://128.0.0.1", false),
        ] as [(String, Bool)]
    )
    func `this machine is known by its address`(url: String, isConfidential: Bool) throws {
        #expect(try DirectLineEndpoint(url).isConfidential == isConfidential)
    }
}
