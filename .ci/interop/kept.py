"""A conversation that goes on while its server is killed, and what its two clients have seen of it."""

import asyncio

import aiohttp

GONE = (aiohttp.ClientError, ConnectionError, asyncio.TimeoutError, ValueError)


class Reader:
    """A client that reads everything once, from where it was."""

    def __init__(self, talk):
        self.talk = talk
        self.watermark = None
        # Everything it was shown, in order, but for typing.
        self.shown = []
        self.faults = []
        self.task = None

    def start(self):
        self.task = asyncio.create_task(self.run())

    async def stop(self):
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    async def run(self):
        while True:
            await self.talk.up.wait()
            try:
                await self.read()
            except GONE:
                pass
            await asyncio.sleep(0.01)

    def take(self, frame):
        activities = [one for one in frame["activities"] if one["type"] != "typing"]
        if "watermark" in frame:
            before, now = int(self.watermark or 0), int(frame["watermark"])
            if now < before or now == before and activities:
                self.faults.append(f"watermark {now} after {before}")
            self.watermark = frame["watermark"]
        self.shown += activities

    @property
    def ids(self):
        return [one["id"] for one in self.shown]


class Polling(Reader):
    async def read(self):
        while True:
            self.take(await self.talk.page(self.watermark))
            await asyncio.sleep(0.03)


class Streaming(Reader):
    async def read(self):
        query = "" if self.watermark is None else f"?watermark={self.watermark}"
        status, info = await self.talk.call("GET", query)
        if status != 200:
            return
        async with self.talk.session.ws_connect(info["streamUrl"], max_msg_size=0) as socket:
            async for message in socket:
                if message.type == aiohttp.WSMsgType.TEXT and message.data:
                    self.take(message.json())


class Talk:
    """One user, who says numbered lines as fast as they are acknowledged, and the user's two clients."""

    def __init__(self, session, base, name, up):
        self.session = session
        self.base = base
        self.name = name
        self.up = up
        self.number = 0
        self.acknowledged = {}
        # Numbers of lines that the server has refused, so that nobody may see them.
        self.refused = set()
        self.going = asyncio.Event()
        self.idle = asyncio.Event()
        self.streaming, self.polling = Streaming(self), Polling(self)

    async def start(self):
        self.path = self.token = ""
        _, started = await self.call("POST", body={"user": {"id": "dl_" + self.name}})
        self.id, self.token = started["conversationId"], started["token"]
        self.path = "/" + self.id
        for reader in (self.streaming, self.polling):
            reader.start()
        self.task = asyncio.create_task(self.post())

    async def stop(self):
        self.task.cancel()
        for reader in (self.streaming, self.polling):
            await reader.stop()

    async def call(self, method, suffix="", body=None):
        headers = {"Authorization": "Bearer " + self.token} if self.token else {}
        url = f"{self.base}/conversations{self.path}{suffix}"
        timeout = aiohttp.ClientTimeout(30)
        async with self.session.request(method, url, json=body, headers=headers, timeout=timeout) as response:
            return response.status, await response.json(content_type=None)

    async def page(self, watermark=None):
        query = "" if watermark is None else f"?watermark={watermark}"
        status, page = await self.call("GET", "/activities" + query)
        if status != 200:
            raise ValueError(f"GET was answered {status}: {page}")
        return page

    async def history(self, watermark=None):
        """Everything behind a watermark, and the watermark behind that."""
        found = []
        while True:
            page = await self.page(watermark)
            found += page["activities"]
            if watermark == page["watermark"]:
                return [one for one in found if one["type"] != "typing"], watermark
            watermark = page["watermark"]

    async def say(self):
        """Says the next line; gives its id if it was acknowledged."""
        self.number += 1
        number = self.number
        body = {"type": "message", "text": f"{self.name} {number}", "from": {"id": "ada"}}
        status, answer = await self.call("POST", "/activities", body)
        if status == 200:
            self.acknowledged[number] = answer["id"]
            return answer["id"]
        # A bot that could not answer, because its server was killed, has the line nevertheless.
        if status != 502:
            self.refused.add(number)
        return None

    async def post(self):
        while True:
            self.idle.set()
            await self.going.wait()
            await self.up.wait()
            self.idle.clear()
            try:
                if await self.say() is None:
                    await asyncio.sleep(0.05)
            except GONE:
                await asyncio.sleep(0.01)

    async def pause(self):
        self.going.clear()
        await self.idle.wait()
        while True:
            try:
                if marker := await self.say():
                    return marker
            except GONE:
                pass
            await asyncio.sleep(0.05)

    async def until(self, holds, seconds=30):
        """Waits for a condition of the clients."""
        for _ in range(int(seconds / 0.02)):
            if holds():
                return True
            await asyncio.sleep(0.02)
        return False
