"""Checks what `baton --json` printed while a handoff was accepted and completed.

Usage: dialects.py DIALECT OUTPUT EXIT_STATUS CHECK   the last is what `baton transcript check --json` says of it
"""

import json
import sys

from checks import Checks, words

REPORTS = {
    "sdk": ["handoff.status accepted", "handoff.status completed"],
    "three-events": ["HandoffResponse accepted", "HandoffCompleted transferBack"],
    # The first library sent completions under the name of the response.
    "three-events-as-coded": ["HandoffResponse accepted", "HandoffResponse transferBack"],
}

dialect, path, status, check = sys.argv[1:5]
checks = Checks()
with open(path, encoding="utf-8") as file:
    lines = [json.loads(line) for line in file]

heard = [words(line["activity"]) for line in lines if line["kind"] == "activity"]
reports = [text for text in heard if text and text.startswith(("handoff.status ", "Handoff"))]
checks.that(reports == REPORTS[dialect], f"{dialect}: the bot hears acceptance and completion, each once", reports)
states = [line["state"] for line in lines if line["kind"] == "handoff" and line["state"] != "queued"]
checks.that(states == ["requested", "live", "bot"], f"{dialect}: the handoff goes there and back", states)
errors = [line["text"] for line in lines if line.get("level") == "error"]
checks.that(status == "0" and not errors, f"{dialect}: nothing is rejected", (status, errors))
with open(check, encoding="utf-8") as file:
    text = file.read()
# HO212 is about this bot alone: it says on purpose what it hears, also while the agent is there.
findings = [
    f
    for f in json.loads(text.splitlines()[0])["findings"]
    if f["severity"] != "information" and f["rule"] != "HO212"
]
checks.that(not findings, f"{dialect}: the record breaks no rule", findings)
back = [text for text in heard if text and text.startswith("transcript ")]
checks.that(len(back) == 1, f"{dialect}: the bot reads what user and agent said", back)
checks.finish()
