import BotSchema
import DirectLineClient
import Handoff
import Testing
import Transcripts

@testable import ChatScreen

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

struct ExitStatusTests {
    @Test func `what was lost outweighs what was not answered, which outweighs what was done`() {
        #expect(ExitStatus.done.combined(with: .noAnswer) == .noAnswer)
        #expect(ExitStatus.failed.combined(with: .noAnswer) == .failed)
        #expect(ExitStatus.allCases.max() == .usage)
    }

    /// A page of the documentation as one text, without the marks of code.
    private func page(_ path: String) throws -> String {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let file = try #require(fopen("/\(root)/\(path)", "r"))
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 17)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self).replacing("`", with: "")
    }

    private static let scripts = "Sources/BatonCommands/BatonCommands.docc/Scripts.md"

    @Test func `the page on scripts has every member of a JSON line`() throws {
        let page = try page(Self.scripts)
        let initiate = Activity.event("handoff.initiate", value: ["Skill": "billing"])
        let accepted = Activity.event("handoff.status", value: ["state": "accepted", "message": "Ana is here"])
        let ended = Activity.event("handoff.status", value: ["state": "completed", "message": "all done"])
        var lifecycle = HandoffLifecycle()
        let course = [initiate, .handoffQueue(position: 2), accepted, accepted, ended]
        let steps = course.flatMap { lifecycle.receive($0, at: Timestamp(milliseconds: 0)) }
        let items: [ChatItem] =
            steps.map(ChatItem.handoff) + [
                .notice("words"), .failure("words"), .hub(["rings"]), .latency(milliseconds: 1),
                .connection(.online), .table(title: nil, [ChatItem.Row("label", "text")]), .loaded(.notice("words")),
                .activity(.message("hi"), speaker: .bot(name: nil), isEcho: false, isNumbered: false),
            ]
        var members: Set<String> = []
        for item in items {
            let line = try JSONValue(parsing: JSONLinesOutput().text(of: item, columns: 80))
            let kind = try #require(line["kind"]?.string)
            #expect(page.contains("| \(kind) |"), "\(kind)")
            members.formUnion((line.object?.entries ?? []).map(\.key))
        }
        let told: Set = ["rule", "rows", "waitedMilliseconds", "handledMilliseconds", "dialect", "position", "loaded"]
        #expect(told.isSubset(of: members), "\(members)")
        for member in members where member != "kind" { #expect(page.contains(member), "\(member)") }
    }

    @Test(arguments: ["README.md", Self.scripts]) func `README and page have the table`(path: String) throws {
        let readme = try page(path)
        for status in ExitStatus.allCases {
            #expect(readme.contains("| \(status.rawValue) | \(status.summary) |"), "\(status)")
        }
    }
}
