import BotSchema
import Testing
import Transcripts

struct RedactionTests {
    private static func masked(_ text: String) -> String {
        var redactor = TranscriptRedactor()
        return redactor.redacted(text)
    }

    @Test(arguments: [
        ("Write to mina.o'hara+x@mail.example.org.", "Write to [email-1]."),
        ("grüße@müller.example", "[email-1]"), ("a@b", "a@b"), ("@mina see 5@6", "@mina see 5@6"),
        ("Call +44 20 7946 0999 or (555) 010-1234", "Call [phone-1] or [phone-2]"),
        ("+1-415-555-2671x99", "[phone-1]"), ("ring (555) 010-1234ext5 now", "ring [phone-1] now"),
        ("A4 210x297, 1920x1080", "A4 210x297, 1920x1080"),
        ("020 7946 0999, please", "[phone-1], please"), ("It is 2026-03-14 10:00", "It is 2026-03-14 10:00"),
        ("14.03.2026 and 1234567890", "14.03.2026 and 1234567890"), ("order LH-20817", "order LH-20817"),
        ("card 4111 1111 1111 1111!", "card [card-1]!"), ("card 4111 1111 1111 1112", "card 4111 1111 1111 1112"),
        ("378282246310005", "[card-1]"), ("0000 0000 0000 0000", "0000 0000 0000 0000"),
        ("Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl", "Bearer [token-1]"),
        ("https://example.org/x?t=Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2RlZg&a=1", "https://example.org/x?t=[token-1]&a=1"),
        ("0b1e6f1e-0000-4000-8000-2f4a5b6c7d8e", "0b1e6f1e-0000-4000-8000-2f4a5b6c7d8e"),
        ("Donaudampfschifffahrtsgesellschaftskapitän", "Donaudampfschifffahrtsgesellschaftskapitän"), ("", ""),
    ])
    func `what is sensitive is masked, what looks like it is not`(text: String, masked: String) {
        #expect(Self.masked(text) == masked)
    }

    @Test(arguments: [
        ("Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic [secret-1]"),
        ("Proxy-Authorization: Basic dXNlcjpwYXNz then", "Proxy-Authorization: Basic [secret-1] then"),
        ("it sent Basic dXNlcjpwYXNz here", "it sent Basic [secret-1] here"),
        (
            "Authorization: Digest username=\"jane\", response=\"6629\"\nHost: a",
            "Authorization: Digest [secret-1]\nHost: a"
        ),
        ("password: hunter2", "password: [secret-1]"), ("password = hunter2", "password = [secret-1]"),
        ("My Password: swordfish", "My Password: [secret-1]"), ("API key: abcd1234efgh.", "API key: [secret-1]."),
        ("api_key: abcd1234efgh", "api_key: [secret-1]"), ("PIN: 4711, thanks", "PIN: [secret-1], thanks"),
        ("client_secret='abc!def'", "client_secret='[secret-1]'"), ("{'pwd': 'a b!c'}", "{'pwd': '[secret-1]'}"),
        ("Cookie: session=abc; theme=dark\nHost: a", "Cookie: [secret-1]\nHost: a"),
        ("Set-Cookie: id=a3f; Path=/; HttpOnly", "Set-Cookie: [secret-1]"),
        ("X-Api-Key: q7we", "X-Api-Key: [secret-1]"),
        (
            "curl -H 'X-Api-Key: q7we' -H 'Cookie: a=b; c=d' x",
            "curl -H 'X-Api-Key: [secret-1]' -H 'Cookie: [secret-2]' x"
        ),
        ("curl -u jane:hunter2 https://a.example", "curl -u [secret-1] https://a.example"),
        ("curl --user 'jane:hunt er' x", "curl --user '[secret-1]' x"),
        ("docker run -u 1000:1000 a", "docker run -u 1000:1000 a"),
        ("Password=Passw0rd!;Port=1", "Password=[secret-1];Port=1"), ("pwd=p@ss!word#1;", "pwd=[secret-1];"),
        ("it is password=a)b|c,d<e\\f, really", "it is password=[secret-1], really"), ("(pwd=abc)", "(pwd=[secret-1])"),
        ("<b>pwd=abc</b>", "<b>pwd=[secret-1]</b>"), ("user=a,password=b,host=c", "user=a,password=[secret-1],host=c"),
        ("password: [secret-1]", "password: [secret-1]"),
    ])
    func `a secret is masked whole behind its name, in a header and on a command line`(text: String, masked: String) {
        #expect(Self.masked(text) == masked)
    }

