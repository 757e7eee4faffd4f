import AgentHub
import BotSchema
import DirectLineServer
import Dispatch
import Synchronization
import Testing

@testable import ConversationFile

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A path in the temporary folder that is free, and cleared at the end.
private final class TemporaryPath {
    let path = "/tmp/baton-store-\(getpid())-\(UInt64.random(in: 0 ... .max)).db"
    deinit { for ending in ["", "-wal", "-shm", "-journal"] { unlink(path + ending) } }
}

@Suite struct ConversationFileTests {
    private static func message(_ text: String, id: String, at time: Int64 = 1_000) -> SerializedActivity {
        var activity = Activity.message(text)
        activity.id = id
        activity.timestamp = Timestamp(milliseconds: time).text
        activity.json["unknown"] = ["kept": .number(JSONNumber(1))]
        return SerializedActivity(activity)
    }

    private static let plenty = UploadLimits(total: 1 << 20, perConversation: 1 << 20, perOwner: 1 << 20)

    private static func upload(
        _ id: String,
        of conversation: String = "c",
        by owner: String = "ada",
        _ original: [UInt8] = [0, 1, 255],
        thumbnail: [UInt8]? = nil,
        expiry: Int64 = 10_000
    ) -> StoredUpload {
        StoredUpload(
            id: id,
            conversation: conversation,
            owner: owner,
            name: "a.png",
            contentType: "image/png",
            original: original,
            thumbnail: thumbnail,
            expiry: Timestamp(milliseconds: expiry)
        )
    }

    private static let now = Timestamp(milliseconds: 5_000)

    // MARK: - Conversations

    @Test func `what was settled is there again in order, with every field`() async throws {
        let place = TemporaryPath()
        let zoe = ChannelAccount(id: "u", name: "Zoë", role: "user")
        let (one, two, zwei) = (
            Self.message("one \u{0} 👩🏽‍🚀", id: "c|1"), Self.message("two", id: "c|2"),
            Self.message("zwei", id: "c|2", at: 3_000)
        )
        do {
            let file = try ConversationFile(place.path)
            for change in [.user(zoe), .kept(one), .kept(two), .replaced(zwei), .deleted(one)] as [ConversationChange] {
                _ = try await file.keep(change, in: "c")
                _ = try await file.keep(change, in: "other")
            }
            await file.finish()
        }
        let again = try ConversationFile(place.path)
        let changes = try await again.outline(of: "c", after: 0)
        #expect(changes.map(\.kind) == [.user(zoe), .kept, .kept, .replaced, .deleted])
        #expect(changes.map(\.id) == ["", "c|1", "c|2", "c|2", "c|1"])
        #expect(changes.map { $0.time?.milliseconds } == [nil, 1_000, 1_000, 3_000, 1_000])
        for (change, activity) in zip(changes.dropFirst(), [one, two, zwei, one]) {
            #expect(try await again.content(of: change.row) == activity.json)
            #expect(change.size == activity.json.count)
        }
        #expect(try await again.outline(of: "nobody's", after: 0).isEmpty)
        #expect(try await again.outline(of: "c", after: changes[3].row).map(\.kind) == [.deleted])
    }

