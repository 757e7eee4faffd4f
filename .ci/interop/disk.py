"""Takes the disk away from baton serve: full, read-only, damaged; and looks at what clients, bot and log are told.

Usage: disk.py BATON [PAGES]   how many pages of a store are damaged one after another, all of them unless given

Mounts need root; without it, what needs them is left out.
"""

import asyncio
import json
import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import aiohttp
from checks import Checks
from damage import damage
from said import Client
from server import Bot, Server


async def refused(session, url):
    """Why a stream is refused; nil if it is opened."""
    try:
        async with session.ws_connect(url):
            return None
    except aiohttp.WSServerHandshakeError as error:
        return error.status


class Follower:
    """A stream and how it ended."""

    def __init__(self, session, url):
        self.session, self.url = session, url
        self.ids, self.texts = [], []
        self.task = asyncio.create_task(self.run())

    async def run(self):
        async with self.session.ws_connect(self.url, max_msg_size=0) as socket:
            async for message in socket:
                if message.data:
                    for one in message.json()["activities"]:
                        self.ids.append(one["id"])
                        self.texts.append(one.get("text"))
            return socket.close_code


def mounted(kind, folder, *options):
    done = subprocess.run(["mount", "-t", kind, *options, folder], capture_output=True, text=True)
    return done.returncode == 0


