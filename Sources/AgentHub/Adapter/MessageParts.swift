package import BotSchema
import Handoff

/// Cuts a text where a reader would: between paragraphs, else between lines, else between words.
///
/// Pure. Nothing is lost but the blank or the line breaks at a cut; a word is cut only where it alone is too long.
package struct MessageParts: Hashable, Sendable {
    /// The parts in order, none empty; one at least.
    package let texts: [String]

    /// The parts of a text.
    ///
    /// - Parameters:
    ///   - text: What to cut.
    ///   - limit: What a part may measure, at least 1.
    ///   - size: What one character measures; at least one goes into each part, however big.
    package init(of text: String, upTo limit: Int, measuring size: (Character) -> Int = { _ in 1 }) {
        var texts: [String] = []
        var rest = text[...]
        while let end = Self.end(of: rest, limit, size) {
            let cut = Self.cuts(of: rest, upTo: end)
            texts.append(String(rest[..<cut.end]))
            rest = rest[cut.next...]
        }
        if !rest.isEmpty || texts.isEmpty { texts.append(String(rest)) }
        self.texts = texts
    }

    /// Where the longest part that fits ends; nil when all fits.
    private static func end(of text: Substring, _ limit: Int, _ size: (Character) -> Int) -> String.Index? {
        var total = 0
        for index in text.indices {
            total += size(text[index])
            if total > limit { return index == text.startIndex ? text.index(after: index) : index }
        }
        return nil
    }

    /// Where the part ends and the next begins: a break that begins where the part must end still fits.
    private static func cuts(of text: Substring, upTo end: String.Index) -> (end: String.Index, next: String.Index) {
        var line: (end: String.Index, next: String.Index)?
        var word: (end: String.Index, next: String.Index)?
        var index = end
        while index > text.startIndex {
            defer { index = text.index(before: index) }
            guard index < text.endIndex else { continue }
            if text[index].isNewline {
                let start = text[..<index].lastIndex { !$0.isNewline }.map(text.index(after:)) ?? text.startIndex
                let next = text[index...].firstIndex { !$0.isNewline } ?? text.endIndex
                let hasWords = text[..<start].contains { !$0.isWhitespace }
                guard hasWords else { break }
                let breaks = text.distance(from: start, to: next)
                if breaks > 1 { return (start, next) }
                line = line ?? (start, next)
            } else if text[index].isWhitespace, word == nil {
                let start = text[..<index].lastIndex { !$0.isWhitespace }.map(text.index(after:)) ?? text.startIndex
                guard start > text.startIndex else { continue }
                word = (start, text[index...].firstIndex { !$0.isWhitespace || $0.isNewline } ?? text.endIndex)
            }
        }
        return line ?? word ?? (end, end)
    }
}

extension Activity {
    /// The activity, or its text in several messages where it is longer than a number of characters.
    ///
    /// All but the text rides with the first part, which keeps the id.
    package func parts(upTo characters: Int?) -> [Activity] {
        guard let characters, let text else { return [self] }
        return parts(MessageParts(of: text, upTo: max(characters, 1)).texts)
    }

    /// The activity, or its text in several messages where the activity is larger than channels take.
    package var partsThatChannelsTake: [Activity] {
        let limit = Self.sizeLimit - Self.roomForChannel
        guard let text, jsonValue.serialized().count > limit else { return [self] }
        var bare = self
        bare.text = nil
        // A file that is too large does not become smaller by cutting the words beside it.
        let room = max(limit - bare.jsonValue.serialized().count, limit / 4)
        return parts(MessageParts(of: text, upTo: room, measuring: \.sizeAsJSON).texts)
    }

    private func parts(_ texts: [String]) -> [Activity] {
        guard texts.count > 1 else { return [self] }
        return texts.enumerated().map { number, text in
            var part = number == 0 ? self : Activity(type: .message)
            if number > 0 {
                for name in Self.sharedMembers { part.json[name] = json[name] }
            }
            part.text = text
            return part
        }
    }

    private static let sharedMembers = [
        "from", "recipient", "conversation", "channelId", "channelData", "timestamp", "localTimestamp", "locale",
        "textFormat", "replyToId",
    ]
}

extension Character {
    /// Its bytes within a JSON string.
    fileprivate var sizeAsJSON: Int {
        utf8.reduce(0) { total, byte in
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x08, 0x09, 0x0a, 0x0c, 0x0d: total + 2
            case 0..<0x20: total + 6
            default: total + 1
            }
        }
    }
}
