"""What goes on beside the talks while a server is killed: conversations begin, files are sent, a line is edited."""

import asyncio
import os

import aiohttp
from kept import GONE


class Errands:
    """Remembers what was acknowledged and looks for it after each kill."""

    def __init__(self, session, server, bot, up):
        self.session, self.server, self.bot, self.up = session, server, bot, up
        self.started, self.files, self.faults = [], [], []
        # The line that the bot edits, its last number, and the last that was acknowledged.
        self.line, self.edited, self.acknowledged = None, 0, 0
        self.timeout = aiohttp.ClientTimeout(30)

    async def call(self, method, url, **more):
        async with self.session.request(method, url, timeout=self.timeout, **more) as response:
            content = await response.read()
            is_json = "json" in response.headers.get("Content-Type", "")
            return response.status, content, await response.json() if is_json else None

    def run(self, id):
        """Begins; the id is that of a conversation in which files are sent and a line is edited."""
        self.id = id
        self.tasks = [asyncio.create_task(self.again(work)) for work in (self.start, self.send, self.edit)]

    async def stop(self):
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def again(self, work):
        while True:
            await self.up.wait()
            try:
                await work()
            except GONE:
                pass
            await asyncio.sleep(0.02)

    async def start(self):
        """Begins a conversation twice with one token, as clients do that have waited too long."""
        base = self.server.base
        _, _, token = await self.call("POST", base + "/tokens/generate", json={})
        headers = {"Authorization": "Bearer " + token["token"]}

        async def once():
            status, _, _ = await self.call("POST", base + "/conversations", headers=headers)
            if status in (200, 201):
                self.started.append((token["conversationId"], headers))

        await asyncio.gather(once(), once(), return_exceptions=True)

    async def send(self):
        content = os.urandom(3_000)
        form = aiohttp.FormData()
        form.add_field("file", content, filename="a.bin", content_type="application/x-kept")
        path = f"{self.server.base}/conversations/{self.id}"
        status, _, answer = await self.call("POST", path + "/upload?userId=ada", data=form)
        if status == 200:
            self.files.append((answer["id"], content))

    async def edit(self):
        """The bot counts in a line of its own."""
        service = self.bot.last.get(self.id)
        if service is None:
            return
        if self.line is None:
            status, answer = await self.bot.call("POST", service, self.id, "", {"type": "message", "text": "count 0"})
            if status == 200:
                self.line = answer["id"]
            return
        # The number is used up, whatever becomes of it.
        self.edited += 1
        number = self.edited
        body = {"type": "message", "text": f"count {number}"}
        status, _ = await self.bot.call("PUT", service, self.id, "/" + self.line, body)
        if status == 200:
            self.acknowledged = number

    async def look(self, shown):
        """Looks for everything acknowledged since the last look.

        SHOWN: for each client, the activities of the conversation that it has seen.
        """
        base = self.server.base
        started, self.started = self.started, []
        for id, headers in started:
            status, _, answer = await self.call("GET", f"{base}/conversations/{id}/activities", headers=headers)
            if status != 200:
                self.faults.append(f"a conversation that was begun is gone: {status} {answer}")
        files, self.files = self.files, []
        by_id = {one["id"]: one for one in shown[0]}
        for id, content in files:
            if id not in by_id:
                self.faults.append(f"a file's line {id} was not shown")
                continue
            status, found, _ = await self.call("GET", by_id[id]["attachments"][0]["contentUrl"])
            if found != content:
                self.faults.append(f"a file is gone: {status}")
        for seen in shown:
            counts = [int(one["text"].split()[1]) for one in seen if one.get("text", "").startswith("count ")]
            if counts != sorted(counts):
                self.faults.append("an edit came before an earlier one")
            if self.acknowledged > (counts[-1] if counts else 0):
                self.faults.append(f"an edit is lost: {self.acknowledged} was acknowledged, {counts[-1:]} is shown")
