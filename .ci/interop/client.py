"""A Direct Line client that talks with one of the bots through a server and checks every step.

Usage: client.py DIRECT_LINE_URL SDK   the base of the calls, ending in /v3/directline; botbuilder or agents
"""

import asyncio
import sys

import aiohttp
from answers import delivery, failures, invokes, streaming
from checks import Checks
from direct_line import Client, Stream, conversation
from endpoint import ADAPTIVE_CARD
from files import files
from rules import rules


async def talk(checks, session, base, sdk):
    client = Client(session, base)
    status, started = await client.start()
    checks.that(status == 201, "a conversation starts with 201", status)
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
        kept = await client.history()
        echo = next(entry for entry in kept if entry["id"] == answer["id"])
        checks.that(kept.index(echo) < [entry["id"] for entry in kept].index(reply["id"]), "the echo comes before it")
        checks.that(
            echo["channelData"]
            == {"clientActivityID": "client-1", "nested": {"null": None, "big": 9007199254740993}},
            "the echo keeps the channel data",
            echo,
        )

        await client.say("cards")
        card, adaptive, choices = [await stream.next() for _ in range(3)]
        content = card["attachments"][0]
        checks.that(content["contentType"] == "application/vnd.microsoft.card.hero", "a hero card arrives", card)
        checks.that(
            [button["title"] for button in content["content"]["buttons"]] == ["Red", "Docs"], "with its buttons", card
        )
        shown = adaptive["attachments"][0]
        checks.that(
            shown["contentType"] == "application/vnd.microsoft.card.adaptive", "an adaptive card arrives", adaptive
        )
        checks.that(shown["content"] == ADAPTIVE_CARD, "as the bot made it", shown)
        checks.that(
            [action["title"] for action in choices["suggestedActions"]["actions"]] == ["Yes", "No"],
            "suggested actions arrive",
            choices,
        )

        await client.say("typing")
        typing, typed = await stream.next(), await stream.next()
        checks.that(typing["type"] == "typing", "typing arrives on the stream", typing)
        checks.that(typed.get("text") == "Typed", "and before the answer", typed)
        types = [entry["type"] for entry in await client.history()]
        checks.that("typing" not in types, "typing is not kept", types)

        status, _ = await client.say("burst 200")
        burst = [(await stream.next()).get("text") for _ in range(200)]
        numbered = [f"burst {n}" for n in range(1, 201)]
        checks.that(status == 200 and burst == numbered, "200 messages arrive in order, each once", burst)
        kept = [entry["text"] for entry in await client.history() if entry.get("text", "").startswith("burst ")][1:]
        checks.that(kept == numbered, "and are kept so", kept)
        checks.that(
            all(len(frame["activities"]) == 1 for frame in stream.frames), "a frame carries one activity"
        )
        marks = [int(frame["watermark"]) for frame in stream.frames]
        checks.that(marks == sorted(marks), "watermarks grow", marks)

        await client.say("proactive")
        await stream.next()
        proactive = await stream.next()
        checks.that(proactive.get("text") == "Proactive", "a proactive message arrives", proactive)
        known = {entry["id"] for entry in await client.history()}
        checks.that(proactive.get("replyToId") in known | {None}, "it answers nothing unknown", proactive)

        await client.say("update")
        before, after = await stream.next(), await stream.next()
        checks.that(after["id"] == before["id"], "an update keeps the id", after)
        checks.that(after["text"] == "After the update", "and brings the new text", after)
        texts = [entry.get("text") for entry in await client.history()]
        checks.that("After the update" in texts and "Before the update" not in texts, "also in the history", texts)

        await client.say("delete")
        shown, deleted, said = await stream.next(), await stream.next(), await stream.next()
        checks.that(deleted["type"] == "messageDelete", "a deletion arrives", deleted)
        checks.that(deleted["id"] == shown["id"], "and names what it deletes", deleted)
        checks.that(said.get("text") == "Deleted", "the SDK takes the answer to a deletion", said)
        ids = [entry["id"] for entry in await client.history()]
        checks.that(shown["id"] not in ids, "what was deleted is gone from the history")

        await client.say("members")
        members = await stream.next()
        checks.that(members.get("text") == "members 2 ada", "the bot can ask for the members", members)
        await client.say("pages")
        pages = await stream.next()
        checks.that(pages.get("text") == "pages 2", "and for pages of them", pages)

        slow, quick = await asyncio.gather(client.say("slow 1"), after_a_moment(client.say("quick")))
        checks.that(slow[0] == quick[0] == 200, "two messages at once are both answered 200", (slow, quick))
        order = [(await stream.next()).get("text") for _ in range(2)]
        checks.that(order == ["slow 1", "You said quick"], "and their turns keep their order", order)

        many = [f"at once {n}" for n in range(30)]
        # Thirty connections are in the pool then, on any of which the next stream is asked for.
        answers = await asyncio.gather(*map(client.say, many))
        said = sorted([(await stream.next()).get("text") for _ in many])
        checks.that({status for status, _ in answers} == {200}, "30 messages at once are all answered 200", answers)
        checks.that(said == sorted("You said " + text for text in many), "and by the bot, each once", said)

        watermark = stream.frames[-1]["watermark"]

    await client.say("missed")
    status, again = await client.call("GET", f"{client.path}?watermark={watermark}")
    checks.that(status == 200 and again.get("token"), "a reconnect is answered with a token", again)
    async with Stream(session, again["streamUrl"]) as stream:
        missed = await stream.next()
        checks.that(missed.get("text") == "You said missed", "and its stream begins with what was missed", missed)
        checks.that(await stream.silent(0.3) is None, "and brings nothing twice")
        await handoff(checks, client, stream)