    @Test func `many changes are settled in their order, each with the row by which it is read`() async throws {
        let place = TemporaryPath()
        let file = try ConversationFile(place.path)
        let settled = Mutex<[(Int, Int64?)]>([])
        for number in 1...10_000 {
            file.record(.kept(Self.message("\(number)", id: "\(number)")), in: "c\(number % 7)") { outcome in
                settled.withLock { $0.append((number, try? outcome.get())) }
            }
        }
        try await file.check()
        let order = settled.withLock { $0 }
        #expect(order.map(\.0) == Array(1...10_000))
        for (number, row) in [order[0], order[4_999], order[9_999]] {
            let content = try await file.content(of: try #require(row))
            #expect(content == Self.message("\(number)", id: "\(number)").json)
        }
        var (row, count): (Int64, Int) = (0, 0)
        while let changes = Optional(try await file.outline(of: "c3", after: row)), let last = changes.last {
            (row, count) = (last.row, count + changes.count)
        }
        #expect(count == 1429)
    }

    @Test func `handoffs are there again as they were last, and those that are over are not`() async throws {
        let place = TemporaryPath()
        do {
            let file = try ConversationFile(place.path)
            for number in 1...3 { file.record(["number": .number(JSONNumber(number))], under: "item/1") }
            file.record(["number": 1], under: "item/2")
            file.record(nil, under: "item/2")
            await file.finish()
        }
        let again = try ConversationFile(place.path)
        #expect(try await again.recorded() == ["item/1": ["number": 3]])
    }

    @Test func `handoffs that a full disk has kept from being written are written when there is room`() async throws {
        let place = TemporaryPath()
        do {
            let file = try ConversationFile(place.path)
            file.record(["number": 1], under: "item/old")
            _ = try await file.keep(.kept(Self.message("1", id: "1")), in: "c")
            try await file.bound(toPages: 1)
            // More than the pages that are there have room for.
            let large = JSONValue.string(String(repeating: "x", count: 100_000))
            file.record(["number": 1, "words": large], under: "item/first")
            file.record(["number": 2, "words": large], under: "item/second")
            file.record(nil, under: "item/old")
            await #expect(throws: StoreError.self) { try await file.check() }
            file.record(["number": 3, "words": large], under: "item/first")
            await #expect(throws: StoreError.self) {
                try await file.keep(.kept(Self.message(String(repeating: "x", count: 100_000), id: "2")), in: "c")
            }
            #expect(try await file.recorded().keys.sorted() == ["item/old"])
            try await file.bound(toPages: 1_000_000)
            // Whatever is written next takes them along.
            _ = try await file.keep(.kept(Self.message("3", id: "3")), in: "c")
            await file.finish()
        }
        let again = try ConversationFile(place.path)
        let work = try await again.recorded()
        #expect(work.keys.sorted() == ["item/first", "item/second"])
        #expect(work["item/first"]?["number"] == 3, "only the latest of each counts")
        #expect(work["item/second"]?["number"] == 2)
    }

    @Test func `the key is that of the first run`() async throws {
        let place = TemporaryPath()
        var random = SystemRandomNumberGenerator()
        let (first, second) = (ServerKey(using: &random), ServerKey(using: &random))
        do {
            let file = try ConversationFile(place.path)
            #expect(try await file.key(orKeep: first).bytes == first.bytes)
            await file.finish()
        }
        #expect(try await ConversationFile(place.path).key(orKeep: second).bytes == first.bytes)
    }

    // MARK: - Uploads

    @Test func `an upload is there again, with and without a thumbnail, until it may be forgotten`() async throws {
        let place = TemporaryPath()
        let (with, without, old) = (
            Self.upload("1", thumbnail: [9]), Self.upload("2", []), Self.upload("3", expiry: 6_000)
        )
        do {
            let file = try ConversationFile(place.path)
            for upload in [with, without, old] { try await file.keep(upload, within: Self.plenty, now: Self.now) }
            await file.finish()
        }
        let again = try ConversationFile(place.path)
        #expect(try await again.upload("1") == with)
        #expect(try await again.upload("2") == without)
        #expect(try await again.upload("3") == old)
        try await again.sweep(StoreLimits(age: nil, bytes: nil), keeping: [], now: Timestamp(milliseconds: 6_000))
        #expect(try await again.upload("3") == nil)
        #expect(try await again.upload("1") == with)
    }

