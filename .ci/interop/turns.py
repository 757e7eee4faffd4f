#!/usr/bin/env python3
"""Says numbered lines from a pipe while the server has faults, to bots that answer at once, late, or after their turn.

Every answer is to be there once; what is lost is to be told, with an exit status that is not 0.

Usage: turns.py BATON [short|long]   needs aiohttp
"""

import asyncio
import collections
import json
import os
import sys
import tempfile

from aiohttp import ClientSession, web

FAULTS = [
    [],
    ["half-open"],
    ["socket-drop:3"],
    ["socket-drop:1", "socket-drop:4"],
    ["delay:1500"],
    ["duplicate:5"],
    ["reorder:4"],
    ["malformed-frame:3"],
    ["split-frame:5"],
    ["rate-limit:1"],
    ["server-error:500:1"],
    ["server-error:503:2"],
    ["bot-error:1"],
    ["stale-watermark:3"],
    ["refuse-reconnect:4"],
    ["slow-body:1500"],
    ["token-expires:1"],
    ["restart:1"],
]
# Transport, seconds until the bot answers, and whether it answers within its turn or has long ended it by then.
SHORT = [("websocket", 0, True), ("polling", 0, False), ("auto", 2, False)]
LONG = [(way, delay, within) for way in ("websocket", "polling") for delay in (0, 2, 8) for within in (True, False)]


async def listen(messages):
    """Serves a messaging endpoint; returns its address and what stops it."""
    app = web.Application()
    app.router.add_post("/api/messages", messages)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return f"http://127.0.0.1:{runner.addresses[0][1]}/api/messages", runner.cleanup


async def serve(delay, within):
    """Starts a bot; returns its address and what stops it."""
    tasks = set()

    async def answer(activity):
        await asyncio.sleep(delay)
        url = f"{activity['serviceUrl'].rstrip('/')}/v3/conversations/{activity['conversation']['id']}/activities"
        reply = {
            "type": "message",
            "text": "Echo: " + activity["text"],
            "from": activity["recipient"],
            "recipient": activity["from"],
            "replyToId": activity["id"],
        }
        # A server that restarts is not there for a while; the bot's own sender tries again.
        async with ClientSession() as session:
            for _ in range(40):
                try:
                    async with session.post(url, json=reply) as response:
                        if response.status < 500:
                            return
                except OSError:
                    pass
                await asyncio.sleep(0.25)

    async def messages(request):
        activity = await request.json()
        if activity["type"] == "message":
            if within:
                await answer(activity)
            else:
                task = asyncio.create_task(answer(activity))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
        return web.Response(status=202)

    return await listen(messages)


async def edits(baton, home):
    """A bot that edits what it said after its turn: the last words are the last on the screen."""
    tasks = set()

    async def say(activity):
        base = f"{activity['serviceUrl'].rstrip('/')}/v3/conversations/{activity['conversation']['id']}/activities"
        steps = {"there and back": ["A", 0.4, "B", 0.4, "A"], "late": ["old words", 4, "new words"]}
        name = None
        async with ClientSession(raise_for_status=True) as session:
            for step in steps[activity["text"]]:
                if not isinstance(step, str):
                    await asyncio.sleep(step)
                    continue
                body = {"type": "message", "text": step, "from": activity["recipient"], "recipient": activity["from"]}
                method, url = ("PUT", f"{base}/{name}") if name else ("POST", base)
                async with session.request(method, url, json=body) as response:
                    name = (await response.json()).get("id") or name

    async def messages(request):
        activity = await request.json()
        if activity["type"] == "message":
            task = asyncio.create_task(say(activity))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        return web.Response(status=202)

    bot, stop = await listen(messages)
    failures = 0
    for way in ("websocket", "polling"):
        for line, settle, last in (("there and back", 1500, "A"), ("late", 5000, "new words")):
            process = await asyncio.create_subprocess_exec(
                baton, "--plain", "--transport", way, "--settle", str(settle), "--bot", bot,
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
                env={**os.environ, "HOME": home, "XDG_STATE_HOME": home, "XDG_CONFIG_HOME": home},
            )
            output, _ = await process.communicate((line + "\n").encode())
            text = output.decode().rstrip()
            said = [line for line in text.splitlines() if not line.startswith("  (edited")]
            isRight = process.returncode == 0 and said[-1].endswith(": " + last)
            failures += not isRight
            print(f"{'ok  ' if isRight else 'FAIL'} {way}, an edit {line}{'' if isRight else ': ' + text[-200:]}", flush=True)
    await stop()
    return 4 - failures, failures


