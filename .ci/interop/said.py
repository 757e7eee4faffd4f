"""A user who keeps what was acknowledged."""

import aiohttp


class Client:
    def __init__(self, session, server):
        self.session, self.server = session, server
        self.said = []

    async def call(self, method, path, body=None, **more):
        url = self.server.base + path
        timeout = aiohttp.ClientTimeout(60)
        async with self.session.request(method, url, json=body, timeout=timeout, **more) as response:
            return response.status, response.headers, await response.text()

    async def start(self):
        url = self.server.base + "/conversations"
        async with self.session.post(url, json={"user": {"id": "ada"}}) as response:
            started = await response.json()
        self.path = "/conversations/" + started["conversationId"]
        self.stream_url = started["streamUrl"]
        return started

    async def say(self, text):
        body = {"type": "message", "text": text, "from": {"id": "ada"}}
        status, headers, answer = await self.call("POST", self.path + "/activities", body)
        if status in (200, 502):
            self.said.append(text)
        return status, headers, answer

    async def history(self):
        found, watermark = [], ""
        while True:
            url = f"{self.server.base}{self.path}/activities?watermark={watermark}"
            async with self.session.get(url) as response:
                if response.status != 200:
                    return response.status, await response.text()
                page = await response.json()
            found += page["activities"]
            if page["watermark"] == watermark:
                return 200, found
            watermark = page["watermark"]