    @Test func `files are bounded in all, by conversation and by account`() async throws {
        let file = try ConversationFile(TemporaryPath().path)
        let limits = UploadLimits(total: 35, perConversation: 20, perOwner: 25)
        let ten = [UInt8](repeating: 7, count: 10)
        func keep(_ id: String, _ conversation: String, _ owner: String) async throws {
            try await file.keep(Self.upload(id, of: conversation, by: owner, ten), within: limits, now: Self.now)
        }
        try await keep("1", "a", "ada")
        try await keep("2", "a", "ada")
        await #expect(throws: StoreError.self) { try await keep("3", "a", "ben") }
        await #expect(throws: StoreError.self) { try await keep("4", "b", "ada") }
        try await keep("5", "b", "ben")
        // The oldest of all makes room.
        try await keep("6", "c", "cem")
        #expect(try await file.upload("1") == nil)
        for id in ["2", "5", "6"] { #expect(try await file.upload(id) != nil) }
        for id in ["3", "4"] { #expect(try await file.upload(id) == nil) }
    }

    @Test func `files whose time is up count for nobody`() async throws {
        let file = try ConversationFile(TemporaryPath().path)
        let limits = UploadLimits(total: 30, perConversation: 20, perOwner: 20)
        let ten = [UInt8](repeating: 7, count: 10)
        func keep(_ id: String, _ conversation: String, _ owner: String, at now: Int64) async throws {
            let upload = Self.upload(id, of: conversation, by: owner, ten, expiry: now + 1_000)
            try await file.keep(upload, within: limits, now: Timestamp(milliseconds: now))
        }
        for id in ["1", "2"] { try await keep(id, "a", "ada", at: 1_000) }
        try await keep("3", "b", "ben", at: 1_500)
        await #expect(throws: StoreError.self) { try await keep("4", "a", "cem", at: 1_999) }
        await #expect(throws: StoreError.self) { try await keep("4", "c", "ada", at: 1_999) }
        // The conversation, its user and the whole have room again, and the third need not go for it.
        for id in ["5", "6"] { try await keep(id, "a", "ada", at: 2_000) }
        for id in ["3", "5", "6"] { #expect(try await file.upload(id) != nil) }
        for id in ["1", "2"] { #expect(try await file.upload(id) == nil) }
    }

    // MARK: - Limits

    @Test func `conversations go by age and by size, the oldest first, and never those in use`() async throws {
        let file = try ConversationFile(TemporaryPath().path)
        for (number, name) in ["a", "b", "c", "d"].enumerated() {
            let text = String(repeating: "x", count: 1_000)
            _ = try await file.keep(.kept(Self.message(text, id: "1", at: Int64(number + 1) * 1_000)), in: name)
        }
        func there() async throws -> [String] {
            var there: [String] = []
            for name in ["a", "b", "c", "d"] where try await !file.outline(of: name, after: 0).isEmpty {
                there.append(name)
            }
            return there
        }
        let now = Timestamp(milliseconds: 5_000)
        try await file.sweep(StoreLimits(age: nil, bytes: nil), keeping: [], now: now)
        #expect(try await there() == ["a", "b", "c", "d"])
        try await file.sweep(StoreLimits(age: .seconds(3.5), bytes: nil), keeping: [], now: now)
        #expect(try await there() == ["b", "c", "d"])
        try await file.sweep(StoreLimits(age: nil, bytes: 2_600), keeping: ["b"], now: now)
        #expect(try await there() == ["b", "d"])
    }

    // MARK: - The file

    @Test func `a file is for its owner alone, whatever the umask, and an old one becomes so`() async throws {
        let place = TemporaryPath()
        func mode(_ path: String) -> UInt32 {
            var status = stat()
            return stat(path, &status) == 0 ? UInt32(status.st_mode) & 0o777 : 0
        }
        do {
            let file = try ConversationFile(place.path)
            _ = try await file.keep(.kept(Self.message("private", id: "1")), in: "c")
            #expect([mode(place.path), mode(place.path + "-wal")] == [0o600, 0o600])
            await file.finish()
        }
        // A run that was killed leaves its log behind; an empty one has nothing to say.
        close(open(place.path + "-wal", O_CREAT | O_WRONLY, 0o600))
        for ending in ["", "-wal"] { #expect(chmod(place.path + ending, 0o644) == 0) }
        let again = try ConversationFile(place.path)
        _ = try await again.keep(.kept(Self.message("private", id: "2")), in: "c")
        #expect([mode(place.path), mode(place.path + "-wal")] == [0o600, 0o600])
    }

    @Test func `a damaged row is an error that says so, and the others are read`() async throws {
        let place = TemporaryPath()
        do {
            let file = try ConversationFile(place.path)
            for number in 1...3 {
                let text = String(repeating: "\(number)", count: 20_000)
                _ = try await file.keep(.kept(Self.message(text, id: "\(number)")), in: "c")
            }
            await file.finish()
        }
        let foreign = try Database(place.path)
        try foreign.run(
            "UPDATE log SET json = CAST(replace(CAST(json AS TEXT), '2222', '2223') AS BLOB) WHERE id = '2'"
        )
        foreign.close()
        let again = try ConversationFile(place.path)
        #expect(again.damage == nil)
        let rows = try await again.outline(of: "c", after: 0).map(\.row)
        #expect(try await again.content(of: rows[0]).count > 20_000)
        let error = await #expect(throws: StoreError.self) { try await again.content(of: rows[1]) }
        #expect(error?.code == .damaged)
        #expect(try await again.content(of: rows[2]).count > 20_000)
    }

    @Test func `a damaged page is told when the file is opened`() async throws {
        let place = TemporaryPath()
        do {
            let file = try ConversationFile(place.path)
            for number in 1...200 {
                _ = try await file.keep(.kept(Self.message("line \(number)", id: "\(number)")), in: "c")
            }
            await file.finish()
        }
        let handle = open(place.path, O_RDWR)
        let size = lseek(handle, 0, SEEK_END)
        try #require(size > 10 * 4096)
        let noise = [UInt8](repeating: 0xA5, count: 4096)
        for page in 8..<(Int(size) / 4096) { _ = pwrite(handle, noise, noise.count, off_t(page * 4096)) }
        close(handle)
        let again = try ConversationFile(place.path)
        #expect(again.damage?.code == .damaged)
    }

    /// Changes the leaves of the log's index in which only one of two conversations is.
    private func damageIndex(
        at path: String,
        of conversation: String,
        apartFrom other: String,
        _ damage: (inout [UInt8]) -> Void
    ) throws {
        let handle = open(path, O_RDWR)
        defer { close(handle) }
        var damaged = 0
        for number in 0..<(Int(lseek(handle, 0, SEEK_END)) / 4096) {
            var page = [UInt8](repeating: 0, count: 4096)
            try #require(pread(handle, &page, 4096, off_t(number * 4096)) == 4096)
            func has(_ text: String) -> Bool {
                let text = Array(text.utf8)
                return page.indices.contains { page[$0...].starts(with: text) }
            }
            // 10 marks a leaf of an index.
            guard page[0] == 10, has(conversation), !has(other) else { continue }
            damage(&page)
            try #require(pwrite(handle, page, 4096, off_t(number * 4096)) == 4096)
            damaged += 1
        }
        try #require(damaged > 0)
    }

    private func fileOfTwo(_ first: String, _ second: String, at path: String) async throws {
        let file = try ConversationFile(path)
        for conversation in [first, second] {
            for number in 1...400 {
                file.record(.kept(Self.message("\(number)", id: "\(number)")), in: conversation) { _ in }
            }
        }
        await file.finish()
    }

    @Test func `a damaged index loses no line without a word`() async throws {
        let place = TemporaryPath()
        try await fileOfTwo("first", "second", at: place.path)
        try damageIndex(at: place.path, of: "first", apartFrom: "second") { page in
            for index in page.indices.reversed() where page[index...].starts(with: Array("first".utf8)) {
                page[index] = UInt8(ascii: "F")
            }
        }
        let again = try ConversationFile(place.path)
        let error = await #expect(throws: StoreError.self) {
            var row: Int64 = 0
            while let last = try await again.outline(of: "first", after: row).last { row = last.row }
        }
        #expect(error?.code == .damaged)
        #expect(try await again.outline(of: "second", after: 0).count == 400)
        #expect(try await again.outline(of: "nobody's", after: 0).isEmpty)
    }

    @Test func `a damaged page refuses those who write to it, and nobody who writes at the same time`() async throws {
        let place = TemporaryPath()
        try await fileOfTwo("first", "second", at: place.path)
        try damageIndex(at: place.path, of: "second", apartFrom: "first") { page in
            page = [UInt8](repeating: 0xA5, count: page.count)
        }
        let again = try ConversationFile(place.path)
        #expect(again.damage?.code == .damaged)
        let outcomes = Mutex<[StoreError.Code?]>([])
        // Both are in one group.
        again.queue.suspend()
        for conversation in ["first", "second"] {
            again.record(.kept(Self.message("new", id: "new")), in: conversation) { outcome in
                outcomes.withLock {
                    if case .failure(let error) = outcome { $0.append(error.code) } else { $0.append(nil) }
                }
            }
        }
        again.queue.resume()
        try await again.check()
        #expect(outcomes.withLock { $0 } == [nil, .damaged])
    }

    @Test func `a file of the first version is upgraded, with everything that was in it`() async throws {
        let place = TemporaryPath()
        do {
            let old = try Database(place.path)
            for sql in [
                "CREATE TABLE changes (number INTEGER PRIMARY KEY, conversation TEXT NOT NULL, kind INTEGER NOT NULL, json TEXT NOT NULL)",
                "CREATE TABLE files (id TEXT PRIMARY KEY, name TEXT NOT NULL, type TEXT NOT NULL, original BLOB NOT NULL, thumbnail BLOB, expiry INTEGER NOT NULL)",
                "CREATE TABLE work (key TEXT PRIMARY KEY, json TEXT NOT NULL)",
                #"INSERT INTO changes VALUES (1, 'c', 0, '{"id":"u"}')"#,
                #"INSERT INTO changes VALUES (2, 'c', 1, '{"type":"message","id":"c|0000001","timestamp":"2026-01-02T03:04:05.678Z","text":"Zoë"}')"#,
                #"INSERT INTO changes VALUES (3, 'c', 3, '"c|0000001"')"#,
                "INSERT INTO files VALUES ('f', 'a.png', 'image/png', x'0102', NULL, 9000)",
                #"INSERT INTO work VALUES ('session/c', '{"a":1}')"#,
                "PRAGMA application_id = \(0x4261_746E)", "PRAGMA user_version = 1",
            ] { try old.run(sql) }
            old.close()
        }
        let file = try ConversationFile(place.path)
        let changes = try await file.outline(of: "c", after: 0)
        #expect(changes.map(\.kind) == [.user(ChannelAccount(id: "u")), .kept, .deleted])
        #expect(changes.map(\.id) == ["", "c|0000001", "c|0000001"])
        #expect(changes[1].time?.text == "2026-01-02T03:04:05.678Z")
        let text = Activity(try JSONValue(parsing: try await file.content(of: changes[1].row)))?.text
        #expect(text == "Zoë")
        let notice = Activity(try JSONValue(parsing: try await file.content(of: changes[2].row)))
        #expect(notice?.type == .messageDelete && notice?.id == "c|0000001")
        #expect(try await file.upload("f")?.original == [1, 2])
        #expect(try await file.recorded() == ["session/c": ["a": 1]])
    }

    @Test func `handoffs that cannot be read are an error, and not none`() async throws {
        let place = TemporaryPath()
        let file = try ConversationFile(place.path)
        file.record(["a": 1], under: "session/c")
        #expect(try await file.recorded() == ["session/c": ["a": 1]])
        await file.finish()
        await #expect(throws: StoreError.self) { try await file.recorded() }
    }

    @Test func `a file that is not ours, or in use, or nowhere, is refused in one sentence and left alone`() throws {
        let place = TemporaryPath()
        let foreign = try Database(place.path)
        try foreign.run("CREATE TABLE theirs (x)")
        let error = #expect(throws: StoreError.self) { try ConversationFile(place.path) }
        #expect(error?.description == "\(place.path) is a database of another program")

        let text = TemporaryPath()
        let stream = try #require(fopen(text.path, "w"))
        fputs("this is no database, but it is long enough to look like one to whoever only counts", stream)
        fclose(stream)
        #expect(throws: StoreError.self) { try ConversationFile(text.path) }

        let used = TemporaryPath()
        let first = try ConversationFile(used.path)
        let busy = #expect(throws: StoreError.self) { try ConversationFile(used.path) }
        #expect(busy?.description == "\(used.path) is in use by another program")
        withExtendedLifetime(first) {}

        let missing = #expect(throws: StoreError.self) { try ConversationFile("/nowhere/at/all.db") }
        #expect(missing?.description == "/nowhere/at/all.db cannot be made: No such file or directory")
        let folder = #expect(throws: StoreError.self) { try ConversationFile("/tmp") }
        #expect(folder?.description == "/tmp is a folder; the store is a file")
        let device = #expect(throws: StoreError.self) { try ConversationFile("/dev/null") }
        #expect(device?.description == "/dev/null is no regular file; the store is one")
    }
}

extension ConversationFile {
    /// Lets the file grow to so many pages, or no further than it is.
    func bound(toPages count: Int) async throws {
        try await onQueue { database throws(StoreError) in try database.run("PRAGMA max_page_count = \(count)") }
    }

    /// Records a change and waits until it is settled.
    ///
    /// - Returns: Its row.
    func keep(_ change: ConversationChange, in conversation: String) async throws -> Int64 {
        try await withCheckedThrowingContinuation { continuation in
            record(change, in: conversation) { continuation.resume(with: $0) }
        }
    }
}
