/// A key that sends a sequence.
///
/// The engine knows each by a code point of its own among the C1 controls, which no terminal sends as UTF-8. Binding
/// the sequences instead would make ESC a prefix in vi's insert mode, and ESC would no longer leave it.
enum NamedKey: UInt32 {
    case up = 0x80
    case down, right, left, home, end, delete, wordRight
    case wordLeft = 0x90
    case newline
    /// No key of a keyboard: asks the engine which of its maps is in use.
    case mode
    /// No key of a keyboard: has the engine call the function that inserts a paste.
    case paste

    /// How the engine's binding syntax writes it.
    var binding: String { "\\" + String(rawValue, radix: 8) }

    /// The key that sends ESC and then this.
    init?(sequence: ArraySlice<UInt8>) {
        switch String(decoding: sequence, as: UTF8.self) {
        case "[A", "OA": self = .up
        case "[B", "OB": self = .down
        case "[C", "OC": self = .right
        case "[D", "OD": self = .left
        case "[H", "OH", "[1~", "[7~": self = .home
        case "[F", "OF", "[4~", "[8~": self = .end
        case "[3~": self = .delete
        case "[1;5C", "[1;3C", "Oc": self = .wordRight
        case "[1;5D", "[1;3D", "Od": self = .wordLeft
        // Shift-Enter and Alt-Enter of terminals that tell them from Enter.
        case "[13;2u", "[13;3u", "[27;2;13~", "[27;3;13~": self = .newline
        default: return nil
        }
    }
}
