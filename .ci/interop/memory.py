"""Loads baton serve as it is run, with its hub, in ways that cost memory, and measures the process and its others.

Usage: memory.py BATON [short] [times] [SCENARIO…]
    short: a twentieth of the load; times: times are judged too, which only a release build on a quiet machine can pass
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

import aiohttp
from checks import Checks
from server import Server

GOAL = {"MB": 200, "milliseconds": 50}


class Measured:
    """The peak of a server's memory, and how long somebody else's posts take, while a load runs."""

    def __init__(self, server):
        self.server = server
        self.peak = 0
        self.times = []

    async def __aenter__(self):
        self.before = self.server.resident()
        self.session = aiohttp.ClientSession()
        async with self.session.post(self.server.base + "/conversations", json={"user": {"id": "bea"}}) as response:
            self.path = f"/conversations/{(await response.json())['conversationId']}/activities"
        self.tasks = [asyncio.create_task(self.sample()), asyncio.create_task(self.post())]
        return self

    async def __aexit__(self, *error):
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.session.close()

    async def sample(self):
        while True:
            self.peak = max(self.peak, self.server.resident())
            await asyncio.sleep(0.1)

    async def post(self):
        body = {"type": "message", "text": "hello", "from": {"id": "bea"}}
        while True:
            began = time.monotonic()
            async with self.session.post(self.server.base + self.path, json=body) as response:
                await response.read()
                if response.status == 200:
                    self.times.append(time.monotonic() - began)
            await asyncio.sleep(0.02)

    @property
    def p99(self):
        return sorted(self.times)[int(len(self.times) * 0.99)] * 1000 if self.times else float("inf")


async def load(*arguments):
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        Path(__file__).parent / "load.py",
        *map(str, arguments),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    return output.decode().strip()


class Scenario:
    def __init__(self, checks, program, scale, judges_times):
        self.checks, self.program, self.scale, self.judges_times = checks, program, scale, judges_times

    async def run(self, name, loads, stored=False, prepare=None):
        with tempfile.TemporaryDirectory() as folder:
            more = ["--store", Path(folder) / "talks.db"] if stored else []
            server = Server(self.program, *more)
            await server.start()
            try:
                async with aiohttp.ClientSession() as session:
                    user = {"user": {"id": "ada"}}
                    async with session.post(server.base + "/conversations", json=user) as response:
                        started = await response.json()
                if prepare:
                    await prepare(server, started)
                    # Otherwise what making it has cost is measured.
                    await server.stop()
                    await server.start()
                async with Measured(server) as measured:
                    told = await loads(server, started)
                self.judge(name, measured, told)
            finally:
                await server.kill()

    def judge(self, name, measured, told):
        figures = f"{measured.before:.0f} → {measured.peak:.0f} MB, p99 {measured.p99:.0f} ms of {len(measured.times)}"
        print(f"      {name}: {figures}; {told}", flush=True)
        self.checks.that(measured.peak < GOAL["MB"], f"{name}: under {GOAL['MB']} MB resident", figures)
        if self.judges_times:
            limit = GOAL["milliseconds"]
            self.checks.that(measured.p99 < limit, f"{name}: others are answered within {limit} ms", figures)

    async def pings(self):
        count = int(3_000_000 * self.scale)
        await self.run("pings", lambda server, started: load("pings", started["streamUrl"], count))

    async def readers(self):
        count = int(1_300 * self.scale)
        await self.run(
            "slow readers",
            lambda server, started: load(
                "readers", server.base, started["conversationId"], int(500 * self.scale), int(4 + 56 * self.scale)
            ),
            stored=True,
            prepare=lambda server, started: load("fill", server.base, started["conversationId"], count, 200_000),
        )

    async def newcomers(self):
        """Slow readers come while the conversation grows, so that each has another page of it."""

        async def loads(server, started):
            seconds = int(4 + 36 * self.scale)
            told = await asyncio.gather(
                load("posts", server.base, started["conversationId"], seconds, 200_000),
                load("readers", server.base, started["conversationId"], int(500 * self.scale), seconds),
            )
            return "; ".join(told)

        await self.run("readers that come meanwhile", loads, stored=True)

    async def handoff(self):
        """The agent gets what was said, which is a lot."""
        count = int(1_300 * self.scale)

        async def loads(server, started):
            async with aiohttp.ClientSession() as session:
                url = f"{server.base}/conversations/{started['conversationId']}/activities"
                body = {"type": "message", "text": "human please", "from": {"id": "ada"}}
                async with session.post(url, json=body) as response:
                    status = response.status
            await asyncio.sleep(2 + 8 * self.scale)
            return f"answered {status}"

        await self.run(
            "a handoff",
            loads,
            stored=True,
            prepare=lambda server, started: load("fill", server.base, started["conversationId"], count, 200_000),
        )

    async def posts(self):
        seconds = max(3, int(60 * self.scale))
        for size in (100, 200_000):
            for stored in (False, True):
                await self.run(
                    f"posts of {size} bytes{' into a store' if stored else ''}",
                    lambda server, started: load("posts", server.base, started["conversationId"], seconds, size),
                    stored=stored,
                )

    async def typing(self):
        await self.run("typing", lambda server, started: load("typing", server.base, int(100_000 * self.scale), 100))


async def main(program, words):
    checks = Checks()
    scenario = Scenario(checks, program, 0.05 if "short" in words else 1, "times" in words)
    every = ["pings", "readers", "newcomers", "handoff", "posts", "typing"]
    for name in [word for word in words if word in every] or every:
        await getattr(scenario, name)()
    checks.finish()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2:]))
