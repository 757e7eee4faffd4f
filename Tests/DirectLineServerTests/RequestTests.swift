import HTTPTypes
@testable import DirectLineServer
import Testing

struct RequestTests {
    @Test(arguments: [
        ("/", []), ("", []), ("//v3///conversations/", ["v3", "conversations"]),
        ("/v3/a%7C0001/b", ["v3", "a|0001", "b"]), ("/a|1", ["a|1"]), ("/%zz/%4", ["%zz", "%4"]),
        ("/%ff", ["%ff"]), ("/a%2Fb?c=d", ["a/b"]), ("/a#b", ["a"]),
    ])
    func `a path is taken apart whatever it holds`(target: String, path: [String]) {
        #expect(RequestTarget(target).path == path)
    }

    @Test func `a query is taken apart`() {
        let query = RequestTarget("/p?watermark=1+2%7C&t=a=b&empty=&flag&&t=last").query
        #expect(query == ["watermark": "1+2|", "t": "last", "empty": "", "flag": ""])
    }

    @Test(arguments: [
        ("/v3/directline/tokens/generate", Resource.generateToken),
        ("/v3/directline/conversations/", .conversations),
        ("/v3/directline/conversations/c%7C1/activities", .activities("c|1")),
        ("/v3/directline/conversations/c/stream", .stream("c")),
        ("/bot/c/CODE//v3/conversations/c/activities/history", .history("c")),
        ("/bot/c//CODE/v3/conversations/c/activities/a%7C1", .botActivity("c", activity: "a|1")),
        ("/bot/c/CODE/v3/conversations/c/activities/a/members", .activityMembers("c", activity: "a")),
        ("/bot/c/CODE/v3/conversations/c/pagedmembers", .pagedMembers("c")),
        ("/bot/c/CODE/v3/conversations", .botConversations(by: "c")),
        ("/bot/c/CODE/v3/attachments/x", .attachment("x")),
        ("/v3/attachments/x/views/original", .attachmentView("x", view: "original")),
        ("/v3/conversations/c/activities", nil),
        ("/bot/c/other/v3/conversations/c/activities", nil),
        ("/bot/c/CODE/v3/conversations/d/activities", nil), ("/bot/d/CODE/v3/conversations/d/activities", nil),
        ("/CODE/v3/conversations/c/activities", nil), ("/v3/botstate/x", nil), ("/bot/c/CODE", nil),
        ("/v3/directline/conversations/c/activities/x", nil),
        ("/health", .health), ("/health/", .health), ("/health/x", nil),
        ("/v3/directline", nil), ("/", nil),
    ])
    func `a path names a resource`(path: String, resource: Resource?) throws {
        let key = try #require(ServerKey([UInt8](repeating: 7, count: ServerKey.size)))
        let path = RequestTarget(path.replacing("CODE", with: key.connectorCapability(of: "c"))).path
        #expect(Resource(path: path, key: key) == resource)
    }

    @Test(arguments: [
        (nil, true), ("null", false), ("http://localhost:3000", true), ("https://127.0.0.1", true),
        ("http://[::1]:80", true), ("https://shop.example", true), ("https://evil.example", false),
        ("http://localhost.evil.example", false), ("http://127.0.0.1.evil.example", false), ("localhost", false),
    ])
    func `pages of this machine and those named may call`(origin: String?, isAllowed: Bool) {
        let rules = CrossOrigin(isLoopback: true, allowedOrigins: ["https://shop.example"], allowedHosts: [])
        let isRefused = (try? rules.check(origin: origin, host: .localhost)) == nil
        #expect(isRefused != isAllowed)
        let files = CrossOrigin(isLoopback: true, allowedOrigins: ["null"], allowedHosts: [])
        #expect((try? files.check(origin: "null", host: nil)) != nil)
    }

    @Test(arguments: [
        (nil, true), ("localhost", true), ("LOCALHOST:80", true), ("127.0.0.1:4000", true), ("[::1]:4000", true),
        ("host.docker.internal:4000", true), ("rebound.example:4000", false), ("127.0.0.1.example", false),
    ])
    func `a loopback server answers to names of this machine`(host: String?, isAllowed: Bool) {
        let rules = CrossOrigin(isLoopback: true, allowedOrigins: [], allowedHosts: ["host.docker.internal"])
        let authority = host.flatMap { Authority($0) }
        #expect((authority == nil) == (host == nil))
        let isRefused = (try? rules.check(origin: nil, host: authority)) == nil
        #expect(isRefused != isAllowed)
        let open = CrossOrigin(isLoopback: false, allowedOrigins: [], allowedHosts: ["host.docker.internal"])
        #expect((try? open.check(origin: nil, host: authority)) != nil)
        // What a proxy forwards may be any client's word, wherever the server listens.
        let isForwardRefused = (try? open.check(origin: nil, host: nil, forwardedHost: authority)) == nil
        #expect(isForwardRefused != isAllowed)
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.1.2.3", true), ("localhost", true), ("::1", true), ("0.0.0.0", false),
        ("127.0.0.1.example", false), ("10.0.0.1", false), ("::", false),
    ])
    func `loopback addresses are known`(address: String, isLoopback: Bool) {
        #expect(CrossOrigin.isLoopback(address) == isLoopback)
    }

    @Test func `an address is written as a URL that can be opened`() {
        #expect(ServerAddress(host: "::1", port: 80).url == "http://[::1]:80")
        #expect(ServerAddress(host: "0.0.0.0", port: 80).url == "http://127.0.0.1:80")
        #expect(ServerAddress(host: "localhost", port: 80).directLineURL == "http://localhost:80/v3/directline")
    }
}
