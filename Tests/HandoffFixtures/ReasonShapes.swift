package import BotSchema

/// Error payloads as hubs send them, and the reason that each tells.
package enum ReasonShapes {
    private static let words = "no agent with the skill credit cards"
    package static let all: [(name: String, content: JSONValue, words: String)] = [
        ("text", .string(words), words),
        ("message", ["message": .string(words)], words),
        ("reason", ["reason": .string(words)], words),
        ("error as text", ["error": .string(words)], words),
        ("error as object", ["error": ["code": "NoAgent", "message": .string(words)]], words),
        ("errorMessage", ["errorMessage": .string(words), "code": 17], words),
        ("description", ["Description": .string(words)], words),
        ("detail", ["detail": .string(words), "status": 404], words),
        ("code alone", ["code": "NoSuchSkill"], "NoSuchSkill"),
        ("list of objects", [["message": "no agent"], ["message": "no queue"]], "no agent; no queue"),
        ("JSON within text", .string(#"{"error":{"message":"no agent with the skill credit cards"}}"#), words),
        ("unknown members", ["skill": "credit cards", "found": false], #"{"skill":"credit cards","found":false}"#),
        ("list of texts", ["no agent", "no agent", "no queue"], "no agent; no queue"),
        ("number", 17, "17"),
    ]
}
