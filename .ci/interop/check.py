"""Checks what `baton --json` printed while somebody talked to one of the bots through it.

Usage: check.py OUTPUT EXIT_STATUS ATTACHED   the output holds one JSON object a line;
                                             the file is the one that was attached
"""

import json
import sys
from pathlib import Path

from checks import Checks, words
from endpoint import FILE, STREAMED, digest

checks = Checks()


def read(path):
    lines = []
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                entry = json.loads(line)
                if not isinstance(entry.get("kind"), str):
                    raise ValueError("no kind")
                lines.append(entry)
            except (ValueError, AttributeError) as error:
                checks.that(False, f"line {number} is an object with a kind", f"{error}: {line}")
    checks.that(lines, "something was printed")
    return lines


def check_activities(activities, attached):
    ids = [a["id"] for a in activities if a["type"] != "typing" and "id" in a]
    said_by_bot = [a for a in activities if a.get("from", {}).get("role") == "bot"]
    texts = [a.get("text") for a in said_by_bot if a["type"] == "message"]

    checks.that(texts.count("Welcome from Python") == 1, "the welcome is printed once", texts)
    cards = [c for a in said_by_bot for c in a.get("attachments", [])]
    kinds = [c.get("contentType") for c in cards]
    checks.that("application/vnd.microsoft.card.hero" in kinds, "the hero card is printed", kinds)
    checks.that("application/vnd.microsoft.card.adaptive" in kinds, "and the adaptive card", kinds)
    offered = [s["title"] for a in said_by_bot for s in a.get("suggestedActions", {}).get("actions", [])]
    checks.that(offered[:2] == ["Yes", "No"], "the suggested actions are printed", offered)
    checks.that("Typed" in texts, "the text after the typing is printed", texts)
    burst = [t for t in texts if t and t.startswith("burst ")]
    checks.that(burst == [f"burst {n}" for n in range(1, 201)], "the burst is printed in order, each once", burst)
    streamed = "".join(STREAMED)
    checks.that(texts.count(streamed) == 1, "a streamed reply is one message", texts)
    grown = [a["text"] for a in said_by_bot if a["type"] == "typing" and a.get("text") and a["text"] in streamed]
    checks.that(len(grown) > 1, "whose parts are printed as they come", grown)
    files = [c["name"] for c in cards if c.get("contentUrl")]
    checks.that(files == [FILE["name"]], "the bot's file is printed", files)
    content = Path(attached).read_bytes()
    received = [t for t in texts if t and t.startswith("received")]
    wanted = f"received {Path(attached).name} {len(content)} {digest(content)}"
    checks.that(received == [wanted], "the attached file is at the bot, byte for byte", received)
    checks.that(texts.count("Proactive") == 1, "the proactive message is printed once", texts)
    changed = [a for a in said_by_bot if a.get("text") in ("Before the update", "After the update")]
    checks.that(len(changed) == 2, "the update is printed as well as what it updates", changed)
    checks.that(len({a["id"] for a in changed}) == 1, "an update has the id of what it updates", changed)
    repeated = {i for i in ids if ids.count(i) > 1} - {a["id"] for a in changed}
    deleted = {a["id"] for a in activities if a["type"] == "messageDelete"}
    checks.that(not repeated - deleted, "nothing else is printed twice", repeated)

    events = [a for a in activities if a.get("name") == "handoff.initiate"]
    if checks.that(len(events) == 1, "the handoff event is printed once", len(events)):
        attachment = events[0].get("attachments", [{}])[0]
        checks.that(attachment.get("name") == "Transcript", "with the Transcript attachment", attachment)
        said = attachment.get("content", {}).get("activities", [])
        checks.that(any(a.get("text") == "cards" for a in said), "which holds what the user said", len(said))
    heard = [t for t in map(words, activities) if t and t.startswith("handoff.status")]
    checks.that("handoff.status accepted" in heard, "the bot hears that the handoff was accepted", heard)


def check_handoff(handoffs):
    states = [entry.get("state") for entry in handoffs]
    checks.that(states[:1] == ["requested"], "the handoff is requested first", states)
    checks.that("live" in states, "and goes live", states)
    order = ["requested", "queued", "live"]
    first = [states.index(state) for state in order if state in states]
    checks.that(first == sorted(first), "in order", states)
    checks.that(states.count("live") == 1, "once", states)
    checks.that(states and states[-1] in ("bot", "ended", "closed"), "and comes to an end", states)


def main(path, status, attached):
    checks.that(status == "0", "baton leaves with 0", status)
    lines = read(path)
    check_activities([entry["activity"] for entry in lines if entry["kind"] == "activity"], attached)
    check_handoff([entry for entry in lines if entry["kind"] == "handoff"])
    checks.finish()


if __name__ == "__main__":
    main(*sys.argv[1:4])
