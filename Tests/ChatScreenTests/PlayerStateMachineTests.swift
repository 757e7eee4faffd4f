import BotSchema
import ChatScreen
import Testing
import Transcripts

struct PlayerStateMachineTests {
    private static let clock = RecordedItems.Clock(day: { _ in nil }, dateAndTime: { _ in "" })

    /// Three scenes, a second apart, of which each takes half a second to type.
    private static let scenes: [PlayerScene] = {
        let times = ["05.000", "06.000", "07.000"]
        let activities = times.map { time -> Activity in
            var activity = Activity.message(String(repeating: "x", count: 20))
            activity.from = ChannelAccount(id: "ana", name: "Ana", role: "bot")
            activity.timestamp = "2026-01-02T03:04:\(time)Z"
            return activity
        }
        return PlayerScene.scenes(of: Transcript(activities: activities), clock: Self.clock) { item in
            if case .activity = item { "x" } else { "" }
        }
    }()

    /// A player with its clock in hand.
    private struct Drive {
        var machine: PlayerStateMachine
        var now = Duration.zero
        var timer: (generation: Int, duration: Duration)?
        var status = ""

        init(speed: Double = 1, from start: Int = 0) {
            machine = PlayerStateMachine(scenes: PlayerStateMachineTests.scenes, speed: speed, from: start)
        }

        mutating func begin() -> [String] { note(machine.begin(at: now)) }

        mutating func press(_ key: PlayerKey, after time: Duration = .zero) -> [String] {
            now += time
            return note(machine.handle(.key(key), at: now))
        }

        /// The timer that was started last runs out.
        mutating func pass() -> [String] {
            guard let timer else { return ["no timer"] }
            now += timer.duration
            return note(machine.handle(.timer(generation: timer.generation), at: now))
        }

        private mutating func note(_ actions: [PlayerStateMachine.Action]) -> [String] {
            actions.compactMap { action in
                switch action {
                case .show(let scene): return "show \(scene)"
                case .showOnly(let end): return "only \(end)"
                case .leave: return "leave"
                case .setStatus(let words): status = words
                case .startTimer(let generation, let duration): timer = (generation, duration)
                }
                return nil
            }
        }
    }

    @Test func `scenes come at their times, after somebody was seen to type them`() {
        var drive = Drive()
        #expect(drive.begin() == ["show 0"])
        #expect(drive.timer?.duration == .milliseconds(500))
        #expect(drive.pass() == [])
        #expect(drive.status == "playing · 1 of 3 · Ana is typing…")
        #expect(drive.pass() == ["show 1"])
        #expect(drive.now == .seconds(1))
        _ = drive.pass()
        #expect(drive.pass() == ["show 2"])
        #expect(drive.status.hasPrefix("the end · 3 of 3"))
        #expect(drive.press(.quit) == ["leave"])
    }

    @Test func `space stops the time and lets it go on where it stood`() {
        var drive = Drive()
        _ = drive.begin()
        #expect(drive.press(.pause, after: .milliseconds(200)) == [])
        #expect(drive.status.hasPrefix("paused"))
        #expect(drive.pass() == [], "a timer that was started before is void")
        #expect(drive.press(.pause, after: .seconds(60)) == [])
        #expect(drive.timer?.duration == .milliseconds(300))
    }

    @Test func `digits change the speed of what is left`() {
        var drive = Drive(speed: 2)
        _ = drive.begin()
        #expect(drive.timer?.duration == .milliseconds(250))
        _ = drive.press(.speed(5), after: .milliseconds(100))
        #expect(drive.timer?.duration == .milliseconds(60))
        #expect(drive.status.contains("5×"))
    }

    @Test func `arrows step and pause`() {
        var drive = Drive()
        _ = drive.begin()
        #expect(drive.press(.forward) == ["show 1"])
        #expect(drive.status == "paused · 2 of 3 · space, ← →, 1-9, q")
        #expect(drive.press(.forward) == ["show 2"])
        #expect(drive.press(.forward) == [])
        #expect(drive.press(.back) == ["only 2"])
        #expect(drive.press(.back) == ["only 1"])
        #expect(drive.press(.back) == [], "the first stays")
        _ = drive.press(.pause)
        #expect(drive.pass() == [])
        #expect(drive.pass() == ["show 1"])
    }

    @Test func `what is before the start is there at once, and nothing at all is an end`() {
        var drive = Drive(from: 2)
        #expect(drive.begin() == ["only 2", "show 2"])
        var empty = PlayerStateMachine(scenes: [])
        #expect(empty.begin(at: .zero) == [.setStatus("the end · 0 of 0 · ← back, q leaves")])
        #expect(empty.handle(.key(.forward), at: .zero) == [])
        #expect(empty.handle(.stop, at: .zero) == [.leave])
    }

    @Test func `long waits are cut short, and without times people type as fast as they do`() {
        func scenes(_ times: [String?]) -> [PlayerScene] {
            let activities = times.map { time -> Activity in
                var activity = Activity.message("hello there")
                activity.timestamp = time
                return activity
            }
            return PlayerScene.scenes(of: Transcript(activities: activities), clock: Self.clock) { _ in "x" }
        }
        #expect(scenes(["2026-01-02T03:00:00Z", "2026-01-02T09:00:00Z"])[1].delay == .seconds(4))
        #expect(scenes(["2026-01-02T03:00:00Z", "2026-01-02T02:00:00Z"])[1].delay == .milliseconds(200))
        #expect(scenes([nil, nil])[1].delay == .milliseconds(775))
    }

    @Test(
        arguments: [
            ([0x20], [PlayerKey.pause]), ([0x31, 0x39], [.speed(1), .speed(9)]), ([0x30], []), ([0x03], [.quit]),
            (Array("\u{1B}[C\u{1B}OD\u{1B}[1;5C ".utf8), [.forward, .back, .forward, .pause]),
            (Array("\u{1B}".utf8), []), (Array("\u{1B}[".utf8), []), (Array("x\u{1B}q".utf8), [.quit]),
            (Array("\u{1B}[200~".utf8), []),
        ] as [([UInt8], [PlayerKey])]
    )
    func `keys are told as terminals send them`(bytes: [UInt8], keys: [PlayerKey]) {
        #expect(PlayerKey.keys(in: bytes) == keys)
    }
}
