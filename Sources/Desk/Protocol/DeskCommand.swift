package import AgentHub
package import BotSchema
package import Handoff

/// What an agent's desk tells the hub: event activities whose name begins with `desk.`.
///
/// What the agent says to a user is a message, and composing is `typing`, each with the item in
/// `channelData.desk.item`; see ``BotSchema/Activity/deskItem``.
package enum DeskCommand: Hashable, Sendable {
    /// The agent comes to work; the first thing that a desk says.
    case signIn(name: String, skills: [String: Int], capacity: Int)
    /// The agent goes home.
    case signOut
    /// The agent takes what rings, or what waits in a pull queue.
    case accept(WorkItemID)
    /// The agent lets it go to a colleague.
    case decline(WorkItemID)
    /// The user is to wait.
    case hold(WorkItemID)
    /// The user has waited.
    case resume(WorkItemID)
    /// Something for colleagues to read and never for the user.
    case note(WorkItemID, String)
    /// The conversation is for somebody else.
    case transfer(WorkItemID, TransferTarget)
    /// The conversation is over, or the bot's again, perhaps with a note of what the bot is to do.
    case end(WorkItemID, HandoffCompletion, note: String? = nil)
    /// The agent wants to read a transcript that the request only links; answered by ``DeskEvent/transcript(_:)``.
    case transcript(WorkItemID)
    /// There is nothing left to write up.
    case finishWrapUp(WorkItemID)
    /// Whether the agent wants work.
    case presence(AgentPresence)
    /// The desk wants to see who waits and who works; answered by ``DeskEvent/view(_:)``.
    case look
}

/// Why an event that looks like a desk's command is none, in one sentence.
package struct DeskCommandError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The sentence, with the JSON path and what was expected.
    package let description: String
}

extension DeskCommand {
    /// Reads a desk's command.
    ///
    /// - Returns: Nil for an activity that is no event of a desk.
    /// - Throws: ``DeskCommandError`` when something is missing or is not what it should be.
    package init?(_ activity: Activity) throws(DeskCommandError) {
        guard activity.type == .event, let name = activity.name, name.hasPrefix("desk.") else { return nil }
        let value = DeskValue(name: name, json: activity.value)
        switch name {
        case "desk.signIn":
            let capacity = value.json?["capacity"]?.int ?? 1
            guard (1...100).contains(capacity) else { throw value.wrong("capacity", "a number from 1 to 100") }
            self = .signIn(name: try value.text("name"), skills: try value.levels("skills"), capacity: capacity)
        case "desk.signOut": self = .signOut
        case "desk.accept": self = .accept(try value.text("item"))
        case "desk.decline": self = .decline(try value.text("item"))
        case "desk.hold": self = .hold(try value.text("item"))
        case "desk.resume": self = .resume(try value.text("item"))
        case "desk.note": self = .note(try value.text("item"), try value.text("text"))
        case "desk.transfer": self = .transfer(try value.text("item"), try value.target("to"))
        case "desk.end":
            guard let completion = HandoffCompletion(rawValue: try value.text("completion")),
                completion != .unspecified
            else {
                throw value.wrong("completion", HandoffCompletion.deskWords)
            }
            self = .end(try value.text("item"), completion, note: value.json?["note"]?.string)
        case "desk.transcript": self = .transcript(try value.text("item"))
        case "desk.finishWrapUp": self = .finishWrapUp(try value.text("item"))
        case "desk.presence":
            guard let presence = AgentPresence(rawValue: try value.text("presence")) else {
                let words = AgentPresence.allCases.map(\.rawValue).joined(separator: ", ")
                throw value.wrong("presence", "one of \(words)")
            }
            self = .presence(presence)
        case "desk.look": self = .look
        default: throw DeskCommandError(description: "there is no desk command “\(name)”")
        }
    }

    /// The command as an event activity.
    package var activity: Activity {
        switch self {
        case .signIn(let name, let skills, let capacity):
            .event(
                "desk.signIn",
                value: [
                    "name": .string(name), "skills": JSONValue(levels: skills),
                    "capacity": .number(JSONNumber(capacity)),
                ]
            )
        case .signOut: .event("desk.signOut")
        case .accept(let item): .event("desk.accept", value: ["item": .string(item)])
        case .decline(let item): .event("desk.decline", value: ["item": .string(item)])
        case .hold(let item): .event("desk.hold", value: ["item": .string(item)])
        case .resume(let item): .event("desk.resume", value: ["item": .string(item)])
        case .note(let item, let text): .event("desk.note", value: ["item": .string(item), "text": .string(text)])
        case .transfer(let item, let target):
            .event("desk.transfer", value: ["item": .string(item), "to": JSONValue(target)])
        case .end(let item, let completion, let note):
            .event("desk.end", value: .object(Self.end(item, completion, note)))
        case .transcript(let item): .event("desk.transcript", value: ["item": .string(item)])
        case .finishWrapUp(let item): .event("desk.finishWrapUp", value: ["item": .string(item)])
        case .presence(let presence): .event("desk.presence", value: ["presence": .string(presence.rawValue)])
        case .look: .event("desk.look")
        }
    }

    private static func end(_ item: WorkItemID, _ completion: HandoffCompletion, _ note: String?) -> JSONObject {
        var value: JSONObject = ["item": .string(item), "completion": .string(completion.rawValue)]
        value["note"] = note.map(JSONValue.string)
        return value
    }
}

extension HandoffCompletion {
    fileprivate static var deskWords: String {
        [HandoffCompletion.ended, .transferBack].map(\.rawValue).joined(separator: " or ")
    }
}

/// The value of a desk's event, read strictly.
struct DeskValue {
    let name: String
    let json: JSONValue?

    func text(_ member: String) throws(DeskCommandError) -> String {
        guard let text = json?[member]?.string, !text.isEmpty else { throw wrong(member, "a text") }
        return text
    }

    func levels(_ member: String) throws(DeskCommandError) -> [String: Int] {
        guard let value = json?[member], !value.isNull else { return [:] }
        guard let object = value.object else { throw wrong(member, "an object of levels from 1 to 10") }
        var levels: [String: Int] = [:]
        for entry in object.entries {
            guard let level = entry.value.int, (1...10).contains(level) else {
                throw wrong("\(member).\(entry.key)", "a level from 1 to 10")
            }
            levels[entry.key] = level
        }
        return levels
    }

    func target(_ member: String) throws(DeskCommandError) -> TransferTarget {
        let target = json?[member]
        if let id = target?["agent"]?.string { return .agent(id) }
        if let id = target?["queue"]?.string { return .queue(id) }
        if let skill = target?["skill"]?.string { return .skill(skill) }
        throw wrong(member, "an object with agent, queue or skill")
    }

    func wrong(_ member: String, _ expected: String) -> DeskCommandError {
        DeskCommandError(description: "\(name): value.\(member) must be \(expected)")
    }
}

extension JSONValue {
    init(levels: [String: Int]) {
        self = .object(
            JSONObject(
                entries: levels.sorted { $0.key < $1.key }.map {
                    JSONObject.Entry(key: $0.key, value: .number(JSONNumber($0.value)))
                }
            )
        )
    }

    init(_ target: TransferTarget) {
        switch target {
        case .agent(let id): self = ["agent": .string(id)]
        case .queue(let id): self = ["queue": .string(id)]
        case .skill(let skill): self = ["skill": .string(skill)]
        }
    }
}
