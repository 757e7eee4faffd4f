import BotSchema
import TestSupport
import Testing
import Transcripts

/// Network logs of browsers (HAR), out of which the conversation is read.
struct NetworkLogTests {
    private static let address = "https://directline.botframework.com/v3/directline/conversations/Kq7%7Ceu/activities"

    private static func entry(
        _ method: String = "GET",
        _ url: String = address,
        at second: Int,
        posted: String? = nil,
        answer: String? = nil,
        encoding: String? = nil,
        status: Int = 200
    ) -> JSONValue {
        var content: JSONObject = ["mimeType": "application/json"]
        content["text"] = answer.map(JSONValue.string)
        content["encoding"] = encoding.map(JSONValue.string)
        var request: JSONObject = [
            "method": .string(method), "url": .string(url),
            "headers": [["name": "Authorization", "value": "Bearer s3cr3t-of-the-log"]],
        ]
        request["postData"] = posted.map { ["mimeType": "application/json", "text": .string($0)] }
        return [
            "startedDateTime": .string("2026-05-04T10:00:0\(second).000Z"), "time": 200, "request": .object(request),
            "response": ["status": .number(JSONNumber(status)), "content": .object(content)],
        ]
    }

    private static func stream(_ frames: [(type: String, second: Double, data: String)]) -> JSONValue {
        [
            "startedDateTime": "2026-05-04T10:00:00.000Z",
            "request": ["method": "GET", "url": "wss://directline.botframework.com/stream?t=s3cr3t-ticket"],
            "response": ["status": 101, "content": [:]],
            "_webSocketMessages": .array(
                frames.map { frame in
                    let time = JSONNumber(1_777_888_800 + frame.second).map(JSONValue.number) ?? 0
                    return ["type": .string(frame.type), "time": time, "opcode": 1, "data": .string(frame.data)]
                }
            ),
        ]
    }

    private static func log(_ entries: JSONValue...) -> [UInt8] {
        let log: JSONValue = ["version": "1.2", "creator": ["name": "WebInspector"], "entries": .array(entries)]
        return JSONValue.object(["log": log]).prettySerialized()
    }

    private static func set(_ activities: String...) -> String {
        #"{"activities":[\#(activities.joined(separator: ","))],"watermark":"1"}"#
    }

    private static func message(_ id: String, _ text: String, from: String = "shop", more: String = "") -> String {
        #"{"type":"message","id":"Kq7|eu|\#(id)","text":"\#(text)","from":{"id":"\#(from)"},"conversation":{"id":"Kq7|eu"}\#(more)}"#
    }

    private static let posted =
        #"{"type":"message","text":"where is my kettle?","from":{"id":"visitor"},"channelData":{"clientActivityID":"x1"}}"#

