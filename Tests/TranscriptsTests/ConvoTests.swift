import BotSchema
import Testing
import Transcripts

/// Botium's `.convo.txt` files and Copilot Studio's test sets, as conversations.
struct ConvoTests {
    private static let kettle = """
        Kettle that leaks
        ordered last week

        #begin
        SET_SCRIPTING_MEMORY|x|y

        #me
        my kettle leaks
        all over the table

        #bot tab1
        BUTTONS Replace|Repair \\| return
        That is a pity.
        PAUSE 1500

        #bot
        ?Shall I send another?

        #bot
        !Go away

        #bot
        CARDS Kettle K2|red
        MEDIA https://example.org/k2.png

        #me
        BUTTON {"choice":1}|Replace

        #include other

        #bot
        !!really!! done
        INTENT replaced

        #narrator
        aside
        """

    private func read(_ text: String, _ name: String = "a.convo.txt") throws -> Transcript {
        try Transcript(parsing: Array(text.utf8), name: name)
    }

    @Test func `sections are turns, with choices, cards and files; checks are no words`() throws {
        let transcript = try read(Self.kettle)
        #expect(transcript.form == .convo)
        let activities = transcript.activities
        #expect(
            activities.map(\.text) == [
                "my kettle leaks\nall over the table", "That is a pity.", "Shall I send another?", nil, "Replace",
                "!really!! done",
            ]
        )
        #expect(activities.map(\.isFromUser) == [true, false, false, false, true, false])
        #expect(activities[1].suggestedActions?.actions.map(\.title) == ["Replace", "Repair | return"])
        #expect(activities[2].channelData?["baton"]?["delayMilliseconds"]?.int == 1500)
        #expect(activities[3].attachments.map(\.contentType) == ["application/vnd.microsoft.card.hero", "image/png"])
        #expect(activities[3].attachments[0].content?["title"] == "Kettle K2")
        #expect(activities.allSatisfy { $0.conversation?.id == "Kettle that leaks" })
        #expect(
            transcript.repairs.map(\.text) == [
                "what the bot must not say, left out", "another file that is included is not read",
                "a section that is none of #me and #bot, left out",
            ]
        )
    }

    @Test func `it is told by how it begins, and written as it was read`() throws {
        let text = "hello\r\n\r\n#me\r\nhi\r\n\r\n#bot\r\nHello!\r\n"
        for name in ["standard input", "hello.txt", "a.convo.txt"] {
            let transcript = try read(text, name)
            #expect(transcript.activities.compactMap(\.text) == ["hi", "Hello!"])
            #expect(String(decoding: transcript.serializedAsRead(), as: UTF8.self) == text)
        }
        let json = try read("#me\nsend\n\n#bot\n{\"text\": \"as JSON\", \"attachments\": []}\n")
        #expect(json.activities.last?.text == "as JSON")
    }

    @Test(arguments: ["", "#me\n", "#me", "name alone", "#bot\nPAUSE 1\n", "\u{0}#me"])
    func `what says nothing is refused`(text: String) {
        #expect(throws: TranscriptError.self) { try read(text) }
    }

    // MARK: - Test sets

    @Test func `a test set is a conversation a question`() throws {
        let table =
            "\u{FEFF}Question,Expected response,Testing method\r\n\"Open \"\"late\"\"?\",\"Until 8,\nexcept Sunday\",Compare meaning\r\n,nobody asks,\r\nAnd Monday?,,General quality\r\n"
        let transcript = try read(table, "tests.csv")
        #expect(transcript.form == .table)
        #expect(
            transcript.activities.compactMap(\.text) == ["Open \"late\"?", "Until 8,\nexcept Sunday", "And Monday?"]
        )
        #expect(transcript.activities.map(\.isFromUser) == [true, false, true])
        #expect(transcript.splitByConversation().map(\.id) == ["test 1", "test 3"])
        #expect(try read(table, "standard input").activities == transcript.activities)
        #expect(String(decoding: transcript.serializedAsRead(), as: UTF8.self).contains("Compare meaning"))
    }

    @Test func `what an agent said goes before what it should have said`() throws {
        let table = "question;expected response;actual response;result\nlate?;at 8;at 9;Fail\nearly?;at 7;;Error\n"
        #expect(try read(table, "r.csv").activities.compactMap(\.text) == ["late?", "at 9", "early?", "at 7"])
        #expect(throws: TranscriptError.self) { try read("Question,Expected response\n", "e.csv") }
    }
}
