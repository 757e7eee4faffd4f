import BotSchema
import Bots
@testable import DirectLineServer
import NIOHTTP1
import TestSupport
import Testing

/// Files of a conversation, which its members alone can read, and what the channel keeps of what it overwrites.
@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct OwnFileTests {
    /// Keeps a file on request and tells where, as the bot and as the user see it.
    private struct KeepingBot: Bot {
        let heard = Happenings<Activity>()

        func onTurn(_ activity: Activity, in conversation: any ConversationChannel) async throws -> InvokeResponse? {
            if activity.type == .message, activity.text == "keep" {
                let bytes = Array(#"{"activities":[]}"#.utf8)
                guard let url = await conversation.keep(bytes, name: "Transcript", contentType: "application/json")
                else {
                    return nil
                }
                var event = Activity.event("handoff.initiate", value: ["Skill": "x"])
                event.attachments = [Attachment(json: ["name": "Transcript", "contentUrl": .string(url)])]
                let sent = try await conversation.send(event)
                await conversation.deliverToBot(sent)
                let own = await conversation.file(at: url)
                try await conversation.send(.message(own.map { String(decoding: $0, as: UTF8.self) } ?? "nothing"))
            } else if activity.type == .event {
                heard.note(activity)
            }
            return nil
        }
    }

    @Test(arguments: [nil, "s3cret"] as [String?])
    func `a conversation's file is read with its token or the secret, by its bot, and by no stranger`(
        secret: String?
    )
        async throws
    {
        let bot = KeepingBot()
        var configuration = ServerConfiguration.patient
        configuration.secret = secret
        try await withServer(configuration, bot: bot) { server in
            let headers: HTTPHeaders = secret.map { ["Authorization": "Bearer \($0)"] } ?? [:]
            func start() async throws -> (id: String, token: String) {
                let answer = try await server.call(.POST, "/conversations", ["user": ["id": "ada"]], headers: headers)
                let info = try #require(ConversationInfo(answer.json))
                return (info.conversationId ?? "", info.token ?? "")
            }
            let (mine, other) = (try await start(), try await start())
            let bearer: HTTPHeaders = ["Authorization": "Bearer \(mine.token)"]
            let path = "/conversations/\(mine.id)/activities"
            let line: JSONValue = ["type": "message", "text": "keep", "from": ["id": "ada"]]
            _ = try await server.call(.POST, path, line, headers: bearer)
            let log = try await server.call(.GET, path, headers: bearer)
            let event = ActivitySet(log.json)?.activities.first { $0.name == "handoff.initiate" }
            let url = try #require(event?.attachments.first?.contentURL)

            #expect(try await server.call(.GET, url, headers: bearer).text == #"{"activities":[]}"#)
            #expect(try await server.call(.GET, url).status == 401)
            let stranger: HTTPHeaders = ["Authorization": "Bearer \(other.token)"]
            #expect(try await server.call(.GET, url, headers: stranger).status == 403)
            let description = url.replacing("/views/original", with: "")
            #expect(try await server.call(.GET, description).status == 401)
            if secret != nil { #expect(try await server.call(.GET, url, headers: headers).status == 200) }
            // The bot reads it at the address that it was told, which nobody else knows.
            let told = try #require(await bot.heard.next(1).first?.attachments.first?.contentURL)
            #expect(told != url)
            #expect(try await server.call(.GET, told).text == #"{"activities":[]}"#)
        }
    }

    @Test func `what an event named as its conversation is kept beside the channel's own`() async throws {
        let bot = KeepingBot()
        try await withServer(bot: bot) { server in
            let conversation = try await server.start()
            var event = Activity.event("HandoffResponse", value: "accepted")
            event.conversation = ConversationAccount(id: "another")
            event.channelData = ["mine": 1]
            _ = try await conversation.post(event)
            let echo = try #require(try await conversation.history().activities.last)
            #expect(echo.conversation?.id == conversation.id)
            #expect(echo.channelData?["baton"]?["postedConversationId"] == "another")
            #expect(echo.channelData?["mine"] == 1)
            event.conversation = ConversationAccount(id: conversation.id)
            _ = try await conversation.post(event)
            #expect(try await conversation.history().activities.last?.channelData?["baton"] == nil)
        }
    }

    @Test func `an update and a deletion of a user name what they are about`() async throws {
        try await withServer { server in
            let conversation = try await server.start()
            let line = try #require(try await conversation.say("mine").json?["id"]?.string)
            for type in [ActivityType.messageUpdate, .messageDelete] {
                var activity = Activity(type: type)
                activity.id = line
                #expect(try await conversation.post(activity).status == 200)
                let echo = try #require(try await conversation.history().activities.last)
                #expect(echo.type == type && echo.replyToId == line && echo.id != line)
            }
        }
    }
}
