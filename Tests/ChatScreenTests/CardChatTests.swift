import BotSchema
import ChatScreen
import MessageContent
import Testing

@testable import DirectLineClient

struct CardChatTests {
    private func opened(_ json: String) -> ChatScript {
        var script = ChatScript()
        _ = script.open()
        _ = script.arrive(json)
        return script
    }

    private func message(_ card: String, _ rest: String = "") -> String {
        """
        {"type":"message","id":"m1","from":{"name":"Robin"},"recipient":{"id":"me"}\(rest),"attachments":[{"contentType":
        "application/vnd.microsoft.card.adaptive","content":{"type":"AdaptiveCard","version":"1.5",\(card)}}]}
        """
    }

    private func suggestion(to ids: String) -> String {
        """
        {"type":"message","text":"Which?","from":{"name":"Robin"},"recipient":{"id":"me"},"suggestedActions":{"to":\(ids),
        "actions":[{"type":"imBack","title":"A","value":"a"}]}}
        """
    }

    // MARK: - Choices

    @Test func `C34 suggestions for somebody else are not offered`() {
        var script = ChatScript()
        _ = script.open()
        let shown = script.arrive(suggestion(to: #"["somebody"]"#))
        #expect(shown.contains("bot Robin: Which?"))
        _ = script.enter("1")
        #expect(script.posted.last?.text == "1")
    }

    @Test(arguments: [#"["me"]"#, "[]", #"["other","me"]"#])
    func `C34 suggestions for everybody or for me are offered`(ids: String) {
        var script = opened(suggestion(to: ids))
        _ = script.enter("1")
        #expect(script.posted.last?.text == "a")
    }

    @Test func `C35 an imBack says its value, a postBack shows no words of its own, a messageBack its display text`() {
        let buttons = """
            {"type":"message","from":{"name":"Robin"},"suggestedActions":{"actions":[{"type":"imBack","title":"Title",
            "value":"value"},{"type":"postBack","title":"Quiet","value":"hidden words"},{"type":"messageBack","title":
            "Back","text":"text","displayText":"display","value":{"a":1}}]}}
            """
        var first = opened(buttons)
        #expect(first.enter("1").first == "you: value")
        #expect(first.posted.last?.text == "value")
        var second = opened(buttons)
        #expect(second.enter("2").first == "you: (chose Quiet)")
        #expect(second.posted.last?.text == "hidden words")
        #expect(second.posted.last?.channelData == ["postBack": true])
        var third = opened(buttons)
        #expect(third.enter("3").first == "you: display")
        #expect(third.posted.last?.text == "text")
        #expect(third.posted.last?.value == ["a": 1])
        #expect(third.posted.last?.channelData == ["messageBack": ["displayText": "display"]])
    }

    @Test(arguments: [
        ("expecting", InputHint.expecting), ("expectingInput", .expecting), ("accepting", .accepting),
        ("acceptingInput", .accepting), ("ignoring", .ignoring), ("ignoringInput", .ignoring),
    ])
    func `C36 both spellings of a hint mean the same`(words: String, hint: InputHint) {
        var activity = Activity.message("x")
        activity.inputHint = words
        #expect(InputHint(of: activity) == hint)
    }

    @Test(arguments: [
        ("data:text/html,x", "holds a document"), ("javascript:alert(1)", "no address"),
        ("file:///etc/passwd", "no address"),
        ("", "has no link"),
    ])
    func `a link that must not be opened says why`(target: String, reason: String) throws {
        let action = try #require(CardAction(["type": "openUrl", "title": "T", "value": .string(target)]))
        guard case .unsupported(let words) = ChoiceOutcome(activating: action) else {
            Issue.record("opened")
            return
        }
        #expect(words.contains(reason))
    }

    @Test func `choices are numbered in the order in which they are shown`() {
        let card = """
            "body":[{"type":"ActionSet","actions":[{"type":"Action.OpenUrl","title":"One","url":"https://a.example"}]},{"type":
            "ColumnSet","columns":[{"items":[{"type":"Image","altText":"Two","url":"u","selectAction":{"type":"Action.OpenUrl",
            "url":"https://b.example"}}]},{"items":[{"type":"RichTextBlock","inlines":[{"type":"TextRun","text":"Three",
            "selectAction":{"type":"Action.OpenUrl","url":"https://c.example"}}]}]}]}],"actions":[{"type":"Action.OpenUrl",
            "title":"Four","url":"https://d.example"}]
            """
        for (number, host) in ["a", "b", "c", "d"].enumerated() {
            var script = opened(message(card))
            #expect(script.enter("\(number + 1)").first == "Open: https://\(host).example")
        }
    }

    // MARK: - Changes that are not sent

    @Test func `a card inside a card opens and closes`() {
        let card = """
            "body":[{"type":"Input.Text","id":"outer"}],"actions":[{"type":"Action.ShowCard","title":"More","card":{"type":
            "AdaptiveCard","body":[{"type":"Input.Text","id":"inner","label":"Inner"}],"actions":[{"type":"Action.Submit",
            "title":"Send"}]}}]
            """
        var script = opened(message(card))
        let shown = script.enter("1").joined()
        #expect(shown.contains("[field] Inner"))
        #expect(shown.contains("[1] Send"))
        #expect(shown.contains("[2] More"))
        #expect(script.posted.isEmpty)
        #expect(!script.enter("2").joined().contains("Inner"))
        _ = script.enter("1")
        _ = script.enter("1")
        _ = script.enter("o")
        _ = script.enter("i")
        #expect(script.posted.last?.value == ["outer": "o", "inner": "i"])
    }

    @Test func `a field of an opened card does not go with the card around it`() {
        let card = """
            "body":[{"type":"Input.Text","id":"outer"}],"actions":[{"type":"Action.ShowCard","title":"More","card":{"type":
            "AdaptiveCard","body":[{"type":"Input.Text","id":"inner"}]}},{"type":"Action.Submit","title":"Send"}]
            """
        var script = opened(message(card))
        _ = script.enter("1")
        _ = script.enter("2")
        _ = script.enter("o")
        #expect(script.posted.last?.value == ["outer": "o"])
    }

    @Test func `elements are shown and hidden`() {
        let card = """
            "body":[{"type":"TextBlock","id":"a","text":"first","isVisible":false},{"type":"TextBlock","id":"b","text":
            "second"},{"type":"TextBlock","id":"c","text":"third"}],"actions":[{"type":"Action.ToggleVisibility","title":"T",
            "targetElements":["a",{"elementId":"b","isVisible":false},{"elementId":"c","isVisible":true}]}]
            """
        var script = opened(message(card))
        let shown = script.enter("1").joined()
        #expect(shown.contains("first") && !shown.contains("second") && shown.contains("third"))
        #expect(!script.enter("1").joined().contains("first"))
        #expect(script.posted.isEmpty)
    }

    // MARK: - Forms

    private let form = """
        "body":[{"type":"Input.Text","id":"name","label":"Name","isRequired":true,"errorMessage":"Who?"},{"type":
        "Input.Number","id":"n","label":"Seats","value":2,"max":4}],"actions":[{"type":"Action.Submit","title":"Book","data":
        {"kind":"x"}},{"type":"Action.OpenUrl","title":"Help","url":"https://help.example"}]
        """

    @Test func `a button of a card with fields asks for them first`() {
        var script = opened(message(form))
        let asked = script.enter("1").joined(separator: "\n")
        #expect(asked.contains("1/2 Name (required)"))
        #expect(asked.contains("prompt field"))
        #expect(script.enter("").contains("Who?"))
        #expect(script.enter("Ana").joined(separator: "\n").contains("2/2 Seats"))
        #expect(script.enter("9").contains("At most 4."))
        #expect(script.enter("/status").joined().contains("online"), "commands still work")
        let sent = script.enter("3")
        #expect(sent.contains("you: (chose Book)"))
        #expect(script.posted.last?.value == ["kind": "x", "name": "Ana", "n": "3"])
        #expect(script.posted.last?.channelData == ["postBack": true])
        #expect(sent.last == "prompt bot")
    }

    @Test func `a card is filled in by its command, and given up`() {
        var script = opened(message(form))
        #expect(script.enter("/card 2").contains("There is no card 2: the message has 1."))
        _ = script.enter("/card")
        #expect(script.enter("/cancel").contains("Nothing was sent."))
        #expect(script.enter("/back").contains { $0.contains("no command /back") })
        _ = script.enter("hello")
        #expect(script.posted.last?.text == "hello")
        #expect(script.enter("/card").joined().contains("Name"), "a card can be filled in after other words")
    }

    @Test func `a slash that is meant is typed twice`() {
        var script = opened(message(form))
        _ = script.enter("/card 1")
        _ = script.enter("//root")
        _ = script.enter("")
        #expect(script.posted.last?.value?["name"] == "/root")
    }

    @Test(arguments: [
        ("", "There is no card to fill in."),
        (#""body":[{"type":"TextBlock","text":"x"}]"#, "The card has no fields."),
        (#""body":[{"type":"Input.Text","id":"x"}]"#, "The card has no button that sends its fields."),
    ])
    func `a card that cannot be filled in says why`(card: String, words: String) {
        var script = card.isEmpty ? opened(#"{"type":"message","text":"x"}"#) : opened(message(card))
        #expect(script.enter("/card").contains(words))
    }

    // MARK: - Action.Execute

    private let execute = #""actions":[{"type":"Action.Execute","title":"Go","verb":"v","data":{"a":1}}]"#

    private func answered(_ status: Int, _ body: String?) throws -> [String] {
        var script = opened(message(execute))
        _ = script.enter("1")
        let invoke = try #require(script.posted.last)
        #expect(invoke.type == .invoke)
        let body = try body.map { try JSONValue(parsing: $0) }
        let actions = script.take(.invokeAnswered(invoke, InvokeAnswer(status: status, body: body)))
        return actions + script.take(.posted(number: 1, .success(nil)))
    }

    @Test func `a bot answers an execution with words, a card or a refusal`() throws {
        let words = #"{"statusCode":200,"type":"application/vnd.microsoft.activity.message","value":"Done."}"#
        #expect(try answered(200, words).first == "bot Robin: Done.")
        let card = """
            {"statusCode":200,"type":"application/vnd.microsoft.card.adaptive","value":{"body":[{"type":"TextBlock","text":
            "New"}]}}
            """
        #expect(try answered(200, card).first == "bot Robin: New")
        let refusal =
            #"{"statusCode":400,"type":"application/vnd.microsoft.error","value":{"code":"c","message":"No."}}"#
        #expect(try answered(200, refusal).first == "The bot refused the card's answer (400): No.")
        #expect(try answered(200, nil).first == "The bot took it.")
    }

    @Test func `a password is asked for behind a secret prompt`() {
        let form = #""body":[{"type":"Input.Text","id":"p","style":"password"}],"actions":[{"type":"Action.Submit"}]"#
        var script = opened(message(form))
        #expect(script.enter("/card").contains { $0.hasPrefix("prompt field") && $0.contains("isSecret: true") })
        #expect(script.enter("hunter2").allSatisfy { !$0.contains("hunter2") })
        #expect(script.posted.last?.value?["p"] == "hunter2")
    }

    @Test func `an invoke by hand is posted in its turn, and the bot's answer is shown as it is`() throws {
        var script = opened(#"{"type":"message","text":"x"}"#)
        #expect(script.enter("/invoke").contains { $0.hasPrefix("Usage: /invoke NAME [JSON]") })
        #expect(script.enter("/invoke a {").contains { $0.hasPrefix("The value of the invoke is not JSON") })
        #expect(script.enter(#"/invoke signin/verifyState {"state":"123456"}"#).contains("post 1 signin/verifyState"))
        let invoke = try #require(script.posted.last)
        #expect(invoke.type == .invoke)
        #expect(invoke.value == ["state": "123456"])
        let answer = InvokeAnswer(status: 412, body: ["why": "\u{1b}[2J"])
        let shown = try #require(script.take(.invokeAnswered(invoke, answer)).first)
        #expect(shown.hasPrefix("the bot answers 412\n{"))
        #expect(!shown.contains("\u{1b}"))
    }

    @Test func `a bot that knows no execution gets a message`() throws {
        #expect(try answered(501, nil).contains("post 2 message"))
    }
}
