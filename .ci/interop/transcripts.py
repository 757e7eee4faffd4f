"""Opens files that baton writes in software of other makers: an SDK, an HTML parser, a browser and a cast player.

Usage: transcripts.py BATON SAMPLES   the folder of sample conversations
"""

import json
import os
import pty
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import html5lib
from botbuilder.schema import Activity
from checks import Checks

MARK = "data-ran"
RUN = f"document.documentElement.setAttribute('{MARK}', '1')"
# What would run if any word of a conversation were taken for more than a word.
HOSTILE = [
    f"<script>{RUN}</script>",
    f"</style></title></p><script>{RUN}</script>",
    f'<img src="x:" onerror="{RUN}">',
    f'"><svg onload="{RUN}">',
    f"' onmouseover='{RUN}' autofocus onfocus='{RUN}' x='",
    f"[click](javascript:{RUN})",
    f"<iframe srcdoc=\"<script>parent.{RUN}</script>\">",
    f"]]><script>{RUN}</script><!--",
    f"\u2028<body onload={RUN}>",
]
checks = Checks()


def convert(program, source, form, *options, env=None):
    done = subprocess.run(
        [program, "transcript", "convert", source, "--to", form, *options], capture_output=True, timeout=60, env=env
    )
    checks.that(done.returncode == 0, f"{Path(source).name} converts to {form}", done.stderr)
    return done.stdout


def hostile_conversation():
    def activity(number, **members):
        role = "user" if number % 2 else "bot"
        return {"type": "message", "id": f"c|{number}", "from": {"id": role, "role": role}, **members}

    talk = [activity(number, text=words) for number, words in enumerate(HOSTILE)]
    for number, words in enumerate(HOSTILE, len(talk)):
        link = f"javascript:{RUN}"
        button = {"type": "openUrl", "title": words, "value": link, "image": link}
        card = {"title": words, "subtitle": words, "text": words, "images": [{"url": link}], "buttons": [button]}
        kind = "application/vnd.microsoft.card.hero"
        talk.append(activity(number, attachments=[{"contentType": kind, "content": card, "name": words}]))
        picture = {"contentType": "image/svg+xml", "contentUrl": f"data:image/svg+xml,<svg onload=\"{RUN}\"/>"}
        talk.append(activity(number, attachments=[picture, {"contentType": words, "contentUrl": link}]))
        sender = {"id": words, "name": words, "role": "bot"}
        talk.append({"type": "event", "name": words, "value": {words: words}, "from": sender})
        talk.append({"type": "event", "name": "handoff.initiate", "value": {"Skill": words}, "from": sender})
        talk.append({"type": "event", "name": "handoff.status", "value": {"state": words, "message": words}})
    return talk


def sdk(program, sample):
    entries = json.loads(convert(program, sample, "transcript", "--normalise"))
    read = [Activity().deserialize(entry) for entry in entries]
    name = Path(sample).name
    checks.that(
        [(one.type, one.text, one.name) for one in read]
        == [(entry.get("type"), entry.get("text"), entry.get("name")) for entry in entries],
        f"{name}: the SDK reads each activity",
    )
    said = [one for one in read if one.type == "message"]
    # By these Emulator and Web Chat tell the user's lines from the bot's.
    checks.that(
        all(one.from_property and one.from_property.role in ("user", "bot") and one.recipient for one in said),
        f"{name}: each message says who speaks to whom",
        [one.from_property and one.from_property.role for one in said],
    )
    checks.that(all(one.conversation and one.conversation.id for one in read), f"{name}: and where")


def page(program, sample, *options, env=None):
    html = convert(program, sample, "html", *options, env=env).decode()
    error = None
    try:
        html5lib.HTMLParser(strict=True).parse(html)
    except Exception as found:
        error = repr(found)
    checks.that(error is None, f"{Path(sample).name}: the page is sound HTML", error)
    return html


PICTURE = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAgAAAAIAQMAAAD+wSzIAAAABlBMVEX///+/v7+jQ3Y5AAAADklEQVQI12P4"
    "AIX8EAgALgAD/aNpbtEAAAAASUVORK5CYII="
)
ADAPTIVE = "application/vnd.microsoft.card.adaptive"


def line(words, day, second, role="bot", **members):
    time = f"2026-03-{day:02}T23:59:{second:02}Z"
    return {"type": "message", "text": words, "timestamp": time, "from": {"id": role, "role": role}, **members}


