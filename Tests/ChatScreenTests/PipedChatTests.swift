import BotSchema
import DirectLineClient
import Handoff
import LineEditing
import Transcripts
import Testing

@testable import ChatScreen

struct PipedChatTests {
    @Test func `each line is a turn, and the end of the input leaves when the last has settled`() {
        var script = ChatScript(isInteractive: false)
        #expect(script.take(.input(.line("one"))) == [])
        #expect(script.take(.input(.line("two"))) == [])
        #expect(script.take(.input(.endOfInput)) == [])
        #expect(script.open().last == "settle 1")
        let first = script.settle(1)
        #expect(first.contains("post 1 one"))
        #expect(script.take(.posted(number: 1, .success(nil))) == ["settle 2"])
        #expect(script.settle(2) == ["settle 3"], "the answer is missing")
        #expect(script.arrive(Fixture.answer).last == "settle 4")
        #expect(script.settle(4).contains("post 2 two"))
        #expect(script.take(.posted(number: 2, .success(nil))) == ["settle 5"])
        _ = script.arrive(Fixture.answer)
        #expect(script.settle(6) == ["leave 0"])
    }

    @Test func `a line without an answer is told, and is the exit code`() {
        var script = ChatScript(isInteractive: false)
        _ = script.open()
        _ = script.settle(1)
        _ = script.take(.input(.line("anybody there?")))
        _ = script.take(.input(.endOfInput))
        _ = script.take(.posted(number: 1, .success("c-1|1")))
        var said: [String] = []
        for generation in 2...20 where said.last?.hasPrefix("leave") != true { said += script.settle(generation) }
        #expect(said.suffix(2) == ["No answer to “anybody there?” within 15 s.", "leave 3"])
    }

