import BotSchema
import Testing

struct JSONParserTests {
    private static func error(_ text: String, limits: JSONLimits = JSONLimits()) -> JSONParseError? {
        do throws(JSONParseError) {
            _ = try JSONValue(parsing: text, limits: limits)
            return nil
        } catch {
            return error
        }
    }

    @Test func `generated documents come back equal, compact and indented`() throws {
        for seed in 0..<500 {
            var generator = GeneratedJSON(seed: UInt64(seed))
            let value = generator.value()
            #expect(try JSONValue(parsing: value.serialized()) == value)
            #expect(try JSONValue(parsing: value.prettyText) == value)
        }
    }

    @Test func `every cut of a document is an error at its end, or a shorter number`() throws {
        let text = #"{"a":[1.5e3,true,null,"x\n\ud83d\udc4b é 👋"],"b":{"c":-0.1,"c":false}}"#
        let bytes = Array(text.utf8)
        for length in 0..<bytes.count {
            let error = #expect(throws: JSONParseError.self) { try JSONValue(parsing: Array(bytes.prefix(length))) }
            let offset = try #require(error?.offset)
            #expect(offset <= length)
            // A cut within a character breaks its encoding; any other only lacks the rest.
            if error?.code != .truncated { #expect(error?.code == .malformed && offset >= length - 8) }
        }
    }

    @Test func `mutated bytes are read or refused, within the document`() {
        var numbers = SplitMix64(seed: 3)
        for seed in 0..<200 {
            var generator = GeneratedJSON(seed: UInt64(seed))
            let original = generator.value().serialized()
            for _ in 0..<20 {
                var bytes = original
                for _ in 0..<Int.random(in: 1...3, using: &numbers) where !bytes.isEmpty {
                    let index = Int.random(in: 0..<bytes.count, using: &numbers)
                    switch Int.random(in: 0..<3, using: &numbers) {
                    case 0: bytes[index] = UInt8.random(in: 0...255, using: &numbers)
                    case 1: bytes.remove(at: index)
                    default: bytes.insert(Array("{}[]\",:\\u0e-.".utf8).randomElement(using: &numbers) ?? 0, at: index)
                    }
                }
                do throws(JSONParseError) {
                    let value = try JSONValue(parsing: bytes)
                    // What was read is a document of its own, apart from what it lost to lone surrogates.
                    #expect((try? JSONValue(parsing: value.serialized())) == value)
                } catch {
                    #expect((0...bytes.count).contains(error.offset))
                }
            }
        }
    }

    @Test(arguments: [
        ("", JSONParseError.Code.truncated, 0), ("   ", .truncated, 3), ("{", .truncated, 1), ("[1,", .truncated, 3),
        ("\"a", .truncated, 2), ("tru", .malformed, 0), ("[1 2]", .malformed, 3), ("{a:1}", .malformed, 1),
        ("{\"a\" 1}", .malformed, 5), ("[1,]", .malformed, 3), ("01", .malformed, 1), ("1.", .truncated, 2),
        ("-", .truncated, 1), ("+1", .malformed, 0), (".5", .malformed, 0), ("1e", .truncated, 2),
        ("NaN", .malformed, 0),
        ("\"\\x\"", .malformed, 1), ("\"\\u12g4\"", .malformed, 5), ("\"a\nb\"", .malformed, 2), ("1 1", .malformed, 2),
        ("{} x", .malformed, 3), ("'a'", .malformed, 0), ("[1}", .malformed, 2),
    ])
    func `what breaks the grammar is refused with its place`(text: String, code: JSONParseError.Code, offset: Int) {
        #expect(Self.error(text)?.code == code)
        #expect(Self.error(text)?.offset == offset)
    }

    @Test(arguments: [
        [0x22, 0xff, 0x22], [0x22, 0xc3, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22], [0x22, 0xc0, 0xaf, 0x22],
    ])
    func `bytes that are not UTF-8 are refused with their place`(bytes: [UInt8]) {
        let error = #expect(throws: JSONParseError.self) { try JSONValue(parsing: bytes) }
        #expect(error?.code == .malformed)
        #expect(error?.offset == 1)
        #expect(error?.expectation == "UTF-8 text")
    }

    @Test func `depth is limited at exactly the limit`() {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(Self.error(nested(512)) == nil)
        #expect(Self.error(nested(513))?.code == .tooDeep)
        #expect(Self.error(nested(513))?.offset == 512)
        #expect(Self.error(String(repeating: "{\"a\":", count: 100_000))?.code == .tooDeep)
        #expect(Self.error(nested(4), limits: JSONLimits(depth: 3))?.code == .tooDeep)
    }

    @Test func `size is limited at exactly the limit`() {
        #expect(Self.error("[1234567]", limits: JSONLimits(bytes: 9)) == nil)
        #expect(Self.error("[12345678]", limits: JSONLimits(bytes: 9))?.code == .tooLarge)
    }

    @Test(arguments: [
        (#""\ud83d""#, "\u{fffd}", [1]), (#""a\udc4bb""#, "a\u{fffd}b", [2]),
        (#""\ud83d\ud83d\udc4b""#, "\u{fffd}👋", [1]),
        (#""\ud83dx\udc4b""#, "\u{fffd}x\u{fffd}", [1, 8]), (#""\ud83d\udc4b""#, "👋", []),
        (#""\ud83d\n""#, "\u{fffd}\n", [1]),
    ])
    func `a lone surrogate is replaced and its offset told`(text: String, value: String, offsets: [Int]) throws {
        let document = try JSONDocument(parsing: Array(text.utf8))
        #expect(document.value == .string(value))
        #expect(document.loneSurrogateOffsets == offsets)
    }

    @Test(arguments: ["1", "1.0", "1e3", "1E+3", "-0", "12345678901234567890", "9007199254740993", "0.10", "1e400"])
    func `a number keeps its spelling`(literal: String) throws {
        #expect(try JSONValue(parsing: literal).compactText == literal)
    }

    @Test func `numbers are read as what they are`() throws {
        #expect(try JSONValue(parsing: "9223372036854775807").int == .max)
        #expect(try JSONValue(parsing: "9223372036854775808").int == nil)
        #expect(try JSONValue(parsing: "1.0").int == nil)
        #expect(try JSONValue(parsing: "1.0").double == 1)
        #expect(try JSONValue(parsing: "1e400").double == .infinity)
    }

    @Test func `of duplicate members the last is read and all are written`() throws {
        let text = #"{"a":1,"b":2,"a":3}"#
        let value = try JSONValue(parsing: text)
        #expect(value["a"] == 3)
        #expect(value.compactText == text)
    }

    @Test func `several documents can be read one after the other`() throws {
        let bytes = Array(#"[1] {"a":2}"#.utf8)
        let first = try JSONDocument(parsing: bytes, allowsTrailing: true)
        #expect(first.endOffset == 4)
        let second = try JSONDocument(parsing: bytes, from: first.endOffset)
        #expect(second.value == ["a": 2])
    }

    @Test func `control characters are written as escapes`() throws {
        #expect(JSONValue.string("\u{0}\u{1f}\"\\\n\u{7f}é").compactText == #""\u0000\u001f\"\\\n"# + "\u{7f}é\"")
    }

    @Test func `indented text is for people`() {
        let value: JSONValue = ["a": [1, [:], []], "b": ["c": nil]]
        let expected = """
            {
              "a": [
                1,
                {},
                []
              ],
              "b": {
                "c": null
              }
            }
            """
        #expect(value.prettyText == expected)
    }
}
