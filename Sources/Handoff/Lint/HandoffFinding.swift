public import BotSchema

/// One place in a record where a ``HandoffRule`` is broken.
public struct HandoffFinding: Hashable, Sendable, CustomStringConvertible {
    /// The rule.
    public let rule: HandoffRule
    /// How much it matters here.
    public let severity: HandoffRule.Severity
    /// The place of the activity in the record, from 0; nil for the file as a whole.
    public let index: Int?
    /// The activity's id, if it has one.
    public let activityId: String?
    /// The JSON path within the activity, or within the file, such as `$.value.state`.
    public let path: String
    /// What is the matter, one sentence; it may hold words from the wire.
    public let message: String

    init(
        _ rule: HandoffRule,
        severity: HandoffRule.Severity? = nil,
        index: Int? = nil,
        activityId: String? = nil,
        path: String = "$",
        message: String
    ) {
        self.rule = rule
        self.severity = severity ?? rule.severity
        self.index = index
        self.activityId = activityId
        self.path = path
        self.message = message
    }

    /// The same in a record with so many activities before it.
    package func moved(by count: Int) -> HandoffFinding {
        HandoffFinding(
            rule,
            severity: severity,
            index: index.map { $0 + count },
            activityId: activityId,
            path: path,
            message: message
        )
    }

    /// One line with everything but the document.
    public var description: String { "\(rule.id) \(severity.rawValue) \(place): \(message)" }

    /// Where, such as `activity 3 (c-17|4) $.value`; activities count from 1 for people.
    public var place: String {
        guard let index else { return path == "$" ? "file" : path }
        return "activity \(index + 1)" + (activityId.map { " (\($0))" } ?? "") + (path == "$" ? "" : " \(path)")
    }

    /// The finding as a JSON object, for machines.
    public var json: JSONObject {
        var json: JSONObject = ["rule": .string(rule.id), "severity": .string(severity.rawValue)]
        json["activity"] = index.map { .number(JSONNumber($0)) }
        json["id"] = activityId.map(JSONValue.string)
        json["path"] = .string(path)
        json["message"] = .string(message)
        json["document"] = .string(rule.document)
        return json
    }
}
