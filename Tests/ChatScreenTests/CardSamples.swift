import BotSchema

/// Cards and messages of our own, one for each thing that a screen has to show.
enum CardSamples {
    /// The elements, containers, inputs and actions of Adaptive Cards 1.5, by name: the body and actions of a card.
    static let adaptive: [(name: String, json: String)] = [
        (
            "text-block",
            """
            "body":[{"type":"TextBlock","text":"A heading","style":"heading"},{"type":"TextBlock","text":
            "Bold","weight":"Bolder"},{"type":"TextBlock","text":"Subtle","isSubtle":true},{"type":"TextBlock","text":
            "With **stress**, a [link](https://example.com/a) and\\n\\n- one\\n- two","wrap":true},{"type":"TextBlock",
            "text":"Leaves {{DATE(2026-01-02T06:08:00Z, SHORT)}} at {{TIME(2026-01-02T06:08:00Z)}}, not {{NOW}}"}]
            """
        ),
        (
            "rich-text-block",
            """
            "body":[{"type":"RichTextBlock","inlines":["plain, ",{"type":"TextRun","text":"bold","weight":"Bolder"},
            ", ",{"type":"TextRun","text":"gone","strikethrough":true},", ",{"type":"TextRun","text":"press me",
            "underline":true,"selectAction":{"type":"Action.OpenUrl","url":"https://example.com/run"}}]}]
            """
        ),
        (
            "image",
            """
            "body":[{"type":"Image","url":"https://example.com/a.png","altText":"a red bicycle"},{"type":"Image",
            "url":"https://example.com/b.png"},{"type":"Image","url":"data:image/png;base64,AAAA"},{"type":"Image",
            "url":"https://example.com/c.png","altText":"a map","selectAction":{"type":"Action.OpenUrl","url":
            "https://example.com/map"}}]
            """
        ),
        (
            "image-set",
            """
            "body":[{"type":"ImageSet","images":[{"type":"Image","url":"https://example.com/1.png","altText":"one"},
            {"url":"https://example.com/2.png","altText":"two"}]}]
            """
        ),
        (
            "media",
            """
            "body":[{"type":"Media","altText":"a short film","poster":"https://example.com/p.png","sources":
            [{"mimeType":"video/mp4","url":"https://example.com/film.mp4"}]},{"type":"Media","sources":
            [{"mimeType":"audio/mpeg","url":"https://example.com/song.mp3"}]}]
            """
        ),
        (
            "fact-set",
            """
            "body":[{"type":"FactSet","facts":[{"title":"From","value":"Oslo"},{"title":"To","value":"**Rome**, by
             way of Munich and Verona, with a change of trains in each"},{"title":"Seats","value":2}]}]
            """.replacingNewlines
        ),
        (
            "container",
            """
            "body":[{"type":"Container","style":"emphasis","items":[{"type":"TextBlock","text":"inside"},{"type":
            "Container","items":[{"type":"TextBlock","text":"deeper"}]}],"selectAction":{"type":"Action.Submit",
            "title":"Take this one","data":{"a":1}}},{"type":"TextBlock","text":"below a line","separator":true},
            {"type":"TextBlock","text":"apart","spacing":"Large"},{"type":"TextBlock","text":"close","spacing":"None"}]
            """
        ),
        (
            "column-set",
            """
            "body":[{"type":"ColumnSet","columns":[{"type":"Column","width":"auto","items":[{"type":"TextBlock",
            "text":"OSL","weight":"Bolder"},{"type":"TextBlock","text":"Oslo"}]},{"type":"Column","width":"stretch",
            "items":[{"type":"TextBlock","text":"10:30","separator":true},{"type":"TextBlock","text":"two hours and
             a half in the air, with a meal"}]},{"type":"Column","width":"auto","items":[{"type":"TextBlock","text":
            "FCO"},{"type":"TextBlock","text":"Rome"}],"selectAction":{"type":"Action.OpenUrl","url":
            "https://example.com/rome","title":"Rome"}}]}]
            """.replacingNewlines
        ),
        (
            "table",
            """
            "body":[{"type":"Table","columns":[{"width":1},{"width":2},{"width":1}],"rows":[{"type":"TableRow","cells":
            [{"type":"TableCell","items":[{"type":"TextBlock","text":"Item"}]},{"type":"TableCell","items":[{"type":
            "TextBlock","text":"What it is"}]},{"items":[{"type":"TextBlock","text":"Price"}]}]},{"type":"TableRow",
            "cells":[{"type":"TableCell","items":[{"type":"TextBlock","text":"Tent"}]},{"type":"TableCell","items":
            [{"type":"TextBlock","text":"for two people and a dog, with a porch"}]},{"type":"TableCell","items":[{"type":
            "TextBlock","text":"120.00"}]}]}]},{"type":"Table","firstRowAsHeader":false,"rows":[{"cells":[{"items":
            [{"type":"TextBlock","text":"no header"}]}]}]}]
            """
        ),
        (
            "action-set",
            """
            "body":[{"type":"ActionSet","actions":[{"type":"Action.Submit","title":"First"},{"type":"Action.OpenUrl",
            "title":"Second","url":"https://example.com/second"}]},{"type":"TextBlock","text":"between"}],
            "actions":[{"type":"Action.Submit","title":"Third"}]
            """
        ),
        (
            "input-text",
            """
            "body":[{"type":"Input.Text","id":"name","label":"Name","isRequired":true},{"type":"Input.Text","id":"note",
            "placeholder":"A note","isMultiline":true,"value":"as before"},{"type":"Input.Text","id":"pin","label":
            "PIN","style":"Password","value":"1234"}]
            """
        ),
        (
            "input-number",
            """
            "body":[{"type":"Input.Number","id":"n","label":"Seats","min":1,"max":9,"value":2}]
            """
        ),
        ("input-date", #""body":[{"type":"Input.Date","id":"d","label":"Day","value":"2026-05-01"}]"#),
        ("input-time", #""body":[{"type":"Input.Time","id":"t","label":"Time","min":"08:00"}]"#),
        (
            "input-toggle",
            """
            "body":[{"type":"Input.Toggle","id":"ok","title":"I agree","valueOn":"Y","valueOff":"N","value":"Y"}]
            """
        ),
        (
            "input-choice-set",
            """
            "body":[{"type":"Input.ChoiceSet","id":"c","label":"Colour","choices":[{"title":"Red","value":"r"},{"title":
            "Blue","value":"b"}],"value":"b"},{"type":"Input.ChoiceSet","id":"m","label":"Days","isMultiSelect":true,
            "style":"expanded","choices":[{"title":"Mon","value":"1"},{"title":"Tue","value":"2"},{"title":"Wed","value":
            "3"}],"value":"1,3"}]
            """
        ),
        (
            "actions",
            """
            "actions":[{"type":"Action.Submit","title":"Submit"},{"type":"Action.Execute","title":"Execute","verb":"v"},
            {"type":"Action.OpenUrl","title":"https://example.com/shown","url":"https://example.com/really"},
            {"type":"Action.ShowCard","title":"Show","card":{"type":"AdaptiveCard","body":[{"type":"TextBlock","text":
            "inner"}]}},{"type":"Action.ToggleVisibility","title":"Toggle","targetElements":["x"]},{"type":
            "Action.Submit","title":"Off","isEnabled":false},{"type":"Action.Dance","title":"Dance"},{"type":
            "Action.Dance","title":"Gone","fallback":"drop"},{"type":"Action.Dance","title":"Other","fallback":{"type":
            "Action.Submit","title":"Instead"}}]
            """
        ),
        (
            "show-card-open",
            """
            "body":[{"type":"TextBlock","text":"outer"},{"type":"AdaptiveCard","body":[{"type":"TextBlock","text":
            "the inner card"},{"type":"Input.Text","id":"why","label":"Why"}],"actions":[{"type":"Action.Submit",
            "title":"Send"}]}],"actions":[{"type":"Action.Submit","title":"Leave"}]
            """
        ),
        (
            "visibility",
            """
            "body":[{"type":"TextBlock","id":"x","text":"hidden","isVisible":false},{"type":"TextBlock","text":"seen"}]
            """
        ),
        (
            "fallback",
            """
            "fallbackText":"This card needs a newer client.","body":[{"type":"Hologram","fallback":{"type":"TextBlock",
            "text":"instead of a hologram"}},{"type":"Hologram","fallback":"drop"},{"type":"Container","fallback":{"type":
            "TextBlock","text":"instead of the container"},"items":[{"type":"Hologram"}]},{"type":"Hologram"}]
            """
        ),
        (
            "requires",
            """
            "body":[{"type":"TextBlock","text":"needs 1.2","requires":{"adaptiveCards":"1.2"}},{"type":"TextBlock",
            "text":"needs 9","requires":{"adaptiveCards":"9.0"},"fallback":{"type":"TextBlock","text":"instead of 9"}},
            {"type":"TextBlock","text":"needs a hat","requires":{"hats":"*"},"fallback":"drop"}]
            """
        ),
        ("speak", #""speak":"<s>Your flight</s><s>leaves at noon &amp; lands.</s>""#),
        ("fallback-text", #""fallbackText":"Read this **instead**.","speak":"not this""#),
        ("empty", #""body":[]"#),
    ]

    /// Every other kind of attachment, by name.
    static let attachments: [(name: String, json: String)] = [
        (
            "hero",
            """
            {"contentType":"application/vnd.microsoft.card.hero","content":{"title":"Larkhill Card","subtitle":"No fee",
            "text":"Apply **today**, or read on:\\n\\n1. limits\\n2. charges","images":[{"url":
            "https://example.com/card.png","alt":"a blue card"}],"buttons":[{"type":"imBack","title":"Apply","value":
            "apply"},{"type":"openUrl","title":"Conditions","value":"https://example.com/conditions"},{"type":"dance",
            "title":"Dance"}],"tap":{"type":"openUrl","title":"The card","value":"https://example.com/card"}}}
            """
        ),
        (
            "thumbnail",
            """
            {"contentType":"application/vnd.microsoft.card.thumbnail","content":{"title":"Umbrella","text":"It rains.",
            "images":[{"url":"https://example.com/u.png"}],"buttons":["Buy one"]}}
            """
        ),
        (
            "receipt",
            """
            {"contentType":"application/vnd.microsoft.card.receipt","content":{"title":"Receipt 4711","facts":[{"key":
            "Order","value":"4711"},{"key":"Paid by","value":"card ****1111"}],"items":[{"title":"Umbrella","subtitle":
            "black","price":"24.00","quantity":"2"},{"title":"A tent for two people and a dog","price":"120.00",
            "quantity":"1"}],"tax":"11.50","vat":"0.00","total":"155.50","buttons":[{"type":"imBack","title":
            "Something is wrong","value":"wrong"}]}}
            """
        ),
        (
            "sign-in",
            """
            {"contentType":"application/vnd.microsoft.card.signin","content":{"text":"Please sign in.","buttons":
            [{"type":"signin","title":"Sign in","value":"https://example.com/signin?state=1"}]}}
            """
        ),
        (
            "oauth",
            """
            {"contentType":"application/vnd.microsoft.card.oauth","content":{"connectionName":"graph","buttons":[{"type":
            "signin","title":"Sign in","value":null}]}}
            """
        ),
        (
            "audio",
            """
            {"contentType":"application/vnd.microsoft.card.audio","content":{"title":"Rain","subtitle":"An hour of it",
            "image":{"url":"https://example.com/rain.png","alt":"drops"},"media":[{"url":"https://example.com/rain.mp3"},
            {"url":"https://example.com/rain.ogg"}],"duration":"PT1H4M12S"}}
            """
        ),
        (
            "video",
            """
            {"contentType":"application/vnd.microsoft.card.video","content":{"title":"How to fold a tent","media":[{"url":
            "https://example.com/tent.mp4","profile":"hd"}],"duration":"PT4M5.5S","buttons":[{"type":"playVideo","title":
            "Play","value":"https://example.com/tent.mp4"}]}}
            """
        ),
        (
            "animation",
            """
            {"contentType":"application/vnd.microsoft.card.animation","content":{"title":"A cat","media":[{"url":
            "https://example.com/cat.gif"}],"duration":"whatever"}}
            """
        ),
        (
            "files",
            """
            {"contentType":"image/png","name":"map.png","contentUrl":"https://example.com/map.png"},
            {"contentType":"application/pdf","name":"contract.pdf","contentUrl":"https://example.com/contract.pdf"},
            {"contentType":"text/plain","name":"note.txt","content":"two short\\nlines"},
            {"contentType":"application/json","content":{"a":[1]}},
            {"contentType":"text/markdown","contentUrl":"data:text/markdown,%2a%2abold%2a%2a"},
            {"contentType":"image/gif","contentUrl":"data:image/gif;base64,R0lGODlhAQABAAAAACw="},
            {"contentType":"application/vnd.microsoft.teams.card.o365connector","content":{"title":"Old"}},
            {"name":"nothing else"},{"contentType":"application/vnd.microsoft.card.hero","content":"no object"}
            """
        ),
    ]

    /// Messages and other activities, by name, as a list of JSON.
    static let activities: [(name: String, json: String)] = [
        (
            "markdown",
            """
            {"type":"message","text":"# A heading\\nwith *stress*, **force**, ~~regret~~ and `code`:\\n\\n1. one\\n2. two\\n
               - two a, which is long enough to be continued below itself\\n   - [x] two b\\n\\n> quoted\\n> twice\\n\\n
            ```swift\\nlet a = 1\\n    let b = a\\n```\\n\\n---\\n\\n| Name | Age | What they like best |\\n|:--|--:|:-:|\\n
            | Ana | 7 | walking by the sea, when there is no rain |\\n| Ben | 11 | cake |\\n\\n
            See [the site](https://example.com/site), https://example.com/bare, [bank.example](https://evil.example/x)
             and ![a cat](https://example.com/cat.png).<br>Tags such as <u>this</u> are text.","from":{"role":"bot"}}
            """.replacingNewlines
        ),
        (
            "formats",
            """
            {"type":"message","text":"**absent**","from":{"role":"bot"}},
            {"type":"message","text":"**plain** <b>","textFormat":"plain","from":{"role":"bot"}},
            {"type":"message","text":"**markdown**","textFormat":"markdown","from":{"role":"bot"}},
            {"type":"message","text":"<b>x</b>ml &amp; <a href=\\"u\\">more</a><br/>3 < 4 **not**","textFormat":"xml","from":
            {"role":"bot"}},
            {"type":"message","text":"**typed by a person**","from":{"role":"user"}},
            {"type":"message","speak":"<speak>Only <emphasis>spoken</emphasis>.</speak>","from":{"role":"bot"}}
            """
        ),
        (
            "carousel",
            """
            {"type":"message","from":{"role":"bot"},"attachmentLayout":"carousel","attachments":[
            {"contentType":"application/vnd.microsoft.card.hero","content":{"title":"One","buttons":["Take one"]}},
            {"contentType":"application/vnd.microsoft.card.hero","content":{"title":"Two","buttons":["Take two"]}}]},
            {"type":"message","from":{"role":"bot"},"attachmentLayout":"list","attachments":[
            {"contentType":"application/vnd.microsoft.card.hero","content":{"title":"One"}},
            {"contentType":"application/vnd.microsoft.card.hero","content":{"title":"Two"}}]}
            """
        ),
        (
            "updates",
            """
            {"type":"message","id":"1","text":"The shop opens at nine.","from":{"role":"bot"}},
            {"type":"messageUpdate","id":"1","text":"The shop opens at ten.","from":{"role":"bot"}},
            {"type":"message","id":"2","text":"Never mind.","from":{"role":"bot"}},
            {"type":"messageDelete","id":"2","from":{"role":"bot"}},
            {"type":"messageDelete","id":"unheard of","from":{"role":"bot"}},
            {"type":"messageReaction","replyToId":"1","from":{"role":"user"},"reactionsAdded":[{"type":"like"},{"type":
            "plusOne"}],"reactionsRemoved":[{"type":"heart"}]}
            """
        ),
        (
            "days",
            """
            {"type":"message","text":"late","timestamp":"2026-01-01T23:59:00Z","from":{"role":"user"}},
            {"type":"message","text":"and early","timestamp":"2026-01-02T00:01:00Z","from":{"role":"bot"}},
            {"type":"message","text":"the same day","timestamp":"2026-01-02T09:01:00Z","from":{"role":"user"}},
            {"type":"message","text":"no time","from":{"role":"bot"}}
            """
        ),
        (
            "citations",
            """
            {"type":"message","text":"It is so [1], and so (2).","importance":"high","from":{"role":"bot"},"entities":[{"type":
            "https://schema.org/Message","@type":"Message","citation":[{"@type":"Claim","position":1,"appearance":
            {"name":"The handbook","url":"https://example.com/handbook"}},{"@type":"Claim","position":2,"appearance":
            {"name":"A rumour"}}]}]}
            """
        ),
        (
            "ended",
            """
            {"type":"endOfConversation","code":"botTimedOut","text":"I have waited long enough.","from":{"role":"bot"}}
            """
        ),
        (
            "quiet",
            """
            {"type":"event","name":"something","from":{"role":"bot"}},{"type":"trace","from":{"role":"bot"}},
            {"type":"typing","from":{"role":"bot"}},{"type":"invoke","name":"x","from":{"role":"bot"}},
            {"type":"conversationUpdate","membersAdded":[{"id":"x","name":"X"}]},{"type":"endOfConversation","code":
            "completedSuccessfully"},{"type":"delay","value":5},{"type":"ping"},{"type":"unheardOf","from":{"role":"bot"}}
            """
        ),
    ]
}

extension String {
    /// The text without the line ends that only its Swift source needs.
    var replacingNewlines: String { split(separator: "\n", omittingEmptySubsequences: false).joined() }
}
