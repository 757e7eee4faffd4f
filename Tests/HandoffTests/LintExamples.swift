import BotSchema
import Handoff

extension LintRuleTests {
    static let examples = shapes + events + reports + contexts + transcripts + courses

    private static let shapes: [Example] = [
        Example(rule: "HO001", broken: [message.with("type", 7)], sound: [message.with("type", "custom")]),
        Example(
            rule: "HO002",
            broken: [Activity(json: JSONObject(entries: message.json.entries + [.init(key: "text", value: "b")]))],
            sound: [message]
        ),
        Example(rule: "HO003", broken: [message.with("conversation", [:])], sound: [message]),
        Example(rule: "HO004", broken: [message.with("channelId", nil)], sound: [message]),
        Example(
            rule: "HO005",
            broken: [message.with("from", ["name": "Sam"])],
            sound: [message.with("from", ["id": "u"])]
        ),
        Example(
            rule: "HO006",
            broken: [message.with("id", "1"), message.with("id", "1")],
            sound: [message.with("id", "1"), message.with("id", "2")]
        ),
        Example(rule: "HO007", broken: [at("2026-05-01T10:00:00")], sound: [at("2026-05-01T10:00:00+02:00")]),
        Example(
            rule: "HO007",
            broken: [at("2026-05-01T10:00:01Z"), at("2026-05-01T10:00:00Z")],
            sound: [at("2026-05-01T10:00:00Z"), at("2026-05-01T10:00:00Z")]
        ),
        Example(rule: "HO007", broken: [at("2030-01-02T00:00:00Z")], sound: [at("2029-12-31T00:00:00Z")]),
        Example(
            rule: "HO008",
            broken: [message.with("id", "1"), message.with("replyToId", "0")],
            sound: [message.with("id", "1"), message.with("replyToId", "1")]
        ),
        Example(
            rule: "HO008",
            broken: [Lint.initiate().with("replyToId", "t")],
            sound: [
                Lint.initiate(attachments: Lint.transcript(Lint.entries(["type": "message", "id": "t"])))
                    .with("replyToId", "t")
            ]
        ),
        Example(rule: "HO010", broken: [message.with("text", 7)], sound: [message.with("text", nil)]),
        Example(rule: "HO010", broken: [message.with("attachments", ["x"])], sound: [message.with("attachments", [])]),
        Example(
            rule: "HO011",
            broken: [message.with("text", text(262_144))],
            sound: [message.with("text", text(149_000))]
        ),
    ]

