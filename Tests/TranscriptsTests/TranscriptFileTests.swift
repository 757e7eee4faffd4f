import BotSchema
import TestSupport
import Testing

@testable import Transcripts

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

struct TranscriptFileTests {
    /// Runs a test in a folder of its own, which is gone afterwards.
    private static func withFolder(_ body: (TemporaryFolder) throws -> Void) throws {
        let folder = try TemporaryFolder()
        try withExtendedLifetime(folder) { try body(folder) }
    }

    private static let old = Transcript(activities: [.message("old")])
    private static let new = Transcript(activities: [.message("new 👋"), .event("x", value: ["n": 1.0])])

    @Test(arguments: ["a.json", "a.transcript", "a.TRANSCRIPT", "a"])
    func `what is written is read back, in the shape that goes with the name`(name: String) throws {
        try Self.withFolder { folder in
            try TranscriptFile.write(Self.new, to: "\(folder.path)/\(name)")
            let read = try TranscriptFile.read("\(folder.path)/\(name)")
            #expect(read.activities == Self.new.activities)
            #expect(read.form == (name.lowercased().hasSuffix("transcript") ? .array : .attachment))
            #expect(folder.names == [name])
        }
    }

    @Test func `a file keeps its permissions and a link its file`() throws {
        try Self.withFolder { folder in
            let (file, link) = ("\(folder.path)/a.json", "\(folder.path)/link.json")
            try TranscriptFile.write(Self.old, to: file)
            #expect(chmod(file, 0o640) == 0)
            #expect(symlink("a.json", link) == 0)
            try TranscriptFile.write(Self.new, to: link)
            var status = stat()
            #expect(lstat(link, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
            #expect(stat(file, &status) == 0 && status.st_mode & 0o777 == 0o640)
            #expect(try TranscriptFile.read(file).activities == Self.new.activities)
        }
    }

    @Test func `V38 a write that fails midway leaves the old file and nothing else`() throws {
        try Self.withFolder { folder in
            let path = "\(folder.path)/a.json"
            try TranscriptFile.write(Self.old, to: path)
            var file = try AtomicFile(replacing: path)
            try file.write(Self.new.serialized(as: .attachment))
            #expect(folder.names.count == 2)
            file.discard()
            #expect(folder.names == ["a.json"])
            #expect(try TranscriptFile.read(path).activities == Self.old.activities)
        }
    }

    @Test func `a file that cannot take its name is gone, and the name still holds what it held`() throws {
        try Self.withFolder { folder in
            let path = "\(folder.path)/a"
            var file = try AtomicFile(replacing: path)
            try file.write([1])
            // A folder comes to stand where the file should go, so the rename fails.
            #expect(mkdir(path, 0o755) == 0)
            var code: TranscriptError.Code?
            do throws(TranscriptError) {
                try file.commit()
            } catch {
                code = error.code
            }
            file.discard()
            #expect(code == .isDirectory)
            #expect(folder.names == ["a"])
        }
    }

