import Testing

@testable import Handoff

/// Notes for agents in texts: whatever their number, each text is looked at once.
struct AgentNoteTests {
    @Test func `a note is found anywhere in a text, and not in the activity that carries it alone`() {
        var notes = AgentNotes()
        #expect(notes.isEmpty && !notes.isRepeated(in: "wants her money back", at: 0))
        notes.add("wants her money back", at: 3)
        notes.add("wants her money now, and her keys", at: 4)
        #expect(notes.isRepeated(in: "wants her money back", at: 0))
        #expect(notes.isRepeated(in: "ä she wants her money back.", at: 0))
        #expect(notes.isRepeated(in: "wants her money, wants her money back", at: 0))
        #expect(!notes.isRepeated(in: "wants her money ba", at: 0))
        #expect(!notes.isRepeated(in: "wants her money back", at: 3))
        notes.add("wants her money back", at: 5)
        #expect(notes.isRepeated(in: "wants her money back", at: 3))
    }
}
