"""A Direct Line client that holds a whole conversation with bot.py through a server and checks every step.

Usage: client.py DIRECT_LINE_URL   the base of the calls, ending in /v3/directline
"""

import asyncio
import json
import sys
import time

import aiohttp
from checks import Checks, words

checks = Checks()


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
                    self.queue.put_nowait((time.monotonic(), activity))

    async def next(self, seconds=5):
        """The next activity that is not the echo of something the user said."""
        while True:
            activity = (await asyncio.wait_for(self.queue.get(), seconds))[1]
            if activity["from"].get("role") != "user":
                return activity

    async def silent(self, seconds):
        try:
            return await self.next(seconds)
        except asyncio.TimeoutError:
            return None


class Client:
    def __init__(self, session, base):
        self.session = session
        self.base = base
        self.sent = 0

    async def call(self, method, path, body=None, **more):
        async with self.session.request(method, self.base + path, json=body, **more) as response:
            text = await response.text()
            return response.status, json.loads(text) if text else None

    async def start(self):
        status, conversation = await self.call("POST", "/conversations", {"user": {"id": "ada", "name": "Ada"}})
        checks.that(status == 201, "a conversation starts with 201", status)
        self.path = f"/conversations/{conversation['conversationId']}"
        return conversation

    async def post(self, activity):
        self.sent += 1
        activity = {
            "from": {"id": "ada", "name": "Ada"},
            "locale": "en-GB",
            "channelData": {"clientActivityID": f"client-{self.sent}", "nested": {"null": None, "big": 9007199254740993}},
            **activity,
        }
        return await self.call("POST", self.path + "/activities", activity)

    async def say(self, text):
        return await self.post({"type": "message", "text": text})

    async def history(self, watermark=None):
        suffix = "" if watermark is None else f"?watermark={watermark}"
        return (await self.call("GET", self.path + "/activities" + suffix))[1]


async def conversation(session, base):
    client = Client(session, base)
    started = await client.start()
    async with Stream(session, started["streamUrl"]) as stream:
        welcome = await stream.next(10)
        checks.that(welcome.get("text") == "Welcome from Python", "the bot welcomes the user", welcome)
        checks.that(await stream.silent(0.3) is None, "and does so once")

        status, answer = await client.say("hello")
        checks.that(status == 200 and answer.get("id"), "a message is answered 200 with an id", (status, answer))
        reply = await stream.next()
        checks.that(reply.get("text") == "You said hello", "the bot answers", reply)
        checks.that(reply["from"].get("role") == "bot", "the answer carries the bot's role", reply)
        checks.that("serviceUrl" not in reply, "the answer carries no serviceUrl", reply)
        kept = (await client.history())["activities"]
        echo = next(entry for entry in kept if entry["id"] == answer["id"])
        checks.that(kept.index(echo) < [entry["id"] for entry in kept].index(reply["id"]), "the echo comes before it")
        checks.that(
            echo["channelData"]
            == {"clientActivityID": "client-1", "nested": {"null": None, "big": 9007199254740993}},
            "the echo keeps the channel data",
            echo,
        )

        await client.say("cards")
        card, choices = await stream.next(), await stream.next()
        content = card["attachments"][0]
        checks.that(content["contentType"] == "application/vnd.microsoft.card.hero", "a hero card arrives", card)
        checks.that(
            [button["title"] for button in content["content"]["buttons"]] == ["Red", "Docs"], "with its buttons", card
        )
        checks.that(
            [action["title"] for action in choices["suggestedActions"]["actions"]] == ["Yes", "No"],
            "suggested actions arrive",
            choices,
        )

        await client.say("typing")
        typing, typed = await stream.next(), await stream.next()
        checks.that(typing["type"] == "typing", "typing arrives on the stream", typing)
        checks.that(typed.get("text") == "Typed", "and before the answer", typed)
        types = [entry["type"] for entry in (await client.history())["activities"]]
        checks.that("typing" not in types, "typing is not kept", types)

        await client.say("burst 20")
        burst = [(await stream.next()).get("text") for _ in range(20)]
        checks.that(burst == [f"burst {n}" for n in range(1, 21)], "20 messages arrive in order", burst)
        checks.that(
            all(len(frame["activities"]) == 1 for frame in stream.frames), "a frame carries one activity"
        )
        marks = [int(frame["watermark"]) for frame in stream.frames]
        checks.that(marks == sorted(marks), "watermarks grow", marks)

        await client.say("proactive")
        await stream.next()
        proactive = await stream.next()
        checks.that(proactive.get("text") == "Proactive", "a proactive message arrives", proactive)
        known = {entry["id"] for entry in (await client.history())["activities"]}
        checks.that(proactive.get("replyToId") in known | {None}, "it answers nothing unknown", proactive)

        await client.say("update")
        before, after = await stream.next(), await stream.next()
        checks.that(after["id"] == before["id"], "an update keeps the id", after)
        checks.that(after["text"] == "After the update", "and brings the new text", after)
        texts = [entry.get("text") for entry in (await client.history())["activities"]]
        checks.that("After the update" in texts and "Before the update" not in texts, "also in the history", texts)

        await client.say("delete")
        shown, deleted, said = await stream.next(), await stream.next(), await stream.next()
        checks.that(deleted["type"] == "messageDelete", "a deletion arrives", deleted)
        checks.that(deleted["id"] == shown["id"], "and names what it deletes", deleted)
        checks.that(said.get("text") == "Deleted", "the SDK takes the answer to a deletion", said)
        ids = [entry["id"] for entry in (await client.history())["activities"]]
        checks.that(shown["id"] not in ids, "what was deleted is gone from the history")

        await client.say("members")
        members = await stream.next()
        checks.that(members.get("text") == "members 2 ada 2", "the bot can ask for the members", members)

        slow, quick = await asyncio.gather(client.say("slow 1"), after_a_moment(client.say("quick")))
        checks.that(slow[0] == quick[0] == 200, "two messages at once are both answered 200", (slow, quick))
        order = [(await stream.next()).get("text") for _ in range(2)]
        checks.that(order == ["slow 1", "You said quick"], "and their turns keep their order", order)

        status, error = await client.say("crash")
        checks.that(status == 502, "a bot that fails is answered 502", (status, error))
        checks.that(error["error"]["code"] == "BotError", "as a BotError", error)
        checks.that(error["httpStatusCode"] == 500, "with the bot's status", error)
        last = (await client.history())["activities"][-1]
        checks.that(last.get("text") == "crash", "the user's message stays", last)

        watermark = stream.frames[-1]["watermark"]

    await client.say("missed")
    status, again = await client.call("GET", f"{client.path}?watermark={watermark}")
    checks.that(status == 200 and again.get("token"), "a reconnect is answered with a token", again)
    async with Stream(session, again["streamUrl"]) as stream:
        missed = await stream.next()
        checks.that(missed.get("text") == "You said missed", "and its stream begins with what was missed", missed)
        checks.that(await stream.silent(0.3) is None, "and brings nothing twice")
        await handoff(client, stream)


