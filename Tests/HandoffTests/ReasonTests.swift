import BotSchema
import Handoff
import HandoffFixtures
import Testing

/// The documents leave the shape of an error payload open: whatever comes, the user learns why.
struct ReasonTests {
    @Test(arguments: ReasonShapes.all.indices)
    func `the error payload of a response is told in every shape`(index: Int) {
        let (name, content, words) = ReasonShapes.all[index]
        var response = Activity.event("HandoffResponse", value: "failed")
        response.attachments = [Attachment(contentType: "application/json", content: content, name: "Error")]
        #expect(HandoffSignal(response)?.kind == .failed(reason: words), "\(name)")
        let status = Activity.event("handoff.status", value: ["state": "failed", "message": content])
        #expect(HandoffSignal(status)?.kind == .failed(reason: words), "\(name)")
    }

    @Test func `a reason beside the state, behind a link or within one is told, and no transcript is taken for one`() {
        let beside = Activity.event("handoff.status", value: ["state": "failed", "reason": "closed"])
        #expect(HandoffSignal(beside)?.kind == .failed(reason: "closed"))
        var response = Activity.event("HandoffResponse", value: "failed")
        response.attachments = [
            .transcript(of: [.message("hi")]),
            Attachment(json: ["contentType": "text/plain", "contentUrl": "data:text/plain,closed%20today"]),
        ]
        #expect(HandoffSignal(response)?.kind == .failed(reason: "closed today"))
        response.attachments = [Attachment(json: ["name": "why.txt", "contentUrl": "https://hub.example/why.txt"])]
        #expect(HandoffSignal(response)?.kind == .failed(reason: "why.txt is at https://hub.example/why.txt"))
        response.attachments = []
        #expect(HandoffSignal(response)?.kind == .failed(reason: nil))
    }

    @Test(arguments: ["HandoffResponse", "HandoffCompleted"])
    func `fields that the protocol does not specify change nothing of a report, and stay in it`(name: String) throws {
        var plain = Activity.event(name, value: "failed")
        plain.conversation = ConversationAccount(id: "c")
        var rich = plain
        let more: JSONObject = [
            "text": "accepted", "summary": "s", "importance": "high", "x-hub": ["queue": 7], "entities": [],
        ]
        rich.json.entries += more.entries
        #expect(HandoffSignal(rich)?.kind == HandoffSignal(plain)?.kind)
        #expect(HandoffSignal(rich)?.kind == .failed(reason: nil))
        let read = try #require(Activity(try JSONValue(parsing: rich.jsonValue.compactText)))
        #expect(more.entries.allSatisfy { read.json[$0.key] == $0.value })
    }

    @Test func `what our hub reports has no field beyond those that the protocol names`() {
        for status in [
            HandoffStatus.accepted, .failed, .timedOut, .completed(.ended), .completed(.transferBack), .lost,
        ] {
            let report = Activity.handoffStatus(status, message: "m", conversationId: "c", dialect: .threeEvents)
            let names = Set(report.json.entries.map(\.key))
            #expect(
                names.isSubset(of: ["type", "name", "value", "conversation", "attachments"]),
                "\(status): \(names)"
            )
        }
    }

    @Test func `a reason without end is cut`() {
        let long = String(repeating: "no agent ", count: 10_000)
        let status = Activity.event("handoff.status", value: ["state": "failed", "message": .string(long)])
        guard case .failed(let reason)? = HandoffSignal(status)?.kind else {
            Issue.record("no reason")
            return
        }
        #expect(reason?.count == 1000)
    }
}
