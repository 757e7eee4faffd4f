import Testing

@testable import ChatScreen

struct TurnPacerTests {
    private static let calm = TurnPacer.Situation(
        isOnline: true,
        isPosting: false,
        isWaitingForAgent: false,
        isLive: false
    )

    /// Drives a pacer through timers and questions; remembers how long it waited.
    private struct Course {
        var pacer = TurnPacer(settle: .milliseconds(500), answerWithin: .seconds(15))
        var situation = TurnPacerTests.calm
        var waited = Duration.zero
        private var last = TurnPacer.Decision.nothing

        mutating func happen() { last = pacer.somethingHappened() }

        /// Lets the timer run out and the service answer, once.
        mutating func step(isCertain: Bool = true) -> TurnPacer.Decision {
            guard case .startSettleTimer(let generation, let duration) = last else { return .nothing }
            waited += duration
            last = pacer.settleTimerFired(generation: generation, in: situation)
            if case .catchUp(let generation) = last {
                last = pacer.caughtUp(generation: generation, isCertain: isCertain, in: situation)
            }
            return last
        }

        /// Lets time pass until something is decided.
        mutating func run(isCertain: Bool = true) -> TurnPacer.Decision {
            for _ in 0..<50 {
                switch step(isCertain: isCertain) {
                case .startSettleTimer: continue
                case let decision: return decision
                }
            }
            return .nothing
        }
    }

    @Test func `silence after the greeting ends the opening`() {
        var course = Course()
        course.happen()
        #expect(course.run() == .settled)
        #expect(course.waited == .milliseconds(500))
        #expect(!course.pacer.isTurnOpen)
    }

