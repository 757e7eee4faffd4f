"""Files, from the bot and to the bot."""

import json

import aiohttp
from direct_line import conversation
from endpoint import FILE, digest

UPLOADS = [
    ("blue sky.png", "image/png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4096),
    ("été.txt", "text/plain", "Grüße\r\n--\r\n\r\n--boundary--".encode()),
]


async def fetch(session, url):
    async with session.get(url) as response:
        return response.status, response.content_type, await response.read()


async def files(checks, session, base, sdk):
    async with conversation(session, base) as (client, stream):
        await client.say("file")
        message = await stream.next()
        size = f"kept {len(FILE['content'])} {digest(FILE['content'])}"
        checks.that(message.get("text") == size, "the bot puts a file with the channel and can read it back", message)
        attachment = message["attachments"][0]
        checks.that(
            (attachment["name"], attachment["contentType"]) == (FILE["name"], FILE["type"]),
            "the file arrives under its name and type",
            attachment,
        )
        fetched = await fetch(session, attachment["contentUrl"])
        checks.that(
            fetched == (200, FILE["type"], FILE["content"]),
            "and can be fetched, byte for byte",
            (fetched[:2], attachment),
        )

        status, answer = await upload(client, "two files")
        checks.that(status == 200 and answer.get("id"), "an upload is answered 200 with an id", (status, answer))
        echo = await client.kept(answer["id"])
        checks.that(
            (echo.get("text"), echo["from"]["id"], echo["channelData"])
            == ("two files", "ada", {"clientActivityID": "up"}),
            "its echo keeps the text, the user and the channel data",
            echo,
        )
        shown = [(entry["name"], entry["contentType"]) for entry in echo["attachments"]]
        checks.that(shown == [upload[:2] for upload in UPLOADS], "and shows the files in order", shown)
        received = [(await stream.next()).get("text") for _ in UPLOADS]
        wanted = [f"received {name} {len(content)} {digest(content)}" for name, _, content in UPLOADS]
        checks.that(received == wanted, "the bot fetches both, byte for byte, from where it is told", received)
        fetched = [(await fetch(session, entry["contentUrl"]))[2] for entry in echo["attachments"]]
        checks.that(fetched == [content for *_, content in UPLOADS], "and so can the user")

        name, type, content = UPLOADS[0]
        headers = {"Content-Type": type, "Content-Disposition": f'name="file"; filename="{name}"'}
        async with session.post(
            base + client.path + "/upload", params={"userId": "ada"}, data=content, headers=headers
        ) as response:
            checks.that(response.status == 200, "a file alone as the body is taken too", await response.text())
        received = (await stream.next()).get("text")
        checks.that(received == wanted[0], "and reaches the bot", received)

    if sdk == "botbuilder":
        checks.left_out("the SDK's own downloader of what the user sent", "there is none")
        return
    # It fetches nothing over plain http but from a host named localhost.
    async with conversation(session, base) as (client, stream):
        await upload(client, "download")
        said = [(await stream.next()).get("text") for _ in range(4)]
        downloaded = [text.replace("received", "downloaded") for text in wanted]
        checks.that(said == wanted + downloaded, "the SDK's own downloader fetches them as well", said)


async def upload(client, text):
    """Uploads the files as DirectLineJS does: the activity is a part of its own, without their URLs."""
    activity = {
        "type": "message",
        "text": text,
        "from": {"id": "ada"},
        "channelData": {"clientActivityID": "up"},
        "attachments": [{"name": name, "contentType": type} for name, type, _ in UPLOADS],
    }
    form = aiohttp.FormData(quote_fields=False)
    form.add_field(
        "activity", json.dumps(activity).encode(), filename="blob", content_type="application/vnd.microsoft.activity"
    )
    for name, type, content in UPLOADS:
        form.add_field("file", content, filename=name, content_type=type)
    async with client.session.post(
        client.base + client.path + "/upload", params={"userId": "ada"}, data=form
    ) as response:
        return response.status, await response.json()