def formatted_conversation():
    """Cards, tables and Markdown."""
    text = {"type": "TextBlock", "text": "Your **order** is [on its way](https://example.org/track)", "wrap": True}
    cells = [[{"type": "TableCell", "items": [{"type": "TextBlock", "text": word}]} for word in row.split()]
             for row in ("City Zone", "Oslo north", "Rome south")]
    table = {"type": "Table", "rows": [{"type": "TableRow", "cells": row} for row in cells]}
    facts = {"type": "FactSet", "facts": [{"title": "Order", "value": "LH-208"}, {"title": "Seat", "value": "window"}]}
    field = {"type": "Input.Text", "id": "street", "label": "Street", "isRequired": True}
    more = {"type": "Action.ShowCard", "title": "More", "card": {"body": [{"type": "TextBlock", "text": "inside"}]}}
    open_page = {"type": "Action.OpenUrl", "title": "Track it", "url": "https://example.org/track"}
    card = {"type": "AdaptiveCard", "body": [text, table, facts, field], "actions": [open_page, more]}
    hero = {"title": "Kettle", "subtitle": "K2", "images": [{"url": PICTURE, "alt": "a kettle"}],
            "buttons": [{"type": "imBack", "title": "Buy", "value": "buy"}]}
    markdown = "# Terms\n\nThe *first* and **second** `line`\n\n1. one\n2. two\n\n> quoted\n\n| A | B |\n|---|---|\n| 1 | 2 |\n\n```\nlet x = 1\n```"
    return [
        line("What can I buy?", 1, 1, "user"),
        line("This:", 1, 2, attachments=[{"contentType": "application/vnd.microsoft.card.hero", "content": hero}]),
        line("And this", 1, 3, attachments=[{"contentType": ADAPTIVE, "content": card}]),
        line(markdown, 1, 4),
        line("A picture", 1, 5, attachments=[{"contentType": "image/png", "name": "dot.png", "contentUrl": PICTURE}]),
    ]


def long_conversation():
    """Three days and a handoff."""
    said = [line(f"line {number} of the day", day, number, role)
            for day in (1, 2, 3) for number, role in enumerate(("user", "bot", "user"), 1)]
    request = {"type": "event", "name": "handoff.initiate", "timestamp": "2026-03-03T23:59:10Z",
               "from": {"id": "bot", "role": "bot"}, "value": {"Skill": "kettles"}}
    return said + [request]


def exported_conversations():
    """Two sessions of one conversation, and another conversation, in Dataverse's records."""
    def record(name, hour, *words):
        said = [{"type": "message", "text": text, "timestamp": f"2026-03-01T{hour}:00:0{index}Z",
                 "from": {"id": "u" if index % 2 == 0 else "b", "role": 1 - index % 2}}
                for index, text in enumerate(words)]
        outcome = {"type": "trace", "valueType": "SessionInfo", "value": {"outcome": "Resolved", "type": "Engaged"}}
        content = json.dumps({"activities": [*said, outcome]})
        return {"name": name, "conversationstarttime": f"2026-03-01T{hour}:00:00Z", "metadata": "{}", "content": content}

    rows = [record("talk_b", 10, "where is it?", "on its way"), record("talk_b", 12, "still not here", "soon"),
            record("other_b", 11, "hello", "Hello!")]
    return {"@odata.context": "x", "value": rows}


def by_class(tree, name, word):
    return [node for node in tree.iter(name) if word in (node.get("class") or "").split()]


