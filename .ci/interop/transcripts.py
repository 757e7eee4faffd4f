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


def convert(program, source, form, *options):
    done = subprocess.run(
        [program, "transcript", "convert", source, "--to", form, *options], capture_output=True, timeout=60
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


def page(program, sample):
    html = convert(program, sample, "html").decode()
    error = None
    try:
        html5lib.HTMLParser(strict=True).parse(html)
    except Exception as found:
        error = repr(found)
    checks.that(error is None, f"{Path(sample).name}: the page is sound HTML", error)
    return html


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
    shown = rendered(chromium, target)
    checks.that("onerror" in shown and len(shown) > 2000, "Chromium shows a page of hostile words", shown)
    checks.that(MARK + '="1"' not in shown, "and none of them runs", shown[:300])


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
        cast(program, Path(samples) / "credit-card-handoff.transcript", folder)
        scripts(program, folder)
    checks.finish()


if __name__ == "__main__":
    main(*sys.argv[1:3])
