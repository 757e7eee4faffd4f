import BotSchema
@testable import Transcripts

/// What libFuzzer calls with each input; see `.ci/fuzz`.
///
/// The first byte tells the file's name and the size of the blocks in which it is read.
@_cdecl("LLVMFuzzerTestOneInput")
public func examineInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: size))
    if let choice = bytes.first { examine(Array(bytes.dropFirst()), choice: choice) }
    return 0
}

/// Reads a file in every way, and stops the program where two ways do not agree.
private func examine(_ bytes: [UInt8], choice: UInt8) {
    let name = ["a.json", "a.json", "a.chat", "a.csv"][Int(choice & 3)]
    let read = try? Transcript(parsing: bytes, name: name)
    if TextKind(of: SourceText(bytes).bytes, named: name) == .json {
        examineStream(bytes, by: [1, 7, 64, 4096][Int(choice >> 2 & 3)], read)
    }
    guard let read else { return }
    examineRoundTrips(read)
    guard read.repairs.isEmpty, read.form != .chat, read.form != .table else { return }
    // Nothing is left out unsaid: without a repair the file is what it was.
    if let value = try? JSONValue(parsing: bytes), (try? JSONValue(parsing: read.serializedAsRead())) != value {
        fatalError("a sound file is not written as it was read")
    }
}

private func examineStream(_ bytes: [UInt8], by length: Int, _ read: Transcript?) {
    var stream = ActivityStream(startOf: bytes)
    var activities: [Activity] = []
    for start in stride(from: 0, to: bytes.count, by: length) {
        activities += stream.take(bytes[start..<min(start + length, bytes.count)])
    }
    activities += stream.finish()
    guard let read, read.repairs.isEmpty, stream.repairs.isEmpty else { return }
    if activities != read.activities { fatalError("read in blocks of \(length) the file holds other activities") }
}

private func examineRoundTrips(_ read: Transcript) {
    let name = read.form == .chat ? "a.chat" : read.form == .table ? "a.csv" : "a.json"
    let again = try? Transcript(parsing: read.serializedAsRead(), name: name)
    if !read.activities.isEmpty, again?.activities != read.activities {
        fatalError("written as it was read the file holds other activities")
    }
    guard !read.activities.isEmpty else { return }
    let plain = Transcript(activities: read.activities)
    // What a form cannot carry is told; all else comes back.
    for format in [TranscriptFormat.array, .lines, .csv] where plain.losses(in: format).isEmpty {
        let back = try? Transcript(parsing: plain.serialized(as: format), name: "b.\(format.rawValue)")
        if back?.activities != read.activities { fatalError("\(format.rawValue) does not come back as it was") }
    }
}
