import BotSchema
import TestSupport
import Testing

@testable import DirectLineClient

/// Files that the user sends; against a real server they are tested there.
@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct UploadTests {
    private static let route = "POST \(FakeService.path)/upload"

    @Test func `files too large together are refused before anything is sent`() async throws {
        try await withFakeService { service in
            var configuration = try ClientConfiguration.test(service, transport: .polling)
            configuration.uploadLimit = 10
            try await DirectLine.withConversation(configuration) { conversation in
                let file = OutgoingFile(name: "a", bytes: [UInt8](repeating: 1, count: 6))
                let error = await #expect(throws: ClientError.self) { try await conversation.upload([file, file]) }
                #expect(error?.code == .tooLarge)
                #expect(error?.message == "files may have 10 bytes together, these have 12")
                let none = await #expect(throws: ClientError.self) { try await conversation.upload([]) }
                #expect(none?.code == .rejected)
            }
            #expect(await service.requests(Self.route).isEmpty)
        }
    }

    @Test func `an upload is repeated only when it certainly has not arrived`() async throws {
        try await withFakeService { service in
            let ok = FakeService.Answer.status(200, body: #"{"id":"u1"}"#)
            await service.script(Self.route, .status(429), .status(503), ok, .status(500), .status(413))
            try await DirectLine.withConversation(.test(service, transport: .polling)) { conversation in
                let file = OutgoingFile(name: "a.txt", bytes: Array("x".utf8))
                let receipt = try await conversation.upload([file])
                #expect(receipt.id == "u1")
                for code in [ClientError.Code.serviceFailed, .tooLarge] {
                    let error = await #expect(throws: ClientError.self) { try await conversation.upload([file]) }
                    #expect(error?.code == code)
                }
            }
            let requests = await service.requests(Self.route)
            #expect(requests.count == 5)
            #expect(requests.first?.query == "userId=user-1")
        }
    }

    @Test func `a name cannot break out of its part`() {
        let file = OutgoingFile(name: "a\"\r\nX: y", contentType: "t/p\r\nZ: 1", bytes: [1])
        let text = String(decoding: UploadBody(activity: [], files: [file], boundary: "B").bytes, as: UTF8.self)
        #expect(text.contains(#"filename="a%22%0D%0AX: y""#))
        #expect(!text.contains("Z: 1"))
    }
}
