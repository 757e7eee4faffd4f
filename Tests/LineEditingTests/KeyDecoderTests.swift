import Testing

@testable import LineEditing

struct KeyDecoderTests {
    @Test(arguments: [
        ("\u{1b}[A", NamedKey.up), ("\u{1b}OB", .down), ("\u{1b}[1~", .home), ("\u{1b}[3~", .delete),
        ("\u{1b}[1;5D", .wordLeft), ("\u{1b}\r", .newline),
    ])
    func `sequences are named keys, also in parts`(bytes: String, key: NamedKey) {
        var decoder = KeyDecoder()
        #expect(decoder.decode(bytes.utf8) == [.key(key)])
        var events: [KeyDecoder.Event] = []
        for byte in bytes.utf8 { events += decoder.decode([byte]) }
        #expect(events == [.key(key)])
        #expect(!decoder.awaitsContinuation)
    }

    @Test func `a lone ESC is a key after a moment`() {
        var decoder = KeyDecoder()
        #expect(decoder.decode("\u{1b}".utf8).isEmpty)
        #expect(decoder.awaitsContinuation)
        #expect(decoder.flush() == [.character("\u{1b}")])
    }

    @Test func `ESC and a letter are two characters`() {
        var decoder = KeyDecoder()
        #expect(decoder.decode("\u{1b}b".utf8) == [.character("\u{1b}"), .character("b")])
    }

    @Test func `unknown sequences are swallowed whole`() {
        var decoder = KeyDecoder()
        #expect(decoder.decode("a\u{1b}[15;2~\u{1b}[?62cb".utf8) == [.character("a"), .character("b")])
    }

    @Test func `characters arrive in parts and invalid bytes are dropped`() {
        var decoder = KeyDecoder()
        var events: [KeyDecoder.Event] = []
        for byte in Array("é你🚀".utf8) + [0xff, 0xc3] + Array("x".utf8) { events += decoder.decode([byte]) }
        #expect(events == [.character("é"), .character("你"), .character("🚀"), .character("x")])
    }

    @Test func `no byte from outside is one of the private code points`() {
        var decoder = KeyDecoder()
        #expect(decoder.decode("\u{80}a\u{91}".utf8) == [.character("a")])
    }

    @Test func `a paste is one event, however it arrives`() {
        let bytes = Array("\u{1b}[200~a\r\nb\rc\u{1b}[31m\u{7}\td 你\u{1b}[201~x".utf8)
        let expected: [KeyDecoder.Event] = [.paste(Array("a\nb\nc[31m\td 你".unicodeScalars)), .character("x")]
        for portion in [1, 2, 3, 7, bytes.count] {
            var decoder = KeyDecoder()
            var events: [KeyDecoder.Event] = []
            for start in stride(from: 0, to: bytes.count, by: portion) {
                events += decoder.decode(bytes[start..<min(start + portion, bytes.count)])
            }
            #expect(events == expected)
        }
    }

    @Test func `a paste is waited for without a time limit`() {
        var decoder = KeyDecoder()
        #expect(decoder.decode("\u{1b}[200~abc\u{1b}[20".utf8).isEmpty)
        #expect(!decoder.awaitsContinuation)
        #expect(decoder.decode("1~".utf8) == [.paste(Array("abc".unicodeScalars))])
    }

    @Test(arguments: 1...20)
    func `random bytes lose no time and end in nothing`(seed: UInt64) {
        var state = seed
        var decoder = KeyDecoder()
        for _ in 0..<2000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            _ = decoder.decode([UInt8(truncatingIfNeeded: state >> 33)])
        }
        _ = decoder.flush()
        #expect(!decoder.awaitsContinuation)
    }
}
