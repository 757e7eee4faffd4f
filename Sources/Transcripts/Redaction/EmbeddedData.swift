import BotSchema

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Files within a text: the base64 of `data:` addresses.
struct EmbeddedData {
    /// Where the base64 stands.
    let range: Range<Int>
    /// The file, nil where it is a picture or something else that has no words.
    let content: [UInt8]?
    /// Whether encoding the file again gives the same letters.
    let isCanonical: Bool

    /// The files in a text, in order.
    static func all(in bytes: [UInt8]) -> [EmbeddedData] {
        var files: [EmbeddedData] = []
        let mark = Array(";base64,".utf8)
        var index = 0
        while let sign = bytes[index...].firstIndex(of: mark[0]) {
            index = sign + 1
            guard bytes[sign...].starts(with: mark), let start = scheme(before: sign, in: bytes) else { continue }
            let first = sign + mark.count
            var end = first
            while end < bytes.count, Bytes.isAlphanumeric(bytes[end]) || "+/=_-".utf8.contains(bytes[end]) { end += 1 }
            files.append(EmbeddedData(first..<end, of: bytes, type: Bytes.lowercased(bytes[start..<sign])))
            index = end
        }
        return files
    }

    private static func scheme(before sign: Int, in bytes: [UInt8]) -> Int? {
        let least = max(0, sign - 200)
        var start = sign
        while start > least, Bytes.isAlphanumeric(bytes[start - 1]) || "/+.-;=_\"".utf8.contains(bytes[start - 1]) {
            start -= 1
        }
        guard start >= 5, Bytes.lowercased(bytes[(start - 5)..<start]) == "data:" else { return nil }
        return start
    }

    private init(_ range: Range<Int>, of bytes: [UInt8], type: String) {
        self.range = range
        let isPicture =
            ["image/", "audio/", "video/", "font/"].contains(where: type.hasPrefix) && !type.contains("svg")
        let text = String(decoding: bytes[range], as: UTF8.self)
        guard !isPicture, let content = Base64.decode(text), String(validating: content, as: UTF8.self) != nil else {
            content = nil
            isCanonical = false
            return
        }
        self.content = content
        isCanonical = Self.encoded(content) == text
    }

    /// Bytes as base64 writes them.
    static func encoded(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
}
