import BotSchema
import Testing

@testable import DirectLineClient

struct PartsTests {
    @Test(arguments: [
        ("https://directline.botframework.com", "https://directline.botframework.com/v3/directline"),
        ("https://directline.botframework.com/v3/directline/", "https://directline.botframework.com/v3/directline"),
        ("HTTP://localhost:3000//", "http://localhost:3000/v3/directline"),
        ("http://[::1]:80/proxy", "http://[::1]/proxy/v3/directline"),
        ("https://bot.example/V3/DirectLine", "https://bot.example/V3/DirectLine"),
    ])
    func `C07 a base URL is normalised`(text: String, base: String) throws {
        #expect(try DirectLineEndpoint(text).baseURL == base)
    }

    @Test(arguments: ["", "localhost:3000", "ws://host", "http://", "http://host?secret=x", "http://user:pw@host"])
    func `what is no base URL is told without repeating it`(text: String) {
        let error = #expect(throws: ClientError.self) { try DirectLineEndpoint(text) }
        #expect(error?.code == .invalidURL)
        #expect(error?.message.hasPrefix("a Direct Line URL looks like") == true)
    }

    @Test func `the global endpoint is equal to itself spelt out`() throws {
        #expect(try DirectLineEndpoint("https://directline.botframework.com/") == .global)
    }

    @Test func `C31 everything but unreserved characters is encoded`() {
        #expect("aZ0-._~|/?+ é".percentEncoded == "aZ0-._~%7C%2F%3F%2B%20%C3%A9")
    }

