"""Answers that are not a message each: parts of one that grows, those in the body of the bot's answer, and failures."""

from direct_line import conversation
from endpoint import STREAMED


def stream_info(activity):
    """What marks an activity as a part of a streamed reply, in either place in which it may stand."""
    entities = [entity for entity in activity.get("entities", []) if entity["type"] == "streaminfo"]
    return (entities or [activity.get("channelData") or {}])[0]


async def streaming(checks, session, base, sdk):
    async with conversation(session, base) as (client, stream):
        status, _ = await client.say("stream")
        checks.that(status == 200, "a message that is answered with a stream is answered 200", status)
        parts = []
        while not parts or parts[-1]["type"] != "message":
            parts.append(await stream.next())
        final = parts.pop()
        infos = [stream_info(part) for part in parts]
        checks.that({part["type"] for part in parts} == {"typing"}, "the parts of a streamed reply are typing", parts)
        checks.that(
            (infos[0]["streamType"], parts[0]["text"]) == ("informative", "Thinking"),
            "the first says what the bot is about",
            parts[0],
        )
        sequence = [info["streamSequence"] for info in infos]
        checks.that(sequence == list(range(1, len(parts) + 1)), "they are numbered from one", sequence)
        texts = [part["text"] for part in parts[1:]] + [final["text"]]
        checks.that(
            len(texts) > 2 and all(longer.startswith(shorter) for shorter, longer in zip(texts, texts[1:])),
            "each has the text so far",
            texts,
        )
        # Whoever gives no name to the first names the others after its id.
        names = {stream_info(part).get("streamId") or part["id"] for part in parts + [final]}
        checks.that(len(names) == 1, "all belong to one stream", names)
        checks.that(
            (final["text"], stream_info(final)["streamType"]) == ("".join(STREAMED), "final"),
            "a message with the whole text ends it",
            final,
        )
        kept = [entry for entry in await client.history() if stream_info(entry).get("streamType")]
        checks.that([entry["id"] for entry in kept] == [final["id"]], "and is all that is kept of it", kept)


async def delivery(checks, session, base, sdk):
    async with conversation(session, base) as (client, stream):
        status, answer = await client.say("burst 5", deliveryMode="expectReplies")
        checks.that(status == 200 and answer.get("id"), "expectReplies is answered 200 with an id", (status, answer))
        replies = [await stream.next() for _ in range(5)]
        texts = [reply.get("text") for reply in replies]
        numbered = [f"burst {n}" for n in range(1, 6)]
        checks.that(texts == numbered, "what the bot answers at once arrives in order", texts)
        checks.that(await stream.silent(0.3) is None, "each once")
        checks.that({reply["replyToId"] for reply in replies} == {answer["id"]}, "as replies to the message", replies)
        ids = [entry["id"] for entry in await client.history()]
        wanted = [answer["id"]] + [reply["id"] for reply in replies]
        checks.that([id for id in ids if id in wanted] == wanted, "and is kept, after the message", ids)
        await client.say("hello")
        reply = await stream.next()
        checks.that(reply.get("text") == "You said hello", "the next message is delivered as usual", reply)


async def invokes(checks, session, base, sdk):
    async with conversation(session, base) as (client, stream):
        action = {"type": "Action.Execute", "verb": "paint", "data": {"colour": "red"}}
        invoke = {"type": "invoke", "name": "adaptiveCard/action", "value": {"action": action, "trigger": "manual"}}
        status, answer = await client.post(invoke)
        body = {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": "paint red"}
        checks.that((status, answer) == (200, body), "an invoke is answered as the bot answers it", (status, answer))
        status, answer = await client.post({"type": "invoke", "name": "nobody/knows", "value": {}})
        checks.that(status == 501, "an invoke that the bot does not know is answered 501", (status, answer))
        status, error = await client.post({"type": "invoke", "value": {}})
        checks.that(
            (status, error["error"]["code"]) == (400, "MissingProperty"), "an invoke without a name is refused", error
        )
        checks.that(await stream.silent(0.3) is None, "none of them is shown")
        kept = [entry["type"] for entry in await client.history()]
        checks.that("invoke" not in kept, "and none is kept", kept)


async def failures(checks, session, base, sdk):
    async with conversation(session, base) as (client, stream):
        status, error = await client.say("crash")
        checks.that(status == 502, "a bot that fails is answered 502", (status, error))
        checks.that(error["error"]["code"] == "BotError", "as a BotError", error)
        checks.that(error["httpStatusCode"] == 500, "with the bot's status", error)
        last = (await client.history())[-1]
        checks.that(last.get("text") == "crash", "the user's message stays", last)
        status, answer = await client.say("stumble")
        apology = await stream.next()
        checks.that(
            (status, apology.get("text")) == (200, "Exception caught : as asked"),
            "a bot that handles its own failure is answered 200 and says so",
            (status, apology),
        )
        status, _ = await client.say("hello")
        reply = await stream.next()
        checks.that((status, reply.get("text")) == (200, "You said hello"), "and the conversation goes on", reply)