    private static let events: [Example] = [
        Example(rule: "HO101", broken: [Lint.event("", 1)], sound: [Lint.event("anything", 1)]),
        Example(rule: "HO102", broken: [Lint.initiate("Handoff.Initiate")], sound: [Lint.initiate()]),
        Example(rule: "HO102", broken: [Lint.initiate("handoff-status ")], sound: [Lint.initiate("handoff.state")]),
        Example(rule: "HO103", broken: [Lint.initiate("GenesysHandoff")], sound: [Lint.initiate("InitiateHandoff")]),
        Example(rule: "HO104", broken: [message.with("type", "handoff")], sound: [Lint.initiate()]),
        Example(
            rule: "HO105",
            broken: [message.with("name", "handoff.initiate")],
            sound: [message.with("name", "handoff.initiate").with("channelData", ["tags": #"{"type":"Escalate"}"#])]
        ),
        Example(
            rule: "HO106",
            broken: [Lint.initiate("HandoffInitiation"), Lint.event("handoff.status", ["state": "accepted"])],
            sound: [Lint.initiate("InitiateHandoff"), Lint.event("HandoffResponse", "accepted")]
        ),
        Example(
            rule: "HO106",
            broken: [Lint.initiate("HandoffInitiation"), Lint.initiate("InitiateHandoff")],
            sound: [Lint.initiate("HandoffInitiation"), Lint.event("HandoffCompleted", "failed")]
        ),
        Example(
            rule: "HO107",
            broken: [Lint.initiate().with("relatesTo", ["conversation": ["id": "c-17"]])],
            sound: [Lint.initiate().with("relatesTo", ["conversation": ["id": "c-17"], "channelId": "x"])]
        ),
        Example(rule: "HO110", broken: [Lint.initiate().with("conversation", nil)], sound: [Lint.initiate()]),
        Example(
            rule: "HO111",
            broken: [Lint.initiate(), accepted.with("conversation", ["id": "C-17"])],
            sound: [Lint.initiate(), accepted.with("conversation", nil)]
        ),
        Example(
            rule: "HO218",
            broken: [Lint.initiate().with("from", Wire.user.jsonValue)],
            sound: [Lint.initiate().with("from", ["id": "u1"])]
        ),
    ]

    private static let reports: [Example] = [
        Example(rule: "HO120", broken: [Lint.event("handoff.status", nil)], sound: [accepted]),
        Example(
            rule: "HO120",
            broken: [Lint.event("handoff.status", "accepted")],
            sound: [Lint.event("handoff.status", [:])]
        ),
        Example(
            rule: "HO121",
            broken: [Lint.event("HandoffResponse", ["state": "accepted"])],
            sound: [Lint.event("HandoffResponse", "accepted")]
        ),
        Example(rule: "HO122", broken: [Lint.event("handoff.status", ["state": "rejected"])], sound: [accepted]),
        Example(
            rule: "HO122",
            broken: [Lint.event("HandoffResponse", "completed")],
            sound: [Lint.event("HandoffResponse", "timedOut")]
        ),
        Example(rule: "HO123", broken: [Lint.event("handoff.status", ["state": nil])], sound: [accepted]),
        Example(rule: "HO124", broken: [Lint.event("handoff.status", ["state": "Accepted"])], sound: [accepted]),
        Example(
            rule: "HO124",
            broken: [Lint.event("HandoffCompleted", "transferback")],
            sound: [Lint.event("HandoffCompleted", "transferBack")]
        ),
        Example(
            rule: "HO125",
            broken: [Lint.event("HandoffResponse", nil)],
            sound: [Lint.event("HandoffResponse", "failed")]
        ),
        Example(
            rule: "HO130",
            broken: [Lint.event("handoff.status", ["state": "timedOut"])],
            sound: [Lint.event("HandoffResponse", "timedOut")]
        ),
        Example(
            rule: "HO131",
            broken: [Lint.event("HandoffResponse", "endOfConversation")],
            sound: [Lint.event("HandoffCompleted", "endOfConversation")]
        ),
        Example(
            rule: "HO131",
            broken: [Lint.event("HandoffCompleted", "accepted")],
            sound: [Lint.event("HandoffCompleted", "failed")]
        ),
    ]

    private static let contexts: [Example] = [
        Example(
            rule: "HO112",
            broken: [Lint.initiate(value: ["va_ConversationId": "c-18"])],
            sound: [Lint.initiate(value: ["va_ConversationId": "c-17"])]
        ),
        Example(rule: "HO140", broken: [Lint.initiate(value: #"{"Skill":"x"}"#)], sound: [Lint.initiate(value: [])]),
        Example(
            rule: "HO141",
            broken: [Lint.initiate("HandoffInitiation", value: nil)],
            sound: [Lint.initiate(value: nil)]
        ),
        Example(
            rule: "HO142",
            broken: [Lint.initiate(value: ["va_Topics": "cards"])],
            sound: [Lint.initiate(value: ["va_Topics": ["cards"], "va_Scope": nil, "va_Mine": 7])]
        ),
        Example(
            rule: "HO143",
            broken: [Lint.initiate(value: ["va_LastPhrases": "hi"])],
            sound: [Lint.initiate(value: ["va_LastPhrase": "hi"])]
        ),
        Example(rule: "HO144", broken: [escalation(["vip": true])], sound: [escalation(["vip": 1, "tier": "gold"])]),
        Example(
            rule: "HO219",
            broken: [Lint.initiate(value: ["mail": "sam@example.com"])],
            sound: [Lint.initiate(value: ["mail": "sam@home", "TargetPhoneNumber": "+15550100100"])]
        ),
        Example(
            rule: "HO219",
            broken: [
                Lint.initiate(value: ["va_AgentMessage": "customer is upset"]),
                Lint.says(Wire.bot, "Customer is upset."),
            ],
            sound: [Lint.initiate(value: ["va_AgentMessage": "customer is upset"]), Lint.says(Wire.bot, "One moment.")]
        ),
    ]

    private static let transcripts: [Example] = [
        carrying("HO150", Lint.transcript(talk, name: "Trasnscript"), Lint.transcript(talk)),
        carrying("HO151", [Lint.transcript(talk)[0] ?? nil, Lint.transcript(talk)[0] ?? nil], Lint.transcript(talk)),
        carrying("HO151", Lint.transcript(talk, name: nil), Lint.transcript(talk, name: "transcript")),
        carrying("HO152", Lint.transcript(.string(talk.compactText)), Lint.transcript(talk)),
        carrying("HO153", link("http://example.com/t"), link("https://example.com/t")),
        carrying("HO153", link("javascript:1"), link("data:application/json,{}")),
        carrying("HO155", Lint.transcript(["messages": []]), Lint.transcript(["activities": []])),
        carrying("HO155", Lint.transcript(#"{"activities":[}"#), Lint.transcript(#"{"activities":[]}"#)),
        carrying(
            "HO156",
            Lint.transcript(Lint.entries(line("bot-1"), line("bot-1"))),
            Lint.transcript(Lint.entries(line("bot-1"), line("u1")))
        ),
        carrying("HO157", Lint.transcript(Lint.entries(["type": "trace"])), Lint.transcript(talk)),
        carrying("HO157", Lint.transcript(Lint.entries(Lint.initiate().jsonValue)), Lint.transcript(talk)),
        carrying(
            "HO157",
            Lint.transcript(Lint.entries(["type": "message", "conversation": ["id": "c-18"]])),
            Lint.transcript(Lint.entries(["type": "message", "conversation": ["id": "c-17"]]))
        ),
        carrying(
            "HO158",
            Lint.transcript(Lint.entries(["type": "message", "text": text(100_001)])),
            Lint.transcript(Lint.entries(["type": "message", "text": text(90_000)]))
        ),
        Example(rule: "HO162", broken: [message.with("type", nil)], sound: [message]),
        Example(
            rule: "HO164",
            broken: [message.with("from", ["id": "u", "role": 1])],
            sound: [message.with("from", ["id": "u", "role": "user"])]
        ),
        Example(rule: "HO164", broken: [message.with("timestamp", 1_588_327_200)], sound: [at("2026-05-01T10:00:00Z")]),
    ]

    private static let courses: [Example] = [
        Example(rule: "HO201", broken: [Lint.initiate(), Lint.initiate()], sound: [transfer, Lint.initiate()]),
        Example(
            rule: "HO202",
            broken: [Lint.initiate(), accepted, Lint.initiate()],
            sound: [Lint.initiate(), lost, Lint.initiate()]
        ),
        Example(rule: "HO203", broken: [accepted], sound: [Lint.initiate(), accepted]),
        Example(
            rule: "HO203",
            broken: [Lint.initiate(), completed, accepted],
            sound: [Lint.initiate(), accepted, completed]
        ),
        Example(rule: "HO204", broken: [Lint.initiate(), accepted, accepted], sound: [Lint.initiate(), accepted]),
        Example(rule: "HO205", broken: [Lint.initiate(), completed], sound: [Lint.initiate(), accepted, completed]),
        Example(rule: "HO206", broken: [Lint.initiate(), accepted, timedOut], sound: [Lint.initiate(), timedOut]),
        Example(rule: "HO207", broken: [over, Lint.initiate()], sound: [Lint.initiate(), over]),
        Example(
            rule: "HO208",
            broken: [Lint.initiate(), Lint.agentSays("hi")],
            sound: [Lint.initiate(), accepted, Lint.agentSays("hi")]
        ),
        Example(rule: "HO209", broken: [Lint.initiate(), accepted], sound: [Lint.initiate(), accepted, completed]),
        Example(rule: "HO210", broken: [Lint.agentSays("hi")], sound: [Lint.says(Wire.bot, "hi")]),
        Example(
            rule: "HO211",
            broken: [Lint.initiate(), accepted, completed, Lint.agentSays("hi")],
            sound: [Lint.initiate(), accepted, Lint.agentSays("hi"), completed]
        ),
        Example(
            rule: "HO212",
            broken: [Lint.initiate(), Lint.agentSays("hi"), Lint.says(Wire.bot, "stale")],
            sound: [Lint.initiate(), Lint.says(Wire.bot, "one moment")]
        ),
        Example(
            rule: "HO213",
            broken: [Lint.initiate(), accepted, ended, Lint.says(Wire.bot, "hi")],
            sound: [Lint.initiate(), accepted, ended, Lint.says(Wire.user, "hi"), Lint.says(Wire.bot, "hi")]
        ),
        Example(
            rule: "HO214",
            broken: [Lint.initiate(), accepted, lost, Lint.says(Wire.user, "hello?")],
            sound: [Lint.initiate(), accepted, lost, Lint.says(Wire.bot, "Sorry.")]
        ),
        Example(
            rule: "HO216",
            broken: [Lint.initiate().with("timestamp", "2026-05-01T10:00:00Z"), at("2026-05-01T10:01:01Z")],
            sound: [
                Lint.initiate().with("timestamp", "2026-05-01T10:00:00Z"),
                accepted.with("timestamp", "2026-05-01T10:00:59Z"), at("2026-05-01T10:05:00Z"),
            ]
        ),
    ]

    private static let message = Lint.says(Wire.user, "hello")
    private static let accepted = Lint.event("handoff.status", ["state": "accepted"])
    private static let completed = Lint.event("handoff.status", ["state": "completed"])
    private static let lost = Lint.event("handoff.status", ["state": "failed"])
    private static let timedOut = Lint.event("HandoffResponse", "timedOut")
    private static let ended = Lint.event("HandoffCompleted", "endOfConversation")
    private static let over = Lint.complete(.endOfConversation())
    private static let transfer = message.with("channelData", ["action": ["name": "TRANSFER"]])
    private static let talk = Lint.entries(line("u1"), line("bot-1"))

    private static func line(_ id: String) -> JSONValue {
        ["type": "message", "text": "hi", "from": ["id": .string(id)]]
    }

    private static func text(_ count: Int) -> JSONValue { .string(String(repeating: "x", count: count)) }

    private static func at(_ time: JSONValue) -> Activity { message.with("timestamp", time) }

    private static func escalation(_ context: JSONValue) -> Activity {
        let tags: JSONValue = ["type": "Escalate", "context": context]
        return Lint.says(Wire.bot, "").with("channelData", ["tags": .string(tags.compactText)])
    }

    private static func link(_ url: JSONValue) -> JSONValue {
        [["contentType": "application/json", "name": "Transcript", "contentUrl": url]]
    }

    private static func carrying(_ rule: String, _ broken: JSONValue, _ sound: JSONValue) -> Example {
        Example(rule: rule, broken: [Lint.initiate(attachments: broken)], sound: [Lint.initiate(attachments: sound)])
    }
}
