import BotSchema
import Testing

@testable import ChatScreen

struct GrowingReplyTests {
    private static func part(
        _ text: String,
        _ sequence: Int,
        _ kind: String = "streaming",
        id: String = "s-1"
    ) -> String {
        """
        {"type":"typing","id":"t-\(sequence)","text":"\(text)","from":{"id":"bot","name":"Robin","role":"bot"},\
        "entities":[{"type":"streaminfo","streamId":"\(id)","streamSequence":\(sequence),"streamType":"\(kind)"}]}
        """
    }

    private static func final(_ text: String, id: String = "s-1") -> String {
        """
        {"type":"message","id":"m-1","text":"\(text)","from":{"id":"bot","name":"Robin","role":"bot"},\
        "entities":[{"type":"streaminfo","streamId":"\(id)","streamType":"final"}]}
        """
    }

    @Test func `an answer grows in one place and ends as one message`() {
        var script = ChatScript()
        _ = script.open()
        #expect(
            script.arrive(Self.part("Looking", 1, "informative")).filter { !$0.isEmpty }
                == ["stream 1", "prompt bot, Robin: Looking"]
        )
        #expect(
            script.arrive(Self.part("The shop", 2)).filter { !$0.isEmpty }
                == ["stream 2", "prompt bot, Robin: The shop"]
        )
        // Old and repeated parts change nothing.
        #expect(script.arrive(Self.part("The", 1)).filter { !$0.isEmpty } == [])
        #expect(script.arrive(Self.part("The", 2)).filter { !$0.isEmpty } == [])
        #expect(
            script.arrive(Self.final("The shop is open.")).filter { !$0.isEmpty }
                == ["bot Robin: The shop is open.", "prompt bot"]
        )
        #expect(script.arrive(Self.part("late", 9)).filter { !$0.isEmpty } == [])
    }

    @Test func `an answer that breaks off is shown as far as it came, and said to be a part`() {
        var script = ChatScript()
        _ = script.open()
        _ = script.arrive(Self.part("The shop", 1))
        #expect(script.take(.timer(.stream(generation: 0))).filter { !$0.isEmpty } == [])
        #expect(
            script.take(.timer(.stream(generation: 1))).filter { !$0.isEmpty }
                == ["bot Robin: The shop … (the answer broke off)", "prompt bot"]
        )
        // Should it grow again, it is shown again, and its message as a whole.
        #expect(script.arrive(Self.part("The shop is", 2)).contains("prompt bot, Robin: The shop is"))
        #expect(script.arrive(Self.final("The shop is open.")).contains("bot Robin: The shop is open."))
    }

    @Test func `an answer taken back leaves nothing, and channel data ties parts as well`() {
        var script = ChatScript()
        _ = script.open()
        let part =
            #"{"type":"typing","id":"a","text":"Hm","channelData":{"streamType":"streaming","streamSequence":1}}"#
        #expect(script.arrive(part).contains("prompt bot, bot: Hm"))
        let retraction = #"{"type":"typing","channelData":{"streamType":"final","streamId":"a"}}"#
        #expect(script.arrive(retraction).filter { !$0.isEmpty } == ["prompt bot"])
    }

    @Test func `two entities about streams count as none, and plain typing is typing`() {
        var script = ChatScript()
        _ = script.open()
        let entity = #"{"type":"streaminfo","streamId":"s","streamSequence":1,"streamType":"streaming"}"#
        let words = script.arrive(#"{"type":"typing","id":"x","text":"Hm","entities":[\#(entity),\#(entity)]}"#)
        #expect(words.contains("typing 1"))
    }
}
