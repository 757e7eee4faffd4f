/// Several JSON lists and objects one after the other, as loggers that append leave them.
///
/// Finds the outermost objects; lists around them, even badly closed ones, are no more than separators.
struct JSONSequence {
    /// Where each outermost object lies; the last may be cut off.
    private(set) var objects: [Range<Int>] = []
    /// Commas and closing brackets outside of any list.
    private(set) var strayOffsets: [Int] = []
    /// How many lists and objects stand outside of any list.
    private(set) var documentCount = 0
    /// The first byte outside of objects that belongs to no list, or the end when a list is open there.
    private(set) var failureOffset: Int?

    init(scanning bytes: [UInt8]) {
        var listDepth = 0
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x09, 0x0a, 0x0d: break
            case UInt8(ascii: "{"):
                if listDepth == 0 { documentCount += 1 }
                let end = Self.endOfObject(in: bytes, from: index)
                objects.append(index..<end)
                index = end
                continue
            case UInt8(ascii: "["):
                if listDepth == 0 { documentCount += 1 }
                listDepth += 1
            case UInt8(ascii: "]") where listDepth > 0: listDepth -= 1
            case UInt8(ascii: ",") where listDepth > 0: break
            case UInt8(ascii: "]"), UInt8(ascii: ","): strayOffsets.append(index)
            default:
                failureOffset = index
                return
            }
            index += 1
        }
        if listDepth > 0 { failureOffset = bytes.count }
    }

    private static func endOfObject(in bytes: [UInt8], from start: Int) -> Int {
        var depth = 0
        var isInString = false
        var index = start
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\\") where isInString: index += 1
            case UInt8(ascii: "\""): isInString.toggle()
            case UInt8(ascii: "{") where !isInString: depth += 1
            case UInt8(ascii: "}") where !isInString:
                depth -= 1
                if depth == 0 { return index + 1 }
            default: break
            }
            index += 1
        }
        return bytes.count
    }
}
