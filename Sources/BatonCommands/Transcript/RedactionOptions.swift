import ArgumentParser
import LineEditing
import Transcripts

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What is masked before a transcript leaves the house, and whether its owner can undo it.
struct RedactionOptions: ParsableArguments {
    @Flag(help: "Mask names, addresses, numbers and secrets of people.")
    var redact = false

    @Option(
        help: .detail(
            "Keep what is masked in a file for you alone, for restore; it is made when it is missing.",
            valueName: "file"
        )
    )
    var redactKey: String?

    @Option(
        help: .detail("Mask these words as well, one or several words a line of the file.", valueName: "file")
    )
    var redactWords: String?

    @Flag(help: .detail("With --redact: report how many values of each kind were masked, on standard error."))
    var report = false

    func validate() throws {
        guard !redact else { return }
        if redactKey != nil { throw ValidationError("--redact-key belongs to --redact, which is missing.") }
        if redactWords != nil { throw ValidationError("--redact-words belongs to --redact, which is missing.") }
        if report { throw ValidationError("--report belongs to --redact, which is missing.") }
    }

    /// The redactor, which goes on with the key's masks; nil where nothing is to be masked.
    func makeRedactor() throws -> TranscriptRedactor? {
        guard redact else { return nil }
        let words = try redactWords.map(Self.words) ?? []
        return TranscriptRedactor(words: words, key: try redactKey.map(RedactionKeyFile.open))
    }

    /// The words of a list; blank lines and lines that begin with # are left out.
    private static func words(in path: String) throws -> [String] {
        let bytes: [UInt8]
        do throws(TranscriptError) {
            bytes = try TranscriptFile.bytes(of: path, takesPipes: true)
        } catch {
            throw CommandError(DisplayText.neutralised(error.description, keepingNewlines: false))
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        return lines.map { String($0.drop(while: \.isWhitespace)) }.filter { !$0.isEmpty && !$0.hasPrefix("#") }
    }

    /// Takes note of the people whom a file names, so that their names are masked in what comes before as well.
    ///
    /// - Returns: Whether that was possible: a pipe can be read once only.
    func learn(_ file: String, _ redactor: inout TranscriptRedactor?) throws(TranscriptError) -> Bool {
        guard var known = redactor else { return true }
        var status = stat()
        guard file != "-", stat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
        _ = try TranscriptFile.forEachActivity(in: file, onBytes: { _ in }) { activity in
            known.learn(activity)
            return true
        }
        redactor = known
        return true
    }

    /// Tells how much was masked, kind by kind and without any value.
    func tell(_ redactor: TranscriptRedactor?) {
        guard report, let redactor else { return }
        for (kind, count) in redactor.report.sorted(by: { $0.key < $1.key }) {
            let values = count.values == 1 ? "1 value" : "\(count.values) values"
            TranscriptInput.fail(
                "masked: \(kind) \(values) in \(count.places == 1 ? "1 place" : "\(count.places) places")"
            )
        }
        if redactor.report.isEmpty { TranscriptInput.fail("masked: nothing") }
    }

    /// Keeps the key, before anything is written that needs it.
    func keep(_ redactor: TranscriptRedactor?) throws {
        guard let redactKey, let key = redactor?.key else { return }
        ProcessSignals.removeFilesWhenEnded()
        do throws(TranscriptError) {
            try TranscriptFile.writeSecret(key.serialized, to: redactKey)
        } catch {
            throw CommandError(DisplayText.neutralised(error.description, keepingNewlines: false))
        }
    }
}

/// The file of a redaction key, which nobody but its owner may read.
enum RedactionKeyFile {
    /// Opens a key, or begins one; its file is written with the first masks, so that a failure leaves no empty one.
    static func open(_ path: String) throws -> RedactionKey {
        guard access(path, F_OK) != 0 else { return try read(path) }
        do throws(TranscriptError) {
            try TranscriptFile.checkCreatable(path)
        } catch {
            throw CommandError(DisplayText.neutralised(error.description, keepingNewlines: false))
        }
        return RedactionKey(tag: String((0..<6).compactMap { _ in "abcdefghijkmnpqrstuvwxyz23456789".randomElement() }))
    }

    /// Reads a key.
    ///
    /// - Throws: ``CommandError``, which never tells a value; also when others could read the file.
    static func read(_ path: String) throws(CommandError) -> RedactionKey {
        try SecretFile.check(path)
        do throws(TranscriptError) {
            return try RedactionKey(
                parsing: try WrittenText.utf8(of: try TranscriptFile.bytes(of: path, takesPipes: true), named: path),
                name: path
            )
        } catch {
            throw CommandError(DisplayText.neutralised(error.description, keepingNewlines: false))
        }
    }
}
