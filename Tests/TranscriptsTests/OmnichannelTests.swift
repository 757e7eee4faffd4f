import BotSchema
import Testing

@testable import Transcripts

/// What Omnichannel's bulk export holds of chats with agents.
struct OmnichannelTests {
    private static func message(
        _ second: Int,
        _ content: String,
        from: String?,
        _ more: String = ""
    ) -> String {
        let sender = from.map { #"{"application":null,"user":null,\#($0)}"# } ?? "null"
        return
            #"{"content":"\#(content)","createdDateTime":"2026-06-01T09:00:0\#(second)+00:00","id":"17\#(second)","from":\#(sender),"deleted":null\#(more)}"#
    }

    private static let bot = #""application":{"displayName":"Iris","id":"28:77"}"#
    private static let customer = #""application":{"displayName":"Noor Haddad","id":"8:acs:5"}"#
    private static let agent = #""user":{"displayName":"Pavel Novak","id":"8:orgid:pn"}"#

    private static let talk = [
        message(1, "Hello, I am Iris", from: bot, #","isControlMessage":false"#),
        message(2, "my kettle leaks", from: customer),
        message(
            3,
            "<addmember><target>8:orgid:pn</target></addmember>",
            from: nil,
            #","isControlMessage":true"#
        ),
        message(4, "<div>Pavel here, <b>one</b> moment</div>", from: agent, #","tags":"public,messageId-4""#),
        message(5, "who knows kettles?", from: agent, #","tags":"private,parentID-1","deliveryMode":"unbridged""#),
        message(6, "wait", from: customer, #","deleted":true"#),
        message(
            7,
            "",
            from: customer,
            #","attachments":[{"name":"leak.png","fileType":"png","sourceUrl":"https://asm.example/1","annotationid":"f1"},{"name":"bill.docx","sourceUrl":"https://asm.example/2","annotationid":"gone"}]"#
        ),
        message(
            8,
            "Pavel Novak has left the conversation.",
            from: #""application":{"displayName":"DynamicsBot","id":"bc"}"#,
            #","tags":"system""#
        ),
    ]

    private static func list(_ messages: [String]) -> String { "[\(messages.joined(separator: ","))]" }

    private static func annotation(_ id: String, _ body: String, _ more: String = "") -> String {
        #"{"annotationid":"\#(id)","documentbody":"\#(EmbeddedData.encoded(Array(body.utf8)))"\#(more)}"#
    }

    private func read(_ text: String) throws -> Transcript { try Transcript(parsing: Array(text.utf8), name: "a.json") }

    @Test func `a list of messages is a conversation of a user, a bot and an agent`() throws {
        let transcript = try read(Self.list(Self.talk))
        let activities = transcript.activities
        #expect(
            activities.map { $0.type?.rawValue } == [
                "message", "message", "conversationUpdate", "message", "event", "messageDelete", "message", "message",
            ]
        )
        #expect(activities.map { $0.from?.role } == ["bot", "user", "bot", "agent", "agent", "user", "user", "bot"])
        #expect(activities[1].from?.name == "Noor Haddad" && activities[1].isFromUser)
        #expect(activities[2].membersAdded.map(\.id) == ["8:orgid:pn"])
        #expect(activities[3].textFormat == "xml" && activities[1].textFormat == "plain")
        #expect(activities[4].text == nil, "what agents say among themselves was not said to the customer")
        #expect(activities[6].attachments.map(\.contentURL) == ["https://asm.example/1", "https://asm.example/2"])
        #expect(activities[6].attachments[1].contentType?.hasSuffix("wordprocessingml.document") == true)
        #expect(activities.map { $0.time?.milliseconds }.allSatisfy { $0 != nil })
    }

    @Test func `an export of annotations is a conversation each, with the files that were exchanged`() throws {
        let files = Self.annotation(
            "f1",
            "\u{89}PNG",
            #","objecttypecode":"msdyn_ocliveworkitem","mimetype":"image/png","filename":"leak.png""#
        )
        let second = Self.list([
            Self.message(2, "good-bye", from: Self.customer), Self.message(1, "hi", from: Self.customer),
        ])
        let text =
            #"{"@odata.context":"x","value":[\#(Self.annotation("t1", Self.list(Self.talk), #","objecttypecode":"msdyn_transcript","_objectid_value":"work-1""#)),\#(files),\#(Self.annotation("t2", second))]}"#
        let transcript = try read(text)
        let parts = transcript.splitByConversation()
        #expect(parts.map(\.id) == ["work-1", "t2"])
        #expect(parts[1].transcript.activities.compactMap(\.text) == ["hi", "good-bye"])
        #expect(transcript.repairs.contains { $0.text == "messages out of order, read by their times" })
        let picture = transcript.activities[6].attachments[0]
        #expect(picture.contentURL?.hasPrefix("data:image/png;base64,") == true)
        #expect(!String(decoding: transcript.serializedAsRead(), as: UTF8.self).contains("documentbody"))
    }

    @Test func `one annotation alone is read, and one that holds no messages is told`() throws {
        let one = Self.annotation("t9", Self.list(Self.talk))
        #expect(try read(one).activities.first?.conversation?.id == "t9")
        let bad = #"{"value":[\#(one),{"annotationid":"t8","objecttypecode":"msdyn_transcript","documentbody":"%%%"}]}"#
        #expect(try read(bad).repairs.contains { $0.place == "annotation t8" })
    }

    /// A file that a customer sent, without words.
    private static func fileMessage(_ second: Int, _ file: String, content: String = #""content":null,"#) -> String {
        #"{\#(content)"createdDateTime":"2026-06-01T09:00:0\#(second)+00:00","id":"f\#(second)","from":{\#(customer)},"isControlMessage":false,"attachments":[\#(file)]}"#
    }

    @Test func `files without words are kept, wherever they stand, and what is left out is counted`() throws {
        let text = Self.list([
            Self.fileMessage(1, #"{"name":"invoice.pdf","annotationid":"f1"}"#),
            "7", Self.message(2, "see above", from: Self.customer), #""stray""#,
            Self.fileMessage(3, #"{"name":"second.pdf"},null"#, content: ""),
            #"{"content":null,"createdDateTime":"2026-06-01T09:00:04Z","isControlMessage":true}"#,
        ])
        for export in [text, #"{"value":[\#(Self.annotation("t1", text))]}"#] {
            let transcript = try read(export)
            let activities = transcript.activities
            #expect(activities.map(\.text) == [nil, "see above", nil])
            #expect(activities.allSatisfy { $0.type == .message && $0.isFromUser })
            #expect(activities.map { $0.attachments.map(\.name) } == [["invoice.pdf"], [], ["second.pdf"]])
            #expect(activities[0].attachments.map(\.contentType) == ["application/pdf"])
            #expect(activities[0].attachments.map(\.contentURL) == [nil], "no address is invented")
            let notes = transcript.repairs.map(\.text)
            #expect(notes.contains("entries that are no objects, left out: 2"))
            #expect(notes.contains("entries without words and files, left out: 1"))
            #expect(notes.contains("files that are no objects, left out: 1"))
            #expect(notes.contains("files whose contents are missing, broken or too large, named alone: 2"))
        }
    }

    @Test func `a list of files alone is an export, too`() throws {
        let transcript = try read(Self.list([Self.fileMessage(1, #"{"name":"invoice.pdf"}"#)]))
        #expect(transcript.activities.flatMap(\.attachments).map(\.name) == ["invoice.pdf"])
    }

    @Test func `a transcript with one odd entry stays a transcript`() throws {
        let text = #"[{"type":"message","text":"one"},{"content":"odd","createdDateTime":"2026-06-01T09:00:00Z"}]"#
        #expect(try read(text).activities.compactMap(\.text) == ["one"])
    }

    @Test(arguments: [
        #"{"value":[{"documentbody":"bm8="}]}"#, #"[{"documentbody":7}]"#, #"{"documentbody":null}"#,
        #"[{"content":"x","createdDateTime":7,"from":[]}]"#,
    ])
    func `odd documents neither crash nor pass for a conversation without words`(text: String) {
        if let transcript = try? read(text) { #expect(!transcript.activities.isEmpty) }
    }
}
