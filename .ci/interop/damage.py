"""Writes noise over pages of a store and looks at whether anybody is told something that is not so."""

import asyncio
import json
import random
import shutil
from pathlib import Path

import aiohttp
from said import Client
from server import Server

PAGE = 4096


async def conversation(session, client):
    """What a client is told of its conversation: a status, and the ids and texts if it is 200."""
    try:
        status, found = await client.history()
    except (aiohttp.ClientError, ValueError) as error:
        return "cut off", repr(error)
    return status, [(one["id"], one.get("text")) for one in found] if status == 200 else found


async def streamed(session, client):
    """What a stream gives of a damaged conversation, and how it ends."""
    status, _, answer = await client.call("GET", client.path + "?watermark=0")
    if status != 200:
        return [], status
    found = []
    async with session.ws_connect(json.loads(answer)["streamUrl"], max_msg_size=0) as socket:
        try:
            while message := await socket.receive(5):
                if message.type != aiohttp.WSMsgType.TEXT:
                    return found, socket.close_code
                if message.data:
                    found += [(one["id"], one.get("text")) for one in message.json()["activities"]]
        except asyncio.TimeoutError:
            return found, "still open"


async def damage(checks, program, folder, bot, session, pages):
    store, whole = Path(folder) / "talks.db", Path(folder) / "whole.db"
    server = Server(program, "--bot", bot.url, "--store", store)
    await server.start()
    clients = [Client(session, server) for _ in range(4)]
    for client in clients:
        await client.start()
        for number in range(30):
            await client.say(f"{number} " + "word " * (5_000 if number % 10 == 3 else 10))
    truth = [await conversation(session, client) for client in clients]
    # Everything is in the file itself afterwards, and nothing beside it.
    await server.stop()
    shutil.copy(store, whole)
    count = store.stat().st_size // PAGE
    chosen = list(range(count)) if pages is None else sorted(random.sample(range(count), min(pages, count)))
    generator = random.Random(7)
    wrong, untold, outcomes = [], [], {}
    for number in chosen:
        for length in (PAGE, 40):
            shutil.copy(whole, store)
            for beside in ("-wal", "-shm"):
                Path(str(store) + beside).unlink(missing_ok=True)
            with open(store, "r+b") as file:
                file.seek(number * PAGE + (generator.randrange(100, PAGE - length) if length < PAGE else 0))
                file.write(generator.randbytes(length))
            server.log.clear()
            try:
                await server.start()
            except RuntimeError:
                outcomes["refused to start"] = outcomes.get("refused to start", 0) + 1
                if not any("talks.db" in line or "store" in line for line in server.log):
                    untold.append((number, length, server.log[-2:]))
                await server.kill()
                continue
            told = server.told("damaged") + server.told("malformed")
            found = [await conversation(session, client) for client in clients]
            for index, (status, content) in enumerate(found):
                outcomes[status] = outcomes.get(status, 0) + 1
                if status == 503:
                    if not await server.tells("talks.db", 1, 2):
                        untold.append((number, length, "503 without a line in the log"))
                    shown, end = await streamed(session, clients[index])
                    if end not in (503, 1011) or shown != truth[index][1][: len(shown)]:
                        wrong.append((number, length, index, "stream", end, str(shown)[-80:]))
                elif (status, content) != truth[index]:
                    wrong.append((number, length, index, status, str(content)[:80], f"told {told}"))
            await server.kill()
    print(f"      {len(chosen)} pages of {count}, whole and 40 bytes: {outcomes}")
    for fault in wrong[:10]:
        print(f"      {fault}")
    checks.that(not wrong, "a damaged page is never answered with anything but the truth or 503", wrong[:5])
    checks.that(not untold, "and always told in the log", untold[:5])
