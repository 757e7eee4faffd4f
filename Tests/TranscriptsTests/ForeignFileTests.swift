import BotSchema
import TestSupport
import Testing

@testable import Transcripts

/// What is no transcript is refused, and what is one is read, alike as a whole and piece by piece.
struct ForeignFileTests {
    private enum Reading: Equatable {
        case read([Activity])
        case refused(String)
    }

    private static func whole(_ path: String) -> Reading {
        do throws(TranscriptError) {
            return .read(try TranscriptFile.read(path).activities)
        } catch {
            return .refused(error.reason)
        }
    }

    private static func streamed(_ path: String) -> Reading {
        var activities: [Activity] = []
        do throws(TranscriptError) {
            _ = try TranscriptFile.forEachActivity(in: path) { activity in
                activities.append(activity)
                return true
            }
            return .read(activities)
        } catch {
            return .refused(error.reason)
        }
    }

    /// Reads a file in both ways, which must agree.
    private static func reading(_ text: String, named name: String = "a.json") throws -> Reading {
        let folder = try TemporaryFolder()
        try folder.write(text, to: name)
        let (one, other) = (whole(folder.file(name)), streamed(folder.file(name)))
        #expect(one == other, "\(text)")
        return one
    }

    private static let card = #"{"type":"TextBlock","text":"Pick a day"}"#

    @Test(arguments: [
        // Lists of other things.
        #"[{"id":"u1","name":"Mina"},{"id":"u2","name":"Ana","role":"bot"}]"#,
        #"{"users":[{"id":"u1","name":"Mina"}]}"#, #"{"data":{"users":[{"id":"u1"}]}}"#,
        #"[{"role":"user","content":"hello"},{"role":"assistant","content":"hi"}]"#,
        #"[{"from":"mina@mail.example","to":"ana@mail.example","text":"hello"}]"#,
        #"{"level":"info","timestamp":"2026-01-02T03:04:05Z","msg":"started"}"#,
        "{\"level\":\"info\",\"msg\":\"a\"}\n{\"level\":\"info\",\"msg\":\"b\"}\n", #"[1,2,3]"#, #"["a","b"]"#,
        #"{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null}]}"#,
        #"{"name":"shop","type":"module","scripts":{}}"#, #"{"type":"object","properties":{"a":{"type":"string"}}}"#,
        // Payloads of cards.
        #"{"title":"Hero","subtitle":"s","buttons":[{"type":"imBack","title":"Yes","value":"yes"}]}"#,
        #"{"contentType":"application/vnd.microsoft.card.hero","content":{"title":"Hero"}}"#,
        #"{"text":"Sign in","buttons":[{"type":"signin","title":"Sign in","value":"https://sign.example"}]}"#,
        #"{"title":"Receipt","items":[{"title":"Ticket","price":"3"}],"total":"3"}"#, card, "[\(card)]",
        #"{"type":"Container","items":[\#(card)]}"#, #"[{"type":"AdaptiveCard","body":[]}]"#,
        #"{"attachments":[{"contentType":"application/vnd.microsoft.card.hero","content":{"title":"Hero"}}]}"#,
        #"{"actions":[{"type":"imBack","title":"Yes","value":"yes"}]}"#,
        // Nothing at all.
        "", "nonsense", "{}", "null", "7", #""text""#, #"{"a":[1,2]}"#, #"{"kind":"notice","text":"Welcome"}"#,
        #"{"error":{"code":"0x80040220","message":"Principal user is missing a privilege"}}"#,
    ])
    func `what is no transcript is refused`(text: String) throws {
        let reading = try Self.reading(text)
        guard case .refused = reading else {
            Issue.record("\(text) is read as \(reading)")
            return
        }
    }

