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
    @Flag(help: "Mask addresses, numbers and secrets of people.")
    var redact = false

    @Option(
        help: .detail(
            "Keep what is masked in a file for you alone, for restore; it is made when it is missing.",
            valueName: "file"
        )
    )
    var redactKey: String?

    func validate() throws {
        if redactKey != nil, !redact { throw ValidationError("--redact-key belongs to --redact, which is missing.") }
    }

    /// The redactor, which goes on with the key's masks; nil where nothing is to be masked.
    func makeRedactor() throws -> TranscriptRedactor? {
        guard redact else { return nil }
        return TranscriptRedactor(key: try redactKey.map(RedactionKeyFile.open))
    }

    /// Keeps the key, before anything is written that needs it.
    func keep(_ redactor: TranscriptRedactor?) throws {
        guard let redactKey, let key = redactor?.key else { return }
        do throws(TranscriptError) {
            try TranscriptFile.write(key.serialized, to: redactKey)
        } catch {
            throw CommandError(DisplayText.neutralised(error.description, keepingNewlines: false))
        }
    }
}

/// The file of a redaction key, which nobody but its owner may read.
enum RedactionKeyFile {
    /// Opens a key, or begins one in a file that its owner alone can read.
    static func open(_ path: String) throws -> RedactionKey {
        let descriptor = createdFile(path)
        guard descriptor >= 0 else {
            guard errno == EEXIST else {
                throw CommandError("\(path): cannot begin a key: \(String(cString: strerror(errno)))")
            }
            return try read(path)
        }
        close(descriptor)
        return RedactionKey(tag: String((0..<6).compactMap { _ in "abcdefghijkmnpqrstuvwxyz23456789".randomElement() }))
    }

    /// Reads a key.
    ///
    /// - Throws: ``CommandError``, which never tells a value; also when others could read the file.
    static func read(_ path: String) throws(CommandError) -> RedactionKey {
        try SecretFile.check(path)
        do throws(TranscriptError) {
            return try RedactionKey(
                parsing: try WrittenText.utf8(of: try TranscriptFile.bytes(of: path), named: path),
                name: path
            )
        } catch {
            throw CommandError(DisplayText.neutralised(error.description, keepingNewlines: false))
        }
    }
}

private func createdFile(_ path: String) -> Int32 { open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600) }