async def after_a_moment(coroutine):
    await asyncio.sleep(0.1)
    return await coroutine


async def handoff(client, stream):
    await client.say("human please")
    await stream.next()
    event = await stream.next()
    checks.that(event.get("name") == "handoff.initiate", "the handoff event arrives", event)
    checks.that(event.get("value", {}).get("Skill") == "credit cards", "with its context", event.get("value"))
    attachment = event["attachments"][0]
    checks.that(
        (attachment["name"], attachment["contentType"]) == ("Transcript", "application/json"),
        "with the Transcript attachment",
        attachment,
    )
    said = [entry.get("text") for entry in attachment["content"]["activities"]]
    checks.that("You said hello" in said and "human please" in said, "which holds both sides", said)
    checks.that(
        event["relatesTo"]["conversation"]["id"] in client.path, "and what it relates to", event.get("relatesTo")
    )
    # A server with a hub accepts by itself; to one without, the client says so.
    said = await read_until(stream, "handoff.status accepted", 15)
    if "handoff.status accepted" not in said:
        await client.post({"type": "event", "name": "handoff.status", "value": {"state": "accepted"}})
        said = await read_until(stream, "handoff.status accepted", 5)
    checks.that("handoff.status accepted" in said, "the bot hears that it was accepted", said)


async def read_until(stream, text, seconds):
    """The texts of the next activities up to a certain one, or up to a time."""
    texts = []
    end = time.monotonic() + seconds
    while text not in texts and (left := end - time.monotonic()) > 0:
        activity = await stream.silent(left)
        if activity is not None:
            texts.append(words(activity))
    return texts


async def rules(session, base):
    """What needs no bot: errors, tokens and what browsers ask first."""
    client = Client(session, base)
    status, error = await client.call("GET", "/conversations/nobody/activities")
    checks.that((status, error["error"]["code"]) == (404, "BadArgument"), "an unknown conversation is 404", error)
    async with session.options(
        base + "/conversations",
        headers={
            "Origin": "http://localhost:3000",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type,x-ms-bot-agent,x-requested-with",
        },
    ) as response:
        allowed = response.headers.get("Access-Control-Allow-Headers", "")
        checks.that(response.status in (200, 204) and "x-ms-bot-agent" in allowed, "a preflight is answered", allowed)
    status, token = await client.call("POST", "/tokens/generate", {"user": {"id": "dl_ada"}})
    bearer = {"Authorization": "Bearer " + token["token"]}
    first = await client.call("POST", "/conversations", {"user": {"id": "r_other"}}, headers=bearer)
    second = await client.call("POST", "/conversations", {}, headers=bearer)
    checks.that((first[0], second[0]) == (201, 200), "a token starts its conversation once", (first, second))
    checks.that(first[1]["conversationId"] == token["conversationId"], "and it is the reserved one", first)
    path = f"/conversations/{token['conversationId']}/activities"
    body = {"type": "message", "text": "hi", "from": {"id": "r_other"}}
    await client.call("POST", path, body, headers=bearer)
    _, kept = await client.call("GET", path, headers=bearer)
    users = {entry["from"]["id"] for entry in kept["activities"] if entry["from"].get("role") == "user"}
    checks.that(users == {"dl_ada"}, "the token's user overrides the client's word", users)
    status, refreshed = await client.call("POST", "/tokens/refresh", headers=bearer)
    checks.that(status == 200 and refreshed["token"] != token["token"], "a token is refreshed", refreshed)


async def main(base):
    async with aiohttp.ClientSession() as session:
        for part in (rules, conversation):
            try:
                await part(session, base.rstrip("/"))
            except Exception as error:
                checks.that(False, f"the part {part.__name__} runs to its end", repr(error))
    checks.finish()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