    @Test(arguments: [
        ("[]", 0), (#"{"activities":[]}"#, 0), (#"{"transcript":[]}"#, 0), (#"{"activities":[{"type":"own"}]}"#, 1),
        (#"[{"type":"own","conversation":{"id":"c"}}]"#, 1), (#"[{"note":1},{"type":"message","text":"hi"}]"#, 2),
        (#"{"messages":[{"type":"message","text":"hi"},{"type":"typing"}],"n":[{"type":"message"}]}"#, 2),
        (#"{"text":"hi","from":{"id":"u"}}"#, 1), ("{\"level\":\"info\"}\n{\"type\":\"message\"}\n", 1),
        (#"{"reactionsAdded":[{"type":"like"}],"type":"messageReaction"}"#, 1),
        (#"{"listenFor":["a"],"textHighlights":[{"text":"b"}],"type":"message"}"#, 1),
        (#"{"value":[{"content":"{\"activities\":[{\"type\":\"x\"}]}"}]}"#, 1),
    ])
    func `what is one is read, though it is unusual`(text: String, count: Int) throws {
        guard case .read(let activities) = try Self.reading(text) else {
            Issue.record("\(text) is refused")
            return
        }
        #expect(activities.count == count)
    }

    @Test func `a long list of other things is refused before its end, in both ways`() throws {
        let users = (0..<5000).map {
            #"{"id":"u\#($0)","name":"Mina \#($0)","about":"\#(String(repeating: "x", count: 400))"}"#
        }
        let text = "[" + users.joined(separator: ",") + #",{"type":"message","text":"hi"}]"#
        let reading = try Self.reading(text)
        #expect(reading == .refused("at $[0]: expected an activity, found an object without a type"))
    }

    @Test(arguments: [
        #"{"type":"AdaptiveCard","version":"1.5","body":[{"type":"TextBlock","text":"Pick a day"}]}"#,
        #"{"$schema":"s","body":[{"type":"TextBlock","text":"Pick a day"}],"type":"AdaptiveCard"}"#,
        #"{"contentType":"application/vnd.microsoft.card.adaptive","content":{"type":"AdaptiveCard","body":[]}}"#,
    ])
    func `an Adaptive Card by itself is a message that holds it, and is written as it was`(text: String) throws {
        guard case .read(let activities) = try Self.reading(text) else {
            Issue.record("\(text) is refused")
            return
        }
        #expect(activities.map(\.type) == [.message])
        #expect(activities.first?.attachments.first?.contentType == "application/vnd.microsoft.card.adaptive")
        #expect(activities.first?.attachments.first?.content?["type"] == "AdaptiveCard")
        let transcript = try Transcript(parsing: Array(text.utf8), name: "a.json")
        #expect(try JSONValue(parsing: transcript.serializedAsRead()) == JSONValue(parsing: text))
        #expect(transcript.repairs.map(\.text) == ["an Adaptive Card by itself, read as a message that holds it"])
    }

    @Test func `a service's error is told in its own words`() throws {
        let text = #"{"error":{"code":"0x80072560","message":"The user is not a member of the organization."}}"#
        let words = "the service answered with an error: The user is not a member of the organization. (0x80072560)"
        #expect(try Self.reading(text) == .refused(words))
        let token = #"{"error":"invalid_grant","error_description":"The token is too old"}"#
        #expect(
            try Self.reading(token)
                == .refused("the service answered with an error: The token is too old (invalid_grant)")
        )
    }

    @Test(arguments: ["@odata.nextLink", "odata.nextLink", "nextLink"], [true, false])
    func `a page that is one of several is told`(name: String, isFirst: Bool) throws {
        let link = #""\#(name)":"https://org.example/next""#
        let list = #""value":[{"name":"c_b","content":"{\"activities\":[{\"type\":\"message\"}]}"}]"#
        let folder = try TemporaryFolder()
        try folder.write("{" + (isFirst ? link + "," + list : list + "," + link) + "}", to: "a.json")
        let words = "this is one page of several; the rest, at its nextLink, is not read"
        #expect(try TranscriptFile.read(folder.file("a.json")).repairs.map(\.text) == [words])
        #expect(try TranscriptFile.forEachActivity(in: folder.file("a.json")) { _ in true }.map(\.text) == [words])
    }

    @Test func `a file that is cut off is known by it, and one that was mended otherwise is not`() throws {
        let whole = #"[{"type":"message","text":"a"},{"type":"message","text":"b"}]"#
        for (text, isCut) in [
            (whole, false), (String(whole.dropLast()), true), (String(whole.dropLast(5)), true),
            (whole.replacing("},{", with: "},,{"), false), (whole + "]", false),
        ] {
            let folder = try TemporaryFolder()
            try folder.write(text, to: "a.json")
            #expect(try TranscriptFile.read(folder.file("a.json")).repairs.contains(where: \.isCut) == isCut)
            let repairs = try TranscriptFile.forEachActivity(in: folder.file("a.json")) { _ in true }
            #expect(repairs.contains(where: \.isCut) == isCut)
        }
        let table = "name,content\nx,\"{\"\"activities\"\":[{\"\"type\"\":\"\"message\"\"},{\"\"ty"
        #expect(try Transcript(parsing: Array(table.utf8), name: "a.csv").repairs.contains(where: \.isCut))
    }

    @Test func `what the program itself prints is read like any transcript`() throws {
        let hello = #"{"type":"message","id":"1","text":"hello","from":{"id":"b","role":"bot"}}"#
        let hi = #"{"type":"message","id":"2","text":"hi","from":{"id":"u","role":"user"}}"#
        let lines = """
            {"kind":"connection","state":"online"}
            {"kind":"activity","activity":\(hello)}
            {"kind":"notice","level":"info","text":"Welcome"}
            {"kind":"activity","activity":\(hi)}
            {"kind":"handoff","state":"requested"}
            {"kind":"session","conversation":"c"}
            """
        let trace = """
            {"time":"2026-01-02T03:04:05.000Z","kind":"request","number":1,"method":"POST","body":\(hi)}
            {"time":"2026-01-02T03:04:05.100Z","kind":"response","number":1,"status":200,"body":{"id":"2"}}
            {"time":"2026-01-02T03:04:05.200Z","kind":"frame","body":{"activities":[\(hello)],"watermark":"1"}}
            {"time":"2026-01-02T03:04:05.300Z","kind":"frame","body":"0 bytes"}
            {"time":"2026-01-02T03:04:05.400Z","kind":"frame","body":{"activities":[\(hello),\(hi)],"watermark":"2"}}
            {"time":"2026-01-02T03:04:05.500Z","kind":"socket","note":"closed"}
            """
        let expected = try [hello, hi].map { Activity(json: try #require(try JSONValue(parsing: $0).object)) }
        for text in [lines, trace, "[" + lines.split(separator: "\n").joined(separator: ",") + "]"] {
            #expect(try Self.reading(text) == .read(expected))
        }
        #expect(try Transcript(parsing: Array(lines.utf8), name: "a").repairs.isEmpty)
    }
}