    @Test func `a value has one mask everywhere, in the transcript that a handoff carries and in JSON within text too`()
        throws
    {
        let text = #"""
            {"watermark":"1","owner":"MINA@mail.example","activities":[
            {"type":"message","id":"c1|1","text":"I am mina@mail.example, 4111111111111111","from":{"id":"mina@mail.example","name":"Mina"}},
            {"type":"event","name":"handoff.initiate","value":{"contact":"mina@mail.example","card":4111111111111111,"token":"s"},
             "attachments":[{"name":"Transcript","content":{"activities":[{"type":"message","text":"I am mina@mail.example"}]}}]},
            {"type":"message","text":"x","channelData":{"tags":"{\"type\":\"Escalate\",\"context\":{\"mail\":\"mina@mail.example\"}}"}}]}
            """#
        var redactor = TranscriptRedactor()
        let redacted = redactor.redacted(try Transcript(parsing: Array(text.utf8), name: "a"))
        let written = String(decoding: redacted.serializedAsRead(), as: UTF8.self)
        #expect(!written.lowercased().contains("mina@") && !written.contains("4111") && !written.contains("\"s\""))
        #expect(redactor.counts == ["email": 1, "card": 1, "secret": 1, "name": 1])
        #expect(redacted.activities[0].id == "c1|1")
        #expect(redacted.activities[0].text == "I am [email-1], [card-1]")
        #expect(redacted.activities[1].attachments[0].content?["activities"]?[0]?["text"] == "I am [email-1]")
        #expect(redacted.activities[2].channelData?["tags"]?.string?.contains("[email-1]") == true)
        let again = redactor.redacted(redacted)
        #expect(again.activities == redacted.activities)
    }

    @Test(
        .timeLimit(.minutes(20)),
        arguments: ["@", "a@", "1", "1 ", "+", "eyJ.", "(", "a.", "0-", "pwd=", "pwd: a", "curl -u "]
    )
    func `much of what begins something takes no long time`(unit: String) {
        _ = Self.masked(String(repeating: unit, count: 1 << 17))
    }

    private static let whole = #"""
        {"watermark":"1","owner":"MINA@mail.example","activities":[
         {"type":"message","id":"c1|1","text":"I am mina@mail.example, 4111111111111111, [email-1] and [email-1:abc123]","from":{"id":"mina@mail.example"}},
         {"type":"event","value":{"contact":"Mina@Mail.Example","card":4111111111111111,"as":"4111 1111 1111 1111","token":"a\"\\b"}},
         {"type":"message","text":"+44 20 7946 0999 or (+44) 20 7946-0999","channelData":{"tags":"{\"mail\":\"mina@mail.example\",\"password\":\"\\\"x\"}"}}]}
        """#

    @Test func `with the owner's key everything is restored, spelling for spelling`() throws {
        let transcript = try Transcript(parsing: Array(Self.whole.utf8), name: "a")
        var redactor = TranscriptRedactor(key: RedactionKey(tag: "k3f9x1"))
        let redacted = redactor.redacted(transcript)
        let text = String(decoding: redacted.serializedAsRead(), as: UTF8.self)
        #expect(!text.lowercased().contains("mina@") && !text.contains("4111") && !text.contains("7946"))
        #expect(text.contains("[email-1.1:k3f9x1]") && redactor.counts["email"] == 1)
        // Through files, as it is done in fact.
        let key = try RedactionKey(parsing: try #require(redactor.key).serialized, name: "key")
        var restorer = TranscriptRestorer(key)
        let restored = restorer.restored(try Transcript(parsing: redacted.serializedAsRead(), name: "b"))
        #expect(try JSONValue(parsing: restored.serializedAsRead()) == JSONValue(parsing: Self.whole))
        #expect(restorer.count >= 9 && restorer.foreignCount == 1)
    }

    @Test func `a key goes on where it ended, and another key restores nothing`() throws {
        var first = TranscriptRedactor(key: RedactionKey(tag: "k3f9x1"))
        #expect(first.redacted("mina@mail.example") == "[email-1:k3f9x1]")
        var second = TranscriptRedactor(key: first.key)
        #expect(second.redacted("tom@mail.example and mina@mail.example") == "[email-2:k3f9x1] and [email-1:k3f9x1]")
        var stranger = TranscriptRestorer(RedactionKey(tag: "zzzzzz"))
        #expect(stranger.restored("[email-1:k3f9x1] [x] [") == "[email-1:k3f9x1] [x] [")
        #expect(stranger.count == 0 && stranger.foreignCount == 1)
    }

    @Test(arguments: [
        "", "[]", #"{"redactionKey":"a"}"#, #"{"redactionKey":"a","values":{"mina@mail.example":"s3cret"}}"#,
        #"{"redactionKey":"a","values":{"[email-1:b]":"s3cret"}}"#,
    ])
    func `what is no key is refused without telling what is in it`(text: String) {
        let error = #expect(throws: TranscriptError.self) { try RedactionKey(parsing: Array(text.utf8), name: "k") }
        #expect(error?.description.contains("s3cret") == false && error?.description.contains("mina@") == false)
    }
}
