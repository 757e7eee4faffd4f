import BotSchema
@testable import DirectLineServer
import HTTPTypes
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

/// Under which URL clients reach a server, and what they are given for it.
@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct PublicURLTests {
    @Test(arguments: [
        ("localhost", "localhost"), ("LocalHost:80", "localhost:80"), ("127.0.0.1:4000", "127.0.0.1:4000"),
        ("[::1]", "[::1]"), ("[::1]:4000", "[::1]:4000"), ("host.docker.internal", "host.docker.internal"),
        ("a_b", "a_b"), ("[::1]evil", nil), ("[::1]:80evil", nil), ("[::1", nil), ("::1", nil), ("[evil]", nil),
        ("[127.0.0.1]", nil), ("localhost:", nil), ("localhost:0", nil), ("localhost:+80", nil),
        ("localhost:65536", nil), ("localhost/evil", nil), ("localhost?x", nil), ("me@localhost", nil), ("", nil),
        (":80", nil), ("a b", nil), ("a,b", nil), ("bücher.example", nil), ("localhost:80:80", nil),
    ])
    func `an authority is a host and a port and nothing else`(text: String, read: String?) {
        #expect(Authority(text)?.text == read)
    }

    @Test(arguments: [
        ("https://shop.example", "https://shop.example"), ("HTTPS://Shop.Example/", "https://shop.example"),
        ("https://shop.example:8443//chat/", "https://shop.example:8443/chat"), ("http://[::1]:80", "http://[::1]"),
        ("https://a.example:443", "https://a.example"),
        ("shop.example", nil), ("wss://shop.example", nil), ("https://", nil), ("https://shop.example?x", nil),
        ("https://shop.example/#x", nil), ("https://me:secret@shop.example", nil), ("https://shop.example/a b", nil),
        ("https://shop.example/\u{1b}", nil),
    ])
    func `a public URL is read strictly`(text: String, read: String?) {
        #expect(PublicURL(text)?.description == read)
    }

    @Test func `links are below the public URL, streams with the scheme of theirs`() throws {
        let url = try #require(PublicURL("https://shop.example/chat"))
        #expect(url.directLineURL == "https://shop.example/chat/v3/directline")
        #expect(url.attachment("f") == "https://shop.example/chat/v3/attachments/f/views/original")
        #expect(
            url.stream(of: "c", watermark: nil, ticket: "t")
                == "wss://shop.example/chat/v3/directline/conversations/c/stream?watermark=-&t=t"
        )
        let plain = try #require(PublicURL("http://shop.example"))
        #expect(plain.stream(of: "c", watermark: 7, ticket: "t").hasPrefix("ws://shop.example/v3/"))
    }

    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1", true), ("127.0.0.1", "127.0.0.2", false), ("10.0.0.0/8", "10.200.3.4", true),
        ("10.0.0.0/8", "11.0.0.1", false), ("10.0.0.0/9", "10.128.0.1", false), ("0.0.0.0/0", "8.8.8.8", true),
        ("::1", "::1", true), ("fd00::/8", "fd12::1", true), ("fd00::/8", "fe80::1", false),
        ("127.0.0.1", "::ffff:127.0.0.1", true), ("127.0.0.1", "::1", false),
    ])
    func `a range holds its addresses`(range: String, address: String, isIn: Bool) throws {
        let address = try SocketAddress(ipAddress: address, port: 1)
        #expect(try #require(NetworkRange(range)).contains(address) == isIn)
    }

    @Test(arguments: ["", "localhost", "10.0.0.0/33", "10.0.0.0/", "::/129", "10.0.0/8", "1.2.3.4/-1", "1.2.3.4/+1"])
    func `what is no range is refused`(text: String) { #expect(NetworkRange(text) == nil) }

    private func forwarded(_ fields: (String, String)...) throws -> ForwardedRequest {
        var headers = HTTPFields()
        for (name, value) in fields {
            headers.append(HTTPField(name: try #require(HTTPField.Name(name)), value: value))
        }
        return try ForwardedRequest(headers)
    }

    @Test func `forwarded headers are read as the nearest proxy wrote them`() throws {
        let simple = try forwarded(("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "shop.example"))
        #expect(simple.isSecure == true && simple.authority?.text == "shop.example")
        // What stands first may be the client's.
        let list = try forwarded(("X-Forwarded-Proto", "http, https"), ("X-Forwarded-Host", "evil.example, a.example"))
        #expect(list.isSecure == true && list.authority?.text == "a.example")
        let twice = try forwarded(("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Host", "a.example"))
        #expect(twice.authority?.text == "a.example")
        let port = try forwarded(("X-Forwarded-Host", "a.example"), ("X-Forwarded-Port", "8443"))
        #expect(port.authority?.text == "a.example:8443")
        let standard = try forwarded(
            ("X-Forwarded-Host", "a.example"),
            ("X-Forwarded-Proto", "https"),
            ("X-Forwarded-Port", "443")
        )
        let url = PublicURL(isSecure: true, authority: try #require(standard.authority))
        #expect(url.description == "https://a.example")
        let none = try forwarded()
        #expect(none.isSecure == nil && none.authority == nil)
    }

    @Test(
        arguments: [
            ("proto=https;host=shop.example", true, "shop.example"),
            ("for=192.0.2.1;Proto=HTTPS;Host=\"shop.example:8443\";by=x", true, "shop.example:8443"),
            ("proto=http;host=evil.example, proto=https;host=a.example", true, "a.example"),
            ("for=\"a,b;proto=http\";proto=https", true, nil), ("for=\"\\\",proto=http\" ; proto=https", true, nil),
            ("for=unknown", nil, nil), ("", nil, nil), (",", nil, nil), ("host", nil, nil),
        ] as [(String, Bool?, String?)]
    )
    func `Forwarded is read by its grammar`(text: String, isSecure: Bool?, host: String?) throws {
        let forwarded = try forwarded(("Forwarded", text))
        #expect(forwarded.isSecure == isSecure)
        #expect(forwarded.authority?.text == host)
    }

    @Test func `headers of both kinds must agree, since a proxy sets one and passes on the other`() throws {
        let agreed = try forwarded(("Forwarded", "proto=https"), ("X-Forwarded-Proto", "https"))
        #expect(agreed.isSecure == true)
        #expect(throws: HTTPFailure.self) {
            try forwarded(("Forwarded", "proto=http"), ("X-Forwarded-Proto", "https"))
        }
        #expect(throws: HTTPFailure.self) {
            try forwarded(("Forwarded", "host=evil.example"), ("X-Forwarded-Host", "shop.example"))
        }
    }

    @Test(arguments: [
        ("Forwarded", "proto=ftp"), ("Forwarded", "host=\"a b\""), ("Forwarded", "host=\"a"),
        ("X-Forwarded-Proto", "https://"), ("X-Forwarded-Host", "a/b"), ("X-Forwarded-Host", ""),
    ])
    func `what a proxy garbles is an error and no guess`(name: String, value: String) {
        #expect(throws: HTTPFailure.self) { try forwarded((name, value)) }
    }

    // MARK: - On the wire

    private static let forwardedHeaders: HTTPHeaders = [
        "X-Forwarded-Proto": "https", "X-Forwarded-Host": "shop.example",
    ]

    private static let behindProxy: ServerConfiguration = {
        var configuration = ServerConfiguration.patient
        configuration.trustedProxies = [NetworkRange("127.0.0.1")].compactMap(\.self)
        configuration.allowedHosts = ["shop.example"]
        return configuration
    }()

    @Test func `the public URL is in everything that a client is given, whatever the request says`() async throws {
        var configuration = ServerConfiguration.patient
        configuration.publicURL = PublicURL("https://shop.example/chat")
        let heard = Happenings<Activity>()
        try await withServer(configuration, bot: ObservedBot(heard)) { server in
            let headers: HTTPHeaders = ["Host": "shop.example", "X-Forwarded-Host": "evil.example"]
            let start = try await server.call(.POST, "/conversations", [:], headers: headers)
            #expect(start.json?["streamUrl"]?.string?.hasPrefix("wss://shop.example/chat/v3/directline/") == true)
            let info = try #require(ConversationInfo(start.json))
            let conversation = TestConversation(server: server, info: info)
            let again = try await server.call(.GET, conversation.path, headers: headers)
            #expect(again.json?["streamUrl"]?.string?.hasPrefix("wss://shop.example/chat/v3/directline/") == true)
            _ = await heard.next()
            _ = try await server.upload(conversation, [1], type: "image/png")
            let shown = try await conversation.history().activities.first?.attachments.first?.contentURL
            #expect(shown?.hasPrefix("https://shop.example/chat/v3/attachments/") == true)
            // A bot on this machine reads it where the server is.
            let received = try #require(await heard.next())
            let url = try #require(received.attachments.first?.contentURL)
            #expect(url.hasPrefix("http://localhost:\(server.address.port)/v3/attachments/"))
            #expect(received.serviceURL?.hasPrefix(server.address.url) == true)
            #expect(try await server.call(.GET, url).status == 200)
        }
    }

    @Test func `pages beside the public URL may use the server, others not`() async throws {
        var configuration = ServerConfiguration.patient
        configuration.publicURL = PublicURL("https://shop.example:443/chat")
        try await withServer(configuration) { server in
            for (origin, status) in [("https://shop.example", 201), ("http://shop.example", 403)] {
                let headers: HTTPHeaders = ["Host": "shop.example", "Origin": origin]
                let answer = try await server.call(.POST, "/conversations", [:], headers: headers)
                #expect(answer.status == status)
            }
        }
    }

    @Test func `a named proxy is believed about scheme and host`() async throws {
        try await withServer(Self.behindProxy) { server in
            let forms: [HTTPHeaders] = [
                Self.forwardedHeaders, ["Forwarded": "proto=https;host=shop.example"],
                ["Host": "shop.example", "X-Forwarded-Proto": "https"],
            ]
            for headers in forms {
                let start = try await server.call(.POST, "/conversations", [:], headers: headers)
                #expect(start.json?["streamUrl"]?.string?.hasPrefix("wss://shop.example/v3/") == true, "\(headers)")
            }
            let foreign = try await server.call(
                .POST,
                "/conversations",
                [:],
                headers: ["X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"]
            )
            #expect(foreign.status == 403)
            let garbled = try await server.call(.POST, "/conversations", [:], headers: ["X-Forwarded-Proto": "gopher"])
            #expect(garbled.status == 400)
        }
    }

    @Test func `links that others are given are under the name that a named proxy forwards`() async throws {
        let heard = Happenings<Activity>()
        try await withServer(Self.behindProxy, bot: ObservedBot(heard)) { server in
            let conversation = try await server.start()
            let headers = Self.forwardedHeaders
            #expect(try await server.upload(conversation, [1], type: "image/png", headers: headers).status == 200)
            let shown = try await conversation.history().activities.first?.attachments.first?.contentURL
            #expect(shown?.hasPrefix("https://shop.example/v3/attachments/") == true, "\(shown ?? "none")")
        }
    }

    @Test func `forwarded headers of anybody else mean nothing`() async throws {
        var configuration = Self.behindProxy
        configuration.trustedProxies = [NetworkRange("192.0.2.0/24")].compactMap(\.self)
        try await withServer(configuration) { server in
            let start = try await server.call(.POST, "/conversations", [:], headers: Self.forwardedHeaders)
            #expect(start.json?["streamUrl"]?.string?.hasPrefix("ws://127.0.0.1:\(server.address.port)/v3/") == true)
        }
    }

    // MARK: - Host

    private static let upgrade =
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

    @Test(arguments: [
        ("HTTP/1.1", "Host: localhost\r\nHost: evil.example\r\n"),
        ("HTTP/1.1", "Host: localhost\r\nhost: localhost\r\n"),
        ("HTTP/1.1", ""), ("HTTP/1.1", "Host:\r\n"), ("HTTP/1.1", "Host: [::1]evil\r\n"),
        ("HTTP/1.1", "Host: localhost/evil\r\n"), ("HTTP/1.0", "Host: [::1]evil\r\n"),
    ])
    func `a request whose host is not certain is refused, first, later and for a stream`(
        version: String,
        fields: String
    ) async throws {
        try await withServer { server in
            let conversation = try await server.start()
            let good = "GET /v3/directline/session/getsessionid HTTP/1.1\r\nHost: localhost\r\n\r\n"
            let bad = "GET /v3/directline/session/getsessionid \(version)\r\n\(fields)\r\n"
            let port = server.address.port
            let first = try await RawConnection.exchange(port: port, [bad])
            #expect(first.hasPrefix("HTTP/1.1 400") || first.hasPrefix("HTTP/1.0 400"), "\(first)")
            #expect(first.contains("BadArgument"))
            let later = try await RawConnection.exchange(port: port, [good, bad])
            #expect(later.contains("HTTP/1.1 200") && later.contains(" 400 "), "\(later)")
            let stream = try #require(conversation.info.streamURL).dropFirst("ws://127.0.0.1:\(port)".count)
            let asked = "GET \(stream) \(version)\r\n\(Self.upgrade)\(fields)\r\n"
            for requests in [[asked], [good, asked]] {
                let answer = try await RawConnection.exchange(port: port, requests)
                #expect(!answer.contains(" 101 ") && answer.contains(" 400 "), "\(answer)")
            }
        }
    }

    @Test func `a target that names a host counts more than Host, first, later and for a stream`() async throws {
        try await withServer { server in
            let conversation = try await server.start()
            let port = server.address.port
            let path = "/v3/directline/session/getsessionid"
            let good = "GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n"
            let stream = try #require(conversation.info.streamURL).dropFirst("ws://127.0.0.1:\(port)".count)
            for (target, host, status) in [
                ("http://localhost:\(port)", "localhost", 200), ("HTTP://localhost", "evil.example", 200),
                ("http://evil.example", "localhost", 403), ("https://evil.example:1", "localhost", 403),
                ("http://me@localhost", "localhost", 400), ("http://", "localhost", 400),
                ("http://localhost", "[::1]evil", 400), ("http://localhost", "localhost\r\nHost: localhost", 400),
            ] {
                let asked = "GET \(target)\(path) HTTP/1.1\r\nHost: \(host)\r\n\r\n"
                let first = try await RawConnection.exchange(port: port, [asked])
                #expect(first.hasPrefix("HTTP/1.1 \(status)"), "\(asked)\(first)")
                let later = try await RawConnection.exchange(port: port, [good, asked])
                #expect(later.contains("HTTP/1.1 200") && later.contains("HTTP/1.1 \(status)"), "\(asked)\(later)")
                guard status != 200 else { continue }
                let upgrade = "GET \(target)\(stream) HTTP/1.1\r\n\(Self.upgrade)Host: \(host)\r\n\r\n"
                for requests in [[upgrade], [good, upgrade]] {
                    let answer = try await RawConnection.exchange(port: port, requests)
                    #expect(!answer.contains(" 101 ") && answer.contains(" \(status) "), "\(upgrade)\(answer)")
                }
            }
            // The path is read, and the links are those of the host that counts.
            let body = "POST http://localhost:\(port)/v3/directline/conversations HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            let started = try await RawConnection.exchange(port: port, [body + "Content-Length: 2\r\n\r\n{}"])
            #expect(started.contains("ws://localhost:\(port)/v3/directline/"), "\(started)")
        }
    }

    @Test func `HTTP 1.0 needs no host, as the checks of proxies have none`() async throws {
        try await withServer { server in
            let answer = try await RawConnection.exchange(port: server.address.port, ["GET /health HTTP/1.0\r\n\r\n"])
            #expect(answer.contains(" 200 "), "\(answer)")
        }
    }

    @Test(arguments: ["http://[::1]evil", "http://localhost:80@evil.example", "http://localhost/x", "null"])
    func `an origin that is not certain is a foreign one`(origin: String) async throws {
        try await withServer { server in
            let answer = try await server.call(.POST, "/conversations", [:], headers: ["Origin": origin])
            #expect(answer.status == 403)
        }
    }

    @Test func `pages opened from files may come when null is allowed`() async throws {
        var configuration = ServerConfiguration.patient
        configuration.allowedOrigins = ["null"]
        try await withServer(configuration) { server in
            let answer = try await server.call(.POST, "/conversations", [:], headers: ["Origin": "null"])
            #expect(answer.status == 201)
            #expect(answer.headers.first(name: "Access-Control-Allow-Origin") == "null")
        }
    }
}
