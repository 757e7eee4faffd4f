import BotSchema
import TestSupport
import Testing

@testable import DirectLineClient

/// Files that bots attach.
@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct DownloadTests {
    private func attachment(_ url: String, name: String? = nil) -> BotSchema.Attachment {
        var attachment = BotSchema.Attachment(json: [:])
        attachment.contentURL = url
        attachment.name = name
        return attachment
    }

    /// Runs a conversation against a service; the port is free for other names of this machine too.
    private func withConversation(
        _ adjust: @Sendable (inout ClientConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (FakeService, Conversation) async throws -> Void
    ) async throws {
        try await withFakeService { service in
            var configuration = try ClientConfiguration.test(service, transport: .polling)
            adjust(&configuration)
            try await DirectLine.withConversation(configuration) { try await body(service, $0) }
        }
    }

    @Test func `a file is fetched without a credential, and with one only where it belongs`() async throws {
        try await withConversation { service, conversation in
            await service.script("GET /open.txt", .status(200, body: "open"))
            let open = try await conversation.download(attachment("\(service.base)/open.txt"))
            #expect(open.bytes == Array("open".utf8))
            #expect(open.name == "open.txt")
            #expect(open.contentType == "text/plain")
            await service.script("GET /v3/attachments/1/views/original", .status(401), .status(200, body: "mine"))
            let url = "\(service.base)/v3/attachments/1/views/original"
            let mine = try await conversation.download(attachment(url, name: "a/b/../me.txt"))
            #expect(mine.name == "me.txt")
            #expect(
                await service.requests("GET /v3/attachments/1/views/original").map(\.bearer) == [nil, "token-1"]
            )

            // The same machine under another name is another host.
            let other = "http://localhost:\(service.port)/private"
            await service.script("GET /private", .status(401), .status(200, body: "stolen"))
            let error = await #expect(throws: ClientError.self) { try await conversation.download(attachment(other)) }
            #expect(error?.code == .unauthorized)
            #expect(await service.requests("GET /private").map(\.bearer) == [nil])
        }
    }

    @Test func `what a message holds itself, or the service, can be fetched without telling anybody`() async throws {
        try await withConversation { service, conversation in
            for own in ["data:,x", "\(service.base)/v3/attachments/1/views/original"] {
                #expect(conversation.holds(attachment(own)))
            }
            let foreign = [
                "http://localhost:\(service.port)/x", "https://tracker.example/pixel.png", "\(service.base).example/x",
                "file:///etc/hosts", "",
            ]
            for url in foreign { #expect(!conversation.holds(attachment(url)), "\(url)") }
        }
    }

    @Test func `a moved file is followed without a credential, and not for ever`() async throws {
        try await withConversation { service, conversation in
            let there = "http://localhost:\(service.port)/there?x=http://y"
            await service.script("GET /here", .status(302, headers: ["Location": there]))
            await service.script("GET /there", .status(307, headers: ["Location": "final"]))
            await service.script("GET /final", .status(200, body: "moved"))
            let moved = try await conversation.download(attachment("\(service.base)/here"))
            #expect(moved.bytes == Array("moved".utf8))
            #expect(await service.requests.filter { $0.path == "/there" }.map(\.bearer) == [nil])

            for _ in 1...8 { await service.script("GET /loop", .status(302, headers: ["Location": "/loop"])) }
            for (path, location) in [("/loop", "/loop"), ("/f", "file:///etc/passwd"), ("/n", "")] {
                if path != "/loop" {
                    await service.script("GET \(path)", .status(302, headers: ["Location": location]))
                }
                let error = await #expect(throws: ClientError.self) {
                    try await conversation.download(attachment(service.base + path))
                }
                #expect(error?.code == .protocolViolation, "\(path)")
            }
        }
    }

    @Test func `what nobody asked for is not fetched from elsewhere, by no redirect either`() async throws {
        try await withConversation { service, conversation in
            let elsewhere = "http://localhost:\(service.port)"
            await service.script("GET /leak", .status(302, headers: ["Location": "\(elsewhere)/pixel"]))
            await service.script("GET /near", .status(302, headers: ["Location": "/there"]))
            await service.script("GET /there", .status(200, body: "own"))
            for url in ["\(service.base)/leak", "\(elsewhere)/pixel"] {
                let error = await #expect(throws: ClientError.self) {
                    try await conversation.download(attachment(url), staysAtService: true)
                }
                #expect(error?.code == .invalidURL, "\(url)")
            }
            #expect(await service.requests("GET /pixel").isEmpty)
            let near = try await conversation.download(attachment("\(service.base)/near"), staysAtService: true)
            #expect(near.bytes == Array("own".utf8))
            let inside = try await conversation.download(attachment("data:,x"), staysAtService: true)
            #expect(inside.bytes == Array("x".utf8))
        }
    }

    @Test func `a file that is too large or gone is told`() async throws {
        try await withConversation {
            $0.downloadLimit = 10
        } _: { service, conversation in
            await service.script("GET /big", .status(200, body: "01234567890"))
            await service.script("GET /fit", .status(200, body: "0123456789"))
            let big = await #expect(throws: ClientError.self) {
                try await conversation.download(attachment("\(service.base)/big"))
            }
            #expect(big?.code == .tooLarge)
            let fit = try await conversation.download(attachment("\(service.base)/fit"))
            #expect(fit.bytes.count == 10)
            let data = await #expect(throws: ClientError.self) {
                try await conversation.download(attachment("data:,01234567890"))
            }
            #expect(data?.code == .tooLarge)
            let gone = await #expect(throws: ClientError.self) {
                try await conversation.download(attachment("\(service.base)/gone"))
            }
            #expect(gone?.code == .notFound)
        }
    }

    @Test(arguments: [
        "file:///etc/passwd", "ftp://x/y", "javascript:1", "/relative", "", "data:nonsense", "http://u:p@h/",
    ])
    func `other addresses are not fetched`(url: String) async throws {
        try await withConversation { _, conversation in
            let error = await #expect(throws: ClientError.self) { try await conversation.download(attachment(url)) }
            #expect(error?.code == .invalidURL)
        }
    }

    @Test func `a file may be in its own address`() async throws {
        try await withConversation { _, conversation in
            let text = try await conversation.download(attachment("data:text/plain;charset=utf-8,a%20b", name: "n"))
            #expect(
                text == DownloadedFile(bytes: Array("a b".utf8), contentType: "text/plain;charset=utf-8", names: ["n"])
            )
            let bytes = try await conversation.download(attachment("DATA:image/png;base64,iVBORw0KGgo="))
            #expect(bytes.contentType == "image/png")
            #expect(bytes.bytes.count == 8)
        }
    }

    @Test(arguments: [
        ("../../x", "x"), ("..", "file"), (".bashrc", "bashrc"), ("a\u{1b}[31m\u{202e}b", "a[31mb"),
        ("C:\\x\\y.png", "y.png"),
        ("", "file"), (String(repeating: "x", count: 500), String(repeating: "x", count: 255)),
        ("-rf", "rf"), (" -.- x", "x"), ("\u{a0}\u{3000}x", "x"), ("-\u{301}x", "\u{301}x"), ("- .\t", "file"),
        ("a\u{0}\u{7f}\u{85}\nb", "ab"),
        // Two bytes a letter, four a picture, and many for one letter with marks.
        (String(repeating: "é", count: 200) + ".png", String(repeating: "é", count: 125) + ".png"),
        (String(repeating: "😀", count: 100), String(repeating: "😀", count: 63)),
        ("x" + String(repeating: "\u{301}", count: 200) + ".txt", "file"),
        ("a." + String(repeating: "b", count: 300), "a." + String(repeating: "b", count: 253)),
    ])
    func `a file's name is fit for a disk and a terminal`(name: String, expected: String) {
        #expect(DownloadedFile(bytes: [], contentType: nil, names: [name]).name == expected)
    }

    @Test func `a number in a name has room, too`() throws {
        for (name, start) in [(String(repeating: "é", count: 200) + ".png", "é"), ("short.png", "short-7.png")] {
            let numbered = try #require(FileName(name)).numbered(7)
            #expect(numbered.hasPrefix(start))
            #expect(numbered.hasSuffix("-7.png"))
            #expect(numbered.utf8.count <= 255)
        }
        #expect(FileName("plain")?.numbered(1000) == "plain-1000")
        #expect(FileName(String(repeating: "😀", count: 63))?.numbered(1000).utf8.count == 253)
    }

    @Test(
        arguments: [
            ([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0], "x.txt", "image/png"),
            ([0xff, 0xd8, 0xff], "", "image/jpeg"),
            (Array("PK\u{3}\u{4}".utf8), "a.zip", "application/zip"),
            (
                Array("PK\u{3}\u{4}".utf8), "a.docx",
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
            ),
            (Array("{}".utf8), "a.json", "application/json"), (Array("grüße\n".utf8), "letter", "text/plain"),
            ([0, 1, 2], "a.json", "application/octet-stream"), ([0xfc], "a.txt", "application/octet-stream"),
            (Array("RIFF0000WEBP".utf8), "x", "image/webp"), ([], "x", "text/plain"),
        ] as [([UInt8], String, String)]
    )
    func `a file is what is in it`(bytes: [UInt8], name: String, type: String) {
        #expect(OutgoingFile(name: name, bytes: bytes).mediaType == type)
    }
}
