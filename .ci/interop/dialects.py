"""Checks what `baton --json` printed of a handoff, and what `baton transcript check` says of its record.

Usage: dialects.py DIALECT OUTCOME OUTPUT EXIT_STATUS CHECK   the last is what `baton transcript check --json` printed
"""

import json
import sys

from checks import Checks, words

# What the hub reports in the documents' words, and where the user ends.
OUTCOMES = {
    "back": (["HandoffResponse accepted", "HandoffCompleted transferBack"], ["requested", "live", "bot"]),
    # This bot says what it hears, with which it goes on.
    "end": (
        ["HandoffResponse accepted", "HandoffCompleted endOfConversation"],
        ["requested", "live", "ended", "bot"],
    ),
    "refusal": (["HandoffResponse failed"], ["requested", "bot"]),
    "missing-skill": (["HandoffResponse failed"], ["requested", "bot"]),
    "time-out": (["HandoffResponse timedOut"], ["requested", "bot"]),
    "lost": (["HandoffResponse accepted", "HandoffCompleted failed"], ["requested", "live", "bot"]),
}
STATES = {"accepted": "accepted", "transferBack": "completed", "endOfConversation": "completed"}


def spelt(report, dialect):
    """A report as a dialect spells it."""
    code = report.split()[1]
    if dialect == "sdk":
        return f"handoff.status {STATES.get(code, 'failed')}"
    # The first library sent completions under the name of the response.
    return f"HandoffResponse {code}" if dialect == "three-events-as-coded" else report


dialect, outcome, path, status, check = sys.argv[1:6]
name = f"{dialect}, {outcome}"
checks = Checks()
with open(path, encoding="utf-8") as file:
    lines = [json.loads(line) for line in file]

expected, expected_states = OUTCOMES[outcome]
heard = [words(line["activity"]) for line in lines if line["kind"] == "activity"]
reports = [text for text in heard if text and text.startswith(("handoff.status ", "Handoff"))]
wanted = [spelt(report, dialect) for report in expected]
checks.that(reports == wanted, f"{name}: the bot hears each report once", reports)
states = [line["state"] for line in lines if line["kind"] == "handoff" and line["state"] != "queued"]
checks.that(states == expected_states, f"{name}: the user is where the handoff leads", states)
errors = [line["text"] for line in lines if line.get("level") == "error"]
checks.that(status == "0" and not errors, f"{name}: nothing is rejected", (status, errors))
with open(check, encoding="utf-8") as file:
    text = file.read()
# HO212 is about this bot alone: it says on purpose what it hears, also while the agent is there.
findings = [
    f
    for f in json.loads(text.splitlines()[0])["findings"]
    if f["severity"] != "information" and f["rule"] != "HO212"
]
checks.that(not findings, f"{name}: the record breaks no rule", findings)
back = [text for text in heard if text and text.startswith("transcript ")]
checks.that(len(back) == (outcome == "back"), f"{name}: the bot reads what user and agent said if it goes on", back)
if outcome == "missing-skill":
    reasons = [json.dumps(line["activity"]) for line in lines if line["kind"] == "activity"]
    told = [text for text in reasons if "No agent with the skill credit cards is at work." in text]
    checks.that(told, f"{name}: the reason names the skill", reasons)
checks.finish()
