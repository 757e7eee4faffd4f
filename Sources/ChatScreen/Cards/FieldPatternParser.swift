/// Reads the spelling of regular expressions that JavaScript has, as far as ``FieldPattern`` follows it.
struct FieldPatternParser {
    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var depth = 0

    init(_ expression: String) { scalars = Array(expression.unicodeScalars.prefix(2000)) }

    /// The whole expression, nil when it is broken or not known.
    mutating func parse() -> FieldPattern.Node? {
        guard let node = either(), position == scalars.count else { return nil }
        return node
    }

    private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        position += 1
        return true
    }

    private mutating func take(_ text: String) -> Bool {
        let wanted = Array(text.unicodeScalars)
        guard scalars[position...].starts(with: wanted) else { return false }
        position += wanted.count
        return true
    }

    private mutating func either() -> FieldPattern.Node? {
        depth += 1
        defer { depth -= 1 }
        guard depth < 30 else { return nil }
        var branches: [FieldPattern.Node] = []
        repeat {
            guard let branch = sequence() else { return nil }
            branches.append(branch)
        } while take("|" as Unicode.Scalar)
        return branches.count == 1 ? branches[0] : .either(branches)
    }

    private mutating func sequence() -> FieldPattern.Node? {
        var nodes: [FieldPattern.Node] = []
        while let scalar = next, scalar != "|", scalar != ")" {
            guard let atom = atom(), let node = repeated(atom) else { return nil }
            nodes.append(node)
        }
        return .sequence(nodes)
    }

    private mutating func repeated(_ atom: FieldPattern.Node) -> FieldPattern.Node? {
        let bounds: (Int, Int?)
        switch next {
        case "*"?, "+"?, "?"?:
            bounds = (next == "+" ? 1 : 0, next == "?" ? 1 : nil)
            position += 1
        case "{"?:
            guard let counted = counts() else { return atom }
            bounds = counted
        default: return atom
        }
        // Whether it takes much or little first makes no difference to whether it is found.
        _ = take("?" as Unicode.Scalar)
        if let most = bounds.1, most < bounds.0 { return nil }
        return .repeat(atom, least: bounds.0, most: bounds.1)
    }

    /// `{2}`, `{2,}` or `{2,5}`; anything else in braces is text.
    private mutating func counts() -> (Int, Int?)? {
        let start = position
        position += 1
        if let least = number() {
            if take("}" as Unicode.Scalar) { return (least, least) }
            if take("," as Unicode.Scalar) {
                if take("}" as Unicode.Scalar) { return (least, nil) }
                if let most = number(), take("}" as Unicode.Scalar) { return (least, most) }
            }
        }
        position = start
        return nil
    }

    private mutating func number() -> Int? {
        var text = ""
        while let scalar = next, CharacterTest.digit.contains(scalar), text.count < 6 {
            text.unicodeScalars.append(scalar)
            position += 1
        }
        return Int(text)
    }

    private mutating func atom() -> FieldPattern.Node? {
        guard let scalar = next else { return nil }
        position += 1
        switch scalar {
        case "^": return .assertion(.start)
        case "$": return .assertion(.end)
        case ".": return .characters(.anyInLine)
        case "(": return group()
        case "[": return set().map { .characters($0) }
        case "\\": return escape()
        case "*", "+", "?": return nil
        default: return .characters(CharacterTest(ranges: [scalar.value...scalar.value]))
        }
    }

    private mutating func group() -> FieldPattern.Node? {
        var look: Bool?
        if take("?:") {
        } else if take("?=") {
            look = false
        } else if take("?!") {
            look = true
        } else if next == "?" {
            guard take("?<"), next != "=", next != "!" else { return nil }
            while let scalar = next, scalar != ">" { _ = take(scalar) }
            guard take(">" as Unicode.Scalar) else { return nil }
        }
        guard let node = either(), take(")" as Unicode.Scalar) else { return nil }
        return look.map { .look(node, isNegated: $0) } ?? node
    }

    private mutating func escape() -> FieldPattern.Node? {
        switch next {
        case "b":
            position += 1
            return .assertion(.wordEdge)
        case "B":
            position += 1
            return .assertion(.noWordEdge)
        case .some("1"..."9"), "k": return nil
        default: return escapedCharacters().map { .characters($0) }
        }
    }

    private mutating func escapedCharacters() -> CharacterTest? {
        guard let scalar = next else { return nil }
        position += 1
        switch scalar {
        case "d": return .digit
        case "D": return CharacterTest(ranges: CharacterTest.digit.ranges, isNegated: true)
        case "w": return .word
        case "W": return CharacterTest(ranges: CharacterTest.word.ranges, isNegated: true)
        case "s": return .blank
        case "S": return CharacterTest(ranges: CharacterTest.blank.ranges, isNegated: true)
        case "n": return single(0x0a)
        case "r": return single(0x0d)
        case "t": return single(0x09)
        case "f": return single(0x0c)
        case "v": return single(0x0b)
        case "0": return single(0)
        case "x": return hexadecimal(2)
        case "u": return hexadecimal(4)
        case "p", "P", "c": return nil
        default: return single(scalar.value)
        }
    }

    private func single(_ value: UInt32) -> CharacterTest { CharacterTest(ranges: [value...value]) }

    private mutating func hexadecimal(_ count: Int) -> CharacterTest? {
        guard position + count <= scalars.count else { return nil }
        var digits = ""
        digits.unicodeScalars.append(contentsOf: scalars[position..<position + count])
        position += count
        return UInt32(digits, radix: 16).map(single)
    }

    private mutating func set() -> CharacterTest? {
        let isNegated = take("^" as Unicode.Scalar)
        var ranges: [ClosedRange<UInt32>] = []
        while let scalar = next, scalar != "]" {
            guard let first = member() else { return nil }
            let isRange = next == "-" && position + 1 < scalars.count && scalars[position + 1] != "]"
            guard isRange, first.count == 1, first[0].count == 1 else {
                ranges += first
                continue
            }
            position += 1
            guard let last = member(), last.count == 1, last[0].count == 1 else { return nil }
            guard first[0].lowerBound <= last[0].lowerBound else { return nil }
            ranges.append(first[0].lowerBound...last[0].lowerBound)
        }
        return take("]" as Unicode.Scalar) ? CharacterTest(ranges: ranges, isNegated: isNegated) : nil
    }

    private mutating func member() -> [ClosedRange<UInt32>]? {
        guard let scalar = next else { return nil }
        position += 1
        guard scalar == "\\" else { return [scalar.value...scalar.value] }
        if take("b" as Unicode.Scalar) { return [8...8] }
        return escapedCharacters()?.positive
    }
}
