#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What the commands for transcripts take: time and memory of a large file, and how the time grows with a small one.
struct CommandFigures {
    let program: String

    private static func place(_ name: String) -> String { "/tmp/baton-benchmark-\(getpid())-\(name)" }

    /// The commands; `FILE` stands for the file and `FOLDER` for a folder to write to.
    private static let commands: [(name: String, arguments: String)] = [
        ("show", "show FILE"), ("stats", "stats FILE"), ("check", "check FILE"), ("grep", "grep --count parcel FILE"),
        ("convert to transcript", "convert FILE --to transcript"), ("convert to jsonl", "convert FILE --to jsonl"),
        ("convert to csv", "convert FILE --to csv"), ("convert to same", "convert FILE --to same"),
        ("redact", "convert FILE --redact --to jsonl"), ("redact to same", "convert FILE --redact --to same"),
    ]

    /// What makes something for people, or needs the whole of its files.
    private static let others: [(name: String, arguments: String)] = [
        ("convert to chat", "convert FILE --to chat"), ("convert to text", "convert FILE --to text"),
        ("convert to markdown", "convert FILE --to markdown"), ("convert to html", "convert FILE --to html"),
        ("convert to cast", "convert FILE --to cast"), ("show sorted", "show --sort FILE"),
        ("merge", "merge FILE --to jsonl"), ("diff", "diff FILE FILE"),
        ("split", "split FILE --force --output FOLDER"),
        ("restore", "restore --redact-key FOLDER/key FILE --to jsonl"),
    ]

    private func command(_ arguments: String, _ file: String, _ folder: String) -> [String] {
        [program, "transcript"]
            + arguments.split(separator: " ").map {
                String($0).replacing("FILE", with: file).replacing("FOLDER", with: folder)
            }
    }

    // MARK: - A large file

    /// Time and peak memory of so many megabytes, beside programs that do as little as can be done with a file.
    func reportLarge(megabytes: Int) throws {
        let files: [(String, Int?, RecordedFile.Form)] = [
            ("one conversation", nil, .list), ("many conversations", 200, .list),
            ("many conversations, a table of Dataverse", 200, .export),
        ]
        for (name, activities, form) in files {
            let file = Self.place("large.\(form.rawValue)")
            defer { unlink(file) }
            try RecordedFile(
                size: megabytes << 20,
                handoffs: 1000,
                activitiesOfConversation: activities,
                form: form
            ).write(to: file)
            print("\(megabytes) MB, \(name):")
            for (name, arguments) in Self.commands { Self.tell(name, command(arguments, file, "")) }
            guard form == .list else { continue }
            for (name, script) in Self.peers { Self.tell(name, script + [file]) }
        }
    }

    private static func tell(_ name: String, _ command: [String]) {
        let padded = "  " + name + String(repeating: " ", count: max(1, 34 - name.count))
        guard let figures = MeasuredProgram(command), figures.isSuccess else {
            return print(padded + "failed, or the program is not there")
        }
        print("\(padded)\(Figure.rounded(figures.seconds)) s   peak \(figures.peakMegabytes) MB")
        fflush(nil)
    }

    /// Read a list, look into each activity, and write one a line.
    private static let peers: [(String, [String])] = {
        let python = """
            import sys, importlib
            parser = importlib.import_module('PARSER')
            with open(sys.argv[1], 'rb') as file: activities = parser.loads(file.read())
            for activity in activities:
                line = parser.dumps(activity)
                sys.stdout.buffer.write(line if isinstance(line, bytes) else line.encode()); print()
            """
        let node = """
            const activities = JSON.parse(require('fs').readFileSync(process.argv[1], 'utf8'));
            for (const activity of activities) console.log(JSON.stringify(activity));
            """
        return ["json", "orjson"].map { parser in
            ("Python \(parser), to lines", ["python3", "-c", python.replacing("PARSER", with: parser)])
        } + [("Node, to lines", ["node", "-e", node])]
    }()

    // MARK: - Growth

    /// Each command's seconds at sizes that double, with one handoff and with a thousand.
    func reportGrowth(megabytes: [Int] = [1, 2, 4, 8, 16]) throws {
        let folder = Self.place("folder")
        mkdir(folder, 0o700)
        defer { _ = MeasuredProgram(["rm", "-rf", folder]) }
        for handoffs in [1, 1000] {
            let heads = megabytes.map { Self.cell("\($0) MB") }.joined()
            print(
                "seconds with \(handoffs == 1 ? "1 handoff" : "\(handoffs) handoffs"), and the growth from half of it:"
            )
            print("  " + String(repeating: " ", count: 24) + heads)
            var files: [String] = []
            for size in megabytes {
                let file = "\(folder)/\(size)-\(handoffs).json"
                let shape = RecordedFile(
                    size: size << 20,
                    handoffs: handoffs,
                    activitiesOfConversation: 200,
                    form: .list
                )
                try shape.write(to: file)
                files.append(file)
            }
            let mask = "convert FILE --redact --redact-key FOLDER/key --to jsonl --force --output FOLDER/masked.jsonl"
            _ = MeasuredProgram(command(mask, files[0], folder))
            for (name, arguments) in Self.commands + Self.others {
                var last: Double?
                let cells = files.map { file in
                    let times = (0..<2).compactMap { _ in MeasuredProgram(command(arguments, file, folder))?.seconds }
                    guard let seconds = times.min() else { return Self.cell("-") }
                    let growth = last.map { " ×" + Figure.rounded(seconds / $0) } ?? ""
                    last = seconds
                    return Self.cell(Figure.rounded(seconds) + growth)
                }
                print("  " + name + String(repeating: " ", count: max(1, 24 - name.count)) + cells.joined())
                fflush(nil)
            }
        }
    }

    private static func cell(_ text: String) -> String {
        text + String(repeating: " ", count: max(1, 14 - text.count))
    }
}
