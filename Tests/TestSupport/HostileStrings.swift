/// Strings that were made to do something to a terminal or to its reader, by families.
///
/// Each stands between two plain words, so that one can tell whether anything of it is to be seen.
package enum HostileStrings {
    /// One of them.
    package struct Sample: Sendable {
        /// The family and what distinguishes the sample in it.
        package let name: String
        /// The text with plain words around it.
        package let text: String

        /// Whether a reader of what is shown sees that something was there.
        package func isSeen(in shown: String) -> Bool {
            let visible = shown.unicodeScalars.filter { !$0.properties.isWhitespace }
            return visible.starts(with: HostileStrings.before.unicodeScalars)
                && !visible.elementsEqual((HostileStrings.before + HostileStrings.after).unicodeScalars)
        }
    }

    static let before = "head"
    static let after = "tail"

    /// All of them.
    package static let all: [Sample] = families.flatMap { family, samples in
        samples.enumerated().map { index, text in Sample(name: "\(family) \(index)", text: before + text + after) }
    }

    /// All of them in one text, on lines of their own.
    package static let joined = all.map(\.text).joined(separator: "\n")

    /// The first of each family in one text, where all of them would take too long.
    package static let oneOfEachFamily = families.compactMap { $0.1.first.map { before + $0 + after } }
        .joined(separator: "\n")

    /// The first character of a text that acts on a terminal or hides from its reader, nil when there is none.
    ///
    /// Joiners, selectors and marks in their right places are not known here; the samples have none.
    package static func fault(in shown: String) -> String? {
        var marks = 0
        for scalar in shown.unicodeScalars {
            let category = scalar.properties.generalCategory
            marks = category == .nonspacingMark || category == .enclosingMark ? marks + 1 : 0
            let isBad =
                scalar.value < 0x20 && scalar != "\n" || (0x7f..<0xa0).contains(scalar.value)
                || scalar.properties.isDefaultIgnorableCodePoint || scalar.properties.isNoncharacterCodePoint
                || (0x2028...0x2029).contains(scalar.value) || (0xfff9...0xfffb).contains(scalar.value) || marks > 5
            if isBad { return "U+" + String(scalar.value, radix: 16, uppercase: true) }
        }
        return nil
    }

    /// The insides of JSON strings that name characters which no text can have, or should not.
    package static let jsonFragments = [
        "\\ud800", "\\udfff", "\\udc00\\ud800", "\\ud800x", "x\\udbff", "\\u0000", "\\u001b[2J", "\\u009b2J", "\\ufffe",
        "\\uffff", "\\ufeff", "\\u202e", "\\u0085", "\\u2028", "\\ud83d", "\\ude00", "\\udb40\\udc41",
    ]

    /// Bytes that are no UTF-8: overlong forms, surrogates, what lies beyond the last character, and pieces.
    package static let bytes: [[UInt8]] = [
        [0xc0, 0x9b], [0xc1, 0xbf], [0xe0, 0x80, 0x9b], [0xf0, 0x80, 0x80, 0x9b], [0xc0, 0x80], [0xed, 0xa0, 0x80],
        [0xed, 0xbf, 0xbf], [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xfe], [0xff], [0x9b, 0x32, 0x4a],
        [0x80], [0xc3], [0xe2, 0x80], [0xf0, 0x9f, 0x98], [0xf8, 0x88, 0x80, 0x80, 0x80],
        [0x9d, 0x30, 0x3b, 0x78, 0x07],
    ]
}

extension HostileStrings {
    private static let escape = "\u{1b}"