def shown(program, folder):
    """What pages of cards, days and sessions hold, as another parser of HTML sees it."""
    def tree(name, conversation, *options):
        source = folder / f"{name}.json"
        source.write_text(json.dumps(conversation), encoding="utf-8")
        html = page(program, source, *options)
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
        parsed = html5lib.parse(html, namespaceHTMLElements=False)
        ids = [node.get("id") for node in parsed.iter() if node.get("id")]
        links = [node.get("href")[1:] for node in parsed.iter("a") if (node.get("href") or "").startswith("#")]
        checks.that(len(ids) == len(set(ids)) and set(links) <= set(ids), f"{name}: every link leads somewhere", links)
        return parsed, " ".join("".join(parsed.find("body").itertext()).split())

    parsed, text = tree("formatted", formatted_conversation())
    checks.that(len(by_class(parsed, "table", "grid")) == 2, "a card's table and Markdown's are tables")
    checks.that({"em", "strong", "code", "blockquote", "ol", "pre"} <= {node.tag for node in parsed.iter()}, "formatted")
    checks.that([node.get("src") for node in parsed.iter("img")] == [PICTURE] * 2, "with the pictures it holds itself")
    for word in ("Street", "Track it", "More", "LH-208", "Oslo", "a kettle", "Buy"):
        checks.that(word in text or word in str([node.get("alt") for node in parsed.iter("img")]), f"with “{word}”")
    bare, _ = tree("bare", formatted_conversation(), "--no-images", "--title", "Kettles & more")
    checks.that(not list(bare.iter("img")), "and without pictures when none are wanted")
    checks.that(bare.find("head/title").text == "Kettles & more", "under the title that is given")

    parsed, text = tree("days", long_conversation())
    days = ["".join(node.itertext()).strip() for node in by_class(parsed, "li", "day")]
    checks.that(days == ["2026-03-01", "2026-03-02", "2026-03-03"], "three days have three headings", days)
    local = dict(os.environ, TZ="JST-9")
    parsed = html5lib.parse(page(program, folder / "days.json", "--times", "local", env=local), namespaceHTMLElements=False)
    days = ["".join(node.itertext()).strip() for node in by_class(parsed, "li", "day")]
    checks.that(days == ["2026-03-02", "2026-03-03", "2026-03-04"], "others where it is day before", days)

    parsed, text = tree("sessions", exported_conversations())
    sections = [node for node in parsed.iter("section") if (node.get("id") or "").startswith("c")]
    sessions = [len(by_class(section, "li", "session")) for section in sections]
    checks.that(sessions == [1, 2], "two conversations, one of which has two sessions", sessions)
    checks.that("“where is it?”" in text and "2 conversations" in text, "with an index before them", text)


def browser():
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if shutil.which(name):
            return name
    return None


def rendered(program, path):
    arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=3000", "--dump-dom"]
    return subprocess.run([program, *arguments, path.as_uri()], capture_output=True, text=True, timeout=120).stdout


def scripts(program, folder):
    talk = folder / "hostile.transcript"
    talk.write_text(json.dumps(hostile_conversation()), encoding="utf-8")
    target = folder / "hostile.html"
    target.write_text(page(program, talk), encoding="utf-8")
    chromium = browser()
    if not chromium:
        checks.left_out("the page in a browser", "there is no Chromium")
        return
    trap = folder / "trap.html"
    trap.write_text(f"<!doctype html><title>x</title>{HOSTILE[0]}", encoding="utf-8")
    checks.that(MARK + '="1"' in rendered(chromium, trap), "a script in a page of somebody else's runs in Chromium")
    dom = rendered(chromium, target)
    checks.that("onerror" in dom and len(dom) > 2000, "Chromium shows a page of hostile words", dom)
    checks.that(MARK + '="1"' not in dom, "and none of them runs", dom[:300])


def on_terminal(*command):
    """What a program prints on a terminal of its own, without which some do not start."""
    process, terminal = pty.fork()
    if process == 0:
        os.execvp(command[0], command)
    output = b""
    try:
        while block := os.read(terminal, 65536):
            output += block
    except OSError:
        pass  # The terminal is closed with its last program.
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), output.decode()


def cast(program, sample, folder):
    text = convert(program, sample, "cast").decode()
    events = [json.loads(line) for line in text.splitlines()]
    checks.that(events[0]["version"] == 2, "a cast is of version 2", events[0])
    checks.that(any(event[1] == "m" for event in events[1:]), "with markers")
    if not shutil.which("asciinema"):
        checks.left_out("the cast in asciinema", "it is not installed")
        return
    path = folder / "talk.cast"
    path.write_text(text, encoding="utf-8")
    status, shown = on_terminal("asciinema", "cat", str(path))
    wanted = "".join(event[2] for event in events[1:] if event[1] == "o")
    checks.that(status == 0, "asciinema plays it", shown)
    checks.that(shown.replace("\r", "") == wanted.replace("\r", ""), "to its end", shown[-300:])


def main(program, samples):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for sample in sorted(Path(samples).iterdir()):
            sdk(program, sample)
            page(program, sample)
        shown(program, folder)
        cast(program, Path(samples) / "credit-card-handoff.transcript", folder)
        scripts(program, folder)
    checks.finish()


if __name__ == "__main__":
    main(*sys.argv[1:3])
