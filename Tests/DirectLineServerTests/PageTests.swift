import BotSchema
@testable import DirectLineServer
import NIOHTTP1
import TestSupport
import Testing

/// What a browser asks for a page.
@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct PageTests {
    @Test(arguments: ["/conversations", "/conversations/x/activities", "/tokens/refresh", "/nowhere"])
    func `S01 a preflight is answered on every path without a credential`(path: String) async throws {
        try await withServer(ServerConfiguration(secret: "s")) { server in
            let answer = try await server.call(
                .OPTIONS,
                path,
                headers: [
                    "Origin": "http://localhost:3000", "Access-Control-Request-Headers": "authorization,x-ms-bot-agent",
                    "Access-Control-Request-Private-Network": "true",
                ]
            )
            #expect(answer.status == 204)
            #expect(answer.headers.first(name: "Access-Control-Allow-Origin") == "http://localhost:3000")
            #expect(answer.headers.first(name: "Access-Control-Allow-Headers") == "authorization,x-ms-bot-agent")
            #expect(answer.headers.first(name: "Access-Control-Allow-Methods")?.contains("POST") == true)
            #expect(answer.headers.first(name: "Access-Control-Allow-Credentials") == "true")
            #expect(answer.headers.first(name: "Access-Control-Allow-Private-Network") == "true")
        }
    }

    @Test func `answers and errors alike may be read by the page that asked`() async throws {
        try await withServer { server in
            let headers: HTTPHeaders = ["Origin": "http://localhost:3000"]
            for path in ["/session/getsessionid", "/conversations/x/activities", "/nowhere", "/tokens/generate"] {
                let answer = try await server.call(.GET, path, headers: headers)
                #expect(answer.headers.first(name: "Access-Control-Allow-Origin") == "http://localhost:3000", "\(path)")
                #expect(answer.headers.first(name: "Vary") == "Origin")
            }
        }
    }

    @Test func `S01 foreign pages and foreign names are refused`() async throws {
        try await withServer { server in
            for headers: HTTPHeaders in [["Origin": "https://evil.example"], ["Host": "rebound.example"]] {
                for method: HTTPMethod in [.OPTIONS, .POST] {
                    let answer = try await server.call(method, "/conversations", headers: headers)
                    #expect(answer.status == 403)
                    #expect(answer.errorCode == "BadArgument")
                    #expect(answer.headers.first(name: "Access-Control-Allow-Origin") == nil)
                }
            }
        }
    }

    @Test(
        arguments: [
            ("GET", "/nowhere", 404, nil), ("GET", "/tokens/generate", 405, "POST, OPTIONS"),
            ("DELETE", "/conversations/x", 405, "GET, OPTIONS"),
            ("PUT", "/conversations/x/activities", 405, "GET, POST, OPTIONS"),
            ("HEAD", "/conversations", 405, "POST, OPTIONS"), ("GET", "/conversations/x", 404, nil),
            ("GET", "/session/getsessionid", 200, nil),
        ] as [(String, String, Int, String?)]
    )
    func `unknown paths are 404 and wrong methods 405 with what is allowed`(
        method: String,
        path: String,
        status: Int,
        allow: String?
    ) async throws {
        try await withServer { server in
            let answer = try await server.call(HTTPMethod(rawValue: method), path)
            #expect(answer.status == status)
            #expect(answer.headers.first(name: "Allow") == allow)
            if method != "HEAD" { #expect((answer.errorCode != nil) == (status != 200)) }
        }
    }

    @Test func `a client that offers another protocol is served as if it had not`() async throws {
        try await withServer { server in
            let body = "{}"
            let answer = try await RawConnection.exchange(
                port: server.address.port,
                [
                    "POST /v3/directline/conversations HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                        + "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
                ]
            )
            #expect(answer.hasPrefix("HTTP/1.1 201"))
            #expect(answer.contains("Connection: close"))
        }
    }

    @Test(arguments: [
        "GET / HTTP/9.9\r\n\r\n", "\u{0}\u{1}\u{2}\r\n\r\n", "GET http:// HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ])
    func `what is no request does no harm`(bytes: String) async throws {
        try await withServer { server in
            let answer = try await RawConnection.exchange(port: server.address.port, [bytes])
            #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 4"))
            #expect(try await server.call(.GET, "/session/getsessionid").status == 200)
        }
    }
}
