/// An address that holds the file itself (RFC 2397): `data:[type][;base64],…`.
package struct DataURI: Hashable, Sendable {
    /// The media type, nil when none is named.
    package let contentType: String?
    /// The content.
    package let bytes: [UInt8]

    /// Reads an address; nil when it is of another kind, or broken.
    package init?(_ text: String) {
        guard text.prefix(5).lowercased() == "data:", let comma = text.firstIndex(of: ",") else { return nil }
        var header = text[text.index(text.startIndex, offsetBy: 5)..<comma]
        let isBase64 = header.lowercased().hasSuffix(";base64")
        if isBase64 { header = header.dropLast(7) }
        guard let decoded = Self.percentDecoded(text[text.index(after: comma)...].utf8) else { return nil }
        guard isBase64 else {
            self.init(contentType: String(header), bytes: decoded)
            return
        }
        guard let content = Base64.decode(String(decoding: decoded, as: UTF8.self)) else { return nil }
        self.init(contentType: String(header), bytes: content)
    }

    private init(contentType: String, bytes: [UInt8]) {
        self.contentType = contentType.isEmpty ? nil : contentType
        self.bytes = bytes
    }

    /// The content as text; bytes that are no UTF-8 become U+FFFD.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    private static func percentDecoded(_ text: Substring.UTF8View) -> [UInt8]? {
        var bytes: [UInt8] = []
        var iterator = text.makeIterator()
        while let byte = iterator.next() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = iterator.next().flatMap(hexValue), let low = iterator.next().flatMap(hexValue)
            else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        Character(UnicodeScalar(byte)).hexDigitValue.map(UInt8.init)
    }
}