    @Test(arguments: [true, false])
    func `C40 typing after the bot's end still posts, and what is refused is a failure`(isTaken: Bool) {
        var script = ChatScript(isInteractive: false)
        _ = script.open()
        _ = script.settle(1)
        _ = script.arrive(#"{"type":"endOfConversation","from":{"id":"bot","role":"bot"}}"#)
        _ = script.take(.client(.connection(.ended(reason: "the bot ended the conversation"))))
        #expect(script.enter("still there?").contains("post 1 still there?"))
        _ = script.take(.input(.endOfInput))
        guard isTaken else {
            let refused = script.take(.posted(number: 1, .failure(ClientError(.rejected, "it has ended"))))
            #expect(refused.contains { $0.hasPrefix("“still there?” was not delivered") }, "\(refused)")
            #expect(script.machine.exitCode == 1)
            return
        }
        _ = script.take(.posted(number: 1, .success("c-1|9")))
        _ = script.take(.client(.connection(.online)))
        _ = script.arrive(#"{"type":"message","text":"still there?","id":"c-1|9"}"#, isEcho: true)
        let answer = script.arrive(Fixture.answer)
        #expect(script.machine.handoff.state == .bot)
        let settle = answer.last.flatMap { Int($0.dropFirst("settle ".count)) } ?? 0
        #expect(script.settle(settle).last == "leave 0")
    }

    @Test func `a line that the bound finds undelivered is no missing answer`() {
        for isPosting in [true, false] {
            var script = ChatScript(isInteractive: false)
            _ = script.open()
            _ = script.settle(1)
            if !isPosting {
                _ = script.take(.client(.connection(.connecting(attempt: 2))))
            }
            _ = script.take(.input(.line("pay")))
            _ = script.take(.input(.endOfInput))
            let outcome =
                isPosting
                ? "may not have been delivered: the service has not answered" : "was not delivered: not connected"
            #expect(script.take(.timer(.linger(turn: 1))).first == "“pay” \(outcome) within 60 s.")
            #expect(script.machine.exitCode == 1)
        }
    }

    @Test func `a post that stays open is no answer in time`() {
        var script = ChatScript(isInteractive: false)
        _ = script.open()
        _ = script.settle(1)
        #expect(script.take(.input(.line("slow"))).contains("answer 1"))
        _ = script.take(.input(.endOfInput))
        #expect(script.take(.timer(.answer(turn: 0))).isEmpty)
        let told = script.take(.timer(.answer(turn: 1)))
        #expect(told.first == "No answer to “slow” within 15 s.")
        #expect(script.machine.exitCode == 3)
    }

    @Test func `a line of which nobody knows fails the script unless its echo comes`() {
        let lost = ClientError(.interrupted, "the connection broke")
        for isEchoed in [false, true] {
            var script = ChatScript(isInteractive: false)
            _ = script.open()
            _ = script.settle(1)
            _ = script.take(.input(.line("pay")))
            _ = script.take(.input(.endOfInput))
            let told = script.take(.posted(number: 1, .failure(lost)))
            #expect(told.first == "“pay” may not have been delivered: the connection broke")
            if isEchoed {
                let echo = script.arrive(#"{"type":"message","text":"pay","id":"c-1|1"}"#, isEcho: true)
                #expect(echo.contains("“pay” was delivered."))
            }
            _ = script.arrive(Fixture.answer)
            #expect(script.settle(isEchoed ? 4 : 3) == ["leave \(isEchoed ? 0 : 1)"])
        }
    }

    @Test func `an echo that was there before its post failed leaves no doubt`() {
        var script = ChatScript(isInteractive: false)
        _ = script.open()
        _ = script.settle(1)
        _ = script.take(.input(.line("pay")))
        _ = script.take(.input(.endOfInput))
        _ = script.arrive(#"{"type":"message","text":"pay","id":"c-1|1"}"#, isEcho: true)
        let told = script.take(.posted(number: 1, .failure(ClientError(.timedOut, "no answer in time"))))
        #expect(told.contains("“pay” was delivered."))
        _ = script.arrive(Fixture.answer)
        #expect(script.settle(4) == ["leave 0"])
    }

    @Test func `a long line is named by its beginning, and the bot by its own address`() {
        var script = ChatScript(isInteractive: false)
        _ = script.open()
        _ = script.settle(1)
        _ = script.take(.input(.line(String(repeating: "long ", count: 1000))))
        let failure = ClientError(
            .botFailed,
            "127.0.0.1:41234 took it, but the bot failed (502)",
            status: 502,
            detail: "Failed to send activity: the bot at http://bot.example/api is not reachable (connection refused)"
        )
        let told = script.take(.posted(number: 1, .failure(failure))).first ?? ""
        #expect(told.hasPrefix("“long long") && told.count < 200)
        #expect(
            told.hasSuffix(
                "…” was not answered: the bot at http://bot.example/api is not reachable (connection refused)"
            )
        )
    }

    @Test func `a script may play the hub while it waits for an agent`() {
        var script = ChatScript(isInteractive: false)
        _ = script.open()
        _ = script.settle(1)
        _ = script.enter("a person, please")
        _ = script.enter("/handoff accept Dana")
        _ = script.take(.posted(number: 1, .success(nil)))
        _ = script.arrive(Fixture.initiate)
        #expect(script.settle(3).contains("post 2 handoff.status"))
    }

    @Test func `an open handoff keeps a pipe until it is over`() {
        var script = ChatScript(isInteractive: false)
        _ = script.open()
        _ = script.settle(1)
        _ = script.take(.input(.line("a person, please")))
        _ = script.take(.input(.endOfInput))
        _ = script.take(.posted(number: 1, .success(nil)))
        _ = script.arrive(Fixture.initiate)
        #expect(script.settle(3) == [])
        _ = script.arrive(Fixture.accepted)
        _ = script.arrive(Fixture.agentSays)
        #expect(script.settle(5) == ["linger 2"])
        let back = script.arrive(Fixture.transferredBack)
        #expect(back.last == "settle 6")
        #expect(script.settle(6) == ["leave 0"])
    }

    @Test func `the bound ends the wait for a handoff that nobody ends`() {
        var script = ChatScript(isInteractive: false)
        _ = script.open()
        _ = script.settle(1)
        _ = script.take(.input(.line("a person, please")))
        _ = script.take(.input(.endOfInput))
        _ = script.take(.posted(number: 1, .success(nil)))
        _ = script.arrive(Fixture.initiate)
        let atBound = script.take(.timer(.linger(turn: 1)))
        #expect(atBound == ["No agent accepted the handoff within 60 s.", "linger 2"])
        #expect(
            script.take(.timer(.linger(turn: 2))) == [
                "Left after 60 s with the handoff still open: requested, nobody has answered yet.", "leave 3",
            ]
        )
    }

    @Test(arguments: [[], [Fixture.queued], [Fixture.accepted, Fixture.agentSays]])
    func `a handoff that is open at the bound is told, and is the exit code`(since: [String]) {
        var script = ChatScript(isInteractive: false)
        _ = script.open()
        _ = script.settle(1)
        // The bot asks for an agent by itself, so that no line of the script waits for one.
        for json in [Fixture.initiate] + since { _ = script.arrive(json) }
        #expect(script.take(.input(.endOfInput)) == ["linger 1"])
        let said = script.take(.timer(.linger(turn: 1)))
        #expect(said.first?.hasPrefix("Left after 60 s with the handoff still open: ") == true, "\(said)")
        #expect(said.last == "leave 3")
    }

    /// What a script of these lines ends with, with nobody to answer.
    private func status(of lines: [String]) -> Int32? {
        var sides = Sides(
            chat: ChatStateMachine(
                configuration: ChatStateMachine.Configuration(
                    isInteractive: false,
                    settle: .zero,
                    linger: .zero,
                    style: .plain
                )
            )
        )
        var steps: [Sides.Step] = []
        func take(_ event: ChatEvent) {
            steps += sides.handle(event, of: .user, at: Timestamp(milliseconds: 0))
        }
        take(.opened(conversationId: "c-1"))
        take(.client(.connection(.online)))
        for line in lines { take(.input(.line(line))) }
        take(.input(.endOfInput))
        take(.timer(.settle(generation: 1)))
        take(.client(.caughtUp(1, isCertain: true)))
        return steps.compactMap { if case .leave(let code) = $0.action { code } else { nil } }.last
    }

    @Test func `a mistyped command of a script is wrong use`() {
        #expect(status(of: ["/status"]) == 0)
        #expect(status(of: ["/statsu"]) == 64)
        #expect(status(of: ["/save", "/status"]) == 64, "a command without what it needs")
        #expect(status(of: ["/find", "/status"]) == 64, "also where both sides share it")
    }

    @Test func `a file is written or read before a pipe goes on, and its failure is the exit code`() throws {
        var script = ChatScript(isInteractive: false)
        _ = script.open()
        _ = script.arrive(#"{"type":"message","text":"Hello"}"#)
        _ = script.settle(2)
        #expect(script.enter("/save a.json").last == "save 1 to a.json")
        #expect(script.enter("/load b.json") == [])
        #expect(script.take(.input(.endOfInput)) == [])
        let failure = try #require(throws: TranscriptError.self) { try TranscriptFile.read("/nonexistent/b.json") }
        let afterSaving = script.take(.saved(path: "a.json", .failure(failure)))
        #expect(afterSaving.last == "load b.json")
        let afterLoading = script.take(.loaded(path: "b.json", .failure(failure)))
        #expect(afterLoading.last == "leave 1")
    }

    @Test func `a failed post makes the exit code 1`() {
        var script = ChatScript(isInteractive: false)
        _ = script.open()
        _ = script.settle(1)
        _ = script.take(.input(.line("hello")))
        _ = script.take(.input(.endOfInput))
        _ = script.take(.posted(number: 1, .failure(ClientError(.botFailed, "the bot answered 500"))))
        #expect(script.settle(2) == ["leave 1"])
    }
}
