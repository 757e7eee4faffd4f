"""A small Direct Line client that owes nothing to baton."""

import asyncio
import json
import time
from contextlib import asynccontextmanager

import aiohttp
from checks import words


class Stream:
    """An open stream; remembers every frame and gives each activity once."""

    def __init__(self, session, url):
        self.session = session
        self.url = url
        self.frames = []
        self.queue = asyncio.Queue()

    async def __aenter__(self):
        self.socket = await self.session.ws_connect(self.url)
        self.task = asyncio.create_task(self.read())
        return self

    async def __aexit__(self, *error):
        await self.socket.close()
        await self.task

    async def read(self):
        async for message in self.socket:
            if message.type == aiohttp.WSMsgType.TEXT and message.data:
                frame = json.loads(message.data)
                self.frames.append(frame)
                for activity in frame["activities"]:
                    self.queue.put_nowait(activity)

    async def next(self, seconds=5):
        """The next activity that is not the echo of something the user said."""
        while True:
            activity = await asyncio.wait_for(self.queue.get(), seconds)
            if activity["from"].get("role") != "user":
                return activity

    async def silent(self, seconds):
        try:
            return await self.next(seconds)
        except asyncio.TimeoutError:
            return None

    async def until(self, text, seconds):
        """What the next activities say, up to a certain text or a time."""
        texts = []
        end = time.monotonic() + seconds
        while text not in texts and (left := end - time.monotonic()) > 0:
            activity = await self.silent(left)
            if activity is not None:
                texts.append(words(activity))
        return texts


class Client:
    """One user in one conversation."""

    def __init__(self, session, base):
        self.session = session
        self.base = base
        self.sent = 0

    async def call(self, method, path, body=None, **more):
        async with self.session.request(method, self.base + path, json=body, **more) as response:
            text = await response.text()
            return response.status, json.loads(text) if text else None

    async def linked(self, url):
        """What an attachment that goes by link holds, such as a transcript that is too long for an event."""
        async with self.session.get(url, headers={"Authorization": f"Bearer {self.token}"}) as response:
            response.raise_for_status()
            return await response.json(content_type=None)

    async def start(self):
        status, conversation = await self.call("POST", "/conversations", {"user": {"id": "ada", "name": "Ada"}})
        self.path = f"/conversations/{conversation['conversationId']}"
        self.token = conversation["token"]
        return status, conversation

    async def post(self, activity):
        self.sent += 1
        nested = {"null": None, "big": 9007199254740993}
        activity = {
            "from": {"id": "ada", "name": "Ada"},
            "locale": "en-GB",
            "channelData": {"clientActivityID": f"client-{self.sent}", "nested": nested},
            **activity,
        }
        return await self.call("POST", self.path + "/activities", activity)

    async def say(self, text, **more):
        return await self.post({"type": "message", "text": text, **more})

    async def history(self, watermark=None):
        suffix = "" if watermark is None else f"?watermark={watermark}"
        return (await self.call("GET", self.path + "/activities" + suffix))[1]["activities"]

    async def kept(self, id):
        """What the history has under an id."""
        return next((entry for entry in await self.history() if entry["id"] == id), None)


@asynccontextmanager
async def conversation(session, base):
    """A conversation in which the bot has said its welcome, and its stream."""
    client = Client(session, base)
    _, started = await client.start()
    async with Stream(session, started["streamUrl"]) as stream:
        await stream.next(10)
        yield client, stream