    @Test func `an older timer and an older question count no more`() {
        var pacer = TurnPacer()
        guard case .startSettleTimer(let old, _) = pacer.somethingHappened() else { return #expect(Bool(false)) }
        guard case .startSettleTimer(let new, _) = pacer.somethingHappened() else { return #expect(Bool(false)) }
        #expect(pacer.settleTimerFired(generation: old, in: Self.calm) == .nothing)
        #expect(pacer.settleTimerFired(generation: new, in: Self.calm) == .catchUp(generation: new))
        // The service had something.
        guard case .startSettleTimer(let newest, _) = pacer.somethingHappened() else { return #expect(Bool(false)) }
        #expect(pacer.caughtUp(generation: new, isCertain: true, in: Self.calm) == .nothing)
        #expect(pacer.settleTimerFired(generation: newest, in: Self.calm) == .catchUp(generation: newest))
        #expect(pacer.caughtUp(generation: newest, isCertain: true, in: Self.calm) == .settled)
    }

    @Test func `a line stays open for its first answer, which may take seconds, and then for silence`() {
        var course = Course()
        course.pacer.turnStarted(expecting: .anAnswer)
        course.happen()
        while course.waited < .seconds(8) {
            guard case .startSettleTimer = course.step() else { return #expect(Bool(false), "over too early") }
        }
        course.pacer.messageCame(naming: nil)
        course.happen()
        #expect(course.run() == .settled)
    }

    @Test func `a line without an answer is told after its time, during which the service is asked`() {
        var course = Course()
        course.pacer.turnStarted(expecting: .anAnswer)
        course.happen()
        var questions = 0
        while case .startSettleTimer = course.step() { questions += 1 }
        #expect(course.waited == .seconds(15))
        #expect((4...8).contains(questions))
        #expect(!course.pacer.isTurnOpen)
    }

    @Test(arguments: [
        (TurnPacer.Expectation.anAnswer, TurnPacer.Decision.unanswered), (.perhapsAnAnswer, .settled),
        (.nothing, .settled),
    ])
    func `only a missing answer that was due is told`(
        expectation: TurnPacer.Expectation,
        decision: TurnPacer.Decision
    ) {
        var course = Course()
        course.pacer.turnStarted(expecting: expectation)
        course.pacer.lineHasId("l1", isEcho: true)
        course.happen()
        #expect(course.run() == decision)
        #expect(course.waited == (expectation == .nothing ? .milliseconds(500) : .seconds(15)))
    }

    @Test(arguments: ["posting", "waiting", "typing"])
    func `a turn stays open while its post is under way, an agent is waited for or somebody types`(reason: String) {
        var course = Course()
        course.situation.isPosting = reason == "posting"
        course.situation.isWaitingForAgent = reason == "waiting"
        course.situation.isTyping = reason == "typing"
        course.happen()
        #expect(course.run() == .nothing)
        #expect(course.pacer.isTurnOpen)
        course.situation = TurnPacerTests.calm
        course.happen()
        #expect(course.run() == .settled)
    }

    @Test func `while the stream is down nothing is finished`() {
        var course = Course()
        course.pacer.turnStarted(expecting: .anAnswer)
        course.pacer.messageCame(naming: nil)
        course.situation.isOnline = false
        course.happen()
        #expect(course.run() == .nothing)
        course.situation.isOnline = true
        course.happen()
        #expect(course.run() == .settled)
    }

    @Test func `a stream that breaks during the question leaves the turn open`() {
        var pacer = TurnPacer()
        guard case .startSettleTimer(let generation, _) = pacer.somethingHappened() else { return }
        #expect(pacer.settleTimerFired(generation: generation, in: Self.calm) == .catchUp(generation: generation))
        var down = Self.calm
        down.isOnline = false
        #expect(pacer.caughtUp(generation: generation, isCertain: true, in: down) == .nothing)
        #expect(pacer.isTurnOpen)
    }

    @Test func `a service that does not answer the question is asked again, and then the stream has to do`() {
        var course = Course()
        course.pacer.turnStarted(expecting: .anAnswer)
        course.pacer.lineHasId("l1", isEcho: true)
        course.pacer.messageCame(naming: nil)
        course.happen()
        #expect(course.run(isCertain: false) == .settled)
        #expect(course.waited > .seconds(1))
    }

    @Test func `without its echo a line is not finished by a stream alone`() {
        var course = Course()
        course.pacer.turnStarted(expecting: .anAnswer)
        course.pacer.messageCame(naming: nil)
        course.happen()
        #expect(course.run(isCertain: false) == .settled)
        #expect(course.waited == .seconds(15))
    }

    @Test func `a turn stays open until an agent has spoken, and that is told when the time is up`() {
        var course = Course()
        course.pacer.turnStarted()
        course.situation.isLive = true
        course.happen()
        guard case .startSettleTimer = course.step() else { return #expect(Bool(false), "over too early") }
        course.pacer.otherSideSpoke()
        course.happen()
        #expect(course.run() == .settled)
        course.pacer.turnStarted()
        course.happen()
        #expect(course.run() == .unanswered)
    }

    @Test func `a line that failed waits for nobody`() {
        var course = Course()
        course.pacer.turnStarted(expecting: .anAnswer)
        course.pacer.lineFailed()
        course.happen()
        #expect(course.run() == .settled)
        #expect(course.waited == .milliseconds(500))
    }

    @Test func `a conversation that is over has no more to wait for`() {
        var course = Course()
        course.pacer.turnStarted(expecting: .anAnswer)
        (course.situation.isOnline, course.situation.isOver) = (false, true)
        course.happen()
        #expect(course.run() == .settled)
    }

    @Test func `the time for an answer is up while the post is still under way`() {
        var posting = Self.calm
        posting.isPosting = true
        for (expected, end) in [
            (TurnPacer.Expectation.anAnswer, TurnPacer.Decision.unanswered), (.perhapsAnAnswer, .nothing),
            (.nothing, .nothing),
        ] {
            var pacer = TurnPacer()
            pacer.turnStarted(expecting: expected)
            // Where the post has ended, silence decides.
            #expect(pacer.answerTimeIsUp(in: Self.calm) == .nothing)
            var typing = posting
            typing.isTyping = true
            #expect(pacer.answerTimeIsUp(in: typing) == .nothing)
            #expect(pacer.answerTimeIsUp(in: posting) == end)
        }
        var answered = TurnPacer()
        answered.turnStarted(expecting: .anAnswer)
        answered.messageCame(naming: nil)
        #expect(answered.answerTimeIsUp(in: posting) == .nothing)
    }

    @Test func `the bound ends a wait once`() {
        var pacer = TurnPacer()
        pacer.turnStarted()
        #expect(pacer.boundReached(in: Self.calm) == .settledByBound(.unfinished))
        #expect(pacer.boundReached(in: Self.calm) == .nothing)
        pacer.turnStarted(expecting: .anAnswer)
        #expect(pacer.boundReached(in: Self.calm) == .settledByBound(.withoutAnswer))
        var waiting = Self.calm
        waiting.isWaitingForAgent = true
        pacer.turnStarted()
        pacer.messageCame(naming: nil)
        #expect(pacer.boundReached(in: waiting) == .settledByBound(.withoutAgent))
    }
}

struct AnswerWatchTests {
    @Test func `a message that names nothing answers`() {
        var watch = AnswerWatch()
        watch.lineBegan()
        #expect(watch.finding == .none)
        watch.messageCame(naming: nil)
        #expect(watch.finding == .answered)
        watch.lineBegan()
        #expect(watch.finding == .none)
    }

    @Test func `what answers an earlier line does not answer this one`() {
        var watch = AnswerWatch()
        watch.lineBegan()
        watch.lineHasId("l1")
        watch.lineBegan()
        watch.lineHasId("l2")
        watch.messageCame(naming: "l1")
        #expect(watch.finding == .none)
        watch.messageCame(naming: "l2")
        #expect(watch.finding == .answered)
    }

    @Test func `an answer may be there before the id of its line`() {
        var watch = AnswerWatch()
        watch.lineBegan()
        watch.messageCame(naming: "l1")
        #expect(watch.finding == .perhaps)
        watch.lineHasId("l1")
        #expect(watch.finding == .answered)
    }

    @Test func `a late greeting is no answer to the first line`() {
        var watch = AnswerWatch()
        watch.lineBegan()
        watch.lineHasId("l1")
        watch.messageCame(naming: "greeted")
        #expect(watch.finding == .perhaps)
        watch.messageCame(naming: "l1")
        #expect(watch.finding == .answered)
    }

    @Test func `where ids are changed on the way, any message answers after the first turn`() {
        var watch = AnswerWatch()
        watch.lineBegan()
        watch.lineHasId("l1")
        watch.messageCame(naming: "elsewhere 1")
        watch.lineBegan()
        watch.lineHasId("l2")
        watch.messageCame(naming: "elsewhere 2")
        #expect(watch.finding == .answered)
    }
}
