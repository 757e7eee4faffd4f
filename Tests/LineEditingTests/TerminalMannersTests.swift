import Testing

@testable import LineEditing

/// When the person is called, and with which bytes.
struct TerminalMannersTests {
    private let call = AttentionCall(title: "Ana; \u{1b}]0;evil\u{7}", text: "Good\nmorning\u{9c}")

    @Test(arguments: [
        (TerminalManners.Occasion.off, false, ""), (.unfocused, true, ""), (.unfocused, false, "\u{7}"),
        (.always, true, "\u{7}"),
    ])
    func `the bell rings on its occasions`(occasion: TerminalManners.Occasion, isFocused: Bool, bytes: String) {
        #expect(TerminalManners(bell: occasion).bytes(for: call, isFocused: isFocused) == bytes)
    }

    @Test func `notifications carry foreign words harmlessly`() {
        var manners = TerminalManners(notification: .always)
        #expect(
            manners.bytes(for: call, isFocused: true) == "\u{1b}]9;Ana, ␛]0,evil␇: Good␊morning‹U+009C›\u{1b}\\"
        )
        manners.form = .osc777
        #expect(
            manners.bytes(for: call, isFocused: true) == "\u{1b}]777;notify;Ana, ␛]0,evil␇;Good␊morning‹U+009C›\u{1b}\\"
        )
    }

    @Test func `the focus is asked for only where it matters`() {
        #expect(!TerminalManners(bell: .always, notification: .off, showsTitle: true).needsFocus)
        #expect(TerminalManners(notification: .unfocused).needsFocus)
    }

    @Test func `a mode that is looked for is found again after commands with arguments`() {
        var watch = ViModeWatch()
        watch.passed(0x61)
        #expect(!watch.isDoubtful)
        watch.passed(0x1b)
        #expect(watch.isDoubtful)
        watch.found(.command)
        for (keys, isDoubtful) in [("f", false), ("x", true), ("/", false), ("a", false), ("\r", true)] {
            watch.passed(keys.unicodeScalars.first?.value ?? 0)
            #expect(watch.isDoubtful == isDoubtful, "\(keys.debugDescription)")
            if watch.isDoubtful { watch.found(.command) }
        }
        watch.lineBegan()
        #expect(watch.mode == .insertion && !watch.isDoubtful)
    }
}
