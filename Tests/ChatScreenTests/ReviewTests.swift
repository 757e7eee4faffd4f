import BotSchema
import LineEditing
import Testing
import Transcripts

@testable import ChatScreen

/// Looking back over the conversation.
struct ReviewTests {
    private static func said(_ text: String, by name: String = "Robin", id: Int, agent: Bool = false) -> String {
        let mark = agent ? #","channelData":{"baton":{"author":"agent","agentId":"ana"}}"# : ""
        return
            #"{"type":"message","id":"c|\#(id)","text":"\#(text)","from":{"id":"\#(name)","name":"\#(name)","role":"bot"}\#(mark)}"#
    }

    private static func conversation() -> ChatScript {
        var script = ChatScript()
        _ = script.open()
        _ = script.arrive(said("Welcome to the shop", id: 1))
        _ = script.arrive(said("I want a LAMP", by: "user", id: 2), isEcho: true)
        _ = script.arrive(said("Which lamp?", by: "Ana", id: 3, agent: true))
        _ = script.arrive(#"{"type":"event","name":"lamp.shown","id":"c|4","from":{"id":"Robin","name":"Robin"}}"#)
        return script
    }

    @Test func `words are found in any case and in one's own lines`() {
        var script = Self.conversation()
        #expect(
            script.enter("/find lamp") == [
                "/find lamp", "-- 2 messages with “lamp” --", "loaded: you: I want a LAMP",
                "loaded: agent Ana: Which lamp?",
            ]
        )
        #expect(script.enter("/find sofa").last == "No message holds “sofa”.")
        #expect(script.enter("/find").last?.hasPrefix("Usage: /find WORDS") == true)
    }

    @Test func `the words of cards are found too`() {
        var script = Self.conversation()
        let card =
            #"{"type":"message","id":"c|9","from":{"id":"b","role":"bot"},"attachments":[{"contentType":"application/vnd.microsoft.card.hero","content":{"title":"Chandelier"}}]}"#
        _ = script.arrive(card)
        #expect(script.enter("/find chandelier")[1] == "-- 1 message with “chandelier” --")
    }

    @Test func `the newest messages are shown once more`() {
        var script = Self.conversation()
        #expect(script.enter("/last 1")[1...] == ["-- the last 1 of 3 messages --", "loaded: agent Ana: Which lamp?"])
        #expect(script.enter("/last").contains("-- all 3 messages --"))
        #expect(script.enter("/last 0").last?.hasPrefix("Usage") == true)
        #expect(script.enter("/last 99999999999999999999").last?.hasPrefix("Usage") == true)
    }

    @Test(arguments: [
        ("agent", ["loaded: agent Ana: Which lamp?"]),
        ("ana", ["loaded: agent Ana: Which lamp?"]),
        ("you", ["loaded: you: I want a LAMP"]),
        ("bot welcome", ["loaded: bot Robin: Welcome to the shop"]),
        ("events", ["loaded: event lamp.shown · Robin"]),
    ])
    func `the conversation is filtered by who spoke and by kind`(filter: String, lines: [String]) {
        var script = Self.conversation()
        #expect(Array(script.enter("/filter \(filter)").dropFirst(2)) == lines)
    }

    @Test func `a loaded file is looked through until the person speaks again`() throws {
        var script = Self.conversation()
        let lines = [
            Self.said("The lamp is sold", by: "Ben", id: 1, agent: true), Self.said("A chair?", by: "Robin", id: 2),
        ]
        let activities = try lines.compactMap { Activity(try JSONValue(parsing: $0)) }
        _ = script.take(.loaded(path: "old.json", .success(Transcript(activities: activities))))
        #expect(
            script.enter("/find LAMP")[1...] == [
                "-- 1 message with “LAMP” of the loaded file --", "loaded: agent Ben: The lamp is sold",
            ]
        )
        #expect(script.enter("/filter agent")[1] == "-- agent: 1 of 2 of the loaded file --")
        #expect(
            script.enter("/last 1")[1...] == [
                "-- the last 1 of 2 messages of the loaded file --", "loaded: bot Robin: A chair?",
            ]
        )
        _ = script.enter("and now?")
        #expect(script.enter("/find lamp")[1] == "-- 2 messages with “lamp” --")
    }

    @Test func `what nobody said is told, and an unknown kind is explained`() {
        var script = Self.conversation()
        #expect(script.enter("/filter files").last == "Nothing of this conversation is “files”.")
        #expect(script.enter("/filter nobody").last?.hasPrefix("“nobody” has said nothing") == true)
    }

    @Test func `foreign words in the answers act on nothing`() {
        var script = Self.conversation()
        let lines = script.enter("/find \u{1b}]2;evil\u{7}") + script.enter("/filter \u{9b}31m")
        #expect(lines.allSatisfy { !$0.unicodeScalars.contains { $0.properties.generalCategory == .control } })
    }
}

/// Lines that no file is to keep.
struct SecretWordsTests {
    // Put together here, so that nobody's scanner takes this file for a leak.
    @Test(arguments: [
        "eyJ" + "hbGciOiJIUzI1NiJ9.e30.sig", "use " + "ghp_" + "0123456789abcdefghijABCDEFGHIJ012345",
        "RCurR_XV9ZA.cwA.BKA.iaJrC8xpy8qbOF5xnR2vtCX7CZj0LdjAPGfiCpg4Fv0", "my password is hunter2",
        "Password: swordfish",
        "token=abc", "my PIN is 1234", "pay with 4111 1111 1111 1111 please", "d41d8cd98f00b204e9800998ecf8427e",
        "/event setToken {\"token\":\"a1\"}", "AKIA" + "IOSFODNN7EXAMPLE",
    ])
    func `a line with a secret is not kept`(line: String) { #expect(!SecretWords.isFree(line)) }

    @Test(arguments: [
        "hello", "I forgot my password", "where do I enter the token?",
        "/save /home/me/Documents/2026/Conversation1.json",
        "https://directline.botframework.com/v3/directline/conversations", "order 123456789012", "opinion: fine",
        "call me at 0151 23456789", "Donaudampfschifffahrtsgesellschaftskapitän", "my secret is out",
        "4111 1111 1111 1112 is no card", "/attach invoice-2026-11-21-final-version.pdf",
    ])
    func `other lines are kept`(line: String) { #expect(SecretWords.isFree(line)) }
}
