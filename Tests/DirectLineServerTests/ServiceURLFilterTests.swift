import AsyncHTTPClient
import BotSchema
import Bots
@testable import DirectLineServer
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

/// Whatever way a bot links a file with the channel, users get a public link and never the bot's capability.
@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct ServiceURLFilterTests {
    private static func card(_ type: String, _ content: JSONValue) -> JSONValue {
        ["attachments": [["contentType": .string("application/vnd.microsoft.card." + type), "content": content]]]
    }

    /// The ways in which bots link a file, by the link.
    private static let ways: [@Sendable (String) -> JSONValue] = [
        { ["attachments": [["contentType": "image/png", "contentUrl": .string($0)]]] },
        { ["attachments": [["contentType": "image/png", "thumbnailUrl": .string($0), "name": .string($0)]]] },
        { card("hero", ["images": [["url": .string($0)]]]) },
        { card("hero", ["buttons": [["type": "openUrl", "title": .string("open " + $0), "value": .string($0)]]]) },
        { card("thumbnail", ["images": [["url": .string($0), "tap": ["type": "openUrl", "value": .string($0)]]]]) },
        { card("adaptive", ["body": [["type": "Image", "url": .string($0)]]]) },
        { card("adaptive", ["actions": [["type": "Action.OpenUrl", "url": .string($0)]]]) },
        { card("adaptive", ["body": [["type": "TextBlock", "text": .string("[a](\($0))")]]]) },
        { card("video", ["media": [["url": .string($0)]], "image": ["url": .string($0)]]) },
        { card("audio", ["media": [["url": .string($0)]]]) },
        { card("receipt", ["items": [["image": ["url": .string($0)]]]]) },
        { card("signin", ["buttons": [["type": "signin", "value": .string($0)]]]) },
        { ["text": .string("![picture](\($0)) and <img src=\"\($0)\">"), "textFormat": "markdown"] },
        { ["text": .string($0)] }, { ["speak": .string("<audio src='\($0)'/>")] }, { ["summary": .string($0)] },
        { ["value": ["deep": [["link": .string($0)]]]] }, { ["value": .object([$0: 1])] },
        { ["channelData": ["link": .string($0)]] }, { ["entities": [["type": "x", "url": .string($0)]]] },
        { ["suggestedActions": ["actions": [["type": "openUrl", "title": "t", "value": .string($0)]]]] },
        { ["type": "event", "name": "x", "relatesTo": ["serviceUrl": .string($0)]] },
        { ["type": "event", "name": .string($0), "value": .string("{\"url\":\"\($0)\"}")] },
        { ["type": "typing", "text": .string($0)] }, { ["type": "typing", "channelData": ["u": .string($0)]] },
        { ["from": ["id": "bot", "url": .string($0)], "recipient": ["id": .string($0)]] },
        { ["serviceUrl": .string($0), "localTimezone": .string($0), "locale": .string($0)] },
        { ["attachments": [["name": "Transcript", "content": ["activities": [["serviceUrl": .string($0)]]]]]] },
    ]

    private static func isLeaking(_ text: String, _ capability: String) -> Bool {
        var text = text.lowercased()
        for _ in 0..<5 {
            if text.contains(capability) { return true }
            let decoded = RequestTarget(
                text.replacing("?", with: "").replacing("#", with: "").replacing("/", with: "_")
            )
            text = decoded.path.joined()
        }
        return false
    }

    @Test func `a transcript that a bot keeps with the channel is read by its conversation alone`() async throws {
        let heard = Happenings<Activity>()
        try await withServer(bot: InvokedBot(heard: heard, answers: Happenings<JSONValue>())) { server in
            let (conversation, other) = (try await server.start(), try await server.start())
            let serviceURL = await heard.next()?.serviceURL ?? ""
            let file: JSONValue = ["type": "application/json", "name": "Transcript", "originalBase64": "e30="]
            let kept = serviceURL + "v3/conversations/\(conversation.id)/attachments"
            let id = try await server.call(.POST, kept, file).json?["id"]?.string ?? ""
            let path = "/v3/attachments/\(id)/views/original"
            func status(_ token: String?) async throws -> Int {
                let headers: HTTPHeaders = token.map { ["Authorization": "Bearer \($0)"] } ?? [:]
                return try await server.call(.GET, server.address.url + path, headers: headers).status
            }
            #expect(try await status(conversation.info.token) == 200)
            #expect(try await status(nil) == 401)
            #expect(try await status(other.info.token) == 403)
            #expect(try await server.call(.GET, serviceURL + path.dropFirst()).text == "{}")
        }
    }

    enum Means: CaseIterable, Sendable { case send, reply, update, history, begin, invoke }

    @Test(arguments: Means.allCases)
    func `a user learns a public link, in whatever way the bot gives it`(means: Means) async throws {
        let heard = Happenings<Activity>()
        let answers = Happenings<JSONValue>()
        let bot = InvokedBot(heard: heard, answers: answers)
        try await withServer(bot: bot) { server in
            let conversation = try await server.start()
            let serviceURL = await heard.next()?.serviceURL ?? ""
            let capability = serviceURL.split(separator: "/").last.map(String.init) ?? ""
            let base = serviceURL + "v3/conversations/\(conversation.id)"
            let file: JSONValue = ["type": "text/plain", "name": "f", "originalBase64": "aGk="]
            let id = try await server.call(.POST, base + "/attachments", file).json?["id"]?.string ?? ""
            let link = serviceURL + "v3/attachments/\(id)/views/original"
            let publicLink = server.address.url + "/v3/attachments/\(id)/views/original"
            #expect(try await server.call(.GET, publicLink).text == "hi")
            try await conversation.withStream { stream in
                for way in Self.ways {
                    guard var body = way(link).object else { continue }
                    if body["type"] == nil { body["type"] = "message" }
                    var text = ""
                    switch means {
                    case .send, .reply:
                        let path = means == .send ? "/activities" : "/activities/x"
                        #expect(try await server.call(.POST, base + path, .object(body)).status == 200)
                        text = try await stream.frame()?.jsonValue.compactText ?? ""
                    case .update:
                        // What passes cannot be changed.
                        guard body["type"] != "typing" else { continue }
                        var old = Activity.message("old")
                        for member in ["type", "name"] { old.json[member] = body[member] }
                        let id =
                            try await server.call(.POST, base + "/activities", old.jsonValue).json?["id"]?.string ?? ""
                        _ = try await stream.frame()
                        _ = try await server.call(.PUT, base + "/activities/\(id)", .object(body))
                        text = try await stream.frame()?.jsonValue.compactText ?? ""
                    case .history:
                        _ = try await server.call(.POST, base + "/activities/history", ["activities": [.object(body)]])
                        text = try await stream.frame()?.jsonValue.compactText ?? ""
                    case .begin:
                        // The link is below the URL of the conversation from which the new one is begun.
                        let begun = try await server.call(
                            .POST,
                            serviceURL + "v3/conversations",
                            ["activity": .object(body)]
                        )
                        let path = "/conversations/\(begun.json?["id"]?.string ?? "")/activities"
                        text = try await server.call(.GET, path).text
                        guard body["type"] != "typing" else { continue }
                    case .invoke:
                        answers.note(.object(body))
                        var invoke = Activity(type: .invoke)
                        invoke.name = "x"
                        text = try await conversation.post(invoke).text
                    }
                    #expect(!Self.isLeaking(text, capability), "\(text)")
                    #expect(text.contains(publicLink) || body["serviceUrl"] != nil, "\(text)")
                }
            }
            let polled = try await server.call(.GET, conversation.path + "/activities").text
            #expect(!Self.isLeaking(polled, capability))
        }
    }

    private static func spellings(_ url: String) -> [(String, isRewritten: Bool)] {
        let encoded = url.replacing(":", with: "%3A").replacing("/", with: "%2F")
        let letters = url.utf8.map { "%" + String($0, radix: 16) }.joined()
        return [
            (url, true), (url.replacing("127.0.0.1", with: "localhost"), true),
            (url.replacing("127.0.0.1", with: "[::1]"), true), (url.replacing("http:", with: "https:"), true),
            (url.replacing("127.0.0.1:4000", with: "host.docker.internal:9"), true),
            (url.uppercased(), true), (url.replacing("/", with: "//"), true), (url.replacing("/", with: "\\/"), true),
            (encoded, true), (encoded.replacing("%", with: "%25"), true), ("see\(url)", true), ("(\(url))", true),
            (encoded.lowercased(), true), (url.replacing("bot", with: "%62ot"), true),
            (String(url.dropFirst("http://127.0.0.1:4000".count)), false),
            (String(url.dropFirst("http:".count)), false),
            (letters, false), (letters.replacing("%", with: "%25"), false), (letters.uppercased(), false),
        ]
    }

    @Test func `every spelling of a service URL is found`() throws {
        let key = try #require(ServerKey([UInt8](repeating: 7, count: ServerKey.size)))
        let urls = ServiceURLs(key: key, base: "http://127.0.0.1:4000/", publicURL: "https://shop.example/chat/")
        let filter = urls.filter(for: "c-1")
        // The capability of another conversation of the same bot is told by the URL around it.
        for conversation in ["c-1", "c-2"] {
            let capability = key.connectorCapability(of: conversation)
            for (spelling, isRewritten) in Self.spellings(
                urls.url(of: conversation) + "v3/attachments/f/views/original"
            ) {
                if conversation == "c-2", spelling.contains("C-2") { continue }
                let text = "before \(spelling) after \(spelling)"
                let filtered = filter.filtered(text) ?? text
                #expect(!Self.isLeaking(filtered, capability), "\(spelling)")
                let host = filtered.lowercased().contains("shop.example")
                #expect(host == isRewritten, "\(filtered)")
            }
        }
        let own = key.connectorCapability(of: "c-1")
        #expect(filter.filtered("my key is \(own)!") == "my key is !")
        #expect(filter.filtered("\(own.uppercased())\(own)ff") == "ff")
        #expect(filter.filtered("http://127.0.0.1:4000/bot/c-1/\(own)") == "https://shop.example/chat")
        #expect(
            filter.filtered("[a](\(urls.url(of: "c-1"))v3/attachments/f/views/original)")
                == "[a](https://shop.example/chat/v3/attachments/f/views/original)"
        )
        #expect(
            filter.filtered(#"{"u":"http:\/\/localhost:4000\/bot\/c-1\/\#(own)\/v3\/x"}"#)
                == #"{"u":"https:\/\/shop.example\/chat\/v3\/x"}"#
        )
        #expect(
            filter.filtered("?u=http%3a%2f%2f127.0.0.1%3a4000%2fbot%2fc-1%2f\(own)%2Fv3")
                == "?u=https%3A%2F%2Fshop.example%2Fchat%2Fv3"
        )
    }

    @Test func `what holds no capability stays as it is`() throws {
        let key = try #require(ServerKey([UInt8](repeating: 7, count: ServerKey.size)))
        let urls = ServiceURLs(key: key, base: "http://127.0.0.1:4000/", publicURL: "http://127.0.0.1:4000/")
        let filter = urls.filter(for: "c-1")
        let other = String(repeating: "0123456789abcdef", count: 2)
        for text in [
            "", "x", other, other + other, "http://127.0.0.1:4000/bot/c-1/\(other)/v3", "100%25 sure, 50%3A",
            "http://127.0.0.1:4000/v3/attachments/x", "/" + other, "bot/" + other, "%", "%3", "%%33%3", "é%41" + other,
        ] {
            #expect(filter.filtered(text) == nil, "\(text)")
        }
        let value: JSONValue = ["a": [1, nil, true, "x"], "b": ["c": .string(other)]]
        #expect(filter.filtered(value) == nil)
    }

    @Test func `a large text is looked through quickly`() throws {
        let key = try #require(ServerKey([UInt8](repeating: 7, count: ServerKey.size)))
        let urls = ServiceURLs(key: key, base: "http://127.0.0.1:4000/", publicURL: "http://127.0.0.1:4000/")
        let filter = urls.filter(for: "c-1")
        let digits = String(repeating: "0123456789abcdef", count: 1 << 14)
        #expect(filter.filtered(digits) == nil)
        let link = urls.url(of: "c-1")
        let found = try #require(filter.filtered(digits + " " + link))
        #expect(found.hasSuffix(" http://127.0.0.1:4000/"))
    }
}

/// A bot that answers invokes with what a test says.
private struct InvokedBot: Bot {
    let heard: Happenings<Activity>
    let answers: Happenings<JSONValue>

    func onTurn(_ activity: Activity, in conversation: any ConversationChannel) async throws -> InvokeResponse? {
        guard activity.type == .invoke else {
            heard.note(activity)
            return nil
        }
        return InvokeResponse(status: 200, body: await answers.next())
    }
}
