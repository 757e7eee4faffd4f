import BotSchema
import Testing

/// Who speaks where activities do not say it.
struct AuthorEvidenceTests {
    private static func activities(_ texts: [String]) throws -> [Activity] {
        AuthorEvidence.resolved(try texts.map { try #require(Activity(try JSONValue(parsing: $0))) })
    }

    private static func authors(_ texts: [String]) throws -> String {
        String(try activities(texts).map { $0.isFromUser ? "u" : $0.author == .other ? "b" : "-" })
    }

    @Test(arguments: [
        (#""replyToId":"1""#, "ub"), (#""inputHint":"expectingInput""#, "ub"),
        (#""suggestedActions":{"actions":[]}"#, "ub"),
        (#""attachments":[{"contentType":"application/vnd.microsoft.card.hero","content":{}}]"#, "ub"),
        (#""channelData":{"postBack":true}"#, "-u"), (#""x":1"#, "--"),
    ])
    func `one sign tells two speakers apart`(sign: String, expected: String) throws {
        let said = try Self.authors([
            #"{"type":"message","id":"1","from":{"id":"k9"},"text":"where is my parcel"}"#,
            #"{"type":"message","id":"2","from":{"id":"z3"},"text":"let me see",\#(sign)}"#,
        ])
        #expect(said == expected)
    }

    @Test func `whoever asks for the agent is the bot, and whoever spoke before that is the user`() throws {
        let said = try Self.authors([
            #"{"type":"message","from":{"id":"k9"},"text":"a person please"}"#,
            #"{"type":"event","name":"handoff.initiate","from":{"id":"z3"}}"#,
            #"{"type":"event","name":"handoff.status","from":{"id":"m5"},"value":{"state":"accepted"}}"#,
            #"{"type":"message","from":{"id":"m5"},"text":"hello"}"#,
            #"{"type":"message","from":{"id":"k9"},"text":"thanks"}"#,
            #"{"type":"message","from":{"id":"z3"},"text":"welcome back"}"#,
        ])
        #expect(said == "ubbbub")
    }

    @Test func `the one whom nothing explains is the user, if nobody else is`() throws {
        let bot = #"{"type":"message","from":{"id":"z3"},"inputHint":"acceptingInput","text":"hello"}"#
        let one = #"{"type":"message","from":{"id":"k9"},"text":"hi"}"#
        let other = #"{"type":"message","from":{"id":"q1"},"text":"hi too"}"#
        #expect(try Self.authors([bot, one, one]) == "buu")
        #expect(try Self.authors([bot, one, other]) == "b--")
    }

    @Test func `roles in words count as they stand, and tell of the same account elsewhere`() throws {
        let activities = try Self.activities([
            #"{"type":"message","from":{"id":"k9","role":"user"},"inputHint":"acceptingInput","text":"a"}"#,
            #"{"type":"message","from":{"id":"k9"},"inputHint":"acceptingInput","text":"b"}"#,
            #"{"type":"message","from":{"id":"z3","role":"bot"},"text":"c"}"#,
            #"{"type":"message","from":{"id":"z3"},"text":"d"}"#,
        ])
        #expect(activities.map(\.isFromUser) == [true, true, false, false])
        #expect(activities[0].author == nil)
    }

    @Test(arguments: [
        (#""aadObjectId":"6f2d","#, "", "ub"), ("", #""inputHint":"acceptingInput","#, "ub"),
        ("", #""replyToId":"1","#, "ub"),
    ])
    func `numbers of roles mean what the file shows`(person: String, sign: String, expected: String) throws {
        for user in 0...1 {
            let said = try Self.authors([
                #"{"type":"message","id":"1","from":{"id":"k9",\#(person)"role":\#(user)},"text":"hi"}"#,
                #"{"type":"message","id":"2","from":{"id":"z3","role":\#(1 - user)},\#(sign)"text":"hello"}"#,
            ])
            #expect(said == expected, "the user is \(user)")
        }
    }

    @Test func `without any sign the user is number one, whoever begins`() throws {
        for first in 0...1 {
            let said = try Self.authors([
                #"{"type":"message","from":{"id":"a","role":\#(first)},"text":"hi"}"#,
                #"{"type":"message","from":{"id":"b","role":\#(1 - first)},"text":"hello"}"#,
            ])
            #expect(said == (first == 1 ? "ub" : "bu"))
        }
    }

    @Test func `what is known of an author is no part of the activity`() throws {
        let plain = Activity.message("x")
        var known = plain
        known.author = .user
        #expect(plain == known && plain.hashValue == known.hashValue)
        #expect(known.jsonValue == plain.jsonValue)
    }
}
