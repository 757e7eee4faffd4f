import BotSchema
import TestSupport
import Testing
import Transcripts

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Files that a `.chat` file names beside itself.
struct ChatAttachmentTests {
    private func read(_ commands: String, in folder: TemporaryFolder) throws -> Transcript {
        try folder.write("user: look\nbot: here \(commands)\n", to: "talk/a.chat")
        return try TranscriptFile.read(folder.file("talk/a.chat"))
    }

    private func makeFolder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.makeFolder("talk")
        try folder.makeFolder("talk/pictures")
        try folder.write("secret", to: "private.txt")
        return folder
    }

    @Test func `a picture and a card beside the file are in the transcript`() throws {
        let folder = try makeFolder()
        try folder.write([0x89, 0x50, 0x4E, 0x47], to: "talk/pictures/dot.png")
        try folder.write(
            #"{"type":"AdaptiveCard","body":[{"type":"TextBlock","text":"from a file"}]}"#,
            to: "talk/card.json"
        )
        let text =
            "[Attachment=pictures/dot.png] [Attachment=card.json adaptivecard] [Attachment=https://example.org/x.png]"
        let transcript = try read(text, in: folder)
        let files = transcript.activities.flatMap(\.attachments)
        #expect(files.map(\.contentURL) == ["data:image/png;base64,iVBORw==", nil, "https://example.org/x.png"])
        #expect(files[0].name == "dot.png")
        #expect(files[1].content?["body"]?[0]?["text"] == "from a file")
        #expect(transcript.repairs.isEmpty)
        #expect(
            String(decoding: transcript.serializedAsRead(), as: UTF8.self).contains("[Attachment=pictures/dot.png]")
        )
        var streamed: [Activity] = []
        _ = try TranscriptFile.forEachActivity(in: folder.file("talk/a.chat")) {
            streamed.append($0); return true
        }
        #expect(streamed == transcript.activities)
    }

    @Test(arguments: [
        "../private.txt", "link.txt", "below/private.txt", "/etc/hostname", "gone.png", "pictures",
        "bad.json adaptivecard",
    ])
    func `what is not beside the file stays a name, which is told`(name: String) throws {
        let folder = try makeFolder()
        symlink(folder.file("private.txt"), folder.file("talk/link.txt"))
        symlink(folder.path, folder.file("talk/below"))
        try folder.write("no JSON", to: "talk/bad.json")
        let transcript = try read("[Attachment=\(name)]", in: folder)
        let file = try #require(transcript.activities.flatMap(\.attachments).first)
        #expect(file.contentURL == name.split(separator: " ").first.map(String.init))
        #expect(transcript.repairs.map(\.text).allSatisfy { $0.hasSuffix("its name alone is kept") })
        #expect(transcript.repairs.count == 1)
        unlink(folder.file("talk/link.txt"))
        unlink(folder.file("talk/below"))
    }

    @Test func `a file that is too large stays a name, and text that comes from elsewhere reads no file`() throws {
        let folder = try makeFolder()
        try folder.write([UInt8](repeating: 1, count: (4 << 20) + 1), to: "talk/large.png")
        #expect(
            try read("[Attachment=large.png]", in: folder).activities.flatMap(\.attachments)[0].contentURL
                == "large.png"
        )
        let text = "user: look\nbot: [Attachment=/etc/hostname text/plain]\n"
        let piped = try Transcript(parsing: Array(text.utf8), name: "standard input")
        #expect(piped.activities.flatMap(\.attachments).map(\.contentURL) == ["/etc/hostname"])
    }
}
