import TestSupport
import Testing

@testable import LineEditing

struct DisplayTextTests {
    @Test(arguments: [
        ("plain text", "plain text"),
        ("\u{1b}[31mred\u{1b}]0;title\u{7}", "␛[31mred␛]0;title␇"),
        ("a\tb\u{8}\u{0}", "a    b␈␀"),
        ("one\r\ntwo\rthree", "one\ntwo␍three"),
        ("\u{7f}\u{9b}31m\u{85}", "␡‹U+009B›31m‹U+0085›"),
        ("\u{202e}txt.exe\u{2066}x\u{2069}", "‹U+202E›txt.exe‹U+2066›x‹U+2069›"),
        ("a\u{200b}b\u{feff}\u{2060}\u{61c}\u{200f}", "a‹U+200B›b‹U+FEFF›‹U+2060›‹U+061C›‹U+200F›"),
        ("hi\u{e0041}\u{e0042}", "hi‹U+E0041›‹U+E0042›"),
        ("a\u{200d}b c\u{200d}", "a‹U+200D›b c‹U+200D›"),
        ("x\u{fe00}\u{fe01}\u{fe02}", "x‹U+FE00›‹U+FE01›‹U+FE02›"),
        ("漢\u{e0100}\u{e0101}", "漢\u{e0100}‹U+E0101›"),
        ("1\u{200d}2", "1‹U+200D›2"),
        ("\u{301}e \u{301}", "◌\u{301}e ◌\u{301}"),
        ("e\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}", "e\u{301}\u{302}\u{303}\u{304}\u{305}‹+1 mark›"),
        ("\u{2028}", "‹U+2028›"),
    ])
    func `V40 nothing foreign acts on the terminal`(foreign: String, shown: String) {
        #expect(DisplayText.neutralised(foreign).unicodeScalars.elementsEqual(shown.unicodeScalars))
    }

    @Test(arguments: ["👨‍👩‍👧 ❤️ 👍🏽 1️⃣ 🇩🇪 🏳️‍🌈", "نمی‌خواهم", "श्रीलंका ක්‍ෂ", "cafe\u{301}", "你好，世界"])
    func `V40 writing systems and emoji stay whole`(text: String) {
        #expect(DisplayText.neutralised(text) == text)
    }

    @Test func `a text for one line shows its newlines`() {
        #expect(DisplayText.neutralised("a\nb\r\nc", keepingNewlines: false) == "a␊b␍␊c")
    }

    @Test func `neutralising twice changes nothing more`() {
        for hostile in HostileStrings.all {
            let once = DisplayText.neutralised(hostile.text)
            #expect(DisplayText.neutralised(once).unicodeScalars.elementsEqual(once.unicodeScalars), "\(hostile.name)")
        }
    }

    @Test func `C39 no hostile string acts, and each is seen`() {
        #expect(HostileStrings.all.count >= 300)
        for hostile in HostileStrings.all {
            for keepingNewlines in [true, false] {
                let shown = DisplayText.neutralised(hostile.text, keepingNewlines: keepingNewlines)
                #expect(HostileStrings.fault(in: shown) == nil, "\(hostile.name): \(shown.debugDescription)")
                #expect(hostile.isSeen(in: shown), "\(hostile.name): \(shown.debugDescription)")
            }
        }
    }

    @Test(arguments: [
        ("", 0), ("abc", 3), ("你好", 4), ("e\u{301}", 1), ("🚀", 2), ("🇩🇪", 2), ("❤️", 2), ("two\nlines!", 6),
        ("\u{1b}[1;31mred\u{1b}[0m", 3), ("\u{1b}]8;;https://x.y/\u{1b}\\link\u{1b}]8;;\u{1b}\\", 4),
    ])
    func `the width counts columns and no sequences`(text: String, columns: Int) {
        #expect(DisplayText.columns(text) == columns)
    }
}

struct WrappingTests {
    @Test func `words stay whole and the indent hangs`() {
        let lines = DisplayText.wrapped("the quick brown fox", columns: 12, indent: "* ")
        #expect(lines == ["* the quick", "  brown fox"])
    }

    @Test func `a long word is cut`() {
        #expect(DisplayText.wrapped("ab 0123456789 c", columns: 4) == ["ab", "0123", "4567", "89 c"])
    }

    @Test func `wide characters break anywhere and never in the middle`() {
        #expect(DisplayText.wrapped("你好世界x", columns: 5) == ["你好", "世界x"])
        #expect(DisplayText.wrapped("你好", columns: 1) == ["你", "好"])
    }

    @Test func `newlines and the blanks of a layout stay`() {
        #expect(DisplayText.wrapped("a\n\n    b  c", columns: 20) == ["a", "", "    b  c"])
        #expect(DisplayText.wrapped("", columns: 20) == [""])
    }

    @Test func `a style is ended before a break and begun again after it`() {
        let lines = DisplayText.wrapped("\u{1b}[1mone two\u{1b}[0m three", columns: 4, hanging: "> ")
        #expect(
            lines == [
                "\u{1b}[1mone\u{1b}[0m", "> \u{1b}[1mtw\u{1b}[0m", "> \u{1b}[1mo\u{1b}[0m", "> th", "> re", "> e",
            ]
        )
    }

    @Test(arguments: 2...30)
    func `V40 no line is wider than asked`(columns: Int) {
        let text = "Grüße, 你好世界 and a longer-than-usual word 🚀🚀 \u{1b}[31mred 漢字 text\u{1b}[0m  end."
        let lines = DisplayText.wrapped(text, columns: columns)
        #expect(lines.allSatisfy { DisplayText.columns($0) <= columns })
        let letters = { (line: String) in EscapeSequence.plain(line).filter { $0 != " " } }
        #expect(letters(lines.joined()) == letters(text))
    }
}

extension EscapeSequence {
    fileprivate static func plain(_ text: String) -> String {
        pieces(of: text).map { if case .plain(let plain) = $0 { String(plain) } else { "" } }.joined()
    }
}
