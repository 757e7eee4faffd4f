import BotSchema
import DirectLineClient
import LineEditing

extension TraceEntry {
    /// Of a body, this many characters are shown; the file of `--trace` has it whole.
    private static let bodyLimit = 600

    /// What went over the wire, in a line and the body below it.
    var lines: [String] {
        let number = number.map { " \($0)" } ?? ""
        let head: String
        switch kind {
        case .request: head = "wire\(number) > \(method ?? "") \(url ?? "")"
        case .response: head = "wire\(number) < \(status.map(String.init) ?? "?")\(elapsed)"
        case .failure: head = "wire\(number) ! \(note ?? "no answer")\(elapsed)"
        case .socket: head = "wire socket: \(note ?? "") \(status.map(String.init) ?? "")"
        case .frame: head = "wire frame"
        }
        let body = (body ?? "").isEmpty ? (kind == .frame ? ["  (sign of life)"] : []) : ["  \(body ?? "")"]
        return ([head] + body).map { line in
            let clean = DisplayText.neutralised(line, keepingNewlines: false)
            return clean.count > Self.bodyLimit ? clean.prefix(Self.bodyLimit) + "…" : clean
        }
    }

    private var elapsed: String { duration.map { " after \($0.wholeMilliseconds) ms" } ?? "" }
}
