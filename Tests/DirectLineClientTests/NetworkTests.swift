import BotSchema
import TestSupport
import Testing
import WebSocketTransport

@testable import DirectLineClient

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Ways out of this machine.
@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct NetworkTests {
    // MARK: - Proxies

    private func server(_ environment: [String: String], _ url: String) throws -> String? {
        let settings = try ProxySettings(environment: environment)
        let url = try #require(WebURL(url, schemes: ["http", "https", "ws", "wss"]))
        return settings.server(for: url)?.authority
    }

    @Test(
        arguments: [
            ("http://a.test/", "plain:1"), ("ws://a.test/", "plain:1"), ("https://a.test/", "secure:2"),
            ("wss://a.test/", "secure:2"), ("https://no.test/", nil), ("https://sub.no.test/", nil),
            ("https://notno.test/", "secure:2"), ("https://sub.dot.test/", nil), ("https://dot.test:8443/", nil),
            ("https://port.test:99/", nil), ("https://port.test/", "secure:2"), ("http://localhost:3000/", nil),
            ("http://127.0.0.1/", nil), ("http://[::1]/", nil), ("http://127.evil.test/", "plain:1"),
        ] as [(String, String?)]
    )
    func `the usual variables say what goes through which proxy`(url: String, expected: String?) throws {
        let environment = [
            "http_proxy": "http://plain:1", "HTTPS_PROXY": "secure:2/", "NO_PROXY": "no.test, .dot.test,port.test:99",
        ]
        #expect(try server(environment, url) == expected)
    }

    @Test func `one proxy may be for everything, small letters count more, a star excepts all`() throws {
        #expect(try server(["ALL_PROXY": "http://all:3"], "https://a.test/") == "all:3")
        #expect(try server(["http_proxy": "http://a:1", "HTTP_PROXY": "http://b:1"], "http://x.test/") == "a:1")
        #expect(try server(["ALL_PROXY": "http://all:3", "no_proxy": "*"], "https://a.test/") == nil)
        #expect(try server(["https_proxy": ""], "https://a.test/") == nil)
    }

    @Test func `a proxy that cannot be used is named by its variable, never by its password`() throws {
        for value in [
            "socks5://me:secret@p:1", "https://me:secret@p:1", "http://me:secret@p:0", "http://p:1/path?secret",
        ] {
            let error = #expect(throws: ClientError.self) { try ProxySettings(environment: ["HTTPS_PROXY": value]) }
            #expect(error?.code == .invalidSetting)
            #expect(error?.message == "HTTPS_PROXY is no address of a proxy, such as http://proxy:8080")
        }
        let settings = try ProxySettings(environment: ["https_proxy": "http://me:se%40cret@p:1"])
        var dumped = ""
        dump(settings, to: &dumped)
        #expect(!("\(settings)" + dumped).contains("cret"))
        #expect(ProxyServer("http://me:se%40cret@p:1")?.authorization == "Basic bWU6c2VAY3JldA==")
    }

    @Test func `a conversation goes through a proxy, calls and stream`() async throws {
        try await withFakeService(host: "service.test") { service in
            try await TestProxy.withProxy(password: "Basic bWU6cHc=") { proxy in
                var configuration = try ClientConfiguration.test(service)
                configuration.proxies = try ProxySettings(environment: [
                    "http_proxy": "http://me:pw@127.0.0.1:\(proxy.port)"
                ])
                configuration.allowsClearText = true
                try await DirectLine.withConversation(configuration) { conversation in
                    var events = conversation.events.makeAsyncIterator()
                    await events.wait(for: .online)
                    await service.until { $0.streamCount == 1 }
                    let receipt = try await conversation.send(.message("hello"))
                    #expect(receipt.id != nil)
                    #expect(await events.nextText() == "hello")
                }
                let heads = proxy.requests
                #expect(heads.contains { $0.hasPrefix("CONNECT service.test:\(service.port) ") })
                #expect(heads.count >= 2, "calls and stream")
            }
        }
    }

    @Test func `a proxy that wants a password or is not there is told`() async throws {
        try await TestProxy.withProxy(password: "Basic bWU6cHc=") { proxy in
            let refused = await #expect(throws: WebSocketError.self) {
                try await WebSocketConnector.connect(
                    url: "ws://service.test/",
                    timeout: .seconds(600),
                    proxy: WebSocketProxy(host: "127.0.0.1", port: proxy.port)
                )
            }
            #expect(refused?.message == "the proxy 127.0.0.1:\(proxy.port) wants a name and a password")
        }
        let nobody = await #expect(throws: WebSocketError.self) {
            try await WebSocketConnector.connect(
                url: "ws://service.test/",
                proxy: WebSocketProxy(host: "127.0.0.1", port: 1)
            )
        }
        #expect(nobody?.message == "nobody listens at the proxy 127.0.0.1:1")
    }

    // MARK: - Trust

    @Test func `an authority of one's own is trusted when it is named, for calls and stream, and not otherwise`()
        async throws
    {
        let folder = try TemporaryFolder()
        try folder.write(TestAuthority.certificate, to: "ca.pem")
        try await withFakeService(tls: try TestAuthority.serverContext(), host: "localhost") { service in
            var configuration = try ClientConfiguration.test(service)
            let untrusting = configuration
            let error = await #expect(throws: ClientError.self) {
                try await DirectLine.withConversation(untrusting) { _ in }
            }
            #expect(error?.code == .unreachable)
            #expect(error?.message == "the certificate of \(service.authority) is not trusted")
            configuration.trustedCertificates = [folder.file("ca.pem")]
            try await DirectLine.withConversation(configuration) { conversation in
                var events = conversation.events.makeAsyncIterator()
                await events.wait(for: .online)
                await service.until { $0.streamCount == 1 }
                _ = try await conversation.send(.message("hello"))
                #expect(await events.nextText() == "hello")
            }
        }
    }

    @Test func `a certificate that cannot be read is named`() async throws {
        let folder = try TemporaryFolder()
        try folder.write("nonsense", to: "ca.pem")
        for path in [folder.file("ca.pem"), "/nowhere/ca.pem"] {
            var configuration = ClientConfiguration(credential: .none, user: ChannelAccount(id: "u"))
            configuration.trustedCertificates = [path]
            let broken = configuration
            let error = await #expect(throws: ClientError.self) {
                try await DirectLine.withConversation(broken) { _ in }
            }
            #expect(error?.code == .invalidSetting)
            #expect(error?.message == "no certificate can be read from \(path), which must be PEM")
        }
    }
}
