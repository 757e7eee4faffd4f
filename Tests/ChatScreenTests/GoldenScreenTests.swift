import BotSchema
import MessageContent
import LineEditing
import TestSupport
import Testing
import Transcripts

@testable import ChatScreen

/// What people see of a conversation, line by line, at several widths.
struct GoldenScreenTests {
    private func screen(
        of transcript: Transcript,
        columns: Int,
        style: Style = Style(isColored: false, isDrawn: true)
    ) -> String {
        var machine = ChatStateMachine.atTerminal(style: style)
        let actions = machine.handle(.loaded(path: "sample", .success(transcript)), at: Timestamp(milliseconds: 0))
        return ScreenOutput.text(of: actions, columns: columns, style: style)
    }

    @Test(arguments: [80, 40, 20])
    func `the sample handoff reads well`(columns: Int) throws {
        let folder = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let transcript = try TranscriptFile.read("/\(folder)/Transcripts/credit-card-handoff.transcript")
        let text = screen(of: transcript, columns: columns)
        for line in text.split(separator: "\n") { #expect(DisplayText.columns(String(line)) <= columns) }
        try Golden.expect(text, equals: "sample-\(columns).txt")
    }

    @Test(arguments: [80, 40])
    func `cards, files and choices read well`(columns: Int) throws {
        try Golden.expect(screen(of: try cards(), columns: columns), equals: "cards-\(columns).txt")
    }

    @Test func `plain output says roles in words`() throws {
        try Golden.expect(screen(of: try cards(), columns: 80, style: .plain), equals: "cards-plain.txt")
    }

    @Test func `V40 nothing from the wire reaches the terminal as a control sequence`() throws {
        let evil = #"\u001b]0;owned\u0007\u001b[2J\u009b31m\u202Eabc\r\n\u0000end"#
        let json = """
            [{"type":"message","text":"\(evil)","from":{"name":"\(evil)","role":"bot"},"suggestedActions":{"actions":
            [{"type":"imBack","title":"\(evil)","value":"\(evil)"}]},"attachments":[{"contentType":"\(evil)","name":
            "\(evil)","contentUrl":"\(evil)"},{"contentType":"application/vnd.microsoft.card.hero","content":{"title":
            "\(evil)","text":"\(evil)","buttons":[{"type":"openUrl","title":"\(evil)","value":"\(evil)"}]}}]},
            {"type":"event","name":"handoff.initiate","value":{"Skill":"\(evil)","\(evil)":"\(evil)"}}]
            """
        let transcript = try Transcript(parsing: Array(json.utf8), name: "evil")
        let text = screen(of: transcript, columns: 60)
        let isClean = text.unicodeScalars.allSatisfy { scalar in
            scalar == "\n" || (scalar.value >= 0x20 && !(0x7f...0x9f).contains(scalar.value) && scalar.value != 0x202e)
        }
        #expect(isClean, "\(text.debugDescription)")
    }

    private func cards() throws -> Transcript {
        let json = """
            [{"type":"message","timestamp":"2026-01-02T03:04:05Z","from":{"name":"Robin","role":"bot"},"text":
            "Here are some cards, 漢字 and a word that is rather unwrappable: Donaudampfschifffahrtsgesellschaft",
            "attachments":[
            {"contentType":"application/vnd.microsoft.card.hero","content":{"title":"Larkhill Card","subtitle":
            "No fee","text":"Apply today.","images":[{"url":"https://example.com/card.png","alt":"a blue card"}],
            "buttons":[{"type":"imBack","title":"Apply","value":"apply"},{"type":"openUrl","title":"Conditions",
            "value":"https://example.com/conditions"}]}},
            {"contentType":"application/vnd.microsoft.card.receipt","content":{"title":"Receipt","facts":[{"key":
            "Order","value":"4711"}],"items":[{"title":"Umbrella","price":"12.00","quantity":"2"}],"total":"24.00"}},
            {"contentType":"application/vnd.microsoft.card.signin","content":{"text":"Please sign in.","buttons":
            [{"type":"signin","title":"Sign in","value":"https://example.com/signin"}]}},
            {"contentType":"application/vnd.microsoft.card.adaptive","content":{"type":"AdaptiveCard","body":
            [{"type":"TextBlock","text":"Your trip","weight":"Bolder"},{"type":"FactSet","facts":[{"title":"From",
            "value":"Oslo"},{"title":"To","value":"Rome"}]},{"type":"Input.Text","id":"note","label":"Note"},
            {"type":"TextBlock","text":"hidden","isVisible":false}],"actions":[{"type":"Action.Submit","title":
            "Book"}]}},
            {"contentType":"image/png","name":"map.png","contentUrl":"https://example.com/map.png"}],
            "suggestedActions":{"actions":[{"type":"imBack","title":"More","value":"more"},"Enough"]}},
            {"type":"message","timestamp":"2026-01-02T03:05:05Z","from":{"name":"A user with a long name","role":
            "user"},"text":"Thanks!"},
            {"type":"message","timestamp":"2026-01-02T03:06:05Z","from":{"name":"An Agent With a Long Name","role":
            "agent"},"text":"One\\n\\nthree"},
            {"type":"messageReaction","from":{"role":"user"},"reactionsAdded":[{"type":"like"}]},
            {"type":"unheardOf","from":{"role":"bot"}}]
            """
        return try Transcript(parsing: Array(json.utf8), name: "cards")
    }
}
