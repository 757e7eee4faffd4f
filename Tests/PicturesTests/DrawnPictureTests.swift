import Testing

@testable import Pictures

struct DrawnPictureTests {
    @Test(arguments: [
        (PictureFormat.symbols, "\u{1b}[0m\u{1b}[38;2;5;34;128m▄▀\u{1b}[0m\nab\n"),
        (.kitty, "\u{1b}_Ga=T,f=32,s=1,v=1;AACA/w==\u{1b}\\\n"),
        (.iterm, "\u{1b}]1337;File=inline=1;width=20:SUkq\u{07}\n"),
        (.sixel, "\u{1b}P0;1;0q\"1;1;160;36#0;2;5;1;50-\u{1b}\\\n"),
    ])
    func `a picture of a format may be written as it is`(format: PictureFormat, text: String) {
        #expect(DrawnPicture(Array(text.utf8), format: format)?.text == text)
    }

    @Test(arguments: PictureFormat.allCases)
    func `what does more than draw is refused in every format`(format: PictureFormat) {
        let hostile = [
            "\u{1b}]0;title\u{07}", "\u{1b}[2J", "\u{1b}[?25l▄", "\u{1b}c", "\u{1b}[6n", "a\u{07}", "\u{9b}31m",
            "\u{7f}",
            "\u{1b}]52;c;AAAA\u{07}", "\u{1b}]1337;SetUserVar=x\u{07}", "\u{1b}P+q544e\u{1b}\\", "\u{1b}_Gunended",
            "\u{1b}", "\u{1b}[", "\u{1b}[31", "\u{1b}_Xother\u{1b}\\", "\u{1b}_Gf=1;\u{1b}[2J\u{1b}\\", "",
        ]
        for text in hostile {
            #expect(DrawnPicture(Array(text.utf8), format: format) == nil, "\(text.debugDescription)")
        }
        #expect(DrawnPicture([0xff, 0xfe], format: format) == nil)
    }

    @Test func `a format's control strings are for that format alone`() {
        let kitty = Array("\u{1b}_Ga=T;AA\u{1b}\\".utf8)
        #expect(DrawnPicture(kitty, format: .kitty)?.text.hasSuffix("\n") == true)
        for format in [PictureFormat.symbols, .iterm, .sixel] { #expect(DrawnPicture(kitty, format: format) == nil) }
    }

    @Test(
        arguments: [
            (["TERM": "xterm-kitty"], PictureFormat.kitty),
            (["TERM": "xterm-256color", "KITTY_WINDOW_ID": "1"], .kitty),
            (["TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"], .iterm), (["TERM": "foot-extra"], .sixel),
            (["TERM": "xterm-256color"], .symbols), ([:], .symbols),
            (["TERM": "tmux-256color", "TERM_PROGRAM": "iTerm.app"], .symbols),
            (["TERM": "xterm-256color", "TMUX": "/tmp/x", "KITTY_WINDOW_ID": "1"], .symbols),
        ] as [([String: String], PictureFormat)]
    )
    func `a terminal tells by its environment what it can draw`(environment: [String: String], format: PictureFormat) {
        #expect(PictureFormat(environment: { environment[$0] }) == format)
    }
}
