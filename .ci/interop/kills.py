"""Kills baton serve again and again under load and looks for what its clients and its bot miss afterwards.

Usage: kills.py BATON [KILLS] [--same-service-url]
    KILLS: how often it is killed, 200 times unless given
    --same-service-url: a bot's stored reference must be good after a restart; otherwise it is tried if it can be
"""

import asyncio
import random
import sys
import tempfile
from pathlib import Path

import aiohttp
from checks import Checks
from errands import Errands
from kept import GONE, Talk
from server import Bot, Server, slow_sync

TALKS = 6


class Numbers:
    """A bot that repeats every line, types now and then, and keeps what it would keep of a conversation."""

    def __init__(self, session):
        self.session = session
        # What the bot was told first and last of each conversation.
        self.first, self.last = {}, {}
        # The ids of its lines that were acknowledged, by conversation.
        self.acknowledged = {}

    async def answer(self, activity):
        id, service = activity["conversation"]["id"], activity["serviceUrl"]
        self.first.setdefault(id, service)
        self.last[id] = service
        if activity["type"] != "message":
            return
        try:
            text = activity.get("text", "")
            if text.endswith("7"):
                await self.call("POST", service, id, "", {"type": "typing"})
            reply = {"type": "message", "text": "re: " + text}
            await self.call("POST", service, id, "/" + activity["id"], reply)
        except GONE:
            pass

    async def call(self, method, service, id, suffix, body=None):
        url = f"{service}v3/conversations/{id}/activities{suffix}"
        async with self.session.request(method, url, json=body, timeout=aiohttp.ClientTimeout(30)) as response:
            answer = await response.json(content_type=None)
            if response.status in (200, 201) and method == "POST" and body["type"] == "message":
                self.acknowledged.setdefault(id, []).append(answer["id"])
            return response.status, answer


class Trial:
    def __init__(self, checks, server, bot, talks, up):
        self.checks, self.server, self.bot, self.talks, self.up = checks, server, bot, talks, up
        self.seen = {}
        self.faults = []

    def fault(self, talk, text):
        if len(self.faults) < 20:
            print(f"      {talk.name}: {text}", flush=True)
        self.faults.append(text)

    async def settle(self, whole=False):
        """Pauses all talks, waits until both clients have everything, and compares."""
        markers = await asyncio.gather(*(talk.pause() for talk in self.talks))
        for talk, marker in zip(self.talks, markers):
            readers = (talk.streaming, talk.polling)
            if not await talk.until(lambda: all(marker in reader.ids[-50:] for reader in readers)):
                self.fault(talk, f"a client did not get {marker}: {[reader.ids[-3:] for reader in readers]}")
            await talk.until(lambda: talk.streaming.ids == talk.polling.ids, 2)
            await self.compare(talk, whole)

    async def compare(self, talk, whole):
        streamed, polled = talk.streaming.ids, talk.polling.ids
        if streamed != polled:
            different = sorted(set(streamed) ^ set(polled))[:5]
            self.fault(talk, f"{len(streamed)} streamed, {len(polled)} polled, different are {different}")
        # What all readers had together at the last look may be gone from the server now.
        watermark, count = (None, 0) if whole else self.seen.get(talk.id, (None, 0))
        found, behind = await talk.history(watermark)
        if [one["id"] for one in found] != streamed[count:]:
            gone = [id for id in streamed[count:] if id not in {one["id"] for one in found}]
            self.fault(talk, f"the server has {len(found)}, a client saw {len(streamed) - count}; gone: {gone[:5]}")
        known = set(streamed)
        for id in [*talk.acknowledged.values(), *self.bot.acknowledged.get(talk.id, [])]:
            if id not in known:
                self.fault(talk, f"acknowledged and lost: {id}")
        for reader in (talk.streaming, talk.polling):
            self.inspect(talk, reader)
        self.seen[talk.id] = (behind, len(streamed))

    def inspect(self, talk, reader):
        """Looks for what comes twice, out of order or from a clock that went back."""
        kind = type(reader).__name__
        for text in reader.faults:
            self.fault(talk, f"{kind}: {text}")
        reader.faults = []
        if len(set(reader.ids)) != len(reader.ids):
            self.fault(talk, f"{kind}: something came twice")
        times = [one["timestamp"] for one in reader.shown]
        if times != sorted(times):
            self.fault(talk, f"{kind}: a time went back")
        for prefix in ("", "re: "):
            start = prefix + talk.name + " "
            texts = [one.get("text", "") for one in reader.shown]
            numbers = [int(text[len(start) :]) for text in texts if text.startswith(start)]
            if any(later <= earlier for earlier, later in zip(numbers, numbers[1:])):
                self.fault(talk, f"{kind}: “{start}” out of order or twice")
            if talk.refused.intersection(numbers):
                self.fault(talk, f"{kind}: shown though it was refused: {talk.refused.intersection(numbers)}")

    async def errands(self, errands, busy):
        """Lets the errands rest for a moment, and looks for what they were told is done."""
        await errands.stop()
        marker = await busy.pause()
        readers = (busy.streaming, busy.polling)
        if not await busy.until(lambda: all(marker in reader.ids[-50:] for reader in readers)):
            self.fault(busy, f"a client did not get {marker}")
        await errands.look([reader.shown for reader in readers])
        errands.run(busy.id)

    async def kill(self, environment):
        """Kills the server at a random moment of the load and starts it again."""
        for talk in self.talks:
            talk.going.set()
        await asyncio.sleep(random.uniform(0.02, 1))
        await self.restart(environment)

    async def restart(self, environment=None):
        self.up.clear()
        await self.server.kill()
        await self.server.start(environment)
        self.up.set()


