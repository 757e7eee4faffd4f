package import AgentHub
import BotSchema

/// The hub as an agent sees it at one moment.
package struct DeskView: Hashable, Sendable {
    /// One who waits.
    package struct Waiting: Hashable, Sendable {
        /// The item's id.
        package let item: WorkItemID
        /// The queue's name.
        package let queue: String
        /// What the item needs, with levels.
        package let skills: [String: Int]
        /// How long the user has waited, in whole seconds.
        package let seconds: Int
    }

    /// One who works at the hub.
    package struct Colleague: Hashable, Sendable {
        /// The hub's id.
        package let id: String
        /// The name that users see.
        package let name: String
        /// Whether they want work.
        package let presence: AgentPresence
        /// How many conversations they have and can have.
        package let load: (used: Int, capacity: Int)
        /// What they can do, with levels.
        package let skills: [String: Int]
        /// Whether a program plays them.
        package let isStandIn: Bool

        package static func == (left: Colleague, right: Colleague) -> Bool {
            left.id == right.id && left.name == right.name && left.presence == right.presence
                && left.load == right.load && left.skills == right.skills && left.isStandIn == right.isStandIn
        }

        package func hash(into hasher: inout Hasher) { hasher.combine(id) }
    }

    /// A line of waiting users.
    package struct Queue: Hashable, Sendable {
        /// The id, to which a conversation can be passed on.
        package let id: String
        /// The name that users see.
        package let name: String
    }

    /// Who waits, the next one first.
    package let waiting: [Waiting]
    /// Everybody who works here.
    package let colleagues: [Colleague]
    /// The queues that there are.
    package let queues: [Queue]
    /// The hub's figures, each a label and its words.
    package let figures: [Figure]

    /// One figure.
    package struct Figure: Hashable, Sendable {
        /// What it counts.
        package let label: String
        /// How much.
        package let text: String
    }
}

extension DeskView {
    /// The hub's own view.
    package init(_ view: HubView) {
        waiting = view.waiting.map {
            Waiting(item: $0.item, queue: $0.queue, skills: $0.skills, seconds: Int($0.waited / .seconds(1)))
        }
        colleagues = view.colleagues.map {
            Colleague(
                id: $0.agent.id,
                name: $0.agent.name,
                presence: $0.presence,
                load: ($0.unitsInUse, $0.agent.capacity),
                skills: $0.agent.skills,
                isStandIn: $0.agent.isStandIn
            )
        }
        queues = view.queues.map { Queue(id: $0.id, name: $0.name) }
        let metrics = view.metrics
        let seconds = { (duration: Duration) in "\(Int((duration / .seconds(1)).rounded())) s" }
        var figures = [
            Figure(label: "waiting", text: "\(metrics.waiting)"),
            Figure(label: "longest wait", text: seconds(metrics.longestWait)),
            Figure(label: "answered", text: "\(metrics.answered) of \(metrics.opened)"),
            Figure(label: "abandoned", text: "\(metrics.abandoned)"),
        ]
        if let speed = metrics.averageSpeedOfAnswer {
            figures.append(Figure(label: "speed of answer", text: seconds(speed) + " on average"))
        }
        if let time = metrics.averageHandleTime {
            figures.append(Figure(label: "handle time", text: seconds(time) + " on average"))
        }
        if let occupancy = metrics.occupancy {
            figures.append(Figure(label: "occupancy", text: "\(Int((occupancy * 100).rounded())) %"))
        }
        self.figures = figures
    }

    init(json: JSONValue?) {
        waiting = (json?["waiting"]?.array ?? []).compactMap { entry in
            entry["item"]?.string.map {
                Waiting(
                    item: $0,
                    queue: entry["queue"]?.string ?? "",
                    skills: entry["skills"].levels,
                    seconds: entry["seconds"]?.int ?? 0
                )
            }
        }
        colleagues = (json?["colleagues"]?.array ?? []).compactMap { entry in
            entry["id"]?.string.map {
                Colleague(
                    id: $0,
                    name: entry["name"]?.string ?? $0,
                    presence: entry["presence"]?.string.flatMap(AgentPresence.init) ?? .offline,
                    load: (entry["used"]?.int ?? 0, entry["capacity"]?.int ?? 1),
                    skills: entry["skills"].levels,
                    isStandIn: entry["isStandIn"]?.bool ?? false
                )
            }
        }
        queues = (json?["queues"]?.array ?? []).compactMap { entry in
            entry["id"]?.string.map { Queue(id: $0, name: entry["name"]?.string ?? $0) }
        }
        figures = (json?["figures"]?.object?.entries ?? []).map {
            Figure(label: $0.key, text: $0.value.string ?? $0.value.compactText)
        }
    }

    var json: JSONValue {
        [
            "waiting": .array(
                waiting.map {
                    [
                        "item": .string($0.item), "queue": .string($0.queue), "skills": JSONValue(levels: $0.skills),
                        "seconds": .number(JSONNumber($0.seconds)),
                    ]
                }
            ),
            "colleagues": .array(
                colleagues.map {
                    [
                        "id": .string($0.id), "name": .string($0.name), "presence": .string($0.presence.rawValue),
                        "used": .number(JSONNumber($0.load.used)), "capacity": .number(JSONNumber($0.load.capacity)),
                        "skills": JSONValue(levels: $0.skills), "isStandIn": .bool($0.isStandIn),
                    ]
                }
            ),
            "queues": .array(queues.map { ["id": .string($0.id), "name": .string($0.name)] }),
            "figures": .object(
                JSONObject(entries: figures.map { JSONObject.Entry(key: $0.label, value: .string($0.text)) })
            ),
        ]
    }
}

extension JSONValue? {
    fileprivate var levels: [String: Int] {
        Dictionary((self?.object?.entries ?? []).map { ($0.key, $0.value.int ?? 1) }, uniquingKeysWith: max)
    }
}
