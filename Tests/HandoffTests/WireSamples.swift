import BotSchema
import Handoff
import Testing

/// Activities as bots, hubs and users put them on the wire.
enum Wire {
    static let bot = ChannelAccount(id: "bot-1", name: "Demo", role: "bot")
    static let user = ChannelAccount(id: "u1", name: "Sam", role: "user")

    static func activity(_ json: String) throws -> Activity {
        Activity(json: try #require(JSONValue(parsing: json).object))
    }

    static func initiate(
        _ name: String = "handoff.initiate",
        id: String = "c-17|0000005",
        value: JSONValue? = ["Skill": "billing"]
    ) -> Activity {
        var activity = event(name, value: value)
        activity.id = id
        activity.from = bot
        activity.recipient = user
        return activity
    }

    static func event(_ name: String, value: JSONValue? = nil) -> Activity {
        var activity = Activity.event(name, value: value)
        activity.conversation = ConversationAccount(id: "c-17")
        return activity
    }

    static func status(_ state: String, message: JSONValue? = nil) -> Activity {
        var value: JSONObject = ["state": .string(state)]
        value["message"] = message
        return event("handoff.status", value: .object(value))
    }

    static func says(_ account: ChannelAccount, _ text: String) -> Activity {
        var activity = Activity.message(text)
        activity.from = account
        activity.conversation = ConversationAccount(id: "c-17")
        return activity
    }

    static func agentSays(_ text: String) -> Activity {
        says(bot, text).sent(byAgent: "ana", name: "Ana")
    }
}
