import BotSchema

/// Finds in words what tells who somebody is or lets others in.
///
/// Works on bytes in one pass for each kind, so that no text takes long.
struct SensitiveText {
    /// What is masked; the word in the mask.
    enum Kind: String, Hashable, Sendable, CaseIterable {
        case email, phone, card, iban, ssn, ip, token, key, secret, name, word, id
    }

    /// Something that was found.
    struct Span: Hashable {
        /// Where it is in the text.
        var range: Range<Int>
        let kind: Kind
        /// What was found, with encodings resolved; the same value has the same mask however it is encoded.
        let value: String
    }

    /// What was found, in order and without overlaps.
    let spans: [Span]

    /// Looks through a text.
    ///
    /// - Parameters:
    ///   - bytes: The text in UTF-8.
    ///   - words: Words that are masked wherever they stand.
    init(_ bytes: [UInt8], words: KnownWords = KnownWords()) {
        var found: [Span] = []
        for view in TextView.views(of: bytes) {
            let bytes = view.bytes
            var pieces = SensitiveAddress.emails(in: bytes) + SensitiveSecret.all(in: bytes)
            if bytes.contains(where: { Bytes.isDigit($0) || $0 == UInt8(ascii: ":") }) {
                pieces += SensitiveAddress.internet(in: bytes) + SensitiveAddress.ibans(in: bytes)
                pieces += SensitiveNumber.all(in: bytes)
            }
            pieces += words.matches(in: bytes)
            found += pieces.map { Span(range: view.place(of: $0.range), kind: $0.kind, value: $0.value) }
        }
        // What an earlier masking has left is no news.
        let masks = RedactionKey.maskRanges(in: bytes)
        if !masks.isEmpty {
            var isMask = Array(repeating: false, count: bytes.count)
            for mask in masks { for index in mask { isMask[index] = true } }
            found.removeAll { isMask[$0.range.lowerBound] || isMask[$0.range.upperBound - 1] }
        }
        found.sort { ($0.range.lowerBound, -$0.range.upperBound) < ($1.range.lowerBound, -$1.range.upperBound) }
        var spans: [Span] = []
        for span in found {
            guard let last = spans.last, span.range.lowerBound < last.range.upperBound else {
                spans.append(span)
                continue
            }
            // What stands before the @ of an address on the web is a password; the host behind it is no mailbox.
            if last.kind == .secret, span.kind == .email { continue }
            // Of two that overlap the first is told, but nothing of the second may stay.
            let end = max(last.range.upperBound, span.range.upperBound)
            spans[spans.count - 1].range = last.range.lowerBound..<end
        }
        self.spans = spans
    }
}

/// Something that was found in a view of a text.
struct SensitivePiece {
    let range: Range<Int>
    let kind: SensitiveText.Kind
    let value: String

    /// A piece of a view; its value is spelt as it stands there.
    init(_ range: Range<Int>, _ kind: SensitiveText.Kind, in bytes: [UInt8]) {
        self.init(range, kind, value: String(decoding: bytes[range], as: UTF8.self))
    }

    init(_ range: Range<Int>, _ kind: SensitiveText.Kind, value: String) {
        self.range = range
        self.kind = kind
        self.value = value
    }
}
