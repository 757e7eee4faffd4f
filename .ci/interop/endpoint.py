"""What every bot here has in common: an endpoint for messages, files to give away and a card to show."""

import asyncio
import hashlib

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
