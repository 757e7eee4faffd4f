import BotSchema
import Bots
@testable import DirectLineServer
import NIOHTTP1
import TestSupport
import Testing

/// What is kept in memory is bounded by bytes, and refused before anything is taken.
@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct MemoryTests {
    // A line of 7,500 takes a buffer of 8 KiB.
    private func line(of size: Int) -> Activity { .message(String(repeating: "x", count: size)) }

    @Test(arguments: [false, true])
    func `a conversation holds so many bytes, and others do not notice`(withAdapter: Bool) async throws {
        var configuration = ServerConfiguration.patient
        configuration.limits.conversationBytes = 50_000
        try await withServer(configuration, adapter: .passing(withAdapter)) { server in
            let (loud, quiet) = (try await server.start(), try await server.start())
            var statuses: [Int] = []
            for _ in 1...6 { statuses.append(try await loud.post(line(of: 7_500)).status) }
            #expect(statuses == [200, 200, 200, 200, 200, 429])
            let refused = try await loud.post(line(of: 7_500))
            #expect(refused.errorCode == "TooManyRequests")
            #expect(refused.headers.first(name: "Retry-After") == "60")
            #expect(try await loud.history().activities.count == 5)
            #expect(try await quiet.say("hi").status == 200)
        }
    }

    @Test(arguments: [false, true])
    func `all conversations together hold so many bytes`(withAdapter: Bool) async throws {
        var configuration = ServerConfiguration.patient
        configuration.limits.memory = 30_000
        try await withServer(configuration, adapter: .passing(withAdapter)) { server in
            let (first, second) = (try await server.start(), try await server.start())
            for conversation in [first, second] {
                for _ in 1...2 { #expect(try await conversation.post(line(of: 7_500)).status == 200) }
            }
            #expect(try await first.say("more").status == 429)
            let refused = try await server.call(.POST, "/conversations", [:])
            #expect(refused.status == 429)
            #expect(refused.headers.first(name: "Retry-After") == "60")
        }
    }

    @Test(arguments: [false, true])
    func `so many bytes wait for a bot that does not answer`(withAdapter: Bool) async throws {
        let (began, goOn) = (Reply<Bool>(), Reply<Bool>())
        let bot = TestBot { activity, _ in
            began.settle(true)
            _ = await goOn.value(orIfCancelled: false)
            return nil
        }
        var configuration = ServerConfiguration.patient
        configuration.limits.waitingBytes = 25_000
        try await withServer(configuration, bot: bot, adapter: .passing(withAdapter)) { server in
            let conversation = try await server.start()
            try await withThrowingTaskGroup(of: Int.self) { group in
                group.addTask { try await conversation.post(line(of: 10_000)).status }
                _ = await began.value(orIfCancelled: false)
                group.addTask { try await conversation.post(line(of: 10_000)).status }
                while try await conversation.history().activities.count < 2 {}
                let refused = try await conversation.post(line(of: 10_000))
                #expect(refused.status == 429)
                #expect(refused.headers.first(name: "Retry-After") == "1")
                goOn.settle(true)
                for try await status in group { #expect(status == 200) }
            }
            // What has been heard waits no more.
            #expect(try await conversation.post(line(of: 20_000)).status == 200)
        }
    }

    @Test(arguments: [false, true])
    func `what the store has refused waits for nobody`(withAdapter: Bool) async throws {
        let store = TestStore()
        var configuration = ServerConfiguration.patient
        configuration.limits.waitingBytes = 25_000
        try await withServer(configuration, adapter: .passing(withAdapter), store: store) { server in
            let conversation = try await server.start()
            store.fail(StoreError(.full, "no room"))
            for _ in 1...3 { #expect(try await conversation.post(line(of: 20_000)).status == 503) }
            store.fail(nil)
            #expect(try await conversation.post(line(of: 20_000)).status == 200)
        }
    }

    @Test(arguments: [false, true])
    func `a bot may say more than its user, but not for ever`(withAdapter: Bool) async throws {
        var configuration = ServerConfiguration.patient
        configuration.limits.conversationBytes = 50_000
        let bot = TestBot { activity, conversation in
            for _ in 1...20 { try await conversation.send(.message(String(repeating: "x", count: 7_500))) }
            return nil
        }
        try await withServer(configuration, bot: bot, adapter: .passing(withAdapter)) { server in
            let conversation = try await server.start()
            let answer = try await conversation.say("talk")
            #expect(answer.status == 502)
            #expect(answer.text.contains("size limit"))
            #expect(try await conversation.history().activities.count == 8)
        }
    }

    // MARK: - Pages

    @Test(arguments: [false, true])
    func `a poll gets a page and its watermark, the next poll the rest`(withAdapter: Bool) async throws {
        var configuration = ServerConfiguration.patient
        configuration.limits.pageActivities = 3
        configuration.limits.pageBytes = 20_000
        try await withServer(configuration, adapter: .passing(withAdapter)) { server in
            let conversation = try await server.start()
            for number in 1...4 { _ = try await conversation.say("\(number)") }
            for _ in 1...2 { _ = try await conversation.post(line(of: 15_000)) }
            _ = try await conversation.post(line(of: 30_000))
            _ = try await conversation.say("last")
            var (watermark, counts): (String?, [Int]) = (nil, [])
            repeat {
                let page = try await conversation.history(after: watermark)
                counts.append(page.activities.count)
                watermark = page.watermark
            } while counts.last != 0
            #expect(counts == [3, 2, 1, 1, 1, 0])
            #expect(watermark == "8")
        }
    }
}

/// An adapter that lets everything through.
struct PassingAdapter: ConversationAdapter {
    func userSent(_ activity: Activity, in conversation: any ConversationChannel) async -> UserTurnRecipient { .bot }
    func botSent(_ activity: Activity, in conversation: any ConversationChannel) async {}
}

extension Optional<any ConversationAdapter> {
    /// An adapter that lets everything pass, where one is wanted: bounds hold with and without.
    static func passing(_ isWanted: Bool) -> Self { isWanted ? PassingAdapter() : nil }
}
