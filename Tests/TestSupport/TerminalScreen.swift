internal import CVTerm

/// What a person would see: a terminal (libvterm) that is fed with a program's output.
///
/// It does not wrap rows anew when it is resized.
package final class TerminalScreen {
    /// A colour of a cell.
    package enum Color: Equatable {
        case standard
        case indexed(Int)
        case rgb(UInt8, UInt8, UInt8)
    }

    /// How the text of a cell looks.
    package struct Attributes: Equatable {
        package var isBold: Bool
        package var isItalic: Bool
        package var isUnderlined: Bool
        package var isReversed: Bool
        package var foreground: Color
    }

    /// The present size.
    package private(set) var columns: Int
    package private(set) var rows: Int
    /// The lines that have left the screen at its top, the oldest first.
    package private(set) var scrolledOff: [String] = []
    /// How often the bell has rung.
    package private(set) var bells = 0
    /// The title of the window, as the program has set it last.
    package private(set) var title = ""
    /// What the program has made of the terminal apart from its text.
    package private(set) var state = State()

    private let terminal: OpaquePointer
    private let screen: OpaquePointer
    private let callbacks = UnsafeMutablePointer<VTermScreenCallbacks>.allocate(capacity: 1)
    private let fallbacks = UnsafeMutablePointer<VTermParserCallbacks>.allocate(capacity: 1)
    private var incomplete: [UInt8] = []

    /// Creates an empty screen.
    package init(columns: Int, rows: Int) {
        self.columns = columns
        self.rows = rows
        guard let terminal = vterm_new(Int32(rows), Int32(columns)), let screen = vterm_obtain_screen(terminal) else {
            preconditionFailure("libvterm needs memory")
        }
        self.terminal = terminal
        self.screen = screen
        vterm_set_utf8(terminal, 1)
        vterm_screen_enable_altscreen(screen, 1)
        callbacks.initialize(to: VTermScreenCallbacks())
        callbacks.pointee.sb_pushline = { count, cells, user in
            guard let user, let cells else { return 0 }
            let screen = Unmanaged<TerminalScreen>.fromOpaque(user).takeUnretainedValue()
            screen.scrolledOff.append(TerminalScreen.text(columns: Int(count)) { cells[$0] })
            return 1
        }
        callbacks.pointee.bell = { user in
            guard let user else { return 0 }
            Unmanaged<TerminalScreen>.fromOpaque(user).takeUnretainedValue().bells += 1
            return 1
        }
        callbacks.pointee.settermprop = { property, value, user in
            guard let user, let value else { return 0 }
            Unmanaged<TerminalScreen>.fromOpaque(user).takeUnretainedValue().note(property, value.pointee)
            return 1
        }
        fallbacks.initialize(to: VTermParserCallbacks())
        fallbacks.pointee.osc = { bytes, count, user in
            guard let user, let bytes else { return 0 }
            let text = String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)
            Unmanaged<TerminalScreen>.fromOpaque(user).takeUnretainedValue().state.unknownCommands.append(text)
            return 1
        }
        fallbacks.pointee.dcs = { bytes, count, user in
            guard let user, let bytes else { return 0 }
            let text = String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)
            Unmanaged<TerminalScreen>.fromOpaque(user).takeUnretainedValue().state.unknownStrings.append(text)
            return 1
        }
        fallbacks.pointee.csi = { leader, arguments, count, intermediate, command, user in
            guard let user else { return 0 }
            var name = leader.map { String(cString: $0) } ?? ""
            if let arguments, count > 0 { name += String(arguments[0] & 0x7fff_ffff) }
            name += (intermediate.map { String(cString: $0) } ?? "") + String(UnicodeScalar(UInt8(bitPattern: command)))
            Unmanaged<TerminalScreen>.fromOpaque(user).takeUnretainedValue().state.unknownSequences.insert(name)
            return 1
        }
        vterm_screen_set_unrecognised_fallbacks(screen, fallbacks, Unmanaged.passUnretained(self).toOpaque())
        vterm_screen_set_callbacks(screen, callbacks, Unmanaged.passUnretained(self).toOpaque())
        vterm_screen_reset(screen, 1)
    }

    deinit {
        vterm_free(terminal)
        callbacks.deallocate()
        fallbacks.deallocate()
    }

    private func note(_ property: VTermProp, _ value: VTermValue) {
        note(property, value, into: &state)
        if property == VTERM_PROP_TITLE { title = withUnsafePointer(to: value) { String(cString: cvterm_title($0)) } }
    }

    /// Takes output of the program.
    package func feed(_ bytes: [UInt8]) {
        let bytes = incomplete + bytes
        // libvterm 0.1.4 garbles a UTF-8 sequence that is split over two writes.
        let complete = bytes.count - Self.incompleteTail(of: bytes)
        incomplete = Array(bytes[complete...])
        bytes.withUnsafeBytes {
            _ = vterm_input_write(terminal, $0.bindMemory(to: CChar.self).baseAddress, complete)
        }
    }

    /// What the terminal answers to queries of the program, taken once.
    package func takeAnswers() -> [UInt8] {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = vterm_output_read(terminal, &buffer, buffer.count)
        let answers = buffer[..<count].map { UInt8(bitPattern: $0) }
        state.answers += answers
        return answers
    }

    /// Changes the size.
    package func resize(columns: Int, rows: Int) {
        self.columns = columns
        self.rows = rows
        vterm_set_size(terminal, Int32(rows), Int32(columns))
    }

    /// Where the cursor is, counted from 0.
    package var cursor: (row: Int, column: Int) {
        var position = VTermPos()
        vterm_state_get_cursorpos(vterm_obtain_state(terminal), &position)
        return (Int(position.row), Int(position.col))
    }

    /// The text of a row without blanks at its end.
    package func line(_ row: Int) -> String { Self.text(columns: columns) { cell(row: row, column: $0) } }

    /// The text of all rows.
    package var lines: [String] { (0..<rows).map(line) }

    /// The rows as one text, without the empty ones at the end.
    package var text: String {
        lines.reversed().drop(while: \.isEmpty).reversed().joined(separator: "\n")
    }

    /// Everything that was ever printed and not erased: the scrolled off lines and the screen.
    package var transcript: [String] { scrolledOff + lines }

    /// How a cell looks.
    package func attributes(row: Int, column: Int) -> Attributes {
        let cell = cell(row: row, column: column)
        return Attributes(
            isBold: cell.attrs.bold != 0,
            isItalic: cell.attrs.italic != 0,
            isUnderlined: cell.attrs.underline != 0,
            isReversed: cell.attrs.reverse != 0,
            foreground: color(cell.fg)
        )
    }

    private func color(_ color: VTermColor) -> Color {
        var color = color
        if cvterm_is_default(&color) { return .standard }
        if cvterm_is_indexed(&color) { return .indexed(Int(cvterm_index(&color))) }
        return .rgb(color.rgb.red, color.rgb.green, color.rgb.blue)
    }

    private func cell(row: Int, column: Int) -> VTermScreenCell {
        var cell = VTermScreenCell()
        _ = vterm_screen_get_cell(screen, VTermPos(row: Int32(row), col: Int32(column)), &cell)
        return cell
    }

    private static func text(columns: Int, cell: (Int) -> VTermScreenCell) -> String {
        var text = String.UnicodeScalarView()
        var column = 0
        while column < columns {
            let cell = cell(column)
            withUnsafeBytes(of: cell.chars) { bytes in
                let scalars = bytes.bindMemory(to: UInt32.self).prefix { $0 != 0 && $0 != UInt32.max }
                text.append(contentsOf: scalars.isEmpty ? [" "] : scalars.map { Unicode.Scalar($0) ?? "\u{fffd}" })
            }
            column += max(1, Int(cell.width))
        }
        while text.last == " " { text.removeLast() }
        return String(text)
    }

    private static func incompleteTail(of bytes: [UInt8]) -> Int {
        for (distance, byte) in bytes.reversed().prefix(3).enumerated() where byte & 0xc0 != 0x80 {
            let length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
            return distance + 1 < length ? distance + 1 : 0
        }
        return 0
    }
}