    @Test func `failures are one line with the name as given`() throws {
        try Self.withFolder { folder in
            let missing = "\(folder.path)/no/a.json"
            #expect(
                Self.failure { try TranscriptFile.write(Self.new, to: missing) }
                    == "\(missing): cannot write: no such file or folder"
            )
            #expect(
                Self.failure { try TranscriptFile.read(missing) }
                    == "\(missing): cannot open: no such file or folder"
            )
            #expect(
                Self.failure { try TranscriptFile.write(Self.new, to: folder.path) }
                    == "\(folder.path): cannot write: it is a folder"
            )
            #expect(
                Self.failure { try TranscriptFile.read(folder.path) } == "\(folder.path): cannot read: it is a folder"
            )
            #expect(
                Self.failure { try TranscriptFile.write(Self.new, to: "/dev/null") }
                    == "/dev/null: cannot write: it is not a regular file"
            )
            try TranscriptFile.write(Self.new, to: "\(folder.path)/a")
            #expect(
                Self.failure { try TranscriptFile.read("\(folder.path)/a/b") }
                    == "\(folder.path)/a/b: cannot open: a part of the path is not a folder"
            )
            #expect(Self.failure { try TranscriptFile.write(Self.new, to: "") }?.isEmpty == false)
        }
    }

    @Test func `system errors have a kind of their own`() {
        #expect(TranscriptError.system(ENOSPC, doing: "cannot write", file: "a").code == .noSpace)
        #expect(
            TranscriptError.system(ENOSPC, doing: "cannot write", file: "a").description
                == "a: cannot write: no space left on the device"
        )
        #expect(TranscriptError.system(EACCES, doing: "cannot write", file: "a").code == .notPermitted)
        #expect(TranscriptError.system(EIO, doing: "cannot write", file: "a").code == .inputOutput)
    }

    @Test func `a pipe without a writer does not hang the reader`() throws {
        try Self.withFolder { folder in
            #expect(mkfifo("\(folder.path)/p", 0o600) == 0)
            #expect(
                Self.failure { try TranscriptFile.read("\(folder.path)/p") }
                    == "\(folder.path)/p: cannot read: it is not a regular file"
            )
        }
    }

    @Test func `a file is read activity by activity, as long as more are wanted`() throws {
        try Self.withFolder { folder in
            let many = Transcript(activities: (0..<5000).map { .message("line \($0) é👋") })
            for name in ["a.transcript", "a.json", "a.jsonl", "a.csv"] {
                try TranscriptFile.write(many, to: "\(folder.path)/\(name)")
                var texts: [String?] = []
                let repairs = try TranscriptFile.forEachActivity(in: "\(folder.path)/\(name)") { activity in
                    texts.append(activity.text)
                    return true
                }
                #expect(texts == many.activities.map(\.text))
                #expect(repairs.isEmpty)
                var count = 0
                _ = try TranscriptFile.forEachActivity(in: "\(folder.path)/\(name)") { _ in
                    count += 1
                    return count < 10
                }
                #expect(count == 10)
            }
        }
    }

    @Test func `pipes are refused unless they may be read, and devices are ever`() throws {
        try Self.withFolder { folder in
            #expect(mkfifo(folder.file("p"), 0o600) == 0)
            #expect(Self.failure { try TranscriptFile.bytes(of: folder.file("p")) }?.contains("regular file") == true)
            // Open at both ends, so that neither waits for the other.
            let pipe = open(folder.file("p"), O_RDWR | O_NONBLOCK)
            defer { close(pipe) }
            try TranscriptFile.write(Array("[]".utf8), to: folder.file("p"))
            var bytes: [UInt8] = [0, 0]
            #expect(read(pipe, &bytes, 2) == 2 && bytes == Array("[]".utf8))
            #expect(
                Self.failure { try TranscriptFile.bytes(of: "/dev/zero", takesPipes: true) }
                    == "/dev/zero: cannot read: it is not a regular file"
            )
            #expect(try TranscriptFile.bytes(of: "/dev/null", takesPipes: true).isEmpty)
            #expect(
                Self.failure { try TranscriptFile.write([1], to: "/dev/full") }
                    == "/dev/full: cannot write: no space left on the device"
            )
            #expect(folder.names == ["p"])
        }
    }

    @Test func `a link that points nowhere yet stays, and the file is made where it points`() throws {
        try Self.withFolder { folder in
            try folder.makeFolder("far")
            #expect(symlink("far/next", folder.file("link")) == 0 && symlink("there", folder.file("far/next")) == 0)
            try TranscriptFile.write(Self.new, to: folder.file("link"))
            #expect(
                folder.names == ["far", "link"] && TemporaryFolder.names(in: folder.file("far")) == ["next", "there"]
            )
            #expect(try TranscriptFile.read(folder.file("link")).activities == Self.new.activities)
            #expect(symlink("circle", folder.file("circle")) == 0)
            #expect(Self.failure { try TranscriptFile.write(Self.new, to: folder.file("nowhere/a")) } != nil)
        }
    }

    @Test func `what is being written is removed at the end of the program`() throws {
        try Self.withFolder { folder in
            var file = try AtomicFile(replacing: folder.file("a"))
            try file.write([1])
            #expect(folder.names.count == 1)
            #expect(TemporaryFiles.removeAll())
            #expect(folder.names.isEmpty)
            file.discard()
            try TranscriptFile.write(Self.new, to: folder.file("a"))
            TemporaryFiles.removeAll()
            #expect(folder.names == ["a"], "a file that has its name stays")
        }
    }

    @Test func `an earlier transcript is replaced where that is forced, and nothing else ever`() throws {
        try Self.withFolder { folder in
            for (name, text) in [
                ("notes.json", "my notes\n"), ("code.json", "{\"scripts\": {}"), ("array.json", "[1, 2]"),
                ("package.json", "{\"name\": \"shop\", \"type\": \"module\"}"),
                ("page.json", "<p>a</p>"),
            ] {
                try folder.write(text, to: name)
                #expect(
                    Self.failure { try TranscriptFile.checkWritable(folder.file(name), isForced: true) }
                        == "\(folder.file(name)): cannot write: what is there is no transcript, and stays; take another name"
                )
                #expect(try folder.read(name) == Array(text.utf8))
            }
            try folder.write("", to: "empty")
            try TranscriptFile.write(Self.new, to: folder.file("a.json"))
            try folder.write(String(decoding: folder.read("a.json").dropLast(20), as: UTF8.self), to: "cut.json")
            try TranscriptFile.write(Transcript(activities: []), to: folder.file("none.json"))
            for name in ["empty", "new", "a.json", "cut.json", "none.json"] {
                try TranscriptFile.checkWritable(folder.file(name), isForced: true)
            }
            for name in ["empty", "new"] { try TranscriptFile.checkWritable(folder.file(name), isForced: false) }
            for name in ["a.json", "cut.json", "none.json"] {
                #expect(
                    Self.failure { try TranscriptFile.checkWritable(folder.file(name), isForced: false) }
                        == "\(folder.file(name)): is there already; --force replaces it"
                )
            }
            #expect(
                folder.names == [
                    "a.json", "array.json", "code.json", "cut.json", "empty", "none.json", "notes.json", "package.json",
                    "page.json",
                ]
            )
        }
    }

    @Test func `a tilde stands for the home folder at the start only`() throws {
        let home = try #require(getenv("HOME").map { String(cString: $0) })
        #expect(TranscriptFile.expanded("~/a.json") == "\(home)/a.json")
        #expect(TranscriptFile.expanded("~") == home)
        #expect(TranscriptFile.expanded("a/~/b") == "a/~/b")
        #expect(TranscriptFile.expanded("~other/a") == "~other/a")
    }

    private static func failure<Value>(_ body: () throws -> Value) -> String? {
        do {
            _ = try body()
            return nil
        } catch {
            return "\(error)"
        }
    }
}
