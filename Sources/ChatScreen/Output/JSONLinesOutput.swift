import BotSchema
import DirectLineClient
import Handoff
package import LineEditing
import MessageContent
import Transcripts

/// Writes one JSON object a line: `activity`, `handoff`, `connection`, `latency`, `notice` and more.
package struct JSONLinesOutput: ChatOutput {
    /// An output for machines.
    package init() {}

    package func text(of item: ChatItem, columns: Int) -> String {
        object(of: item).map { DisplayText.escapedJSON(JSONValue.object($0).compactText) } ?? ""
    }

    package func prompt(_ prompt: ChatPrompt, columns: Int) -> Prompt { Prompt(text: "") }

    private func object(of item: ChatItem) -> JSONObject? {
        switch item {
        case .entered, .enteredCommand, .day: nil
        case .session(let session, _): Self.session(session)
        case .activity(let activity, _, _, _): ["kind": "activity", "activity": activity.jsonValue]
        case .changed(let item, _), .pictured(let item, _): object(of: item)
        case .adapted(_, let activity): activity.map { ["kind": "activity", "activity": $0.jsonValue] }
        case .invokeAnswer(let answer, _):
            ["kind": "invoke", "status": .number(JSONNumber(answer.status)), "body": answer.body ?? .null]
        // Each state is told once; what a hub says within one is no other state.
        case .handoff(let transition) where !transition.isChange && transition.queuePosition == nil:
            remark(transition)
        case .handoff(let transition): handoff(transition)
        case .trace(let entry): ["kind": "trace", "entry": entry.jsonValue]
        case .hub(let parts): ["kind": "hub", "text": .string(parts.joined(separator: " · "))]
        case .connection(let state): connection(state)
        case .latency(let milliseconds): ["kind": "latency", "milliseconds": .number(JSONNumber(milliseconds))]
        case .notice(let text): ["kind": "notice", "level": "info", "text": .string(text)]
        case .failure(let text), .misuse(let text): ["kind": "notice", "level": "error", "text": .string(text)]
        case .answer(let lines):
            ["kind": "notice", "level": "answer", "text": .string(lines.joined(separator: "\n"))]
        case .table(let title, let rows):
            ["kind": "notice", "level": "answer", "text": .string(Self.text(title, rows)), "rows": Self.object(rows)]
        case .loadedHeader(let text): ["kind": "notice", "level": "loaded", "text": .string(text)]
        case .loaded(let item), .earlier(let item):
            object(of: item).map { object in
                var object = object
                object["loaded"] = true
                return object
            }
        }
    }

    private static func session(_ session: TranscriptSession) -> JSONObject {
        var object: JSONObject = ["kind": "session", "conversation": .string(session.conversationId)]
        object["start"] = session.start.map { .string($0.text) }
        object["outcome"] = session.outcome.map { .string($0.outcome) }
        object["reason"] = session.outcome?.reason.map(JSONValue.string)
        object["type"] = session.outcome?.kind.map(JSONValue.string)
        return object
    }

    private static func text(_ title: String?, _ rows: [ChatItem.Row]) -> String {
        ([title].compactMap { $0 } + rows.map { "\($0.label): \($0.text)" }).joined(separator: "\n")
    }

    private static func object(_ rows: [ChatItem.Row]) -> JSONValue {
        .object(JSONObject(entries: rows.map { JSONObject.Entry(key: $0.label, value: .string($0.text)) }))
    }

    /// What is told within a state; an error where a document forbids it.
    private func remark(_ transition: HandoffTransition) -> JSONObject? {
        guard let message = transition.message else { return nil }
        let level = transition.brokenRule?.severity == .error ? "error" : "info"
        var object: JSONObject = ["kind": "notice", "level": .string(level), "text": .string(message)]
        object["rule"] = transition.brokenRule.map { .string($0.id) }
        return object
    }

    private func handoff(_ transition: HandoffTransition) -> JSONObject {
        var object: JSONObject = ["kind": "handoff", "state": .string(transition.to.rawValue)]
        object["outcome"] = transition.outcome.map { .string($0.rawValue) }
        object["agent"] = (transition.agent?.name ?? transition.agent?.id).map(JSONValue.string)
        object["dialect"] = transition.dialect.map { .string($0.word) }
        object["position"] = transition.queuePosition.map { .number(JSONNumber($0)) }
        object["message"] = transition.message.map(JSONValue.string)
        object["waitedMilliseconds"] = transition.waited.map { .number(JSONNumber($0.wholeMilliseconds)) }
        object["handledMilliseconds"] = transition.handled.map { .number(JSONNumber($0.wholeMilliseconds)) }
        return object
    }

    private func connection(_ state: ConnectionState) -> JSONObject {
        var object: JSONObject = ["kind": "connection", "state": .string(state.name)]
        object["detail"] = state.detail.map(JSONValue.string)
        return object
    }
}