async def afterwards(checks, trial, session, talk):
    """The same token, the same reference of the bot, and what the bot changes while its user is away."""
    bot = trial.bot
    marker = await talk.say()
    checks.that(marker is not None, f"{talk.name}: the first token still posts")
    status, info = await talk.call("GET", "/activities")
    checks.that(status == 200, f"{talk.name}: it still reads", info)
    headers = {"Authorization": "Bearer " + talk.token}
    async with session.post(talk.base + "/tokens/refresh", headers=headers) as response:
        refreshed = await response.json()
        same = response.status == 200 and refreshed["conversationId"] == talk.id
        checks.that(same, f"{talk.name}: it is still refreshed", refreshed)
    first, last = bot.first[talk.id], bot.last[talk.id]
    proactive = {"type": "message", "text": "proactive"}
    sentence = f"{talk.name}: a proactive message by the service URL of the first run arrives at both clients"
    if first == last or "--same-service-url" in sys.argv:
        status, answer = await bot.call("POST", first, talk.id, "", proactive)
        arrived = status == 200 and await talk.until(
            lambda: all(answer["id"] in reader.ids for reader in (talk.streaming, talk.polling)), 10
        )
        checks.that(arrived, sentence, (status, answer))
    else:
        checks.left_out(sentence, "each run has a service URL of its own")

    replies = bot.acknowledged[talk.id]
    edited, deleted = replies[0], replies[-1]
    # A client that never saw it needs no news of its deletion.
    await talk.until(lambda: all(deleted in reader.ids for reader in (talk.streaming, talk.polling)), 10)
    for reader in (talk.streaming, talk.polling):
        await reader.stop()
    before = [await bot.call("PUT", last, talk.id, "/" + edited, {"type": "message", "text": text}) for text in "ab"]
    gone = await bot.call("DELETE", last, talk.id, "/" + deleted)
    checks.that([status for status, _ in [*before, gone]] == [200] * 3, f"{talk.name}: the bot edits", (before, gone))
    await trial.restart()
    for reader in (talk.streaming, talk.polling):
        old = len(reader.shown)
        reader.start()
        await talk.until(lambda: len(reader.shown) >= old + 2, 10)
        await asyncio.sleep(0.3)
        news = [(one["type"], one["id"], one.get("text")) for one in reader.shown[old:]]
        wanted = [("message", edited, "b"), ("messageDelete", deleted, None)]
        kind = type(reader).__name__.lower()
        checks.that(news == wanted, f"{talk.name}: an edit and a deletion while it was away come by {kind}", news)


async def main(program, kills):
    checks = Checks()
    up = asyncio.Event()
    with tempfile.TemporaryDirectory() as folder:
        library = slow_sync(folder)
        async with aiohttp.ClientSession() as session, aiohttp.ClientSession() as its:
            numbers = Numbers(its)
            async with Bot(numbers.answer) as bot:
                server = Server(program, "--bot", bot.url, "--store", Path(folder) / "talks.db")
                await server.start()
                up.set()
                talks = [Talk(session, server.base, f"talk{index}", up) for index in range(TALKS)]
                for talk in talks:
                    await talk.start()
                trial = Trial(checks, server, numbers, talks, up)
                # The one whose files and edits are looked at as well, apart from the numbers.
                busy = Talk(session, server.base, "busy", up)
                await busy.start()
                errands = Errands(session, server, numbers, up)
                errands.run(busy.id)
                for number in range(1, kills + 1):
                    slow = {"LD_PRELOAD": str(library), "SYNC_DELAY_MS": "20", "CLOCK_BACK_S": str(number % 60)}
                    await trial.kill(slow if number % 2 else None)
                    await trial.settle(whole=number % 20 == 0 or number == kills)
                    await trial.errands(errands, busy)
                    if number % 10 == 0:
                        print(f"      {number} kills, {sum(len(t.streaming.shown) for t in talks)} shown", flush=True)
                said = sum(len(talk.acknowledged) for talk in talks)
                checks.that(said > 10 * kills, "there was load", said)
                what = "lost, shown and lost, twice, out of order or with a time that went back"
                checks.that(not trial.faults, f"{kills} kills, {said} lines: nothing {what}", trial.faults)
                errands_done = "conversations that began, files and edits: nothing acknowledged is lost"
                checks.that(not errands.faults, errands_done, errands.faults)
                await errands.stop()
                await busy.stop()
                for talk in talks[:2]:
                    await afterwards(checks, trial, session, talk)
                checks.that(not server.told("store"), "the log tells of no trouble", server.log[-5:])
                for talk in talks:
                    await talk.stop()
                await server.kill()
    checks.finish()


if __name__ == "__main__":
    arguments = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    asyncio.run(main(arguments[0], int(arguments[1]) if len(arguments) > 1 else 200))
