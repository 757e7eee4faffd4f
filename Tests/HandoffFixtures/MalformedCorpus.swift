/// What senders should not send, and some do: the events that library, chat, adapter and hub must survive.
///
/// Each case is the text of one activity, numbered as testers know it; the file needs nothing else.
package enum MalformedCorpus {
    /// One event.
    package struct Case: Sendable, CustomStringConvertible {
        /// The number by which testers know it; several may share one.
        package let number: Int
        /// What is wrong, in a few words.
        package let fault: String
        /// The text of the activity, which may begin with a byte order mark.
        package let json: String

        /// An event.
        package init(number: Int, fault: String, json: String) {
            self.number = number
            self.fault = fault
            self.json = json
        }

        /// Number and fault.
        package var description: String { "\(number) \(fault)" }

        /// The bytes of the activity, as a reader of JSON gets them: without the mark.
        package var bytes: [UInt8] {
            let bytes = Array(json.utf8)
            return bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        }
    }

    /// Every event, by number.
    package static let all: [Case] = [
        Case(1, "no name", #"{"type":"event","conversation":{"id":"c-17"},"value":{"state":"accepted"}}"#),
        Case(2, "null name", #"{"type":"event","name":null,"value":{"state":"accepted"}}"#),
        Case(3, "number as name", #"{"type":"event","name":7,"value":{"state":"accepted"}}"#),
        Case(4, "blank behind the name", initiate(name: "handoff.initiate ")),
        Case(5, "name in capitals", initiate(name: "HANDOFF.INITIATE")),
        Case(6, "empty value", initiate(#""value":"""#)),
        Case(7, "value is JSON within text", initiate(#""value":"{\"Skill\":\"billing\"}""#)),
        Case(8, "value nested 200 levels", initiate(#""value":"# + nested(200))),
        Case(9, "members twice", initiate(#""value":{"Skill":"a","Skill":"b"}"#)),
        Case(10, "status without state", status("{}")),
        Case(11, "null state", status(#"{"state":null}"#)),
        Case(12, "list as state", status(#"{"state":["accepted"]}"#)),
        Case(13, "bare state", status(#""accepted""#)),
        Case(14, "null conversation", status(#"{"state":"accepted"}"#, conversation: "null")),
        Case(15, "conversation without id", status(#"{"state":"accepted"}"#, conversation: "{}")),
        Case(16, "conversation id in other case", status(#"{"state":"accepted"}"#, conversation: #"{"id":"C-17"}"#)),
        Case(17, "attachments as an object", initiate(#""attachments":{"name":"Transcript"}"#)),
        Case(18, "null attachment", initiate(#""attachments":[null]"#)),
        Case(19, "empty attachment", initiate(#""attachments":[{"contentType":"application/json"}]"#)),
        Case(20, "broken JSON within text", attachment(#""content":"{\"activities\":[}""#)),
        Case(21, "link that is a script", attachment(#""contentUrl":"javascript:alert(1)""#)),
        Case(21, "link to a file", attachment(#""contentUrl":"file:///etc/passwd""#)),
        Case(22, "entries that are none", attachment(#""content":{"activities":[null,"x",{"text":"no type"}]}"#)),
        Case(23, "capital member names", #"{"Type":"event","Name":"handoff.initiate","Conversation":{"Id":"c-17"}}"#),
        Case(24, "value of 200 KB", initiate(#""value":{"va_AgentMessage":""# + long + #""}"#)),
        Case(25, "halves of surrogate pairs", initiate(#""value":{"Skill":"\ud800","va_AgentMessage":"a\udc00b"}"#)),
        Case(26, "byte order mark", "\u{FEFF}" + initiate(#""value":{"Skill":"billing"}"#)),
        Case(
            27,
            "terminal commands",
            initiate(name: #"\u001b[2JHandoff"#, #""value":{"\u001b[31m":"\u001b]0;x\u0007"}"#)
        ),
        Case(27, "terminal commands in a reason", status(#"{"state":"failed","message":"\u001b[2J\u0007gone"}"#)),
        Case(28, "other attachments first", twoAttachments(#"{"contentType":"text/calendar","content":7}"#)),
        Case(29, "two transcripts", twoAttachments(#"{"name":"Transcript","content":{"activities":[]}}"#)),
        Case(30, "after the end", status(#"{"state":"completed"}"#)),
    ]

    private static let long = String(repeating: "lorem ipsum ", count: 17_000)

    private static func nested(_ depth: Int) -> String {
        String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }

    private static func initiate(name: String = "handoff.initiate", _ members: String = #""value":null"#) -> String {
        #"{"type":"event","name":""# + name + #"","id":"m-1","from":{"id":"bot-1","role":"bot"},"#
            + #""conversation":{"id":"c-17"},"# + members + "}"
    }

    private static func status(_ value: String, conversation: String = #"{"id":"c-17"}"#) -> String {
        #"{"type":"event","name":"handoff.status","id":"m-2","from":{"id":"bot-1"},"conversation":"# + conversation
            + #","value":"# + value + "}"
    }

    private static func attachment(_ members: String) -> String {
        initiate(#""attachments":[{"contentType":"application/json","name":"Transcript","# + members + "}]")
    }

    private static func twoAttachments(_ first: String) -> String {
        initiate(
            #""attachments":["# + first
                + #",{"contentType":"application/json","name":"Transcript","content":{"activities":[{"type":"message"}]}}]"#
        )
    }
}

extension MalformedCorpus.Case {
    fileprivate init(_ number: Int, _ fault: String, _ json: String) {
        self.init(number: number, fault: fault, json: json)
    }
}
