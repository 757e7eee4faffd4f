import BotSchema
import DirectLineClient
import LineEditing
import Testing

@testable import ChatScreen

/// Reactions, edits and deletions in the chat: an agent's on the user's screen, and the user's own.
struct LineChangeTests {
    /// What an agent sends about a line, as the channel gives it to the user: under an id of its own.
    private func about(_ line: String, _ members: String, id: Int) -> String {
        #"{"id":"c|\#(id)","replyToId":"\#(line)",\#(members),"from":{"id":"ana","name":"Ana","role":"bot"},"#
            + #""channelData":{"baton":{"author":"agent","agentId":"ana"}}}"#
    }

    private func live() -> ChatScript {
        var script = ChatScript()
        _ = script.open()
        _ = script.arrive(Fixture.initiate)
        _ = script.arrive(Fixture.accepted)
        return script
    }

    @Test func `an agent's reaction, edits and deletion are shown at the line that they are about`() {
        var script = live()
        let mine = #"{"type":"message","id":"c|5","text":"my number is 17","from":{"id":"user","role":"user"}}"#
        _ = script.arrive(mine, isEcho: true)
        _ = script.arrive(about("c|5", #""type":"message","text":"see at ten""#, id: 6))
        let reaction = script.arrive(
            about("c|5", #""type":"messageReaction","reactionsAdded":[{"type":"like"}]"#, id: 7)
        )
        #expect(reaction.first == "agent Ana: (reacted to “my number is 17”: like)")
        let edit = script.arrive(about("c|6", #""type":"messageUpdate","text":"see you at ten""#, id: 8))
        #expect(edit.first == "agent Ana: see you at ten\n  (edited, was: “see at ten”)")
        let second = script.arrive(about("c|6", #""type":"messageUpdate","text":"see you at two""#, id: 9))
        #expect(second.first == "agent Ana: see you at two\n  (edited, was: “see you at ten”)")
        let deletion = script.arrive(about("c|6", #""type":"messageDelete""#, id: 10))
        #expect(deletion.first == "agent Ana: (deleted: “see you at two”)")
    }

    @Test func `a bot's change is known by its own id, whatever it replies to`() {
        var script = ChatScript()
        _ = script.open()
        let bot = #""from":{"id":"bot","role":"bot"}"#
        _ = script.arrive(
            #"{"type":"message","id":"c|1","text":"hi","from":{"id":"user","role":"user"}}"#,
            isEcho: true
        )
        _ = script.arrive(#"{"type":"message","id":"c|2","replyToId":"c|1","text":"one",\#(bot)}"#)
        let edit = script.arrive(#"{"type":"messageUpdate","id":"c|2","replyToId":"c|1","text":"two",\#(bot)}"#)
        #expect(edit.first == "bot: two\n  (edited, was: “one”)")
        #expect(script.arrive(#"{"type":"messageDelete","id":"c|2",\#(bot)}"#).first == "bot: (deleted: “two”)")
        let other = script.arrive(#"{"type":"messageUpdate","id":"c|9","replyToId":"c|1","text":"three",\#(bot)}"#)
        #expect(other.first == "bot: three\n  (edited)")
    }

    @Test func `a user corrects and deletes the own last line and reacts to the agent's`() {
        var script = live()
        #expect(script.enter("/delete").contains("You have no line here to change."))
        _ = script.arrive(about("", #""type":"message","text":"Good morning""#, id: 6))
        #expect(script.enter("/react like").contains("you: (reacted to “Good morning”: like)"))
        _ = script.take(.posted(number: 1, .success("c|7")))
        #expect(script.enter("/react -like").contains("you: (took back the reaction to “Good morning”: like)"))
        _ = script.take(.posted(number: 2, .success("c|8")))
        _ = script.enter("helo")
        _ = script.take(.posted(number: 3, .success("c|9")))
        #expect(script.enter("/correct hello").contains("you: hello (edited, was: “helo”)"))
        _ = script.take(.posted(number: 4, .success("c|10")))
        #expect(script.enter("/delete").contains("you: (deleted: “hello”)"))
        _ = script.take(.posted(number: 5, .success("c|11")))
        let deletion = #"{"type":"messageDelete","id":"c|11","replyToId":"c|9","from":{"id":"user","role":"user"}}"#
        _ = script.arrive(deletion, isEcho: true)
        #expect(script.enter("/delete").contains("You have no line here to change."))
        #expect(script.posted.map(\.replyToId) == ["c|6", "c|6", nil, "c|9", "c|9"])
        #expect(
            script.posted.map(\.type) == [.messageReaction, .messageReaction, .message, .messageUpdate, .messageDelete]
        )
        // Each is in the record once, though both the answer of the post and the stream told of it.
        #expect(script.machine.record.entries.count { $0.activity.type == .messageDelete } == 1)
    }

    @Test func `a correction is of the last line with words, a deletion of whatever came last`() {
        var script = live()
        _ = script.enter("see the reciept")
        _ = script.take(.posted(number: 1, .success("c|7")))
        _ = script.enter("/attach receipt.pdf")
        _ = script.take(.posted(number: 2, .success("c|8")))
        let words = "you: see the receipt (edited, was: “see the reciept”)"
        #expect(script.enter("/correct see the receipt").contains(words))
        _ = script.take(.posted(number: 3, .success("c|9")))
        _ = script.enter("/delete")
        #expect(script.posted.map(\.replyToId) == [nil, "c|7", "c|8"])
    }

    @Test func `only a reaction that was given is taken back`() {
        var script = live()
        _ = script.arrive(about("", #""type":"message","text":"Good morning""#, id: 6))
        let refusal = "You have not reacted to “Good morning” with like."
        #expect(script.enter("/react -like").contains(refusal))
        // One that is on its way counts, one that was taken back does not.
        _ = script.enter("/react like")
        _ = script.enter("/react heart")
        #expect(!script.enter("/react -like").contains(refusal))
        #expect(script.enter("/react -like").contains(refusal))
        for number in 1...3 { _ = script.take(.posted(number: number, .success("c|\(number + 6)"))) }
        #expect(script.enter("/react -like").contains(refusal))
        #expect(!script.enter("/react -heart").contains { $0.hasPrefix("You have not") })
        #expect(script.posted.count == 4)
        // One given by another client of the user counts as well; the agent's own does not.
        let added = #""type":"messageReaction","reactionsAdded":[{"type":"sad"}]"#
        _ = script.arrive(about("c|6", added, id: 20))
        #expect(script.enter("/react -sad").contains { $0.hasPrefix("You have not") })
        _ = script.arrive(#"{\#(added),"id":"c|21","replyToId":"c|6","from":{"id":"user","role":"user"}}"#)
        #expect(!script.enter("/react -sad").contains { $0.hasPrefix("You have not") })
    }

    /// The newest settle timer that was started.
    private func settle(_ words: [String]) -> Int {
        words.last { $0.hasPrefix("settle ") }.flatMap { Int($0.dropFirst(7)) } ?? 0
    }

    @Test func `a script does not wait for an answer to them`() {
        var script = ChatScript(isInteractive: false)
        _ = script.open()
        _ = script.arrive(Fixture.initiate)
        _ = script.arrive(Fixture.accepted)
        let words = script.arrive(about("", #""type":"message","text":"Good morning""#, id: 6))
        _ = script.settle(settle(words))
        #expect(script.enter("/react like").contains("post 1 messageReaction"))
        _ = script.enter("bye")
        let posted = script.take(.posted(number: 1, .success("c|7")))
        #expect(script.settle(settle(posted)).contains("post 2 bye"), "\(posted)")
    }
}
