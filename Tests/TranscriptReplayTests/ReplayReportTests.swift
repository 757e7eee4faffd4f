import BotSchema
import Testing
import TranscriptReplay
import Transcripts

struct ReplayReportTests {
    private static func result(
        _ change: (inout [Activity]) -> Void = { _ in },
        ending: ReplayStateMachine.Ending = .complete,
        botFailures: [Int: String] = [:]
    ) -> ReplayResult {
        var received = Recording.activities
        change(&received)
        return ReplayResult(
            ReplayScript(Recording.activities),
            received: received,
            ending: ending,
            botFailures: botFailures
        )
    }

    @Test func `what went as recorded passes, anything else does not`() {
        #expect(Self.result().passes)
        #expect(!Self.result({ $0[2].text = "Ho" }).passes)
        #expect(!Self.result(ending: .ended(unsaid: 1)).passes)
        #expect(!Self.result(botFailures: [2: "HTTP 502"]).passes)
    }

    @Test func `the states of a handoff count, and are told in one line`() {
        let script = ReplayScript(
            Recording.activities,
            comparison: ActivityComparison(ignoredTypes: [.event, .typing])
        )
        var received = Recording.activities
        received[7] = Recording.event("handoff.status", ["state": "failed"])
        let result = ReplayResult(script, received: received.filter { $0.text != "Ana here" }, ending: .complete)
        #expect(
            result.remarks == ["handoff: expected requested → live, came requested → bot (failed)"]
        )
        #expect(!result.passes)
    }

    @Test func `a turn that only came is none of those that were expected`() {
        var report = ReplayReport()
        let result = Self.result { $0.insert(Recording.user("wait", at: "2026-01-02T03:04:06.000Z"), at: 1) }
        report.entries.append(ReplayReport.Entry(name: "a", duration: .zero, result: result))
        let lines = report.text(as: .tap).split(separator: "\n").filter { $0.contains("ok ") }
        #expect(
            lines == [
                "ok 1 - a: before the user speaks", "ok 2 - a: turn 1: hi", "ok 3 - a: turn 2: a person",
                "ok 4 - a: turn 3: it broke", "not ok 5 - a: as a whole",
            ]
        )
        #expect(result.diff.summary == "1 of 4 turns differs")
    }

    @Test func `a report has a case for each turn and one for the whole`() {
        var report = ReplayReport()
        let result = Self.result({ $0[2].text = "a < b & \u{1B}[2J # c" }, botFailures: [3: "HTTP 502"])
        report.entries.append(ReplayReport.Entry(name: "a.json", duration: .milliseconds(1234), result: result))
        report.entries.append(ReplayReport.Entry(name: "b.json", error: "no \"such\" file"))
        #expect(
            report.text(as: .tap) == #"""
                TAP version 14
                1..6
                ok 1 - a.json: before the user speaks
                not ok 2 - a.json: turn 1: hi
                  ---
                  differences:
                    - "expected    Robin: Hi"
                    - "came        Robin: a < b & \u001b[2J # c"
                  ...
                ok 3 - a.json: turn 2: a person
                ok 4 - a.json: turn 3: it broke
                not ok 5 - a.json: as a whole
                  ---
                  differences:
                    - "line 3: HTTP 502"
                  ...
                not ok 6 - b.json: replay
                  ---
                  differences:
                    - "no \"such\" file"
                  ...

                """#
        )
        #expect(
            report.text(as: .junit) == """
                <?xml version="1.0" encoding="UTF-8"?>
                <testsuites>
                  <testsuite name="a.json" tests="5" failures="2" errors="0" time="1.234">
                    <testcase classname="a.json" name="before the user speaks"/>
                    <testcase classname="a.json" name="turn 1: hi">
                      <failure message="expected    Robin: Hi">expected    Robin: Hi&#10;came        Robin: a &lt; b &amp; \u{FFFD}[2J # c</failure>
                    </testcase>
                    <testcase classname="a.json" name="turn 2: a person"/>
                    <testcase classname="a.json" name="turn 3: it broke"/>
                    <testcase classname="a.json" name="as a whole">
                      <failure message="line 3: HTTP 502">line 3: HTTP 502</failure>
                    </testcase>
                  </testsuite>
                  <testsuite name="b.json" tests="1" failures="0" errors="1" time="0.000">
                    <testcase classname="b.json" name="replay">
                      <error message="no &quot;such&quot; file"/>
                    </testcase>
                  </testsuite>
                </testsuites>

                """
        )
    }
}
