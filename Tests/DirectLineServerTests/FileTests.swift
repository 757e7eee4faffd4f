import AsyncHTTPClient
import BotSchema
import Bots
@testable import DirectLineServer
import HTTPTypes
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

/// Files that clients upload and bots attach.
@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct FileTests {
    private struct Part {
        var disposition: String
        var type: String?
        var bytes: [UInt8]
    }

    private static func form(_ parts: [Part], boundary: String = "B-1") -> [UInt8] {
        var body: [UInt8] = []
        for part in parts {
            body += Array("--\(boundary)\r\nContent-Disposition: \(part.disposition)\r\n".utf8)
            if let type = part.type { body += Array("Content-Type: \(type)\r\n".utf8) }
            body += Array("\r\n".utf8) + part.bytes + Array("\r\n".utf8)
        }
        return body + Array("--\(boundary)--\r\n".utf8)
    }

    private func fetch(_ url: String) async throws -> (status: Int, type: String?, bytes: [UInt8]) {
        let response = try await HTTPClient.shared.execute(HTTPClientRequest(url: url), timeout: .seconds(600))
        let bytes = Array(try await response.body.collect(upTo: 8 << 20).readableBytesView)
        return (Int(response.status.code), response.headers.first(name: "Content-Type"), bytes)
    }

    @Test func `S19 files before the activity become one activity with all of them in order`() async throws {
        let heard = Happenings<Activity>()
        try await withServer(bot: ObservedBot(heard)) { server in
            let conversation = try await server.start()
            _ = await heard.next()
            let picture = [UInt8](repeating: 0, count: 70_000).indices.map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let activity = """
                {"type":"message","from":{"id":"ada"},"text":"two files","channelData":{"clientActivityID":"c1"},
                "attachments":[{"contentType":"image/png","name":"ä.png","thumbnailUrl":"data:,x"},
                {"contentType":"application/vnd.microsoft.card.hero","content":{"title":"card"}}]}
                """
            let body = Self.form([
                Part(disposition: #"name="file"; filename="ä.png""#, type: "image/png", bytes: picture),
                Part(
                    disposition: #"form-data; name="file"; filename="C:\tmp\b.txt""#,
                    type: "text/plain; charset=utf-8",
                    bytes: Array("--B\r\n--B-2".utf8)
                ),
                Part(
                    disposition: #"form-data; name="activity"; filename="blob""#,
                    type: "application/vnd.microsoft.activity",
                    bytes: Array(activity.utf8)
                ),
            ])
            let answer = try await server.upload(conversation, body, type: "multipart/form-data; boundary=\"B-1\"")
            #expect(answer.status == 200)
            let kept = try await conversation.history().activities
            #expect(kept.count == 1)
            let message = try #require(kept.first)
            #expect(answer.json?["id"]?.string == message.id)
            #expect(message.text == "two files")
            #expect(message.clientActivityID == "c1")
            #expect(message.attachments.map(\.name) == [nil, "ä.png", "b.txt"])
            #expect(message.attachments[1].json["thumbnailUrl"] == "data:,x")
            let forBot = try #require(await heard.next()?.attachments)
            #expect(forBot.map(\.name) == message.attachments.map(\.name))
            #expect(
                forBot.map(\.contentURL)
                    == message.attachments.map { $0.contentURL?.replacing("127.0.0.1", with: "localhost") }
            )

            let first = try await fetch(try #require(message.attachments[1].contentURL))
            #expect(first.status == 200)
            #expect(first.type == "image/png")
            #expect(first.bytes == picture)
            let second = try await fetch(try #require(message.attachments[2].contentURL))
            #expect(second.type == "text/plain; charset=utf-8")
            #expect(second.bytes == Array("--B\r\n--B-2".utf8))
        }
    }

    @Test func `S20 a file as the whole body is one message with one attachment`() async throws {
        try await withServer { server in
            let conversation = try await server.start()
            let headers: HTTPHeaders = ["Content-Disposition": #"name="file"; filename="badjoke.jpg""#]
            let answer = try await server.upload(conversation, [1, 2, 3], type: "image/jpeg", headers: headers)
            #expect(answer.status == 200)
            let message = try #require(try await conversation.history().activities.first)
            #expect(message.type == .message)
            #expect(message.from?.id == "ada")
            #expect(message.attachments.map(\.name) == ["badjoke.jpg"])
            #expect(message.attachments.map(\.contentType) == ["image/jpeg"])
            #expect(try await fetch(message.attachments.first?.contentURL ?? "").bytes == [1, 2, 3])
        }
    }

    @Test(arguments: [false, true])
    func `S21 an upload over the limit is refused with 413 and the connection closes in order`(
        withAdapter: Bool
    ) async throws {
        try await withServer(adapter: .passing(withAdapter)) { server in
            let conversation = try await server.start()
            for declared in [true, false] {
                let answer = try await RawConnection.pour(
                    port: server.address.port,
                    "POST /v3/directline\(conversation.path)/upload?userId=ada HTTP/1.1\r\nHost: localhost\r\n",
                    bytes: 12 << 20,
                    isLengthDeclared: declared
                )
                #expect(answer.hasPrefix("HTTP/1.1 413"), "\(answer.prefix(100))")
                #expect(answer.contains("MessageSizeTooBig"))
                #expect(answer.lowercased().contains("connection: close"))
            }
            #expect(try await conversation.history().activities.isEmpty)
            #expect(try await conversation.say("hi").status == 200)
        }
    }

    @Test(arguments: [
        ("multipart/form-data", "x", 400, "BadArgument"), ("multipart/form-data; boundary=B", "x", 400, "BadSyntax"),
        ("multipart/form-data; boundary=B", "--B\r\n\r\nendless", 400, "BadSyntax"),
        ("multipart/form-data; boundary=B", "--B\r\nnonsense\r\n\r\n--B--", 400, "BadSyntax"),
        ("multipart/form-data; boundary=B", "--B--\r\n", 400, "MissingProperty"),
        ("multipart/form-data; boundary=B", "", 400, "MissingProperty"), ("image/png", "", 400, "MissingProperty"),
        (
            "multipart/form-data; boundary=B",
            "--B\r\nContent-Type: application/vnd.microsoft.activity\r\n\r\n{\r\n--B--", 400, "BadSyntax"
        ),
        (
            "multipart/form-data; boundary=B",
            "--B\r\nContent-Type: application/vnd.microsoft.activity\r\n\r\n{\"from\":\"x\"}\r\n--B--", 400,
            "BadArgument"
        ),
    ])
    func `an upload that is none is refused with the place`(
        type: String,
        body: String,
        status: Int,
        code: String
    ) async throws {
        try await withServer { server in
            let conversation = try await server.start()
            let answer = try await server.upload(conversation, Array(body.utf8), type: type)
            #expect(answer.status == status)
            #expect(answer.errorCode == code)
            #expect(try await conversation.history().activities.isEmpty)
        }
    }

    @Test func `S34 a file that a bot attaches is described and read back`() async throws {
        let heard = Happenings<Activity>()
        try await withServer(bot: ObservedBot(heard)) { server in
            let conversation = try await server.start()
            let serviceURL = await heard.next()?.serviceURL ?? ""
            let kept = try await server.call(
                .POST,
                serviceURL + "v3/conversations/\(conversation.id)/attachments",
                [
                    "type": "image/png", "name": "p.png", "originalBase64": "AAEC/wQ=",
                    "thumbnailBase64": [9, 8],
                ]
            )
            #expect(kept.status == 201)
            let id = try #require(kept.json?["id"]?.string)
            let about = try await server.call(.GET, serviceURL + "v3/attachments/\(id)")
            #expect(
                about.json == [
                    "name": "p.png", "type": "image/png",
                    "views": [["viewId": "original", "size": 5], ["viewId": "thumbnail", "size": 2]],
                ]
            )
            let view = try await fetch(serviceURL + "v3/attachments/\(id)/views/original")
            #expect(view.type == "image/png")
            #expect(view.bytes == [0, 1, 2, 255, 4])
            #expect(try await fetch(serviceURL + "v3/attachments/\(id)/views/thumbnail").bytes == [9, 8])
            #expect(try await fetch(serviceURL + "v3/attachments/\(id)/views/huge").status == 404)
            #expect(try await fetch(serviceURL + "v3/attachments/guessed/views/original").status == 404)

            // Below the service URL one speaks as the bot, so clients get another link to the file.
            var message = Activity.message("look")
            var attachment = Attachment(json: ["contentType": "image/png"])
            attachment.contentURL = serviceURL + "v3/attachments/\(id)/views/original"
            message.attachments = [attachment]
            let path = serviceURL + "v3/conversations/\(conversation.id)/activities"
            #expect(try await server.call(.POST, path, message.jsonValue).status == 200)
            let shown = try #require(try await conversation.history().activities.first?.attachments.first?.contentURL)
            #expect(!shown.contains(serviceURL))
            #expect(try await fetch(shown).bytes == [0, 1, 2, 255, 4])
        }
    }

    @Test(arguments: [
        ("{}", "MissingProperty"), (#"{"type":"a/b"}"#, "MissingProperty"),
        (#"{"type":"a/b","originalBase64":"?"}"#, "BadArgument"),
        (#"{"type":"a/b","originalBase64":"AAAAA"}"#, "BadArgument"),
        (#"{"type":"a/b","originalBase64":[256]}"#, "BadArgument"), ("[]", "MissingProperty"),
    ])
    func `a bot's file that is none is refused`(body: String, code: String) async throws {
        let heard = Happenings<Activity>()
        try await withServer(bot: ObservedBot(heard)) { server in
            let conversation = try await server.start()
            let base = "\(await heard.next()?.serviceURL ?? "")v3/conversations/\(conversation.id)"
            let answer = try await server.call(.POST, base + "/attachments", text: body)
            #expect(answer.status == 400)
            #expect(answer.errorCode == code)
        }
    }

    @Test func `an uploaded page cannot run as one of the server`() async throws {
        try await withServer { server in
            let conversation = try await server.start()
            _ = try await server.upload(conversation, Array("<script>".utf8), type: "text/html")
            let url = try await conversation.history().activities.first?.attachments.first?.contentURL ?? ""
            let answer = try await server.call(.GET, url)
            #expect(answer.headers.first(name: "Content-Security-Policy") == "default-src 'none'; sandbox")
            #expect(answer.headers.first(name: "Content-Disposition") == "attachment")
            #expect(answer.headers.first(name: "Referrer-Policy") == "no-referrer")
            #expect(answer.headers.first(name: "X-Content-Type-Options") == "nosniff")
        }
    }

    @Test func `files are kept for a day and within sizes, the oldest go first`() async throws {
        let time = TestTime()
        var limits = ServerLimits()
        (limits.storedFiles, limits.conversationFiles, limits.userFiles) = (20, 10, 15)
        limits.fileRetention = .seconds(100)
        let files = AttachmentStore(
            limits,
            identifiers: Identifiers(generator: SystemRandomNumberGenerator()),
            now: { time.now },
            health: StoreHealth(report: { _ in }, onFailure: {})
        )
        func keep(_ size: Int, _ conversation: String, _ owner: String) async throws -> String {
            let file = StoredFile(name: "f", contentType: "t", original: ByteBuffer(repeating: 1, count: size))
            return try await files.keep(file, in: conversation, by: .user(owner))
        }
        let first = try await keep(6, "a", "ada")
        let second = try await keep(4, "a", "ada")
        #expect(try await files.file(first) != nil)
        for (conversation, owner) in [("a", "ben"), ("b", "ada")] {
            let refused = await #expect(throws: HTTPFailure.self) { try await keep(6, conversation, owner) }
            #expect(refused?.status == .tooManyRequests)
        }
        _ = try await keep(10, "b", "ben")
        let third = try await keep(5, "c", "cem")
        #expect(try await files.file(first) == nil)
        #expect(try await files.file(second) != nil)
        time.advance(by: 100)
        #expect(try await files.file(third) == nil)
        // What is too old counts no more.
        #expect(try await keep(10, "a", "ada") != "")
    }

    @Test(
        arguments: [
            ("", []), ("Zg==", [102]), ("Zg", [102]), ("Zm8=", [102, 111]), ("Zm9v", [102, 111, 111]),
            ("Zm\r\n9v", [102, 111, 111]), ("_-8=", [255, 239]), ("/+8=", [255, 239]), ("Z", nil), ("Z*==", nil),
            ("Zg==Zg==", nil),
        ] as [(String, [UInt8]?)]
    )
    func `base64 is read as RFC 4648 has it`(text: String, bytes: [UInt8]?) {
        #expect(Base64.decode(text) == bytes)
    }

    @Test func `a form is read with any of its line ends and whatever surrounds it`() throws {
        let body =
            "preamble\r\n--B \nContent-Disposition: form-data; name=a\n\none\r\ntwo\n--B\r\n\r\n\r\n--B--epilogue"
        let parts = try MultipartForm(parsing: Array(body.utf8), boundary: "B").parts
        #expect(parts.map(\.name) == ["a", nil])
        #expect(parts.map { String(decoding: $0.bytes, as: UTF8.self) } == ["one\r\ntwo", ""])
    }

    @Test(
        arguments: [
            (#"form-data; name="file"; filename="a \"b\".png""#, #"a "b".png"#), (#"filename="a;b.png""#, "a;b.png"),
            (#"attachment; filename=x.txt; filename*=UTF-8''%e2%82%ac%2F.txt"#, ".txt"),
            (#"filename*=UTF-8''%e2%82%ac.txt"#, "€.txt"), (#"filename="../../etc/passwd""#, "passwd"),
            (#"filename="""#, nil), ("form-data", nil),
        ] as [(String, String?)]
    )
    func `a file's name is read without any path`(header: String, name: String?) {
        #expect(HeaderParameters(header).filename == name)
    }
}

extension TestServer {
    func upload(
        _ conversation: TestConversation,
        _ body: [UInt8],
        type: String,
        headers: HTTPHeaders = [:]
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: "\(address.directLineURL)\(conversation.path)/upload?userId=ada")
        request.method = .POST
        request.headers = headers
        request.headers.add(name: "Content-Type", value: type)
        request.body = .bytes(body)
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(600))
        let text = String(buffer: try await response.body.collect(upTo: 1 << 20))
        return Answer(status: Int(response.status.code), headers: response.headers, text: text)
    }
}
