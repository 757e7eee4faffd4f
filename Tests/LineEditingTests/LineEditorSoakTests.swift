import BotSchema
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Random keys against a model, with a message every two milliseconds.
///
/// `BATON_SOAK_SEEDS=200` makes it long.
@Suite(.serialized, .timeLimit(.minutes(20)), .waitsForPrograms)
struct LineEditorSoakTests {
    private nonisolated static let seeds = 1...(getenv("BATON_SOAK_SEEDS").flatMap { Int(String(cString: $0)) } ?? 12)

    @Test(arguments: seeds)
    func `random editing shows what the model shows and loses no message`(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        let columns = [17, 24, 31, 40, 61][seed % 5]
        let terminal = try probe("--interval", "2", columns: columns, rows: 14)
        var model = EditModel()
        for step in 1...120 {
            terminal.send(Self.randomKeys(on: &model, longest: 3 * columns, using: &random))
            // The keys must arrive in many portions, else there is little between which messages could come.
            usleep(1500)
            guard step.isMultiple(of: 5) else { continue }
            let expected = model.picture(columns: columns)
            try terminal.wait(for: "\(expected) in step \(step)") { Self.shows(expected, $0) }
        }
        let messages = terminal.screen.transcript.filter { $0.hasPrefix("msg") }
        #expect(messages == (1...max(1, messages.count)).map { "msg \($0)" })
        #expect(messages.count > 20)
    }

    private static func randomKeys(
        on model: inout EditModel,
        longest: Int,
        using random: inout SplitMix64
    ) -> String {
        let letters: [Character] = Array("abc XYZ,.éâ你好世界漢🚀😀") + ["e\u{301}"]
        var keys = ""
        func insert(_ character: Character) {
            guard model.text.count < longest else { return }
            model.insert(character)
            keys.append(character)
        }
        let many = Int.random(in: 1...9, using: &random)
        switch Int.random(in: 0..<20, using: &random) {
        case 0...9: for _ in 0..<min(4, many) { insert(letters[Int.random(in: 0..<letters.count, using: &random)]) }
        case 10, 11:
            model.move(by: -many)
            keys = String(repeating: Key.left, count: many)
        case 12:
            model.move(by: many)
            keys = String(repeating: Key.right, count: many)
        case 13:
            model.moveToStart()
            keys = Key.control("a")
        case 14:
            model.moveToEnd()
            keys = Key.control("e")
        case 15, 16:
            model.deleteBackward()
            keys = Key.backspace
        case 17:
            model.deleteForward()
            keys = Key.delete
        case 18:
            for character in "P你 q" { insert(character) }
            keys = Key.paste(keys)
        default:
            model.killToEnd()
            keys = Key.control("k")
        }
        return keys
    }

    private static func shows(
        _ expected: (rows: [String], cursor: (row: Int, column: Int)),
        _ screen: TerminalScreen
    ) -> Bool {
        let top = screen.cursor.row - expected.cursor.row
        guard screen.cursor.column == expected.cursor.column, top >= 0 else { return false }
        let lines = screen.lines
        return lines[top...].prefix(expected.rows.count).elementsEqual(expected.rows)
            && lines.dropFirst(top + expected.rows.count).allSatisfy(\.isEmpty)
            && (top == 0 || lines[top - 1].hasPrefix("msg "))
    }
}
