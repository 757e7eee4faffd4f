"""Records a conversation with one of the bots through baton, replays it, and replays it to a bot that has changed.

Usage: replay.py BATON BOT_URL BOT_SCRIPT   the script is the one that serves the bot
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from checks import Checks

LINES = ["cards", "typing", "burst 5", "update", "human please", "thank you, that is all", "typing"]
checks = Checks()


def baton(program, *arguments, lines=()):
    text = "".join(line + "\n" for line in lines)
    done = subprocess.run(
        [program, *arguments], input=text, capture_output=True, text=True, timeout=180, env={**os.environ, "TZ": "UTC"}
    )
    return done.returncode, done.stdout + done.stderr


def replay(program, url, *arguments):
    status, output = baton(program, "transcript", "replay", "--bot", url, *arguments)
    return status, output


def changed_bot(script, folder):
    """The same bot, but for one answer."""
    source = Path(script).read_text(encoding="utf-8")
    assert source.count('"Typed"') == 1
    path = folder / "changed.py"
    path.write_text(source.replace('"Typed"', '"Typed anew"'), encoding="utf-8")
    search = {"PYTHONPATH": str(Path(script).parent)}
    return subprocess.Popen(
        [sys.executable, path, "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **search},
    )


def main(program, url, script):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        talk = folder / "talk.transcript"
        status, output = baton(
            program, "--plain", "--agent-pace", "8", "--bot", url, "--record", talk, lines=LINES
        )
        checks.that(status == 0 and talk.exists(), "a conversation is recorded", output)
        report = folder / "report.xml"
        status, output = replay(program, url, talk, "--report", f"junit:{report}")
        checks.that(status == 0, "replayed to the same bot it passes", output)
        checks.that("as recorded" in output and "live" in output, "with its handoff", output)
        checks.that('failures="0" errors="0"' in report.read_text(encoding="utf-8"), "and the report says so")

        bot = changed_bot(script, folder)
        try:
            other = bot.stdout.readline().split()[-1]
            status, output = replay(program, other, talk)
            checks.that(status == 1, "replayed to a bot with a changed answer it fails", (status, output))
            wanted = ["after “typing”", ": Typed", ": Typed anew"]
            checks.that(all(words in output for words in wanted), "and says what was expected and what came", output)
            status, output = replay(program, other, "--json", talk)
            turns = json.loads(output)["diff"]["differences"]
            # The agent is told what was said before, so what was asked for differs too.
            checks.that({turn["turn"] for turn in turns} >= {2, 7}, "turn by turn", turns)
            status, output = replay(program, other, "--update", talk)
            checks.that(status == 0, "the new answer is accepted", output)
            status, output = replay(program, other, talk)
            checks.that(status == 0, "and passes from then on", output)
        finally:
            bot.terminate()
            bot.wait()
    checks.finish()


if __name__ == "__main__":
    main(*sys.argv[1:4])