    @Test func `frames, polls and posts are one conversation, each line once, in the order of time`() throws {
        let echo = Self.message(
            "1",
            "where is my kettle?",
            from: "visitor",
            more: #","timestamp":"2026-05-04T10:00:02Z""#
        )
        let file = Self.log(
            Self.entry("OPTIONS", at: 0),
            Self.stream([
                ("receive", 1, Self.set(Self.message("0", "welcome"))), ("receive", 1.5, ""), ("send", 1.7, "ping"),
                ("receive", 2.4, Self.set(echo)), ("receive", 3, Self.set(Self.message("2", "in the post"))),
            ]),
            Self.entry("POST", at: 2, posted: Self.posted, answer: #"{"id":"Kq7|eu|1"}"#),
            Self.entry(at: 5, answer: Self.set(Self.message("0", "welcome"), echo, Self.message("2", "in the post"))),
            Self.entry("GET", "https://example.org/page", at: 1, answer: "<html>")
        )
        let transcript = try Transcript(parsing: file, name: "shop.har")
        #expect(transcript.activities.compactMap(\.text) == ["welcome", "where is my kettle?", "in the post"])
        #expect(transcript.activities[1].timestamp == "2026-05-04T10:00:02Z", "the echo")
        #expect(transcript.activities.map(\.isFromUser) == [false, true, false])
        #expect(transcript.repairs.map(\.description).contains { $0.contains("only the conversation in it is read") })
    }

    @Test func `what was posted stays where its echo is missing, and gets what the log tells of it`() throws {
        let file = Self.log(Self.entry("POST", at: 3, posted: Self.posted, answer: #"{"id":"Kq7|eu|9"}"#))
        let activity = try #require(try Transcript(parsing: file, name: "a").activities.first)
        #expect(activity.id == "Kq7|eu|9" && activity.conversation?.id == "Kq7|eu")
        #expect(activity.time == Timestamp("2026-05-04T10:00:03Z") && activity.isFromUser)
    }

    @Test func `an edit stays beside what it changes, and base64 is read`() throws {
        let encoded =
            "eyJhY3Rpdml0aWVzIjpbeyJ0eXBlIjoibWVzc2FnZSIsImlkIjoiYSIsInRleHQiOiJvbmUifSx7InR5cGUiOiJtZXNzYWdlIiwiaWQiOiJhIiwidGV4dCI6InR3byJ9LHsidHlwZSI6Im1lc3NhZ2UiLCJpZCI6ImEiLCJ0ZXh0Ijoib25lIn1dfQ=="
        let file = Self.log(Self.entry(at: 1, answer: encoded, encoding: "base64"))
        #expect(try Transcript(parsing: file, name: "a").activities.compactMap(\.text) == ["one", "two"])
    }

    @Test func `nothing of the log but the conversation is written again`() throws {
        let file = Self.log(Self.entry(at: 1, answer: Self.set(Self.message("0", "welcome"))))
        let transcript = try Transcript(parsing: file, name: "a.har")
        for bytes in [transcript.serializedAsRead(), transcript.serialized(as: .attachment)] {
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(text.contains("welcome") && !text.contains("s3cr3t"))
            #expect(try Transcript(parsing: bytes, name: "a").activities == transcript.activities)
        }
    }

    @Test func `a log is read as a stream of activities, too`() throws {
        let folder = try TemporaryFolder()
        try folder.write(Self.log(Self.entry(at: 1, answer: Self.set(Self.message("0", "welcome")))), to: "a.har")
        var words: [String] = []
        _ = try TranscriptFile.forEachActivity(in: folder.file("a.har")) {
            words.append($0.text ?? ""); return true
        }
        #expect(words == ["welcome"])
    }

    @Test(arguments: [
        #"{"log":{"entries":[]}}"#, #"{"log":{"entries":[{},null,7,{"request":{"url":7}}]}}"#,
        #"{"log":{"entries":[{"_webSocketMessages":[{"type":"receive","time":1e300,"data":"\"activities\""}]}]}}"#,
    ])
    func `a log without a conversation is refused in words`(text: String) {
        let error = #expect(throws: TranscriptError.self) { try Transcript(parsing: Array(text.utf8), name: "a.har") }
        #expect(error?.reason.contains("no activity of Direct Line") == true, "\(error?.reason ?? "")")
    }

    @Test func `an answer whose contents were not recorded is told`() throws {
        let file = Self.log(Self.entry(at: 1), Self.entry(at: 2, answer: Self.set(Self.message("0", "welcome"))))
        let repairs = try Transcript(parsing: file, name: "a").repairs.map(\.description)
        #expect(repairs.contains("$.log.entries[0]: an answer whose contents were not recorded, left out"))
    }

    private static func posted(_ text: String, id: String) -> String {
        #"{"type":"message","text":"\#(text)","from":{"id":"visitor"},"channelData":{"clientActivityID":"\#(id)"}}"#
    }

    @Test func `a line that the service did not take was not said, unless its echo came`() throws {
        let error = #"{"error":{"code":"BotError"}}"#
        let echo = Self.message(
            "4",
            "late but taken",
            from: "visitor",
            more: #","channelData":{"clientActivityID":"x4"}"#
        )
        let file = Self.log(
            Self.entry("POST", at: 1, posted: Self.posted("refused", id: "x1"), answer: error, status: 502),
            Self.entry("POST", at: 2, posted: Self.posted("refused, too", id: "x2"), answer: error, status: 502),
            Self.entry("POST", at: 3, posted: Self.posted("cancelled", id: "x3"), answer: "", status: 0),
            Self.entry("POST", at: 4, posted: Self.posted("late but taken", id: "x4"), answer: error, status: 504),
            Self.entry("POST", at: 5, posted: Self.posted("taken", id: "x5"), answer: #"{"id":"Kq7|eu|5"}"#),
            Self.entry(at: 6, answer: Self.set(echo))
        )
        let transcript = try Transcript(parsing: file, name: "a")
        #expect(transcript.activities.compactMap(\.text) == ["late but taken", "taken"])
        #expect(transcript.activities.map(\.isFromUser) == [true, true])
        #expect(
            transcript.repairs.map(\.text) == [
                "2 lines that the service refused with 502, left out",
                "a line that the page gave up before the service answered, left out",
                "a network log; only the conversation in it is read",
            ]
        )
    }

    @Test func `a log of refused lines alone says why it holds no conversation`() throws {
        let file = Self.log(Self.entry("POST", at: 1, posted: Self.posted, answer: "{}", status: 403))
        let error = #expect(throws: TranscriptError.self) { try Transcript(parsing: file, name: "a.har") }
        #expect(error?.reason.contains("a line that the service refused with 403, left out") == true)
    }

    @Test func `answers, frames and posts that cannot be read are told as cuts`() throws {
        let whole = Self.set(Self.message("0", "welcome"))
        let file = Self.log(
            Self.entry(at: 1, answer: String(whole.dropLast(30))),
            Self.entry(at: 2, answer: "!!!notb64", encoding: "base64"),
            Self.stream([
                ("receive", 3, whole), ("receive", 3, ""), ("receive", 3, #"{"activities":[{"ty"#), ("send", 3, "ping"),
            ]),
            Self.entry("POST", at: 4, posted: String(Self.posted.dropLast(9)), answer: "{}"),
            Self.entry(at: 5, answer: "<html>", status: 503),
            Self.entry(at: 6, answer: #"{"activities":[7,null]}"#)
        )
        let transcript = try Transcript(parsing: file, name: "a")
        #expect(transcript.activities.compactMap(\.text) == ["welcome"])
        #expect(
            transcript.repairs.filter(\.isCut).map(\.description) == [
                "$.log.entries[0]: an answer that is cut or no JSON, left out",
                "$.log.entries[1]: an answer whose base64 is broken, left out",
                "$.log.entries[2]: a frame that is cut or no JSON, left out",
                "$.log.entries[3]: a line that was posted, cut or no activity, left out",
            ]
        )
        #expect(
            transcript.repairs.map(\.description).contains(
                "$.log.entries[5]: values that are no activities, left out: 2"
            )
        )
    }

    @Test(arguments: [("directline/conversations/c1/stream?t=x", true), ("prices?t=x", false)])
    func `frames that are no JSON are told of a stream of Direct Line alone`(path: String, isTold: Bool) throws {
        let socket: JSONValue = [
            "request": ["method": "GET", "url": .string("wss://directline.botframework.com/v3/\(path)")],
            "_webSocketMessages": [
                ["type": "receive", "opcode": 1, "data": "garbage"], ["type": "receive", "opcode": 2, "data": "AAAA"],
                ["type": "receive", "opcode": 9, "data": "ping"],
            ],
        ]
        let file = Self.log(socket, Self.entry(at: 2, answer: Self.set(Self.message("0", "welcome"))))
        let cuts = try Transcript(parsing: file, name: "a").repairs.filter(\.isCut).map(\.description)
        #expect(cuts == (isTold ? ["$.log.entries[0]: 2 frames that are cut or no JSON, left out"] : []))
    }

    @Test func `a duration beyond all measure does not keep an answer from being read`() throws {
        let set = JSONValue.string(Self.set(Self.message("0", "welcome")))
        let answer = String(decoding: set.serialized(), as: UTF8.self)
        let file =
            #"{"log":{"entries":[{"time":1e300,"request":{"method":"GET","url":"\#(Self.address)"},"response":{"content":{"text":\#(answer)}}}]}}"#
        #expect(try Transcript(parsing: Array(file.utf8), name: "a").activities.compactMap(\.text) == ["welcome"])
    }

    @Test func `a log whose base64 is broken does not pass for one without contents`() throws {
        let file = Self.log(Self.entry(at: 1, answer: "!!!notb64", encoding: "base64"))
        let error = #expect(throws: TranscriptError.self) { try Transcript(parsing: file, name: "a.har") }
        #expect(error?.reason.contains("an answer whose base64 is broken") == true, "\(error?.reason ?? "")")
        #expect(error?.reason.contains("record it") == false)
    }
}