async def elsewhere(checks, session, base, sdk):
    async with conversation(session, base) as (client, stream):
        await client.say("history")
        said = [(await stream.next()).get("text") for _ in range(3)]
        checks.that(said == ["long ago 1", "long ago 2", "history True"], "the bot can add what was said before", said)
        await client.say("elsewhere")
        said = (await stream.next()).get("text", "").split()
        checks.that(len(said) == 2 and said[1] not in client.path, "and start a conversation of its own", said)
        client.path = f"/conversations/{said[1]}"
        found = [entry.get("text") for entry in await client.history()]
        checks.that(found == ["elsewhere 1", "elsewhere 2"], "in which it can go on", found)
        status, _ = await client.say("hello")
        found = [entry.get("text") for entry in await client.history()][2:]
        checks.that((status, found) == (200, ["hello", "You said hello"]), "and the user can answer", (status, found))


async def after_a_moment(coroutine):
    await asyncio.sleep(0.1)
    return await coroutine


async def handoff(checks, client, stream):
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
    content = attachment.get("content") or await client.linked(attachment["contentUrl"])
    said = [entry.get("text") for entry in content["activities"]]
    checks.that("You said hello" in said and "human please" in said, "which holds both sides", said)
    checks.that(
        event["relatesTo"]["conversation"]["id"] in client.path, "and what it relates to", event.get("relatesTo")
    )
    # A server with a hub accepts by itself; to one without, the client says so.
    said = await stream.until("handoff.status accepted", 15)
    if "handoff.status accepted" not in said:
        await client.post({"type": "event", "name": "handoff.status", "value": {"state": "accepted"}})
        said = await stream.until("handoff.status accepted", 5)
    checks.that("handoff.status accepted" in said, "the bot hears that it was accepted", said)


async def main(base, sdk):
    checks = Checks()
    async with aiohttp.ClientSession() as session:
        for part in (rules, talk, elsewhere, files, streaming, delivery, invokes, failures):
            try:
                await part(checks, session, base.rstrip("/"), sdk)
            except Exception as error:
                checks.that(False, f"the part {part.__name__} runs to its end", repr(error))
    checks.finish()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
