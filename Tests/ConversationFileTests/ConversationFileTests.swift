import AgentHub
import BotSchema
import DirectLineServer
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
    private static func message(_ text: String, id: String) -> Activity {
        var activity = Activity.message(text)
        activity.id = id
        activity.json["unknown"] = ["kept": .number(JSONNumber(1))]
        return activity
    }

    @Test func `what was settled is there again in order, with every field`() async throws {
        let place = TemporaryPath()
        let changes: [ConversationChange] = [
            .user(ChannelAccount(id: "u", name: "Zoë", role: "user")), .kept(Self.message("one \u{0} 👩🏽‍🚀", id: "c|1")),
            .kept(Self.message("two", id: "c|2")), .replaced(Self.message("zwei", id: "c|2")), .deleted(id: "c|1"),
        ]
        do {
            let file = try ConversationFile(place.path)
            for change in changes {
                file.record(change, in: "c")
                file.record(change, in: "other")
            }
            try await file.settled()
        }
        let again = try ConversationFile(place.path)
        #expect(await again.changes(in: "c") == changes)
        #expect(await again.changes(in: "nobody's") == [])
    }

    @Test func `handoffs are there again as they were last, and those that are over are not`() async throws {
        let place = TemporaryPath()
        do {
            let file = try ConversationFile(place.path)
            for number in 1...3 { file.record(["number": .number(JSONNumber(number))], under: "item/1") }
            file.record(["number": 1], under: "item/2")
            file.record(nil, under: "item/2")
            try await file.settled()
        }
        let again = try ConversationFile(place.path)
        #expect(await again.recorded() == ["item/1": ["number": 3]])
    }

    @Test func `reading sees what was just recorded`() async throws {
        let place = TemporaryPath()
        let file = try ConversationFile(place.path)
        for number in 1...2000 { file.record(.kept(Self.message("\(number)", id: "\(number)")), in: "c") }
        #expect(await file.changes(in: "c").count == 2000)
    }

    @Test func `an upload is there again, with and without a thumbnail, until it may be forgotten`() async throws {
        let place = TemporaryPath()
        let expiry = Timestamp(milliseconds: Timestamp.now.milliseconds + 3_600_000)
        let upload = { (id: String, thumbnail: [UInt8]?, expiry: Timestamp) in
            StoredUpload(
                id: id,
                name: "a.png",
                contentType: "image/png",
                original: [0, 1, 255],
                thumbnail: thumbnail,
                expiry: expiry
            )
        }
        do {
            let file = try ConversationFile(place.path)
            file.keep(upload("1", [9], expiry))
            file.keep(upload("2", nil, expiry))
            file.keep(upload("3", nil, Timestamp(milliseconds: 0)))
            file.keep(upload("4", nil, expiry))
            try await file.settled()
        }
        let again = try ConversationFile(place.path)
        #expect(await again.upload("1") == upload("1", [9], expiry))
        #expect(await again.upload("2") == upload("2", nil, expiry))
        #expect(await again.upload("3") == nil)
    }

    @Test func `a file that is not ours, or in use, or nowhere, is refused in one sentence and left alone`() throws {
        let place = TemporaryPath()
        let foreign = try Database(place.path)
        try foreign.run("CREATE TABLE theirs (x)")
        let error = #expect(throws: ConversationFileError.self) { try ConversationFile(place.path) }
        #expect(error?.description == "\(place.path) is a database of another program")

        let text = TemporaryPath()
        let stream = try #require(fopen(text.path, "w"))
        fputs("this is no database, but it is long enough to look like one to whoever only counts", stream)
        fclose(stream)
        #expect(throws: ConversationFileError.self) { try ConversationFile(text.path) }

        let used = TemporaryPath()
        let first = try ConversationFile(used.path)
        let busy = #expect(throws: ConversationFileError.self) { try ConversationFile(used.path) }
        #expect(busy?.description == "\(used.path) is in use by another program")
        withExtendedLifetime(first) {}

        #expect(throws: ConversationFileError.self) { try ConversationFile("/nowhere/at/all.db") }
    }
}
