import ArgumentParser
import LineEditing
import Transcripts

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The files that a command was given, of which standard input is one at most: it can be read once.
struct InputFiles: ParsableArguments {
    @Argument(help: ArgumentHelp("The files; - is standard input.", valueName: "file"), completion: .file())
    var files: [String]

    func validate() throws { try Self.check(files) }

    /// Refuses standard input that is given more than once.
    static func check(_ files: [String]) throws {
        guard files.count(where: TranscriptFile.isStandardInput) > 1 else { return }
        throw ValidationError("Standard input can be read only once; give - a single time.")
    }
}

/// The files that a command was given.
enum TranscriptInput {
    /// What a file is called in messages.
    static func name(_ file: String) -> String { file == "-" ? "standard input" : file }

    /// Reads a file; what had to be mended is told.
    static func read(_ file: String) throws(TranscriptError) -> Transcript {
        let transcript =
            try file == "-"
            ? Transcript(parsing: TranscriptFile.standardInput(), name: name(file))
            : TranscriptFile.transcript(bytes(of: file), of: file)
        report(transcript.repairs, of: file)
        return transcript
    }

    /// The bytes of a file, of a pipe or of standard input.
    static func bytes(of file: String) throws(TranscriptError) -> [UInt8] {
        try file == "-" ? TranscriptFile.standardInput() : TranscriptFile.bytes(of: file, takesPipes: true)
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
    ///
    /// - Parameters:
    ///   - bytes: All of it.
    ///   - path: The file; nil for standard output.
    ///   - isForced: Whether a file that is there may be replaced.
    ///   - beforeCommit: Done before anybody has the bytes, once there is room for them.
    /// - Throws: ``CommandError``, and what is thrown before the commit.
    static func write(
        _ bytes: [UInt8],
        to path: String?,
        isForced: Bool,
        beforeCommit: () throws -> Void = {}
    ) throws {
        guard !isStandardOutput(path) else {
            try beforeCommit()
            return try write(to: nil, isForced: isForced) { take in try take(bytes) }
        }
        try write(to: path, isForced: isForced, beforeCommit: beforeCommit) { take in try take(bytes) }
    }

    /// Writes pieces to standard output, or to a file that is not there yet.
    ///
    /// For standard output the body does what has to be done before its end.
    static func write(
        to path: String?,
        isForced: Bool,
        beforeCommit: () throws -> Void = {},
        _ body: (([UInt8]) throws -> Void) throws -> Void
    ) throws {
        guard let path, !isStandardOutput(path) else {
            // Output that nobody takes ends the program, so that there is no failure to pass on.
            return try body { piece in StandardStream.output.writeBytes(piece) }
        }
        // A pipe is no file that could be lost.
        if !isForced, TranscriptFile.size(of: path) != nil {
            throw CommandError("\(path) is there already; --force replaces it.")
        }
        ProcessSignals.removeFilesWhenEnded()
        do {
            try TranscriptFile.write(to: path, beforeCommit: beforeCommit, body)
        } catch let error as TranscriptError {
            throw CommandError(DisplayText.neutralised(error.description, keepingNewlines: false))
        }
    }

    private static func isStandardOutput(_ path: String?) -> Bool {
        path.map { ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].contains($0) } ?? true
    }

    /// Refuses inputs of which two would be written to the same place.
    ///
    /// - Parameters:
    ///   - files: The inputs.
    ///   - place: What is written for each; nil for standard output.
    /// - Throws: `ValidationError` that names both and the place.
    static func checkDistinct(_ files: [String], _ place: (String) -> String?) throws {
        var inputs: [String: String] = [:]
        for file in files {
            guard let output = place(file) else { continue }
            if let other = inputs.updateValue(file, forKey: output) {
                let names = other == file ? "\(file) is given twice and" : "\(other) and \(file)"
                throw ValidationError("\(names) would both be written to \(output).")
            }
        }
    }

    /// Whether a path names a folder: one that is there, or with a slash at its end one that may have to be made.
    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { return path.hasSuffix("/") }
        return status.st_mode & S_IFMT == S_IFDIR
    }

    /// Makes the folder that a path with a slash at its end names, for its owner alone, unless it is there.
    ///
    /// - Throws: `CommandError` that names the folder and says why it cannot be made.
    static func makeFolder(_ path: String?) throws(CommandError) {
        guard let path, path.hasSuffix("/"), mkdir(path, 0o700) != 0, errno != EEXIST else { return }
        throw CommandError("\(path) cannot be made: \(String(cString: strerror(errno))).")
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
