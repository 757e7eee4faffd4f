import CLibedit

/// What the terminal shows for one code point of the edit line, with a width on which every terminal agrees.
///
/// The drawing stands or falls with the width, so forms that terminals measure differently are simplified: of a family
/// emoji its members are shown. The draft itself keeps everything.
struct Glyph {
    let text: String
    let columns: Int

    init(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0x20..<0x7f:
            text = String(scalar)
            columns = 1
        case 0..<0x20, 0x7f:
            text = "^" + String(Unicode.Scalar(UInt8(scalar.value ^ 0x40)))
            columns = 2
        case 0x200c, 0x200d, 0xfe00...0xfe0f, 0x1f3fb...0x1f3ff:
            text = ""
            columns = 0
        default:
            let known = Int(cel_columns(scalar.value))
            if known < 0 || scalar.isHidden {
                text = scalar.codePointSign
                columns = text.unicodeScalars.count
            } else {
                text = String(scalar)
                columns = known
            }
        }
    }
}