def fill(folder):
    """Takes all the room there is."""
    filler = Path(folder) / "filler"
    with open(filler, "wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            pass
    return filler


async def until_refused(client, text):
    for number in range(5_000):
        status, headers, answer = await client.say(f"{text} {number}")
        if status != 200:
            return status, headers, answer
    return 200, {}, ""


async def full(checks, program, folder, bot, session):
    """A disk that is full twice, and has room again each time."""
    server = Server(program, "--bot", bot.url, "--store", Path(folder) / "talks.db")
    await server.start()
    one, other = Client(session, server), Client(session, server)
    await one.start()
    await other.start()
    follower = Follower(session, one.stream_url)
    await one.say("before")
    for incident in (1, 2):
        filler = fill(folder)
        status, headers, answer = await until_refused(one, f"full {incident}")
        checks.that(status in (502, 503), "a line is refused when the disk is full", (status, answer))
        status, headers, answer = await one.say(f"refused {incident}")
        checks.that(status == 503 and "Retry-After" in headers, "and so is the next, with a time", (status, answer))
        checks.that(str(folder) not in answer and ".db" not in answer, "without a path", answer)
        code = await asyncio.wait_for(follower.task, 20)
        checks.that(code == 1013, "the stream ends with 1013", code)
        _, _, again = await other.call("GET", other.path)
        checks.that("streamUrl" not in again, "no new stream is given out", again)
        # A ticket is good for 60 s, whoever comes with it.
        status = await refused(session, follower.url)
        checks.that(status == 503, "and none opened", status)
        status, _, answer = await other.call("POST", "/conversations", {"user": {"id": "late"}})
        checks.that(status == 503, "a new conversation is 503", (status, answer))
        file = aiohttp.FormData()
        file.add_field("file", os.urandom(100_000), filename="a.bin", content_type="application/x-a")
        url = f"{server.base}{one.path}/upload?userId=ada"
        async with session.post(url, data=file) as response:
            text = await response.text()
            checks.that(response.status == 503 and str(folder) not in text, "an upload is 503", text)
        typing = {"type": "typing", "from": {"id": "ada"}}
        for client in (one, other):
            await client.call("POST", client.path + "/activities", typing)
            await client.say(f"refused too {incident}")
        status, found = await one.history()
        users = [entry["text"] for entry in found if entry["from"]["role"] == "user"] if status == 200 else found
        checks.that(
            users == one.said,
            "what is there is still read, and nothing else",
            (status, users[-3:], one.said[-3:]),
        )
        checks.that(
            (server.told("store failed"), server.told("store works again")) == (incident, incident - 1),
            "the log tells of it once, and typing changes nothing",
            [line for line in server.log if "store" in line],
        )
        filler.unlink()
        if incident == 1:
            status, _, answer = await one.say("room")
            checks.that(status == 200, "when there is room, a line is taken", (status, answer))
        status, _, answer = await one.call("GET", one.path)
        checks.that(status == 200, "and a stream is given out", answer)
        checks.that(await server.tells("store works again", incident), "the log tells that once", server.log[-3:])
        follower = Follower(session, json.loads(answer)["streamUrl"])
        await one.say(f"after {incident}")
    for _ in range(100):
        if f"after {incident}" in follower.texts:
            break
        await asyncio.sleep(0.05)
    checks.that(f"after {incident}" in follower.texts, "and the stream goes on", follower.texts)
    checks.that(server.told("store works again") == 2, "each incident is told once", server.log[-8:])
    _, before = await one.history()
    await server.kill()
    follower.task.cancel()
    await server.start()
    _, found = await one.history()
    checks.that(found == before, "a restart changes nothing", (len(found), len(before)))
    ids = [entry["id"] for entry in found]
    checks.that(len(set(ids)) == len(ids), "ids are unique", ids)
    users = [entry["text"] for entry in found if entry["from"]["role"] == "user"]
    checks.that(users == one.said, "and everything acknowledged is there, in order", (users[-3:], one.said[-3:]))
    await server.kill()


async def nearly_full(checks, program, folder, bot, session):
    """Short lines still fit, long ones do not: that is no reason to tell everybody again and again."""
    server = Server(program, "--bot", bot.url, "--store", Path(folder) / "talks.db")
    await server.start()
    one = Client(session, server)
    await one.start()
    await one.say("before")
    filler = fill(folder)
    await until_refused(one, "full")
    with open(filler, "r+b") as file:
        file.truncate(filler.stat().st_size - 100_000)
    answers = {}
    for number in range(20):
        long, _, _ = await one.say(f"long {number} " + "x" * 200_000)
        short, _, _ = await one.say(f"short {number}")
        answers[(long, short)] = answers.get((long, short), 0) + 1
    told = server.told("store failed")
    print(f"      long and short lines were answered {answers}; the log told {told} times")
    # Each short line that fits ends the incident, until nothing fits any more.
    checks.that(told < 15, "a disk that is nearly full is not told at every line", answers)
    await server.kill()


async def read_only(checks, program, folder, bot, session):
    """A disk that takes no writes: when the server starts, and while it runs."""
    store = Path(folder) / "talks.db"
    server = Server(program, "--bot", bot.url, "--store", store)
    await server.start()
    one = Client(session, server)
    await one.start()
    await one.say("before")
    await server.kill()
    subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
    try:
        await asyncio.wait_for(server.start(), 30)
        told = "started"
    except RuntimeError:
        told = server.log[-1]
    checks.that("talks.db" in told, "a store on a read-only disk is refused at the start, with the reason", told)
    await server.kill()
    subprocess.run(["mount", "-o", "remount,rw", folder], check=True)
    await server.start()
    status, found = await one.history()
    checks.that(status == 200 and len(found) == 2, "when it takes writes again, everything is there", found)
    # A file system that has found an error remounts itself like that, open files and all.
    if subprocess.run(["mount", "-o", "remount,abort", folder], capture_output=True).returncode:
        checks.left_out("a disk that becomes read-only", "the file system cannot be made to")
    else:
        for _ in range(2):
            status, _, answer = await one.say("refused")
        tells = status == 503 and str(folder) not in answer
        checks.that(tells, "a disk that becomes read-only is 503", (status, answer))
        checks.that(server.told("store failed") == 1, "and told once", server.log[-5:])
        status, found = await one.history()
        checks.that(status == 200 and len(found) == 2, "what is there is still read", (status, found))
    await server.kill()


async def modes(checks, program, folder, bot, session):
    """Nobody else may read the files, whatever the umask and whoever made them."""
    store = Path(folder) / "talks.db"
    server = Server(program, "--bot", bot.url, "--store", store)

    def open_to_others():
        paths = Path(folder).glob("talks.db*")
        return [path.name for path in paths if stat.S_IMODE(path.stat().st_mode) != 0o600]

    await server.start(umask=0)
    one = Client(session, server)
    await one.start()
    await one.say("hello")
    names = sorted(path.name for path in Path(folder).glob("talks.db*"))
    checks.that(open_to_others() == [] and len(names) > 1, "a new store is for its owner alone", names)
    await server.kill()
    for path in Path(folder).glob("talks.db*"):
        path.chmod(0o644)
    await server.start(umask=0)
    checks.that(open_to_others() == [], "an old one becomes so, with its log", open_to_others())
    await server.kill()


async def main(program, pages):
    checks = Checks()

    async def answer(activity):
        if activity["type"] == "message":
            url = f"{activity['serviceUrl']}v3/conversations/{activity['conversation']['id']}/activities"
            async with session.post(url, json={"type": "message", "text": "re: " + activity["text"]}):
                pass

    async with aiohttp.ClientSession() as session, Bot(answer) as bot:
        with tempfile.TemporaryDirectory() as folder:
            await modes(checks, program, folder, bot, session)
        with tempfile.TemporaryDirectory() as folder:
            for trial in (full, nearly_full):
                if mounted("tmpfs", folder, "-o", "size=3m", "tmpfs"):
                    try:
                        await trial(checks, program, folder, bot, session)
                    finally:
                        subprocess.run(["umount", "-l", folder])
                else:
                    checks.left_out("a disk that is full", "mounting a tmpfs needs root")
        with tempfile.TemporaryDirectory() as top:
            image, folder = Path(top) / "disk", Path(top) / "mounted"
            folder.mkdir()
            image.write_bytes(bytes(8 << 20))
            made = subprocess.run(["mkfs.ext4", "-q", image], capture_output=True).returncode == 0
            if made and mounted("ext4", folder, "-o", "loop", image):
                try:
                    await read_only(checks, program, folder, bot, session)
                finally:
                    subprocess.run(["umount", "-l", folder])
            else:
                checks.left_out("a disk that is read-only", "mounting an image needs root and mkfs.ext4")
        with tempfile.TemporaryDirectory() as folder:
            await damage(checks, program, folder, bot, session, pages)
    checks.finish()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else None))
