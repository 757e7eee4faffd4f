/// Finds which elements of two lists belong together.
enum Alignment {
    /// An element of either list, or one of both.
    enum Pair: Hashable {
        case both(Int, Int)
        case left(Int)
        case right(Int)
    }

    /// Beyond this many comparisons elements are paired by their places alone.
    private static let limit = 4_000_000

    /// The longest pairing in the order of both lists.
    static func pairs(_ left: Int, _ right: Int, isSame: (Int, Int) -> Bool) -> [Pair] {
        var head = 0
        while head < min(left, right), isSame(head, head) { head += 1 }
        var tail = 0
        while tail < min(left, right) - head, isSame(left - 1 - tail, right - 1 - tail) { tail += 1 }
        var pairs = (0..<head).map { Pair.both($0, $0) }
        pairs += middle(head..<(left - tail), head..<(right - tail), isSame)
        return pairs + (0..<tail).map { .both(left - tail + $0, right - tail + $0) }
    }

    private static func middle(_ left: Range<Int>, _ right: Range<Int>, _ isSame: (Int, Int) -> Bool) -> [Pair] {
        guard !left.isEmpty, !right.isEmpty, left.count * right.count <= limit else {
            let common = left.isEmpty || right.isEmpty ? 0 : min(left.count, right.count)
            return (0..<common).map { Pair.both(left.lowerBound + $0, right.lowerBound + $0) }
                + left.dropFirst(common).map(Pair.left) + right.dropFirst(common).map(Pair.right)
        }
        let width = right.count + 1
        var lengths = [Int32](repeating: 0, count: (left.count + 1) * width)
        var same = [Bool](repeating: false, count: left.count * right.count)
        for row in (0..<left.count).reversed() {
            for column in (0..<right.count).reversed() {
                let isPair = isSame(left.lowerBound + row, right.lowerBound + column)
                same[row * right.count + column] = isPair
                lengths[row * width + column] =
                    isPair
                    ? lengths[(row + 1) * width + column + 1] + 1
                    : max(lengths[(row + 1) * width + column], lengths[row * width + column + 1])
            }
        }
        var pairs: [Pair] = []
        var (row, column) = (0, 0)
        while row < left.count, column < right.count {
            if same[row * right.count + column] {
                pairs.append(.both(left.lowerBound + row, right.lowerBound + column))
                (row, column) = (row + 1, column + 1)
            } else if lengths[(row + 1) * width + column] >= lengths[row * width + column + 1] {
                pairs.append(.left(left.lowerBound + row))
                row += 1
            } else {
                pairs.append(.right(right.lowerBound + column))
                column += 1
            }
        }
        return pairs + (row..<left.count).map { .left(left.lowerBound + $0) }
            + (column..<right.count).map { .right(right.lowerBound + $0) }
    }
}
