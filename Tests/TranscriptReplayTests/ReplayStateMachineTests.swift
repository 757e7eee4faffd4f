import BotSchema
import Testing
import TranscriptReplay

struct ReplayStateMachineTests {
    /// A replay that is driven by hand: what it does is noted in words.
    private struct Drive {
        var machine: ReplayStateMachine
        var timers: [ReplayStateMachine.Timer: Duration] = [:]
        var quiet: (generation: Int, duration: Duration)?
        var question: Int?

        init(_ activities: [Activity] = Recording.activities) {
            machine = ReplayStateMachine(ReplayScript(activities))
        }

        mutating func take(_ event: ReplayStateMachine.Event) -> [String] {
            machine.handle(event).compactMap { action in
                switch action {
                case .send(let activity): return "say \(activity.text ?? "")"
                case .startTimer(.quiet(let generation), let duration): quiet = (generation, duration)
                case .startTimer(let timer, let duration): timers[timer] = duration
                case .catchUp(let generation): question = generation
                case .tell: break
                case .finish(.complete): return "complete"
                case .finish(.ended(let unsaid)): return "ended, \(unsaid) unsaid"
                case .finish(.broken(let reason)): return "broken: \(reason)"
                }
                return nil
            }
        }

        mutating func arrive(_ activity: Activity, isEcho: Bool = false) -> [String] {
            take(.arrived(activity, isEcho: isEcho))
        }

        /// The silence that is waited for passes.
        mutating func silence(isCertain: Bool = true) -> [String] {
            guard let quiet else { return [] }
            question = nil
            let said = take(.timer(.quiet(generation: quiet.generation)))
            return said + (question.map { take(.caughtUp(generation: $0, isCertain: isCertain)) } ?? [])
        }
    }

    private static func live(_ activity: Activity) -> Activity {
        var activity = activity
        activity.conversation = ConversationAccount(id: "live-22")
        return activity
    }

    @Test func `each line is said when what came before it has come again`() {
        var drive = Drive()
        #expect(drive.take(.online) == [])
        #expect(drive.quiet?.duration == .seconds(15))
        #expect(drive.arrive(Recording.bot("Hello")) == [])
        #expect(drive.quiet?.duration == .milliseconds(500))
        #expect(drive.silence() == ["say hi"])
        #expect(drive.arrive(Recording.user("hi", at: "x"), isEcho: true) == [])
        #expect(drive.silence() == [], "a line on its way is waited for")
        #expect(drive.take(.posted(botFailure: nil)) == [])
        #expect(drive.arrive(Recording.bot("Hi")) == [])
        #expect(drive.quiet?.duration == .milliseconds(15_400), "as long as it took then, and patience")
        #expect(drive.arrive(Recording.bot("What is it?")) == [])
        #expect(drive.silence() == ["say a person"])
    }

    @Test func `nothing is finished while the stream is down, nor before the service has said that there is no more`() {
        var drive = Drive()
        _ = drive.take(.online)
        _ = drive.arrive(Recording.bot("Hello"))
        _ = drive.take(.offline)
        #expect(drive.silence() == [])
        _ = drive.take(.online)
        #expect(drive.silence(isCertain: false) == [])
        #expect(drive.silence() == ["say hi"])
    }

    @Test func `an agent is waited for, and ids of the conversation are no difference`() {
        var drive = Drive()
        _ = drive.take(.online)
        for line in ["hi", "a person"] {
            #expect(drive.silence() == ["say \(line)"])
            _ = drive.take(.posted(botFailure: nil))
        }
        _ = drive.arrive(Self.live(Recording.event("handoff.initiate", ["va_ConversationId": "live-22"])))
        #expect(drive.quiet?.duration == .seconds(45))
        _ = drive.arrive(Recording.event("handoff.status", ["state": "accepted"]))
        _ = drive.arrive(Recording.bot("Ana here", from: "Ana"))
        #expect(drive.quiet?.duration == .milliseconds(500))
        #expect(drive.silence() == ["say it broke"])
        _ = drive.take(.posted(botFailure: nil))
        _ = drive.arrive(Recording.bot("Fixed", from: "Ana"))
        #expect(drive.silence() == ["complete"])
        #expect(drive.silence() == [], "nothing after the end")
    }

    @Test func `a changed answer holds nothing up for long`() {
        var drive = Drive()
        _ = drive.take(.online)
        _ = drive.arrive(Recording.bot("Welcome"))
        #expect(drive.quiet?.duration == .milliseconds(500), "one thing came for the one that was to come")
        #expect(drive.silence() == ["say hi"])
    }

    @Test func `what comes sooner than then is not waited for again`() {
        var drive = Drive()
        _ = drive.take(.online)
        _ = drive.arrive(Recording.bot("Hello"))
        _ = drive.arrive(Recording.bot("Hi"))
        _ = drive.silence()
        _ = drive.arrive(Recording.bot("What is it?"))
        _ = drive.take(.posted(botFailure: nil))
        #expect(drive.quiet?.duration == .milliseconds(500))
    }

    @Test func `a pause that was shorter than the silence is kept`() {
        let first = Recording.user("one", at: "2026-01-02T03:00:00.000Z")
        let second = Recording.user("two", at: "2026-01-02T03:00:00.120Z")
        var drive = Drive([first, second])
        _ = drive.take(.online)
        _ = drive.silence()
        _ = drive.take(.posted(botFailure: nil))
        #expect(drive.quiet?.duration == .milliseconds(120))
    }

    @Test func `who speaks sooner than then waits no less for the agent`() {
        var recording = Recording.activities
        recording.insert(Recording.user("hello?", at: "2026-01-02T03:04:35.000Z"), at: 7)
        var drive = Drive(recording)
        _ = drive.take(.online)
        for _ in 0..<2 {
            _ = drive.silence()
            _ = drive.take(.posted(botFailure: nil))
        }
        _ = drive.arrive(recording[6])
        #expect(drive.silence() == ["say hello?"])
        _ = drive.take(.posted(botFailure: nil))
        #expect(drive.quiet?.duration == .seconds(5.5 + 24.5 + 15))
    }

    @Test func `a bot that never falls silent is cut short by the bound`() {
        var drive = Drive()
        _ = drive.take(.online)
        for number in 0..<50 { #expect(drive.arrive(Recording.bot("\(number)")) == []) }
        #expect(drive.timers[.bound(turn: 0)] == .seconds(120))
        #expect(drive.take(.timer(.bound(turn: 0))) == ["say hi"])
        #expect(drive.take(.timer(.bound(turn: 0))) == [], "of an earlier turn")
    }

    @Test func `an end before the last line, a break and a failing bot are told apart`() {
        var early = Drive()
        _ = early.take(.online)
        _ = early.silence()
        #expect(early.take(.ended) == ["ended, 2 unsaid"])
        var broken = Drive()
        #expect(broken.take(.broken("no token")) == ["broken: no token"])
        var failing = Drive()
        _ = failing.take(.online)
        _ = failing.silence()
        _ = failing.take(.posted(botFailure: "HTTP 502"))
        #expect(failing.machine.botFailures == [1: "HTTP 502"])
        #expect(failing.silence() == ["say a person"], "the rest is said all the same")
    }
}
