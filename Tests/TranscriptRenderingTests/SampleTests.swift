import BotSchema
import Handoff
import Testing
import TranscriptRendering
import Transcripts

/// The conversations in the folder `Transcripts`: each can be read, and its handoffs are what they are meant to show.
struct SampleTests {
    struct Sample: Sendable {
        let name: String
        let form: TranscriptForm
        let count: Int
        var outcomes: [HandoffOutcome] = []
        var dialect: HandoffDialect?
        var rules: Set<String> = []
    }

    static let samples = [
        Sample(
            name: "agent-lost-second-try.transcript",
            form: .array,
            count: 14,
            outcomes: [.lost, .ended],
            dialect: .sdk
        ),
        Sample(name: "cards-in-chinese.transcript", form: .array, count: 8),
        Sample(name: "closed-while-waiting.transcript", form: .array, count: 6, outcomes: [.aborted], dialect: .sdk),
        Sample(
            name: "copilot-refund.json",
            form: .activitySet,
            count: 5,
            outcomes: [.open],
            dialect: .copilotStudio,
            rules: ["HO209"]
        ),
        Sample(
            name: "credit-card-handoff.transcript",
            form: .array,
            count: 16,
            outcomes: [.ended],
            dialect: .copilotStudio
        ),
        Sample(
            name: "dataverse-export.csv",
            form: .table,
            count: 9,
            outcomes: [.open],
            dialect: .copilotStudio,
            rules: ["HO110", "HO164", "HO209", "HO216"]
        ),
        Sample(
            name: "first-library-return.transcript",
            form: .transcriptObject,
            count: 7,
            outcomes: [.completed],
            dialect: .rest,
            rules: ["HO104", "HO208"]
        ),
        Sample(
            name: "late-parcel-back-to-bot.transcript",
            form: .array,
            count: 12,
            outcomes: [.transferredBack],
            dialect: .threeEvents
        ),
        Sample(
            name: "liveperson-sales.transcript",
            form: .array,
            count: 10,
            outcomes: [.completed],
            dialect: .livePerson,
            rules: ["HO122"]
        ),
        Sample(name: "nobody-there.transcript", form: .array, count: 7, outcomes: [.failed], dialect: .sdk),
        Sample(
            name: "omnichannel-billing.transcript",
            form: .array,
            count: 7,
            outcomes: [.completed],
            dialect: .omnichannel,
            rules: ["HO208"]
        ),
        Sample(name: "opening-hours.chat", form: .chat, count: 7),
        Sample(
            name: "provider-event.jsonl",
            form: .sequence,
            count: 5,
            outcomes: [.open],
            dialect: .providerEvent,
            rules: ["HO103", "HO208", "HO209"]
        ),
        Sample(
            name: "queue-timed-out.transcript",
            form: .array,
            count: 11,
            outcomes: [.timedOut],
            dialect: .threeEventsAsCoded
        ),
        Sample(
            name: "telephone-transfer.transcript",
            form: .array,
            count: 5,
            outcomes: [.aborted],
            dialect: .telephony
        ),
    ]

    static func read(_ name: String) throws -> Transcript {
        let folder = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return try TranscriptFile.read("/\(folder)/Transcripts/\(name)")
    }

    @Test(arguments: samples)
    func `a sample reads as what it is meant to show`(sample: Sample) throws {
        let transcript = try Self.read(sample.name)
        #expect(transcript.form == sample.form)
        #expect(transcript.activities.count == sample.count)
        #expect(transcript.repairs.isEmpty || sample.form == .table)
        let attempts = HandoffTimeline(of: transcript.activities).attempts
        #expect(attempts.map(\.outcome) == sample.outcomes)
        #expect(attempts.first?.dialect == sample.dialect)
        let lint = HandoffLint(origin: .transcript)
        #expect(Set(lint.findings(in: transcript.activities).map(\.rule.id)) == sample.rules)
    }

    @Test(arguments: samples)
    func `a sample is written as it was read, and rendered in every form`(sample: Sample) throws {
        let transcript = try Self.read(sample.name)
        let again = try Transcript(parsing: transcript.serializedAsRead(), name: sample.name)
        #expect(again.activities == transcript.activities)
        #expect(again.form == transcript.form)
        for format in TranscriptFormat.allCases where format != .chat {
            let there = try Transcript(parsing: transcript.serialized(as: format), name: "a.\(format.rawValue)")
            #expect(there.activities == transcript.activities)
        }
        for format in RenderedFormat.allCases {
            #expect(transcript.rendered(as: format, title: sample.name).count > 200)
        }
    }

    @Test func `the samples show every outcome that a record can tell`() throws {
        let shown = Set(Self.samples.flatMap(\.outcomes))
        // Only the person at the keyboard knows that they withdrew; no activity says so.
        #expect(shown == Set(HandoffOutcome.allCases).subtracting([.cancelled]))
        let locales = Set(try Self.samples.flatMap { try Self.read($0.name).activities.compactMap(\.locale) })
        #expect(locales.count >= 10)
    }
}
