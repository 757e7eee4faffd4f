import BotSchema
import TestSupport
import Testing

@testable import DirectLineClient

/// What a client finds out about an earlier conversation before it goes on with it.
@Suite(.timeLimit(.minutes(20)), .takesTurns)
struct RecallTests {
    private static func line(_ number: Int, _ text: String? = nil) -> Activity {
        var activity = Activity.message(text ?? "line \(number)")
        activity.id = "\(FakeService.conversationID)|\(number)"
        return activity
    }

    /// What is seen and what comes anew, where the service has five lines.
    private static func resume(
        watermark: String? = nil,
        known: [Activity]?,
        pageSize: Int = .max,
        prepare: @escaping @Sendable (FakeService) async -> Void = { _ in }
    ) async throws -> (earlier: EarlierActivities, new: [String?]) {
        try await withFakeService { service in
            await service.keep((1...5).map { "line \($0)" })
            await service.set(pageSize: pageSize)
            await prepare(service)
            var configuration = try ClientConfiguration.test(service, transport: .polling)
            configuration.resume = Resumption(
                conversationId: FakeService.conversationID,
                watermark: watermark,
                known: known
            )
            return try await DirectLine.withConversation(configuration) { conversation in
                let earlier = conversation.earlier
                await service.keep(["the end"])
                var events = conversation.events.makeAsyncIterator()
                var new: [String?] = []
                while new.last != "the end" { new.append(await events.nextText()) }
                return (earlier, new)
            }
        }
    }

    @Test func `what lies before the position is seen, the rest is new`() async throws {
        let (earlier, new) = try await Self.resume(watermark: "3", known: [])
        #expect(earlier.seen.map(\.text) == ["line 1", "line 2", "line 3"])
        #expect(earlier.isFromService && new == ["line 4", "line 5", "the end"])
    }

    @Test func `what a record knows is seen as well, and does not come again`() async throws {
        for pageSize in [1, 2, .max] {
            let (earlier, new) = try await Self.resume(
                known: [Self.line(1), Self.line(4)],
                pageSize: pageSize
            )
            #expect(earlier.seen.map(\.text) == ["line 1", "line 2", "line 3", "line 4"])
            #expect(new == ["line 5", "the end"])
        }
    }

    @Test func `what the service has forgotten stands where it was said`() async throws {
        let known = [Self.line(0), Self.line(2), Self.line(9), Self.line(3)]
        let (earlier, _) = try await Self.resume(known: known)
        #expect(earlier.seen.map(\.text) == ["line 0", "line 1", "line 2", "line 9", "line 3"])
    }

    @Test func `without a history the record alone tells, each once and as it was last`() async throws {
        let known = [Self.line(1), Self.line(2), Self.line(1, "line 1, changed")]
        let (earlier, _) = try await Self.resume(known: known) { service in
            await service.script("GET \(FakeService.path)/activities", .status(500), .status(500))
        }
        #expect(!earlier.isFromService)
        #expect(earlier.seen.map(\.text) == ["line 1, changed", "line 2"])
    }

    @Test func `a line that was being sent is unsettled unless it has arrived`() async throws {
        var lost = Activity.message("lost")
        lost.clientActivityID = "a"
        var arrived = Activity.message("arrived")
        arrived.clientActivityID = "b"
        var echo = Self.line(7, "arrived")
        echo.clientActivityID = "b"
        let (earlier, _) = try await Self.resume(known: [Self.line(1), echo, lost, arrived])
        #expect(earlier.unsettled == [lost])
    }

    @Test func `without a record nothing is asked for`() async throws {
        let (earlier, new) = try await Self.resume(watermark: "4", known: nil)
        #expect(earlier == EarlierActivities())
        #expect(new == ["line 5", "the end"])
    }
}
