import BotSchema
import Bots
@testable import DirectLineServer
import NIOHTTP1
import TestSupport
import Testing
import WebSocketTransport

/// How conversations begin for bots and clients of different kinds.
@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct WelcomeTests {
    @Test func `S25 a split welcome tells of the user just before the user's first words`() async throws {
        let heard = Happenings<Activity>()
        var configuration = ServerConfiguration()
        configuration.welcome = .split
        try await withServer(configuration, bot: ObservedBot(heard)) { server in
            let conversation = try await server.start()
            #expect(await heard.next()?.membersAdded.map(\.id) == ["bot"])
            for text in ["one", "two"] { _ = try await conversation.say(text) }
            let rest = await heard.next(3)
            #expect(rest.map(\.type) == [.conversationUpdate, .message, .message])
            #expect(rest.first?.membersAdded.map(\.id) == ["ada"])
        }
    }

    @Test func `without a welcome the user's words are the first`() async throws {
        let heard = Happenings<Activity>()
        var configuration = ServerConfiguration()
        configuration.welcome = .none
        try await withServer(configuration, bot: ObservedBot(heard)) { server in
            _ = try await server.start().say("one")
            #expect(await heard.next()?.text == "one")
        }
    }

    @Test func `S17 where only the newest socket may stay, the one before is closed as a collision`() async throws {
        var configuration = ServerConfiguration()
        configuration.streams = .newest
        try await withServer(configuration, bot: echoBot) { server in
            let conversation = try await server.start()
            let opened = Reply<Bool>()
            async let first = conversation.withStream { stream in
                _ = try await conversation.say("a")
                try await stream.expect(["a", "echo a"])
                opened.settle(true)
                #expect(try await stream.frame() == nil)
            }
            _ = await opened.value(orIfCancelled: false)
            try await conversation.withStream { stream in
                try await stream.expect(["a", "echo a"])
                _ = try await conversation.say("b")
                try await stream.expect(["b", "echo b"])
            }
            let closure = try await first
            #expect(closure.reason == "collision")
        }
    }

    /// The requests of DirectLineJS 0.15 in Web Chat as recorded, in the order in which it makes them.
    @Test(arguments: [true, false])
    func `S41 a page with DirectLineJS is served, by socket and by polling`(usesSocket: Bool) async throws {
        try await withServer(bot: echoBot) { server in
            let page: HTTPHeaders = [
                "Origin": "http://localhost:8080", "x-ms-bot-agent": "DirectLine/3.0 (directlinejs 0.15.5)",
                "X-Requested-With": "XMLHttpRequest", "Accept": "application/json", "Authorization": "Bearer undefined",
            ]
            let start = try await server.call(.POST, "/conversations", ["user": [:]], headers: page)
            #expect(start.status == 201)
            #expect(start.headers.first(name: "Access-Control-Allow-Origin") == "http://localhost:8080")
            #expect(start.headers.first(name: "Content-Type") == "application/json; charset=utf-8")
            let info = try #require(ConversationInfo(start.json))
            var signed = page
            signed.replaceOrAdd(name: "Authorization", value: "Bearer \(info.token ?? "")")
            let path = "/conversations/\(info.conversationId ?? "")"
            let message: JSONValue = [
                "attachments": [], "text": "hi", "textFormat": "plain", "type": "message", "channelId": "webchat",
                "channelData": ["attachmentSizes": [], "clientActivityID": "15813714814300.gevfmx9xoxc"],
                "from": ["id": "r_1", "name": "Rig", "role": "user"], "locale": "en-US",
                "entities": [["type": "ClientCapabilities", "requiresBotState": true]],
            ]
            let posted = try await server.call(.POST, path + "/activities", message, headers: signed)
            #expect(posted.status == 200)
            let id = try #require(posted.json?["id"]?.string)

            var shown: [Activity] = []
            if usesSocket {
                let conversation = TestConversation(server: server, info: info)
                try await conversation.withStream { stream in
                    try await stream.outbound.send("")
                    try await stream.expect(["hi", "echo hi"])
                }
                // A broken socket: the first reconnect has no watermark to name.
                let again = try await server.call(.GET, path + "?watermark=", headers: signed)
                let url = ConversationInfo(again.json)?.streamURL
                try await conversation.withStream(url) { stream in try await stream.expect(["hi", "echo hi"]) }
            }
            let poll = try await server.call(.GET, path + "/activities?watermark=", headers: signed)
            shown = ActivitySet(poll.json)?.activities ?? []
            #expect(shown.first?.id == id)
            #expect(shown.first?.clientActivityID == "15813714814300.gevfmx9xoxc", "or Web Chat says: not sent")
            #expect(shown.map(\.text) == ["hi", "echo hi"])
            #expect(try await server.call(.POST, "/tokens/refresh", headers: signed).status == 200)
        }
    }
}
