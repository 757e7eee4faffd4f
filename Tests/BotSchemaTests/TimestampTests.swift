import BotSchema
import Testing

struct TimestampTests {
    @Test(arguments: [
        ("2026-01-02T03:04:05Z", 0), ("2026-01-02T03:04:05.6Z", 600), ("2026-01-02T03:04:05.67Z", 670),
        ("2026-01-02T03:04:05.678Z", 678), ("2026-01-02T03:04:05.6789Z", 678), ("2026-01-02T03:04:05.67891Z", 678),
        ("2026-01-02T03:04:05.678912Z", 678), ("2026-01-02T03:04:05.6789123Z", 678), ("2026-01-02T03:04:05", 0),
        ("2026-01-02T03:04:05.5", 500), ("2026-01-02T03:04:05.5+00:00", 500), ("2026-01-02T04:04:05+01:00", 0),
        ("2026-01-01T22:04:05.5-05:00", 500), ("2026-01-02T08:34:05.123+05:30", 123),
        ("2026-01-02T03:04:05.999Z", 999), ("2026-01-02T03:04:05.001Z", 1), ("2026-01-02T03:04:05.29Z", 290),
        ("2026-01-02T03:04:05.57Z", 570), ("2026-01-02T03:04:05.0009999Z", 0),
    ])
    func `fractions, offsets and none are read`(text: String, milliseconds: Int64) throws {
        #expect(try #require(Timestamp(text)).milliseconds == 1_767_323_045_000 + milliseconds)
    }

    @Test func `every millisecond comes back as it was written`() throws {
        for millisecond in 0..<1000 {
            let instant = Timestamp(milliseconds: 1_767_323_045_000 + Int64(millisecond))
            #expect(Timestamp(instant.text) == instant, "\(instant.text)")
        }
        #expect(Timestamp(milliseconds: 1_767_323_045_678).text == "2026-01-02T03:04:05.678Z")
        #expect(Timestamp(milliseconds: 1_767_323_045_000).text == "2026-01-02T03:04:05.000Z")
    }

    @Test(arguments: [
        "", "Z", ".", "now", "2026", "2026-01-02", "2026-13-02T03:04:05Z", "1719206271", "T", "....",
        "2026-01-02T03:04:05.Z",
        "2026-01-02T03:04:05.678Zjunk", "２０２６-01-02T03:04:05Z", "👋", "+", "-", "2026-01-02T03:04:05+", "\u{0}",
    ])
    func `anything else is no instant`(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test func `instants before 1970 are read and written too`() throws {
        #expect(Timestamp("1969-12-31T23:59:59.500Z")?.milliseconds == -500)
        #expect(Timestamp(milliseconds: -500).text == "1969-12-31T23:59:59.500Z")
        #expect(Timestamp(milliseconds: -1000).text == "1969-12-31T23:59:59.000Z")
    }

    @Test func `mutated instants are read or refused`() {
        var numbers = SplitMix64(seed: 5)
        let characters = Array("0123456789-+:.TZ ézA")
        for _ in 0..<5000 {
            var text = Array("2026-01-02T03:04:05.678+01:00")
            for _ in 0..<Int.random(in: 1...4, using: &numbers) {
                let index = Int.random(in: 0..<text.count, using: &numbers)
                if Bool.random(using: &numbers) {
                    text[index] = characters.randomElement(using: &numbers) ?? "0"
                } else {
                    text.remove(at: index)
                }
            }
            _ = Timestamp(String(text))
        }
    }

    @Test func `instants are in order`() {
        #expect(Timestamp(milliseconds: 1) < Timestamp(milliseconds: 2))
        #expect(Timestamp.now > Timestamp(milliseconds: 1_767_323_045_000))
    }
}
