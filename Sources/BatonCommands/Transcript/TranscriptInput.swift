import LineEditing
import Transcripts

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The files that a command was given.
enum TranscriptInput {
    /// What a file is called in messages.
    static func name(_ file: String) -> String { file == "-" ? "standard input" : file }

    /// Reads a file; what had to be mended is told.
    static func read(_ file: String) throws(TranscriptError) -> Transcript {
        let transcript =
            try file == "-"
            ? Transcript(parsing: TranscriptFile.standardInput(), name: name(file)) : TranscriptFile.read(file)
        report(transcript.repairs, of: file)
        return transcript
    }

    /// Does something with each file; one that cannot be read is told, and the others are read all the same.
    ///
    /// - Returns: Whether all could be read.
    static func forEach(_ files: [String], _ body: (String, Transcript) throws -> Void) rethrows -> Bool {
        var isComplete = true
        let progress = FileProgress(of: "-")
        for (index, file) in files.enumerated() {
            let transcript: Transcript
            progress.show(file: index + 1, of: files.count)
            do throws(TranscriptError) {
                transcript = try read(file)
                progress.clear()
            } catch {
                progress.clear()
                fail(error.description)
                isComplete = false
                continue
            }
            try body(file, transcript)
        }
        return isComplete
    }

    /// Tells what had to be mended.
    static func report(_ repairs: [TranscriptRepair], of file: String) {
        for repair in repairs { fail("\(name(file)): note, \(repair)") }
    }

    /// One line on standard error.
    static func fail(_ line: String) {
        StandardStream.error.writeLine(DisplayText.neutralised(line, keepingNewlines: false))
    }

    /// The last part of a path without its extension.
    static func baseName(_ file: String) -> String {
        guard file != "-" else { return "standard-input" }
        let last = file.split(separator: "/").last.map(String.init) ?? file
        guard let point = last.lastIndex(of: "."), point != last.startIndex else { return last }
        return String(last[..<point])
    }
}

/// Where a command writes.
enum TranscriptOutput {
    /// Writes bytes to standard output, or to a file that is not there yet.
    static func write(_ bytes: [UInt8], to path: String?, isForced: Bool) throws {
        guard let path, path != "-" else {
            StandardStream.output.writeBytes(bytes)
            return
        }
        if !isForced, access(path, F_OK) == 0 {
            throw CommandError("\(path) is there already; --force replaces it.")
        }
        do throws(TranscriptError) {
            try TranscriptFile.write(bytes, to: path)
        } catch {
            throw CommandError(DisplayText.neutralised(error.description, keepingNewlines: false))
        }
    }

    /// Writes pieces to standard output, or to a file that is not there yet.
    static func write(
        to path: String?,
        isForced: Bool,
        _ body: (([UInt8]) throws -> Void) throws -> Void
    ) throws {
        guard let path, path != "-" else {
            return try body { piece in
                guard StandardStream.output.writeBytes(piece) else { throw CommandError("output closed (broken pipe)") }
            }
        }
        if !isForced, access(path, F_OK) == 0 {
            throw CommandError("\(path) is there already; --force replaces it.")
        }
        do {
            try TranscriptFile.write(to: path, body)
        } catch let error as TranscriptError {
            throw CommandError(DisplayText.neutralised(error.description, keepingNewlines: false))
        }
    }

    /// Whether a path names a folder.
    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The width of the terminal, or what every terminal can be taken for.
    static var columns: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Whether lines may have colours and drawings: a terminal that takes them, and nobody who asks for less.
    static func isColored(plain: Bool) -> Bool {
        let kind = Secrets.environment("TERM")
        return !plain && Secrets.environment("NO_COLOR") == nil && isatty(STDOUT_FILENO) == 1
            && kind != nil && kind != "dumb"
    }
}
