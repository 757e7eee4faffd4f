import Testing

@testable import WebSocketTransport

struct WebURLTests {
    @Test func `parts are found and the target is kept verbatim`() throws {
        let url = try #require(WebURL("wss://example.test/v3/stream?watermark=-&t=a%7Cb#part", schemes: ["ws", "wss"]))
        #expect(url.isSecure)
        #expect(url.host == "example.test")
        #expect(url.port == 443)
        #expect(url.target == "/v3/stream?watermark=-&t=a%7Cb")
        #expect(url.hostHeader == "example.test")
    }

    @Test func `an IPv6 literal loses its brackets and the Host header keeps them`() throws {
        let url = try #require(WebURL("WS://[::1]:8080?x", schemes: ["ws", "wss"]))
        #expect(url.host == "::1")
        #expect(url.target == "/?x")
        #expect(url.hostHeader == "[::1]:8080")
        #expect(try #require(WebURL("ws://[::1]", schemes: ["ws", "wss"])).authority == "[::1]:80")
    }

    @Test(arguments: [
        "", "ws://", "ws://a:0/", "ws://a:99999/", "ws://a:x/", "ws://::1/", "ws://a b/", "ws://a/\r\nX: y",
        "ws://user@a/", "ws://[]/", "://a", "http://a/",
    ])
    func `anything else is no address`(text: String) {
        #expect(WebURL(text, schemes: ["ws", "wss"]) == nil)
    }
}
