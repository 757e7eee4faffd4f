import BotSchema
import Testing

@testable import Transcripts

/// Files that are cut, mangled or followed by something: what is whole is read, the rest is told.
struct DamagedFileTests {
    private static let one = #"{"type":"message","id":"1","text":"hé, \"you\" 👋","n":1.0,"channelData":{"a":[1,{}]}}"#
    private static let two = #"{"type":"event","name":"x","value":[{"type":"inner"}],"attachments":[{"content":{}}]}"#
    private static let three = #"{"type":"message","text":"bye"}"#

    static let forms: [(name: String, text: String)] = [
        ("list", "[\(one),\n \(two),\(three)]"),
        ("pretty", "[\n  \(one),\n  \(two),\n  \(three)\n]\n"),
        ("set", #"{"watermark":"7","activities":[\#(one),\#(two),\#(three)],"more":{"x":1}}"#),
        ("transcript", #"{"transcript":[\#(one),\#(two),\#(three)]}"#),
        (
            "attachment",
            #"{"contentType":"application/json","content":{"activities":[\#(one),\#(two),\#(three)]},"name":"T"}"#
        ),
        ("export", #"{"conversations":[{"Activities":[\#(one),\#(two)]},{"Activities":[\#(three)]}],"count":2}"#),
        ("lines", "\(one)\n\(two)\r\n\(three)\n"),
        ("lists", "[\(one),\(two)][\(three)]"),
    ]

    private static func read(_ bytes: [UInt8]) throws(TranscriptError) -> Transcript {
        try Transcript(parsing: bytes, name: "a.json")
    }

    @Test(arguments: forms.indices)
    func `a file cut at any byte gives its whole activities and tells of the rest`(index: Int) throws {
        let bytes = Array(Self.forms[index].text.utf8)
        let whole = try Self.read(bytes)
        #expect(whole.activities.count == 3)
        var seen: Set<Int> = []
        for length in 0..<bytes.count {
            let cut = Array(bytes.prefix(length))
            let isBlankRest = bytes[length...].allSatisfy { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D }
            let transcript: Transcript
            do throws(TranscriptError) { transcript = try Self.read(cut) } catch { continue }
            seen.insert(transcript.activities.count)
            #expect(
                transcript.activities == Array(whole.activities.prefix(transcript.activities.count)),
                "cut at \(length)"
            )
            // Only a cut between the documents of a sequence looks like a shorter file.
            let isBetween = whole.form == .sequence && (try? Self.read(cut).repairs.isEmpty) == true
            let endsDocument =
                cut.last { $0 > 0x20 }.map { $0 == UInt8(ascii: "}") || $0 == UInt8(ascii: "]") } ?? false
            #expect(!transcript.repairs.isEmpty || isBlankRest || (isBetween && endsDocument), "cut at \(length)")
        }
        // The activities that are whole before the cut are there, not only the whole file or nothing.
        #expect(seen.isSuperset(of: [1, 2]))
    }

    @Test func `the end of what was read is told in bytes of the file`() throws {
        let bytes = Array("[\(Self.three),\(Self.one)".utf8.dropLast(4))
        let transcript = try Self.read(bytes)
        #expect(transcript.activities.map(\.text) == ["bye"])
        let start = Self.three.utf8.count + 2
        #expect(
            transcript.repairs.map(\.description) == [
                "byte \(start): the file ends within this value; its \(bytes.count - start) bytes left out",
                "byte \(bytes.count): the file ends before ']'",
            ]
        )
    }

    @Test func `in UTF-16 bytes are those of the file too`() throws {
        let text = "[{\"type\":\"message\",\"text\":\"ü👋\"},{\"type\":"
        let bytes = text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        let transcript = try Self.read(bytes)
        let start = try #require(text.firstRange(of: ",{")).lowerBound
        #expect(transcript.activities.map(\.text) == ["ü👋"])
        #expect(
            transcript.repairs.map(\.place)[1]
                == "byte \((text.utf16.distance(from: text.startIndex, to: start) + 1) * 2)"
        )
    }

