"""What every bot here has in common: an endpoint for messages, files to give away and a card to show."""

import asyncio
import hashlib
import json

from aiohttp import ClientSession, web

ENDPOINT = "/api/messages"
# Every byte there is, so that nothing on the way can take the file for text.
FILE = {"name": "every byte.bin", "type": "application/x-interop", "content": bytes(range(256)) * 40}
ADAPTIVE_CARD = {
    "type": "AdaptiveCard",
    "version": "1.5",
    "body": [
        {"type": "TextBlock", "text": "An adaptive card", "weight": "bolder"},
        {"type": "Input.Text", "id": "colour", "label": "Colour"},
    ],
    "actions": [{"type": "Action.Execute", "verb": "paint", "title": "Paint", "data": {"wall": "north"}}],
}
STREAMED = ["Once ", "upon ", "a ", "time"]


# How a request for an agent is named in each dialect.
REQUESTS = {
    "three-events": "HandoffInitiation",
    "three-events-as-coded": "InitiateHandoff",
    "sdk": "handoff.initiate",
}
# What goes within an event; a longer transcript goes by link.
INLINE_LIMIT = 100_000


def digest(content):
    return hashlib.sha256(content).hexdigest()[:16]


async def received(attachments):
    """Fetches what a user has sent and says what it is, a line for each file."""
    lines = []
    async with ClientSession(raise_for_status=True) as session:
        for attachment in attachments:
            async with session.get(attachment.content_url) as response:
                content = await response.read()
            lines.append(f"received {attachment.name} {len(content)} {digest(content)}")
    return lines


async def returned(attachments):
    """Reads the transcript of user and agent that came back, from behind its link if need be; None where none came."""
    for attachment in attachments or []:
        if (attachment.name or "").lower() != "transcript":
            continue
        if attachment.content is not None:
            return attachment.content["activities"]
        async with ClientSession(raise_for_status=True) as session:
            async with session.get(attachment.content_url) as response:
                return json.loads(await response.read())["activities"]
    return None


def summary(entries):
    """The transcript in one line: how many entries, by how many different texts, and the last."""
    texts = [entry.get("text") for entry in entries]
    return f"transcript {len(entries)} {len(set(texts))} {digest(chr(10).join(texts[:-1]).encode())} {texts[-1]}"


async def serve(process, port, application=None):
    """Hands each request to a coroutine function and prints where; PORT 0 takes a free port."""
    application = application or web.Application()
    application.router.add_post(ENDPOINT, process)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    host, port = runner.addresses[0][:2]
    print(f"http://{host}:{port}{ENDPOINT}", flush=True)
    await asyncio.Event().wait()


def run(main, arguments):
    try:
        asyncio.run(main(int(arguments[0]) if arguments else 0))
    except KeyboardInterrupt:
        pass
