"""Fetches transcripts with baton from a stand-in for Dataverse's OData, with a program that prints the token.

Usage: dataverse.py BATON
"""

import json
import os
import stat
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from checks import Checks

TABLE = "/api/data/v9.2/conversationtranscripts"
checks = Checks()


def rows(count):
    """Three records of each conversation, the batches in the wrong order."""
    for number in range(count):
        talk, batch = divmod(number, 3)
        text = f"line {3 - batch} of talk {talk}"
        activity = {"type": "message", "text": text, "from": {"id": "u", "role": 1}, "timestampMs": 1772359200000}
        yield {
            "@odata.etag": f'W/"{os.urandom(4).hex()}"',
            "conversationtranscriptid": f"{number:08}-1111-4222-8333-444444444444",
            "name": f"talk{talk}_bot",
            "content": json.dumps({"activities": [activity]}),
            "metadata": json.dumps({"BatchId": 3 - batch}),
            "conversationstarttime": "2026-03-01T10:00:00Z",
            "createdon": f"2026-03-01T11:{number // 60:02}:{number % 60:02}Z",
        }


class Dataverse(BaseHTTPRequestHandler):
    """Pages of the size that the client prefers; the first query is refused its $expand, one page is rate-limited."""

    seen = []
    limited = True

    def do_GET(self):
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        Dataverse.seen.append((url.path, query, dict(self.headers)))
        if self.headers.get("Authorization") != "Bearer s3cr3t-token":
            return self.answer(401, {"error": {"message": "no token"}})
        if "$expand" in query:
            return self.answer(400, {"error": {"message": "no privilege on bot"}})
        start = int(query.get("$skiptoken", 0))
        if start and Dataverse.limited:
            Dataverse.limited = False
            return self.answer(429, {"error": {"message": "slow down"}}, {"Retry-After": "1"})
        size = int(self.headers["Prefer"].split("odata.maxpagesize=")[1])
        found = list(rows(90))
        if "createdon ge " in query.get("$filter", ""):
            since = query["$filter"].split("createdon ge ")[1][:19]
            found = [row for row in found if row["createdon"][:19] >= since]
        page = {"@odata.context": "x", "value": found[start : start + size]}
        if start + size < len(found):
            page["@odata.nextLink"] = f"http://{self.headers['Host']}{url.path}?$skiptoken={start + size}"
        self.answer(200, page)

    def answer(self, status, value, headers={}):
        body = json.dumps(value).encode()
        self.send_response(status)
        for name, text in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def fetch(program, address, folder, *options, token="printf 's3cr3t-token\\n'"):
    command = [program, "transcript", "fetch", address, "-o", str(folder), *options]
    if token:
        command += ["--token-command", token]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def main(program):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Dataverse)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.umask(0)
        first = fetch(program, address, folder)
        checks.that(first.returncode == 0, "everything is fetched", first.stderr)
        there = contents(folder)
        checks.that(len(there) == 30, "a file for each conversation", sorted(there))
        modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
        checks.that(modes == {0o600}, "that its owner alone may read, whatever the umask", modes)
        checks.that("is rate-limiting (429): slow down" in first.stderr, "waiting is told", first.stderr)
        checks.that("s3cr3t" not in first.stderr + first.stdout, "and the token is not")
        again = fetch(program, address, folder)
        checks.that(contents(folder) == there, "fetching twice gives the same bytes")
        checks.that(again.stdout == "", "and says of no file that it has changed", again.stdout)
        Dataverse.seen.clear()
        last = fetch(program, address, folder, "--since", "last")
        asked = [query.get("$filter", "") for _, query, _ in Dataverse.seen]
        checks.that(last.returncode == 0 and contents(folder) == there, "what is new since the last is nothing", last.stderr)
        checks.that(all("createdon ge 2026-03-01T11:01:29" in query for query in asked), "asked from the newest on", asked)
        path = str(folder / "talk7_bot.json")
        shown = subprocess.run([program, "transcript", "show", path], capture_output=True, text=True, timeout=60).stdout
        places = [shown.find(f"line {number} of talk 7") for number in (1, 2, 3)]
        checks.that(-1 < places[0] < places[1] < places[2], "show reads a file, in the order of its batches", shown)
        failed = fetch(program, address, folder, token="echo s3cr3t-other; exit 3")
        checks.that(failed.returncode == 1 and "exit status 3" in failed.stderr, "a command that fails is told", failed)
        wrong = fetch(program, address, folder, token="echo wrong-token")
        checks.that(
            wrong.returncode == 1 and "does not accept the token (401)" in wrong.stderr, "so is a wrong token", wrong
        )
        missing = fetch(program, address, folder, token=None)
        checks.that(missing.returncode == 64 and "DATAVERSE_TOKEN" in missing.stderr, "and that there is none", missing)
    checks.finish()


if __name__ == "__main__":
    main(sys.argv[1])
