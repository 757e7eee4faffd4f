"""What needs no bot: errors, tokens and what browsers ask first."""

from direct_line import Client


async def rules(checks, session, base, sdk):
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
