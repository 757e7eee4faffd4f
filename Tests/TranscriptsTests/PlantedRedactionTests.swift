import BotSchema
import Testing
import Transcripts

struct PlantedRedactionTests {
    private static let corpus = PlantedCorpus(seed: 20260314)

    @Test func `every planted value is masked and nothing beside it, and the report tells them`() throws {
        let corpus = Self.corpus
        #expect(corpus.plants.count >= 200)
        var redactor = TranscriptRedactor()
        let redacted = redactor.redacted(Transcript(activities: corpus.activities))
        for (plant, activity) in zip(corpus.plants, redacted.activities) {
            let text = try #require(PlantedCorpus.text(in: activity))
            let middle = text.dropFirst(plant.before.count).dropLast(plant.after.count)
            #expect(
                text.hasPrefix(plant.before) && text.hasSuffix(plant.after)
                    && middle.wholeMatch(of: /\[[a-z]+-[0-9]+\]/) != nil && middle.hasPrefix("[\(plant.kind)-"),
                "\(PlantedCorpus.text(plant, with: plant.value)) became \(text)"
            )
        }
        let written = String(decoding: redacted.serialized(as: .lines), as: UTF8.self)
        for plant in corpus.plants { #expect(!written.contains(plant.value), "\(plant.value)") }
        let planted = Dictionary(grouping: corpus.plants, by: \.kind)
        #expect(
            redactor.report.mapValues(\.values) == planted.mapValues { Set($0.map { $0.value.lowercased() }).count }
        )
        let names = planted["name"]?.count ?? 0
        for (kind, plants) in planted {
            // A name stands in the text and at its account.
            #expect(redactor.report[kind]?.places == plants.count + (kind == "name" ? names : 0), "\(kind)")
        }
    }

    @Test(arguments: PlantedCorpus.harmless)
    func `nothing harmless is masked`(text: String) {
        var redactor = TranscriptRedactor()
        #expect(redactor.redacted(text) == text)
    }

    @Test func `there are a hundred harmless texts`() { #expect(PlantedCorpus.harmless.count >= 100) }

    @Test(arguments: TranscriptFormat.allCases)
    func `the planted corpus comes back byte for byte from every form`(format: TranscriptFormat) throws {
        let whole = Transcript(activities: Self.corpus.activities).serialized(as: format)
        let read = try Transcript(parsing: whole, name: "a")
        var redactor = TranscriptRedactor(key: RedactionKey(tag: "k3f9x1"))
        let masked = redactor.redacted(read).serializedAsRead()
        let text = String(decoding: masked, as: UTF8.self)
        if format != .chat {
            for plant in Self.corpus.plants { #expect(!text.contains(plant.value), "\(plant.value)") }
        }
        let key = try RedactionKey(parsing: try #require(redactor.key).serialized, name: "key")
        var restorer = TranscriptRestorer(key)
        let restored = restorer.restored(try Transcript(parsing: masked, name: "b")).serializedAsRead()
        #expect(restored == read.serializedAsRead())
    }

    @Test func `an export keeps its rows and columns, and comes back`() throws {
        let cell =
            #"{ "activities" : [{"type":"message","text":"I am mina@mail.example \u0026 \"4111 1111 1111 1111\"","from":{"role":1}} ] }"#
        let quoted = "\"" + cell.replacing("\"", with: "\"\"") + "\""
        let file = "name,owner,content\r\nc1_b1,mina@mail.example,\(quoted)\r\nc2_b1,tom@mail.example,\(quoted)\r\n"
        let read = try Transcript(parsing: Array(file.utf8), name: "a.csv")
        var redactor = TranscriptRedactor(key: RedactionKey(tag: "k3f9x1"))
        let masked = redactor.redacted(read)
        let text = String(decoding: masked.serializedAsRead(), as: UTF8.self)
        #expect(text.hasPrefix("name,owner,content") && text.contains("c2_b1,[email-2:k3f9x1],"))
        #expect(!text.contains("mina@") && !text.contains("4111") && masked.form == .table)
        #expect(redactor.report["email"] == .init(values: 2, places: 4))
        var restorer = TranscriptRestorer(try #require(redactor.key))
        let again = try Transcript(parsing: masked.serializedAsRead(), name: "b.csv")
        #expect(again.activities == masked.activities)
        #expect(restorer.restored(again).serializedAsRead() == read.serializedAsRead())
    }

    @Test(arguments: [
        ("4111 1111 1111 1111 5555 5555 5555 4444", "[card-1] [card-2]"),
        ("4111111111111111,5555555555554444", "[card-1],[card-2]"),
        ("4111111111111111 1228 123", "[card-1] 1228 123"), ("4111 1111 1111 1111 12/28 123", "[card-1] 12/28 123"),
        ("20817 4111 1111 1111 1111", "20817 [card-1]"),
        ("order 1234567890 4111111111111111", "order 1234567890 [card-1]"),
        ("+44 20 7946 0999 2026-03-14 10:00", "[phone-1] 2026-03-14 10:00"),
        ("+1 555 010 1234 12:30", "[phone-1] 12:30"), ("020 7946 0999 14.03.2026", "[phone-1] 14.03.2026"),
        ("+44 20 7946 0999, +44 20 7946 0998", "[phone-1], [phone-2]"),
        ("mina@mail.example,tom@mail.example", "[email-1],[email-2]"),
        ("data:text/plain;base64,bWluYUBtYWlsLmV4YW1wbGU=", "data:text/plain;base64,W2VtYWlsLTFd"),
        (
            "see data:image/png;base64,iVBORw0KGgo4111111111111111= x",
            "see data:image/png;base64,iVBORw0KGgo4111111111111111= x"
        ),
        ("mailto:mina%2540mail.example", "mailto:[email-1]"), ("“mina@mail.example”", "“[email-1]”"),
        ("4\u{200B}111 1111 1111 1111", "[card-1]"), ("[email-1] [card-2:k3f9x1]", "[email-1] [card-2:k3f9x1]"),
    ])
    func `neighbours do not hide one another`(text: String, masked: String) {
        var redactor = TranscriptRedactor()
        #expect(redactor.redacted(text) == masked)
    }

    @Test(arguments: [
        #"{"pwd":"hunter2"}"#, #"{"passcode":1234}"#, #"{"id_token":"x.y"}"#, #"{"x-api-key":"abc"}"#,
        #"{"Set-Cookie":"a=b"}"#, #"{"secretKey":"s"}"#, #"{"token":{"value":"v","n":[1,"w"]}}"#,
        #"{"headers":[{"name":"Authorization","value":"abc"}]}"#, #"{"API_KEY":"k"}"#, #"{"userPassword":["a","b"]}"#,
        #"{"name":"VariableAssignment","value":{"name":"password","newValue":"abc"}}"#,
    ])
    func `members that say so are masked in any spelling and nesting`(text: String) throws {
        for scope in [TranscriptRedactor.Scope.everything, .secrets] {
            var redactor = TranscriptRedactor(scope: scope)
            let value = try JSONValue(parsing: text)
            let activity = Activity(json: ["type": "event", "value": value, "channelData": .string(text)])
            let masked = redactor.redacted(activity).jsonValue.compactText
            for leak in ["hunter2", "1234", "x.y", "abc", "a=b", "\"s\"", "\"k\"", "\"v\"", "\"w\"", "\"a\"", "\"b\""] {
                #expect(!masked.contains(leak), "\(masked)")
            }
            #expect(redactor.report["secret"] != nil)
        }
    }

    @Test func `people are masked wherever the file names them, bots and roles are not`() throws {
        let text = #"""
            [{"type":"message","text":"Mina here, mina o'hara that is; contoso bot may mail me","from":{"id":"u1","name":"Mina O'Hara","role":"user","aadObjectId":"0b1e6f1e-0000-4000-8000-2f4a5b6c7d8e"}},
             {"type":"message","text":"Hello Mina, I am the Contoso Bot","from":{"id":"b","name":"Contoso Bot","role":"bot"},"recipient":{"id":"8:orgid:0b1e6f1e-0000-4000-8000-2f4a5b6c7d8e","name":"Mina O'Hara"}},
             {"type":"event","name":"handoff.initiate","value":{"va_CustomerName":"Yusuf Demir","va_Scope":"user"},"from":{"id":"b","role":"bot"}},
             {"type":"message","text":"Ana with you. Yusuf, is it?","from":{"id":"agent-1","name":"Agent Ana","role":"bot"}}]
            """#
        var redactor = TranscriptRedactor(words: ["Project Falcon"])
        let masked = redactor.redacted(try Transcript(parsing: Array(text.utf8), name: "a"))
        let written = String(decoding: masked.serializedAsRead(), as: UTF8.self)
        for leak in ["Mina", "mina", "hara", "Yusuf", "Demir", "Ana", "0b1e6f1e"] {
            #expect(!written.contains(leak), "\(leak)")
        }
        for kept in ["Contoso Bot", "contoso bot", "\"user\"", "Agent [name-", "agent-1"] {
            #expect(written.contains(kept), "\(kept)")
        }
        #expect(masked.activities[1].text == "Hello [name-1], I am the Contoso Bot")
        #expect(redactor.redacted("on project-falcon") == "on [word-1]")
    }

    @Test func `ids go on holding the conversation together, and carry nothing`() throws {
        let text = #"""
            [{"type":"message","id":"mina@mail.example|1","conversation":{"id":"+442079460999"},"from":{"id":"mina@mail.example"}},
             {"type":"message","id":"2","replyToId":"mina@mail.example|1","conversation":{"id":"+442079460999"},"value":{"mina@mail.example":"yes"}}]
            """#
        var redactor = TranscriptRedactor()
        let masked = redactor.redacted(try Transcript(parsing: Array(text.utf8), name: "a")).activities
        #expect(masked[0].id == "[email-1]|1" && masked[1].replyToId == masked[0].id)
        #expect(masked[0].conversation?.id == "[phone-1]" && masked[1].conversation?.id == "[phone-1]")
        #expect(masked[1].json["value"]?["[email-1]"] == "yes")
    }
}