async def converse(baton, home, bot, way, faults, count):
    """Runs a script; returns the problems found and how many answers were lost."""
    options = [part for fault in faults for part in ("--fault", fault)]
    environment = {**os.environ, "HOME": home, "XDG_STATE_HOME": home, "XDG_CONFIG_HOME": home}
    process = await asyncio.create_subprocess_exec(
        baton, "--json", "--transport", way, "--settle", "200", "--bot", bot, *options,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=environment,
    )
    script = "".join(f"turn {number}\n" for number in range(count)).encode()
    try:
        output, _ = await asyncio.wait_for(process.communicate(script), 60 + count * 30)
    except asyncio.TimeoutError:
        process.kill()
        return ["it hangs"], 0
    lines = [json.loads(line) for line in output.splitlines()]
    texts = [
        line["activity"].get("text", "") for line in lines
        if line["kind"] == "activity" and line["activity"]["type"] == "message"
    ]
    seen = collections.Counter(text for text in texts if text.startswith("Echo: "))
    lost = [number for number in range(count) if not seen[f"Echo: turn {number}"]]
    problems = [f"{text} came {times} times" for text, times in seen.items() if times > 1]
    told = " ".join(line.get("text", "") for line in lines if line["kind"] == "notice" and line["level"] == "error")
    isOpened = any(line["kind"] == "connection" and line["state"] in ("online", "polling") for line in lines)
    # A conversation that could not be opened is told once, and not for each line.
    silent = [number for number in lost if f"“turn {number}”" not in told] if isOpened or not told else []
    problems += [f"turn {number} was lost silently" for number in silent]
    if lost and process.returncode == 0:
        problems.append(f"{len(lost)} lost, but the exit status is 0")
    if not lost and process.returncode not in (0, 1):
        problems.append(f"nothing was lost, but the exit status is {process.returncode}")
    return problems, len(lost)


async def main():
    baton, isLong = os.path.abspath(sys.argv[1]), sys.argv[2:] == ["long"]
    passed = failed = 0
    gate = asyncio.Semaphore(24 if isLong else 6)

    async def case(home, bot, way, delay, within, faults):
        nonlocal passed, failed
        name = f"{way}, {delay} s {'within' if within else 'after'} the turn, {' '.join(faults) or 'no fault'}"
        async with gate:
            problems, lost = await converse(baton, home, bot, way, faults, 20 if isLong else 4)
        if problems:
            failed += 1
            print(f"FAIL {name}: {'; '.join(problems)}", flush=True)
        else:
            passed += 1
            print(f"ok   {name}{f': {lost} lost and told' if lost else ''}", flush=True)

    with tempfile.TemporaryDirectory() as home:
        cases, stops = [], []
        for way, delay, within in LONG if isLong else SHORT:
            bot, stop = await serve(delay, within)
            stops.append(stop)
            some = FAULTS if isLong or way == "websocket" else FAULTS[:3]
            cases += [case(home, bot, way, delay, within, faults) for faults in some]
        _, (right, wrong) = await asyncio.gather(asyncio.gather(*cases), edits(baton, home))
        passed, failed = passed + right, failed + wrong
        for stop in stops:
            await stop()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(asyncio.run(main()))
