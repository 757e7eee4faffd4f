package import BotSchema

/// Where handoffs are remembered beyond the program's run: one JSON object for each thing, under a key.
///
/// What is said in a conversation is remembered with the conversation; here is only what its log does not tell.
package protocol WorkStore: Sendable {
    /// Remembers an object in the place of the one before it; nil forgets it. Hand over and return.
    func record(_ object: JSONObject?, under key: String)

    /// Everything that is remembered, by key.
    ///
    /// - Throws: Why it cannot be read; what is remembered stays so.
    func recorded() async throws -> [String: JSONObject]
}

/// Remembers nothing: handoffs live as long as the program runs.
package struct VolatileWork: WorkStore {
    /// A store that remembers nothing.
    package init() {}

    /// Ignores the object.
    package func record(_ object: JSONObject?, under key: String) {}

    /// Answers that nothing is known.
    package func recorded() async -> [String: JSONObject] { [:] }
}

/// An item as a store remembers it.
struct StoredItem: Equatable {
    static let prefix = "item/"

    var id: WorkItemID
    var number: Int
    var opened: Timestamp
    var need: WorkNeed
    /// Who talks, nil while it waits.
    var agent: HubAgent?
    var isOnHold = false
    var wasAnswered = false
    var notes: [AgentNote] = []

    var key: String { Self.prefix + id }

    var json: JSONObject {
        var json: JSONObject = [
            "id": .string(id), "number": .number(JSONNumber(number)), "opened": .string(opened.text),
            "need": need.json, "isOnHold": .bool(isOnHold), "wasAnswered": .bool(wasAnswered),
            "notes": .array(notes.map { ["author": .string($0.author), "text": .string($0.text)] }),
        ]
        json["agent"] = agent?.json
        return json
    }
}

extension StoredItem {
    init?(_ json: JSONObject) {
        guard let id = json["id"]?.string, let number = json["number"]?.int,
            let opened = json["opened"]?.string.flatMap(Timestamp.init)
        else { return nil }
        self.init(id: id, number: number, opened: opened, need: WorkNeed(json["need"]))
        agent = HubAgent(json["agent"])
        isOnHold = json["isOnHold"]?.bool ?? false
        wasAnswered = json["wasAnswered"]?.bool ?? (agent != nil)
        notes = (json["notes"]?.array ?? []).compactMap { note in
            note["text"]?.string.map { AgentNote(author: note["author"]?.string ?? "", text: $0) }
        }
    }
}

extension WorkNeed {
    fileprivate var json: JSONValue {
        var json: JSONObject = ["skills": skills.json, "priority": .number(JSONNumber(priority))]
        json["queue"] = queue.map(JSONValue.string)
        json["customer"] = customer.map(JSONValue.string)
        return .object(json)
    }

    fileprivate init(_ json: JSONValue?) {
        self.init(
            skills: [String: Int](json?["skills"]),
            priority: json?["priority"]?.int ?? 0,
            queue: json?["queue"]?.string,
            customer: json?["customer"]?.string
        )
    }
}

extension HubAgent {
    fileprivate var json: JSONValue {
        [
            "id": .string(id), "name": .string(name), "skills": skills.json,
            "capacity": .number(JSONNumber(capacity)), "isStandIn": .bool(isStandIn),
        ]
    }

    fileprivate init?(_ json: JSONValue?) {
        guard let id = json?["id"]?.string else { return nil }
        self.init(
            id: id,
            name: json?["name"]?.string ?? id,
            skills: [String: Int](json?["skills"]),
            capacity: json?["capacity"]?.int ?? 1,
            isStandIn: json?["isStandIn"]?.bool ?? false
        )
    }
}

extension [String: Int] {
    fileprivate var json: JSONValue {
        var object = JSONObject()
        for (name, level) in sorted(by: { $0.key < $1.key }) { object[name] = .number(JSONNumber(level)) }
        return .object(object)
    }

    fileprivate init(_ json: JSONValue?) {
        self.init()
        for entry in json?.object?.entries ?? [] { self[entry.key] = entry.value.int }
    }
}
