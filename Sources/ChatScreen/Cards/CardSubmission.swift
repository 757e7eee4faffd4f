package import BotSchema
import MessageContent

/// What pressing a button of an Adaptive Card sends.
package enum CardSubmission {
    /// The activity for a button and what was filled in beside it.
    ///
    /// `Action.Submit` is a message with the data and the answers in `value`, on equal names the answer; data that is
    /// a mere string is the message's text when nothing was asked (Web Chat). `Action.Execute` is an invoke of
    /// `adaptiveCard/action`.
    ///
    /// - Parameters:
    ///   - action: The button.
    ///   - answers: What was filled in; nothing of it goes when the button says `associatedInputs: none`.
    /// - Returns: What to post.
    package static func activity(for action: CardAction, answers: [CardForm.Answer]) -> Activity {
        let answers = action.takesFields ? answers : []
        let data = action.json["data"]
        if CardActionKind(action) == .execute {
            var call: JSONObject = ["type": "Action.Execute"]
            if let id = action.json["id"] { call["id"] = id }
            if let verb = action.json["verb"] { call["verb"] = verb }
            call["data"] = merged(data, answers)
            var activity = Activity(type: .invoke)
            activity.name = "adaptiveCard/action"
            activity.value = ["action": .object(call), "trigger": "manual"]
            return activity
        }
        var activity = Activity(type: .message)
        if case .string(let text)? = data, answers.isEmpty {
            activity.text = text
            return activity
        }
        activity.value = merged(data, answers)
        activity.channelData = ["postBack": true]
        return activity
    }

    /// What the bot gets where it does not know `Action.Execute`: the same as a message.
    package static func message(insteadOf invoke: Activity) -> Activity {
        var activity = Activity(type: .message)
        activity.value = invoke.value?["action"]?["data"] ?? .object(JSONObject())
        activity.channelData = ["postBack": true]
        return activity
    }

    private static func merged(_ data: JSONValue?, _ answers: [CardForm.Answer]) -> JSONValue {
        switch data {
        case nil, .null?, .object?: break
        // Neither a list nor a number can take the answers; without any they go as they are.
        case .some(let data): if answers.isEmpty { return data }
        }
        var object = data?.object ?? JSONObject()
        for answer in answers { object[answer.id] = .string(answer.value) }
        return .object(object)
    }
}

extension CardAction {
    /// Whether the fields of its card go with it.
    package var takesFields: Bool {
        [.submit, .execute].contains(CardActionKind(self)) && json["associatedInputs"]?.string?.lowercased() != "none"
    }
}
