import BotSchema
import NIOCore
import NIOPosix
import Synchronization
import TestSupport
import Testing

@testable import DirectLineClient

/// Answers of Dataverse that end before they are whole.
@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct CutAnswerDataverseTests {
    private static let cuts = [
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"value\":[",
        "HTTP/1.1 200 OK\r\nContent-Le",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{\"value\":[",
    ]
    private static let whole = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{\"value\":[]}"

    /// Fetches from a service whose connections end with each answer, and returns how many requests it got.
    private func fetch(
        _ answer: @escaping @Sendable (_ number: Int) -> String,
        onFailure: (ClientError, String) -> Void = { error, _ in Issue.record(error) }
    ) async throws -> Int {
        let count = Mutex(0)
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = CuttingHandler {
                        answer(
                            count.withLock {
                                $0 += 1
                                return $0
                            }
                        )
                    }
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let authority = "127.0.0.1:\(listener.localAddress?.port ?? 0)"
        var configuration = ClientConfiguration(credential: .none, user: ChannelAccount(id: "fetch"))
        configuration.clock = FastClock(speed: 10_000)
        do {
            try await DataverseTranscripts.forEachPage(
                of: DataverseEnvironment("http://\(authority)"),
                DataverseQuery(),
                configuration,
                token: { "t0ken" },
                onDelay: { _, _ in },
                { _ in }
            )
        } catch let error as ClientError {
            onFailure(error, authority)
        }
        try await listener.close()
        return count.withLock { $0 }
    }

    @Test(arguments: cuts)
    func `a cut answer is asked for again`(cut: String) async throws {
        #expect(try await fetch { $0 < 3 ? cut : Self.whole } == 3)
    }

    @Test(arguments: cuts)
    func `an answer that is always cut is told of after as many requests as one that never came`(
        cut: String
    )
        async throws
    {
        var failure: ClientError?
        let count = try await fetch({ _ in cut }) { error, authority in
            failure = error
            #expect(error.message == "the connection to \(authority) broke before its answer was whole")
        }
        #expect(failure?.code == .interrupted)
        #expect(count == 11)
    }

    @Test func `what is no HTTP is not asked again`() async throws {
        var failure: ClientError?
        #expect(try await fetch({ _ in "220 mail.test ESMTP\r\n" }) { error, _ in failure = error } == 1)
        #expect(failure?.code == .protocolViolation)
    }
}

/// Sends the same bytes for each request, and closes.
private final class CuttingHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let answer: () -> String
    private var request = ""

    init(_ answer: @escaping () -> String) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        request += String(buffer: unwrapInboundIn(data))
        guard request.hasSuffix("\r\n\r\n") else { return }
        request = ""
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer())), promise: nil)
        context.close(promise: nil)
    }
}