    @Test(
        arguments: [
            ("3", nil, 3), (" 3 ", nil, 3), ("9999", nil, 300),
            ("99999999999999999999", nil, 300), ("", nil, nil), ("-1", nil, 0), ("soon", nil, nil), (nil, nil, nil),
            ("Sun, 06 Nov 1994 08:50:00 GMT", "Sun, 06 Nov 1994 08:49:37 GMT", 23),
            ("Sun, 06 Nov 1994 08:49:00 GMT", "Sun, 06 Nov 1994 08:49:37 GMT", 0),
            ("Fri, 01 Mar 2024 00:00:00 GMT", "Thu, 29 Feb 2024 23:59:50 GMT", 10),
            ("Sun, 06 Nov 1994 08:50:00 GMT", nil, nil),
        ] as [(String?, String?, Int?)]
    )
    func `C22 Retry-After is seconds or a date`(retryAfter: String?, date: String?, seconds: Int?) {
        #expect(
            RetryAfter.duration(retryAfter: retryAfter, date: date) == seconds.map { Duration.seconds($0) }
        )
    }

    @Test func `C22 a date without the answer's own counts from our time`() {
        let now = Timestamp(milliseconds: 784_111_777_000)
        let wait = RetryAfter.duration(retryAfter: "Sun, 06 Nov 1994 08:50:00 GMT", date: nil, now: now)
        #expect(wait == .seconds(23))
    }

    @Test func `a date is read to the second`() {
        #expect(RetryAfter.seconds(ofDate: "Sun, 06 Nov 1994 08:49:37 GMT") == 784_111_777)
        #expect(RetryAfter.seconds(ofDate: "Thu, 01 Jan 1970 00:00:00 GMT") == 0)
    }

    @Test(arguments: [(4, 2_000), (0, 1_000), (3_600, 1_800_000), (2_147_483_647, 43_200_000)])
    func `C06 a token is refreshed at half of its life within bounds`(lifetime: Int, milliseconds: Int) {
        let store = TokenStore(bearer: "t", isSecret: false)
        store.take(token: "u", expiresIn: lifetime)
        #expect(store.refreshDelay == .milliseconds(milliseconds))
        #expect(store.bearer == "u")
    }

    @Test func `a secret stays whatever the service gives`() {
        let store = TokenStore(bearer: "s", isSecret: true)
        store.take(token: "u", expiresIn: 10)
        #expect(store.bearer == "s")
        #expect(store.refreshDelay == nil)
    }

    @Test func `C10 an answer without expires_in keeps the schedule`() {
        let store = TokenStore(bearer: nil, isSecret: false)
        store.take(token: "a", expiresIn: 100)
        store.take(token: "b", expiresIn: nil)
        #expect(store.refreshDelay == .seconds(50))
    }

    @Test func `recent texts are known, the oldest are forgotten`() {
        var set = RecentSet<String>(capacity: 2)
        #expect(set.insert("a") == true)
        #expect(set.insert("a") == false)
        #expect(set.insert("b") == true)
        #expect(set.insert("c") == true)
        #expect(!set.contains("a"))
        #expect(set.contains("b"))
        #expect(set.insert("a") == true)
        #expect(!set.contains("b"))
    }

    private func activity(id: String?, clientID: String? = nil, role: String? = nil) -> Activity {
        var activity = Activity.message("x")
        activity.id = id
        activity.clientActivityID = clientID
        activity.from = ChannelAccount(id: "anyone", role: role)
        return activity
    }

    @Test func `an echo is matched by the post's id, whatever role it carries`() {
        var ledger = EchoLedger()
        ledger.posted(id: "1")
        #expect(ledger.isEcho(activity(id: "1", role: "bot")) == true)
        // A replay is one still; other words under the id are nobody knows whose.
        #expect(ledger.isEcho(activity(id: "1", role: "user")) == true)
        var changed = activity(id: "1", role: "user")
        changed.text = "I approve"
        #expect(ledger.isEcho(changed) == false)
        #expect(ledger.isEcho(activity(id: "2")) == false)
    }

    @Test func `C24 an echo before the post's answer is matched by its client id, once, whatever role it carries`() {
        for role in [nil, "user", "bot", "agent"] {
            var ledger = EchoLedger()
            ledger.sending(.event("handoff.status", value: ["state": "accepted"]), clientActivityID: "c")
            // Bots copy channel data into what they say meanwhile and afterwards.
            var copy = Activity.message("Great!")
            copy.clientActivityID = "c"
            copy.from = ChannelAccount(id: "bot", role: "bot")
            #expect(ledger.isEcho(copy) == false)
            var echo = Activity.event("handoff.status", value: ["state": "accepted"])
            echo.clientActivityID = "c"
            echo.from = ChannelAccount(id: "agent-ana", role: role)
            #expect(ledger.isEcho(echo) == true)
            #expect(ledger.isEcho(echo) == false)
            #expect(ledger.isEcho(copy) == false)
        }
    }

    @Test func `C24 a bot that says something under the client id of a line is no echo`() {
        var ledger = EchoLedger()
        ledger.sending(activity(id: "0", clientID: "c"), clientActivityID: "c")
        var answer = activity(id: "0", clientID: "c", role: "bot")
        answer.text = "Another"
        #expect(ledger.isEcho(answer) == false)
        #expect(ledger.isEcho(activity(id: "1", clientID: "c")) == true)
        // A bot that copies channel data and tells no role.
        #expect(ledger.isEcho(activity(id: "2", clientID: "c")) == false)
        #expect(ledger.isEcho(activity(id: "3", clientID: "other")) == false)
    }

    @Test func `an activity is new once, and again when its words have changed`() {
        var intake = ActivityIntake()
        var activity = Activity.message("Before")
        activity.id = "1"
        let first = intake.isNew(activity)
        activity.timestamp = "2026-01-02T03:04:05Z"
        let again = intake.isNew(activity)
        activity.text = "After"
        let changed = intake.isNew(activity)
        let changedAgain = intake.isNew(activity)
        // A replay of the first version, which bears its time, is none; without a time nobody can tell.
        activity.timestamp = "2026-01-01T00:00:02.000Z"
        activity.text = "third"
        let third = intake.isNew(activity)
        activity.timestamp = "2026-01-01T00:00:01.000Z"
        activity.text = "Before"
        let replayed = intake.isNew(activity)
        activity.timestamp = nil
        let editedBack = intake.isNew(activity)
        #expect([third, replayed, editedBack] == [true, false, true])
        #expect([first, again, changed, changedAgain] == [true, false, true, false])
    }

    @Test func `C12 C20 frames are told apart by what they hold`() {
        #expect(ActivityIntake.content(of: "") == .nothing)
        #expect(ActivityIntake.content(of: "3") == .nothing)
        #expect(ActivityIntake.content(of: #"{"activities":null}"#) == .nothing)
        #expect(ActivityIntake.content(of: #"{"activities":[]}"#) == .activities([], watermark: nil))
        #expect(
            ActivityIntake.content(of: #"{"activities":[{"id":"1"}],"watermark":"5"}"#)
                == .activities([Activity(json: ["id": "1"])], watermark: "5")
        )
        guard case .malformed = ActivityIntake.content(of: "{") else {
            Issue.record("taken")
            return
        }
    }
}
