import BotSchema

/// Mends the small faults of a JSON value that leave its meaning plain.
struct JSONMending {
    /// What was mended, with offsets into the bytes.
    private(set) var remarks: [(offset: Int, text: String)] = []
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The value once mended; nil when that was not enough.
    var value: JSONValue? {
        mutating get {
            var mended: [UInt8] = []
            mended.reserveCapacity(bytes.count)
            var comma: (source: Int, target: Int)?
            var isInString = false
            var isEscaped = false
            for (index, byte) in bytes.enumerated() {
                if isInString {
                    if byte < 0x20, !isEscaped {
                        remarks.append((index, "a control character within a text, read as its escape"))
                        mended += Array(
                            JSONValue.string(String(Unicode.Scalar(byte))).compactText.utf8.dropFirst().dropLast()
                        )
                        continue
                    }
                    if isEscaped {
                        isEscaped = false
                    } else if byte == UInt8(ascii: "\\") {
                        isEscaped = true
                    } else if byte == UInt8(ascii: "\"") {
                        isInString = false
                    }
                } else {
                    switch byte {
                    case UInt8(ascii: "\""):
                        isInString = true
                        comma = nil
                    case UInt8(ascii: ","): comma = (index, mended.count)
                    case UInt8(ascii: "}"), UInt8(ascii: "]"):
                        if let last = comma {
                            mended[last.target] = UInt8(ascii: " ")
                            remarks.append((last.source, "a comma before the end, ignored"))
                            comma = nil
                        }
                    case 0x20, 0x09, 0x0A, 0x0D: break
                    default: comma = nil
                    }
                }
                mended.append(byte)
            }
            if String(validating: mended, as: UTF8.self) == nil {
                let text = String(decoding: mended, as: UTF8.self)
                remarks.append((0, "bytes that are no UTF-8 within the value, replaced by U+FFFD"))
                mended = Array(text.utf8)
            }
            return try? JSONValue(parsing: mended)
        }
    }
}