    @Test(arguments: [
        ("[X,Y,]", ["a comma before the end, ignored"]),
        ("[X,,Y]", ["a comma too many, ignored"]),
        ("[X Y]", ["a comma is missing"]),
        ("[X,Y] -- end of log --", ["text that is no JSON, 16 bytes, left out"]),
        ("[X,Y]]", ["a bracket too many, ignored"]),
        (
            "12:30 INFO X\n12:31 INFO Y",
            ["text that is no JSON, 11 bytes, left out", "text that is no JSON, 11 bytes, left out"]
        ),
        (#"[X,{"type":"message","a":1,},Y]"#, ["a comma before the end, ignored"]),
        (#"[X,{"type":},Y]"#, ["expected a JSON value; the value of 9 bytes from byte 33 on left out"]),
        ("[X,{\"type\":\"me\nssage\"},\n Y]", ["a line break within the text of a value; 22 bytes left out"]),
        ("[X,{\"type\":\"message\",\"text\":\"a\tb\"},Y]", ["a control character within a text, read as its escape"]),
    ])
    func `a fault is told and leaves the rest alone`(text: String, repairs: [String]) throws {
        let (first, last) = (Self.three, #"{"type":"typing"}"#)
        let transcript = try Self.read(Array(text.replacing("X", with: first).replacing("Y", with: last).utf8))
        #expect(transcript.repairs.map(\.text) == repairs)
        #expect(transcript.activities.first?.text == "bye")
        #expect(transcript.activities.last?.type == .typing)
    }

    @Test(arguments: forms.indices, [5, 64, 4096])
    func `read block by block a file gives the same activities`(index: Int, length: Int) throws {
        let bytes = Array(("\u{FEFF}" + Self.forms[index].text).utf8)
        let wide = Self.forms[index].text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        for file in [bytes, wide] {
            var stream = ActivityStream(startOf: file)
            var activities: [Activity] = []
            for start in stride(from: 0, to: file.count, by: length) {
                activities += stream.take(file[start..<min(start + length, file.count)])
            }
            activities += stream.finish()
            #expect(activities == (try Self.read(file)).activities)
        }
    }

    @Test func `a member's name keeps its escapes, also where its list is read piece by piece`() throws {
        let text = #"{"A\\b\u00e9":[{}],"type":"event"}"# + "\n" + #"{"type":"y"}"# + "\n[[4]]"
        let transcript = try Self.read(Array(text.utf8))
        #expect(transcript.activities.first?.json.keys == [#"A\bé"#, "type"])
        #expect(try Self.read(transcript.serializedAsRead()).activities == transcript.activities)
    }

    @Test func `bytes that are no UTF-8 are replaced and told`() throws {
        var bytes = Array("[\(Self.three)]".utf8)
        let place = try #require(bytes.lastIndex(of: UInt8(ascii: "y")))
        bytes[place] = 0xE9
        let transcript = try Self.read(bytes)
        #expect(transcript.activities.first?.text == "b\u{FFFD}e")
        #expect(transcript.repairs.map(\.text) == ["bytes that are no UTF-8 within the value, replaced by U+FFFD"])
    }

    @Test func `mutated files are read or refused, and reading twice gives the same`() {
        var random = SplitMix64(seed: 0x7A11)
        for form in Self.forms {
            let bytes = Array(form.text.utf8)
            for _ in 0..<400 {
                var mutated = bytes
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    let place = Int.random(in: 0..<mutated.count, using: &random)
                    switch Int.random(in: 0..<4, using: &random) {
                    case 0: mutated[place] = UInt8.random(in: 0...255, using: &random)
                    case 1: mutated.remove(at: place)
                    case 2:
                        mutated.insert(Array("{}[]\",:\\\n\u{0}".utf8).randomElement(using: &random) ?? 0, at: place)
                    default: mutated.swapAt(place, Int.random(in: 0..<mutated.count, using: &random))
                    }
                }
                let read = try? Self.read(mutated)
                #expect((try? Self.read(mutated)) == read)
                guard let read, let again = try? Self.read(read.serializedAsRead()) else { continue }
                #expect(again.activities == read.activities)
            }
        }
    }

    @Test(
        .timeLimit(.minutes(20)),
        arguments: ["[", "{", "{\"a\":", "[{\"", "{\"\n", "\"", ",", "]", "{\"a\":[", "x{", "\\\""]
    )
    func `a megabyte of one fault takes no long time and few lines`(unit: String) {
        let bytes = Array(String(repeating: unit, count: (1 << 20) / unit.utf8.count).utf8)
        let transcript = try? Self.read(bytes)
        #expect((transcript?.repairs.count ?? 0) <= 300)
    }
}
