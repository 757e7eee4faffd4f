"""Runs baton serve for a check and looks at it from outside."""

import asyncio
import os
import re
import socket
import subprocess
from pathlib import Path

from aiohttp import web
from endpoint import ENDPOINT


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def slow_sync(folder):
    """Compiles the library that slows a server's disk and gives its path."""
    library = Path(folder) / "slow_sync.so"
    source = Path(__file__).parent / "slow_sync.c"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    return library


class Server:
    """One baton serve at a port that stays the same, started and ended as often as wanted."""

    def __init__(self, program, *arguments):
        self.command = [program, "serve", *map(str, arguments)]
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.base = self.url + "/v3/directline"
        # Everything that any of the runs has printed.
        self.log = []
        self.process = None

    async def start(self, environment=None, umask=-1):
        self.process = await asyncio.create_subprocess_exec(
            *self.command,
            "--port",
            str(self.port),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
            umask=umask,
        )
        ready = asyncio.get_running_loop().create_future()
        self.reading = asyncio.create_task(self.read(self.process, ready))
        if not await asyncio.wait_for(ready, 60):
            raise RuntimeError("baton serve did not start:\n" + "\n".join(self.log[-10:]))

    async def read(self, process, ready):
        async for line in process.stdout:
            self.log.append(line.decode(errors="replace").rstrip())
            if not ready.done() and self.log[-1].startswith("Ctrl-C"):
                ready.set_result(True)
        if not ready.done():
            ready.set_result(False)

    async def end(self, send):
        """Ends the process with one of its methods and waits until it is gone."""
        if self.process and self.process.returncode is None:
            send(self.process)
            await self.process.wait()
            await self.reading

    async def kill(self):
        await self.end(lambda process: process.kill())

    async def stop(self):
        await self.end(lambda process: process.terminate())

    def told(self, words):
        """How often the log has told something."""
        return sum(words in line for line in self.log)

    async def tells(self, words, times=1, seconds=10):
        """Waits until the log has told something so often."""
        for _ in range(int(seconds / 0.05)):
            if self.told(words) >= times:
                return True
            await asyncio.sleep(0.05)
        return False

    def resident(self):
        """The memory of the process that is in use, in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) / 1024


class Bot:
    """A bot that hands each activity to a coroutine function."""

    def __init__(self, answer):
        self.answer = answer

    async def __aenter__(self):
        application = web.Application(client_max_size=1 << 24)
        application.router.add_post(ENDPOINT, self.process)
        self.runner = web.AppRunner(application, access_log=None)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self.runner.addresses[0][1]}{ENDPOINT}"
        return self

    async def __aexit__(self, *error):
        await self.runner.cleanup()

    async def process(self, request):
        try:
            await self.answer(await request.json())
        except ConnectionError:
            # The server was killed while it asked.
            pass
        return web.json_response({})
