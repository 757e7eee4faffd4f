import Handoff
import Testing

struct LintFileTests {
    private static func rules(_ text: String, _ name: String = "a.json", isReadable: Bool = true) -> [String] {
        HandoffLint.findings(inFile: Array(text.utf8), named: name, isReadable: isReadable).map(\.rule.id)
    }

    @Test func `HO160 a file without activities`() {
        #expect(Self.rules(#"{"a":1}"#, isReadable: false) == ["HO160"])
        #expect(Self.rules("[]") == [])
    }

    @Test func `HO161 a transcript file that names its list as attachments do`() {
        #expect(Self.rules(#"{"activities":[]}"#, "a.transcript") == ["HO161"])
        #expect(Self.rules(#"{"activities":[]}"#, "a.json") == [])
        #expect(Self.rules(#"{"transcript":[]}"#, "a.transcript") == [])
        #expect(Self.rules(#"{"activities":[],"watermark":"5"}"#, "a.transcript") == [])
    }

    @Test func `HO163 a byte order mark, UTF-16, or neither encoding`() {
        #expect(Self.rules("\u{FEFF}[]") == ["HO163"])
        #expect(HandoffLint.findings(inFile: [0xFF, 0xFE, 0x5B, 0, 0x5D, 0], named: "a", isReadable: true).count == 1)
        #expect(Self.rules("[\"é\"]") == [])
    }

    @Test func `HO165 a file that is cut off, HO002 one that is broken`() {
        let cut = HandoffLint.findings(inFile: Array(#"[{"type":"mess"#.utf8), named: "a", isReadable: false)
        #expect(cut.map(\.rule.id) == ["HO165"])
        #expect(cut.first?.message.hasPrefix("byte 14") == true)
        #expect(Self.rules("[1 2]", isReadable: false) == ["HO002"])
        // Loggers append document after document, which readers of transcripts take.
        #expect(Self.rules("{\"type\":\"message\"}\n{\"type\":\"message\"}") == [])
    }
}
