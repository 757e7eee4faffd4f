import BotSchema
import Testing
import Transcripts

struct ChatdownTests {
    private static let sample = """
        user=Mina
        bot=Robin
        channelId=webchat

        [ConversationUpdate=
            MembersAdded=Mina,Robin]

        Robin: Welcome!
        Ask me anything.
        [Suggestions=Opening hours|Talk to a person]

        user: A link: [help](https://example.org), please

        bot: [Typing][Delay = 3000]
        [HeroCard
            title=Opening hours
            subtitle=All shops
            text=Nine to eight
            image=https://example.org/a.png
            buttons=Thanks| Call us ]
        [Attachment=https://example.org/plan.pdf]
        [Attachment=card.json adaptivecard]
        [AttachmentLayout=carousel]
        Mina: Thanks
        """

    private static func read(_ text: String) throws(TranscriptError) -> Transcript {
        try Transcript(parsing: Array(text.utf8), name: "a.chat")
    }

    @Test(arguments: ["\n", "\r\n", "\r"])
    func `words, cards, choices and pauses are read`(lineEnd: String) throws {
        let transcript = try Self.read(Self.sample.replacing("\n", with: lineEnd))
        let activities = transcript.activities
        #expect(transcript.form == .chat)
        #expect(
            activities.map { $0.type?.rawValue ?? "" } == [
                "conversationUpdate", "message", "message", "typing", "message", "message",
            ]
        )
        #expect(activities[0].membersAdded.map(\.name) == ["Mina", "Robin"])
        #expect(activities[1].text == "Welcome!\nAsk me anything.")
        #expect(activities[1].suggestedActions?.actions.map(\.title) == ["Opening hours", "Talk to a person"])
        #expect(activities[2].text == "A link: [help](https://example.org), please")
        #expect(activities[2].isFromUser && activities[2].from?.name == "Mina")
        #expect(activities[4].channelData?["baton"]?["delayMilliseconds"] == 3000)
        #expect(
            activities[4].attachments.map(\.contentType) == [
                Attachment.CardType.hero, "application/pdf", Attachment.CardType.adaptive,
            ]
        )
        #expect(activities[4].attachments[0].buttons.map(\.title) == ["Thanks", "Call us"])
        #expect(activities[4].attachmentLayout == "carousel")
        #expect(activities.allSatisfy { $0.channelId == "webchat" })
        #expect(transcript.repairs.isEmpty)
    }

    @Test func `what is read is written so that it reads the same`() throws {
        let transcript = try Self.read(Self.sample)
        #expect(String(decoding: transcript.serializedAsRead(), as: UTF8.self) == Self.sample)
        let again = try Transcript(parsing: transcript.serialized(as: .chat), name: "b.chat")
        #expect(again.activities == transcript.activities)
        // Standard input has no name to go by.
        #expect(
            try Transcript(parsing: transcript.serialized(as: .chat), name: "-").activities == transcript.activities
        )
    }

    @Test func `several users are told apart`() throws {
        let transcript = try Self.read(
            "users=Joe,Fred\nbot: to Joe\nFred: me?\nbot: to Fred\nbot->Joe: bye\nhello: no speaker"
        )
        #expect(transcript.activities.map { $0.recipient?.name ?? "" } == ["Joe", "bot", "Fred", "Joe"])
        #expect(transcript.activities.last?.text == "bye\nhello: no speaker")
        let again = try Transcript(parsing: transcript.serialized(as: .chat), name: "b.chat")
        #expect(again.activities == transcript.activities)
    }

    @Test func `lines before the conversation that mean nothing are told`() throws {
        let transcript = try Self.read("# A mock\nuser=Joe\nJoe: hi")
        #expect(
            transcript.repairs.map(\.description) == [
                "byte 0: a line before the conversation that is no option, left out"
            ]
        )
    }

    @Test func `a file cut at any byte is read or refused`() {
        let bytes = Array(Self.sample.utf8)
        for length in 0...bytes.count {
            guard let cut = try? Transcript(parsing: Array(bytes.prefix(length)), name: "a.chat") else { continue }
            let again = try? Transcript(parsing: cut.serializedAsRead(), name: "a.chat")
            #expect(again?.activities == cut.activities)
            _ = cut.serialized(as: .chat)
        }
    }
}
