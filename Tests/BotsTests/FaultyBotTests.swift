import BotSchema
import Bots
import Handoff
import Testing

/// What a faulty bot does besides what the bot does that it is made of.
struct FaultyBotTests {
    private static let accepted = Activity.handoffStatus(.accepted, conversationId: "c-1")

    private static func visit(_ faults: BotFault...) -> Visit {
        Visit(FaultyBot(DemoBot(lookUpTime: .zero), faults: Set(faults)))
    }

    private static func requests(in activities: [Activity]) -> Int {
        activities.count { if case .initiate? = HandoffSignal($0)?.kind { true } else { false } }
    }

    @Test func `without a fault it is the bot itself`() async throws {
        let (faulty, sound) = (Self.visit(), Visit())
        for line in ["hi", "a person, please"] {
            #expect(try await faulty.say(line) == sound.say(line))
        }
        #expect(try await faulty.turn(Self.accepted) == [])
    }

    @Test func `it talks once an agent is there, and not before`() async throws {
        let visit = Self.visit(.botSpeaks)
        #expect(try await visit.say("a person, please").count == 2)
        #expect(try await visit.turn(Self.accepted).map(\.type) == [.message])
        #expect(try await visit.turn(.handoffStatus(.completed(.ended), conversationId: "c-1")) == [])
    }

    @Test func `it ends the conversation once an agent is there`() async throws {
        let visit = Self.visit(.botEnds, .botSpeaks)
        #expect(try await visit.say("a person, please").allSatisfy { $0.type != .endOfConversation })
        #expect(try await visit.turn(Self.accepted).map(\.type) == [.message, .endOfConversation])
    }

    @Test func `every fault has a name and a line`() {
        #expect(BotFault.allCases.allSatisfy { !$0.rawValue.isEmpty && !$0.summary.isEmpty })
    }
}
