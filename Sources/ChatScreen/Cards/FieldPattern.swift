/// A regular expression of a card's author, in JavaScript's spelling, that cannot hold up the chat.
///
/// All ways through the expression are followed side by side, so the time grows with the length of the text times the
/// length of the expression, whatever a bot has written; an engine that tries one way after the other can be made to
/// try for years. What that cannot do (references back, looking behind) makes the pattern unreadable here, and the
/// check is the bot's.
package struct FieldPattern: Sendable {
    indirect enum Node {
        case characters(CharacterTest)
        case sequence([Node])
        case either([Node])
        case `repeat`(Node, least: Int, most: Int?)
        case assertion(Assertion)
        case look(Node, isNegated: Bool)
    }

    enum Assertion {
        case start, end, wordEdge, noWordEdge
    }

    private enum Instruction {
        case characters(CharacterTest)
        case split(Int, Int)
        case jump(Int)
        case assertion(Assertion)
        case look(start: Int, isNegated: Bool)
        case match
    }

    /// A longer program comes of counts inside counts, which nobody needs for a field.
    private static let programLimit = 4000
    /// Longer texts are left to the bot; with looking ahead, which begins anew at each place, much shorter ones.
    private static let textLimit = 20_000
    private static let lookingLimit = 300

    private var program: [Instruction] = []
    private var looksAhead = false
    private var isInsideLook = false

    /// Compiles an expression, nil when it is broken or uses what is not known here.
    package init?(_ expression: String) {
        var parser = FieldPatternParser(expression)
        guard let node = parser.parse(), compile(node) else { return nil }
        program.append(.match)
    }

    /// Whether the expression is found anywhere in the text, as JavaScript's `test` says.
    ///
    /// What is too long to be looked through counts as found.
    package func isFound(in text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        guard scalars.count <= (looksAhead ? Self.lookingLimit : Self.textLimit) else { return true }
        return runs(from: 0, at: 0, in: scalars, isAnchored: false)
    }

    // MARK: - Compiling

    private mutating func compile(_ node: Node) -> Bool {
        guard program.count < Self.programLimit else { return false }
        switch node {
        case .characters(let test): program.append(.characters(test))
        case .assertion(let assertion): program.append(.assertion(assertion))
        case .sequence(let nodes): return nodes.allSatisfy { compile($0) }
        case .either(let nodes): return compileEither(nodes)
        case .repeat(let node, let least, let most): return compileRepeat(node, least, most)
        case .look(let node, let isNegated):
            // One inside another would multiply the time.
            guard !isInsideLook else { return false }
            isInsideLook = true
            defer { isInsideLook = false }
            looksAhead = true
            let place = program.count
            program.append(.jump(0))
            program.append(.jump(0))
            guard compile(node) else { return false }
            program.append(.match)
            program[place] = .look(start: place + 2, isNegated: isNegated)
            program[place + 1] = .jump(program.count)
        }
        return true
    }

    private mutating func compileEither(_ nodes: [Node]) -> Bool {
        var exits: [Int] = []
        for (index, node) in nodes.enumerated() {
            let split = program.count
            if index + 1 < nodes.count { program.append(.jump(0)) }
            guard compile(node) else { return false }
            guard index + 1 < nodes.count else { break }
            exits.append(program.count)
            program.append(.jump(0))
            program[split] = .split(split + 1, program.count)
        }
        for exit in exits { program[exit] = .jump(program.count) }
        return true
    }

    private mutating func compileRepeat(_ node: Node, _ least: Int, _ most: Int?) -> Bool {
        for _ in 0..<least { guard compile(node) else { return false } }
        guard let most else {
            let split = program.count
            program.append(.jump(0))
            guard compile(node) else { return false }
            program.append(.jump(split))
            program[split] = .split(split + 1, program.count)
            return true
        }
        var splits: [Int] = []
        for _ in least..<max(least, most) {
            splits.append(program.count)
            program.append(.jump(0))
            guard compile(node) else { return false }
        }
        for split in splits { program[split] = .split(split + 1, program.count) }
        return true
    }

    // MARK: - Matching

    private func runs(from start: Int, at position: Int, in text: [Unicode.Scalar], isAnchored: Bool) -> Bool {
        var threads: [Int] = []
        var seen = [Bool](repeating: false, count: program.count)
        if add(start, at: position, in: text, &threads, &seen) { return true }
        for index in position..<text.count {
            var next: [Int] = []
            seen = [Bool](repeating: false, count: program.count)
            for thread in threads {
                guard case .characters(let test) = program[thread], test.contains(text[index]) else { continue }
                if add(thread + 1, at: index + 1, in: text, &next, &seen) { return true }
            }
            // The expression may begin anywhere; all beginnings are followed in one pass.
            if !isAnchored, add(start, at: index + 1, in: text, &next, &seen) { return true }
            if next.isEmpty, isAnchored { return false }
            threads = next
        }
        return false
    }

    /// Follows everything that takes no character; true when a match is reached.
    private func add(
        _ start: Int,
        at position: Int,
        in text: [Unicode.Scalar],
        _ threads: inout [Int],
        _ seen: inout [Bool]
    ) -> Bool {
        var open = [start]
        while let place = open.popLast() {
            guard !seen[place] else { continue }
            seen[place] = true
            switch program[place] {
            case .characters: threads.append(place)
            case .jump(let target): open.append(target)
            case .split(let first, let second): open += [second, first]
            case .assertion(let assertion): if holds(assertion, at: position, in: text) { open.append(place + 1) }
            case .look(let inner, let isNegated):
                if runs(from: inner, at: position, in: text, isAnchored: true) != isNegated { open.append(place + 1) }
            case .match: return true
            }
        }
        return false
    }

    private func holds(_ assertion: Assertion, at position: Int, in text: [Unicode.Scalar]) -> Bool {
        let isWord = { (index: Int) in text.indices.contains(index) && CharacterTest.word.contains(text[index]) }
        return switch assertion {
        case .start: position == 0
        case .end: position == text.count
        case .wordEdge: isWord(position - 1) != isWord(position)
        case .noWordEdge: isWord(position - 1) == isWord(position)
        }
    }
}

/// Which characters may stand at a place.
struct CharacterTest: Sendable {
    var ranges: [ClosedRange<UInt32>]
    var isNegated = false

    static let digit = CharacterTest(ranges: [0x30...0x39])
    static let word = CharacterTest(ranges: [0x30...0x39, 0x41...0x5a, 0x5f...0x5f, 0x61...0x7a])
    static let blank = CharacterTest(
        ranges: [
            0x09...0x0d, 0x20...0x20, 0xa0...0xa0, 0x1680...0x1680, 0x2000...0x200a, 0x2028...0x2029,
            0x202f...0x202f, 0x205f...0x205f, 0x3000...0x3000, 0xfeff...0xfeff,
        ]
    )
    static let anyInLine = CharacterTest(ranges: [0x0a...0x0a, 0x0d...0x0d, 0x2028...0x2029], isNegated: true)

    func contains(_ scalar: Unicode.Scalar) -> Bool { ranges.contains { $0.contains(scalar.value) } != isNegated }

    /// The same characters as ranges that are not negated.
    var positive: [ClosedRange<UInt32>] {
        guard isNegated else { return ranges }
        var gaps: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound > next { gaps.append(next...range.lowerBound - 1) }
            next = max(next, range.upperBound + 1)
        }
        return next <= 0x10ffff ? gaps + [next...0x10ffff] : gaps
    }
}