    private static let families: [(String, [String])] = [
        ("C0", (0..<0x20).filter { $0 != 9 && $0 != 10 }.map(scalar) + ["\u{7f}"]),
        ("C1", (0x80..<0xa0).map(scalar)),
        ("CSI", controls.map { escape + "[" + $0 }),
        ("CSI of one byte", controls.map { "\u{9b}" + $0 }),
        ("ESC", escapes.map { escape + $0 }),
        ("OSC", commands.map { escape + "]" + $0 + "\u{7}" }),
        ("OSC with ST", commands.map { escape + "]" + $0 + escape + "\\" }),
        ("OSC of one byte", commands.map { "\u{9d}" + $0 + "\u{9c}" }),
        ("OSC without end", ["0;owned", "52;c;aGk=", "8;;https://evil.example", "2;"].map { escape + "]" + $0 }),
        ("strings", strings),
        ("bidi", [0x200e, 0x200f, 0x61c, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e].map(scalar)),
        ("isolates", (0x2066...0x2069).map(scalar)),
        ("shaping", (0x206a...0x206f).map(scalar)),
        ("disguise", ["\u{202e}gnp.exe", "\u{2067}\u{202e}a\u{2069}b", "\u{202e}moc.live//:sptth\u{202c}"]),
        ("zero width", invisible.map(scalar)),
        ("tags", [0xe0001, 0xe0020, 0xe0041, 0xe007e, 0xe007f].map(scalar) + ["delete all".tagged]),
        ("selectors", (0xfe00...0xfe0f).map(scalar) + [0xe0100, 0xe0150, 0xe01ef].map(scalar)),
        ("smuggled", ["hidden".selected, String(repeating: "\u{fe0f}", count: 50)]),
        ("separators", ["\u{2028}", "\u{2029}", "\u{85}", "\u{b}", "\u{c}", "\u{2028}bot> fake", "\rfake prompt> "]),
        ("annotations", ["\u{fff9}", "\u{fffa}", "\u{fffb}", "\u{fff9}seen\u{fffa}hidden\u{fffb}"]),
        ("no characters", [0xfffe, 0xffff, 0xfdd0, 0xfdef, 0x1fffe, 0x10ffff].map(scalar)),
        ("unassigned", [0xfff0, 0xfff8, 0x2065, 0xe0fff].map(scalar)),
        ("stacks", [6, 20, 100, 1000].map { String(repeating: "\u{301}", count: $0) }),
        ("mixed stacks", ["\u{20dd}\u{336}\u{489}\u{35f}\u{361}\u{1dfe}\u{334}", "\u{336}".repeated(40)]),
        ("overwriting", ["\u{8}\u{8}\u{8}safe", "\r\u{1b}[Ksafe", "\u{7f}\u{7f}", "\u{1b}[1A\u{1b}[2Kforged"]),
        (
            "broken",
            ["\u{1b}", "\u{1b}[", "\u{1b}]", "\u{1b}P", "\u{1b}\u{200b}[2J", "\u{1b}\u{1b}[2J", "\u{1b}[\u{18}2J"]
        ),
    ]

    private static let controls = [
        "2J", "3J", "H", "31m", "?1049h", "?25l", "6n", "c", ">c", "5n", "8;1;1t", "21t", "?2004h", "?1000h", "?1003h",
        "?1006h", "?1004h", "?5h", "!p", "999A", "2;3r", "?6h", "4h", "20h", "?7l", "s", "u", "99S", "99T", "9L", "9M",
        "9P", "9@", "9X", "?1h", "?12h", "3 q", "0$}", "?2026h", "38;2;0;0;0m", "8m", "?47h", ">4;2m", "=5u", "i",
    ]

    private static let escapes = [
        "c", "7", "8", "D", "E", "H", "M", "N", "O", "Z", "=", ">", "#8", "#3", "(0", ")B", "%G", "%@", "n", "o", "|",
        "}",
        "~", "l", "m", "6", "9", " F", " G", "V", "W",
    ]

    private static let commands = [
        "0;owned", "1;owned", "2;owned", "4;1;#ff0000", "7;file:///etc", "8;;https://evil.example/", "9;notify",
        "10;#ff0000", "11;?", "12;#00ff00", "22;hand", "50;font", "52;c;b3duZWQ=", "52;c;?", "104", "110", "133;A",
        "777;notify;t;b", "1337;File=inline=1:AAAA", "1337;SetMark", "3008;start", "66;s=2;big", "l owned",
        "99;i=1;note",
    ]

    private static let strings: [String] =
        ["P", "X", "^", "_"].flatMap { letter in
            ["$qm", "+q544e", "tmux;x", "0;0;0q\"1;1;1;1#0~", "Gf=100,a=T;AAAA"].map {
                escape + letter + $0 + escape + "\\"
            }
        } + [0x90, 0x98, 0x9e, 0x9f].map { scalar($0) + "payload\u{9c}" }

    private static let invisible = [
        0x200b, 0x200c, 0x200d, 0x2060, 0x2061, 0x2062, 0x2063, 0x2064, 0xfeff, 0xad, 0x34f, 0x115f, 0x1160, 0x3164,
        0xffa0, 0x17b4, 0x17b5, 0x180b, 0x180c, 0x180d, 0x180e, 0x180f, 0x1bca0, 0x1d173, 0x1d17a, 0x13430,
    ]

    private static func scalar(_ value: Int) -> String {
        Unicode.Scalar(UInt32(value)).map { String(Character($0)) } ?? ""
    }
}

extension String {
    /// The letters as tag characters, which nobody sees and every language model reads.
    fileprivate var tagged: String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: unicodeScalars.compactMap { Unicode.Scalar($0.value + 0xe0000) })
        return String(text)
    }

    /// The letters as variation selectors behind one letter.
    fileprivate var selected: String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: unicodeScalars.compactMap { Unicode.Scalar($0.value - 16 + 0xe0100) })
        return String(text)
    }

    fileprivate func repeated(_ count: Int) -> String { String(repeating: self, count: count) }
}
