import Testing

@testable import LineEditing

struct ScriptDecoderTests {
    private static let script = "hé 漢🚀\nsecond\n"

    private func lines(_ bytes: [UInt8], inPieces size: Int) -> [String] {
        var splitter = LineSplitter()
        var lines: [String] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            lines += splitter.add(rest.prefix(size))
            rest = rest.dropFirst(size)
        }
        return lines + splitter.finish()
    }

    @Test(arguments: [1, 2, 3, 5, 4096])
    func `scripts are read in the encodings that editors write`(size: Int) {
        let little = Self.script.utf16.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
        let big = Self.script.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] }
        let utf8 = Array(Self.script.utf8)
        for bytes in [utf8, [0xef, 0xbb, 0xbf] + utf8, [0xff, 0xfe] + little, [0xfe, 0xff] + big] {
            #expect(lines(bytes, inPieces: size) == ["hé 漢🚀", "second"])
        }
    }

    @Test func `a script without a mark tells by its zeros, and a short line is not held back`() {
        #expect(lines(Array("hi\nyou".utf16).flatMap { [UInt8($0 & 0xff), 0] }, inPieces: 4096) == ["hi", "you"])
        #expect(lines(Array("hi\nyou".utf16).flatMap { [0, UInt8($0 & 0xff)] }, inPieces: 4096) == ["hi", "you"])
        var splitter = LineSplitter()
        #expect(splitter.add(Array("a\n".utf8)) == ["a"])
        #expect(splitter.add(Array("b".utf8)).isEmpty && splitter.finish() == ["b"])
        var empty = LineSplitter()
        #expect(empty.add(Array("\n".utf8)) == [""] && empty.finish().isEmpty)
    }
}
