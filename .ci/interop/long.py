"""Checks a conversation of 600 KB with the SDK bot: handed over to a human by link, and back by link.

While the agent is there, both speak: five lines of the agent, then one of the user, thirty times.

Usage: long.py PADDING USER_OUTPUT DESK_OUTPUT USER_STATUS DESK_STATUS DIRECT_LINE
"""

import json
import sys
import urllib.error
import urllib.request

from checks import Checks
from endpoint import digest


def read(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


padding, user_path, desk_path, user_status, desk_status, service = sys.argv[1:7]
checks = Checks()
user, desk = read(user_path), read(desk_path)
heard = [line["activity"] for line in user if line["kind"] == "activity"]

requests = [activity for activity in heard if activity.get("name") == "handoff.initiate"]
links = [item.get("contentUrl") for request in requests for item in request.get("attachments", [])]
checks.that(len(links) == 1 and links[0], "the bot's transcript goes by link", links)

accepted = next((n for n, line in enumerate(desk) if line.get("activity", {}).get("name") == "desk.connected"), 0)
shown = [line["activity"].get("text", "") for line in desk[:accepted] if line.get("loaded") and "activity" in line]
wanted = [f"user {number} {padding}" for number in range(1, 76)]
checks.that([t for t in shown if t in wanted][-75:] == wanted, "the agent reads every entry before accepting", len(shown))

ends = [a for a in heard if a.get("name") == "handoff.status" and a["value"]["state"] == "completed"]
back = [item.get("contentUrl") for end in ends for item in end.get("attachments", [])]
checks.that(len(back) == 1 and back[0], "what user and agent said comes back by link", back)
wanted = [f"agent {number} {padding}" for number in range(1, 151)] + [f"reply {n} {padding}" for n in range(1, 31)]
both = [a.get("text", "") for a in heard if a["type"] == "message" and a.get("text", "") in wanted]
checks.that(sorted(both) == sorted(wanted), "the user has every line of both once", len(both))
agents = [line["activity"].get("text", "") for line in desk[accepted:] if not line.get("loaded") and "activity" in line]
checks.that(sorted(t for t in agents if t in wanted) == sorted(wanted), "and so has the agent", len(agents))
expected = f"transcript 181 181 {digest(chr(10).join(both).encode())} finish the booking"
read_back = [a["text"] for a in heard if (a.get("text") or "").startswith("transcript ")]
checks.that(read_back == [expected], "the bot reads every line of both once, in order, and the note last", read_back)


def status(url, token=None, method="GET"):
    """How the server answers a request, and the JSON of the answer."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers, method=method)) as response:
            return response.status, json.loads(response.read())
    except urllib.error.HTTPError as error:
        return error.code, None


_, stranger = status(f"{service}/conversations", method="POST")
for link, which in ((links, "bot's"), (back, "hub's")):
    for token, who in ((None, "nobody"), (stranger["token"], "a user of another conversation")):
        seen = status(link[0], token)[0] if link and link[0] else None
        checks.that(seen in (401, 403, 404), f"{who} cannot read the {which} transcript", seen)
errors = [line["text"] for line in user + desk if line.get("level") == "error"]
# The user answers nothing, for which the agent does not wait, and of which its status tells.
errors = [text for text in errors if not (text.startswith("No answer to “agent ") and text.endswith(" within 0 s."))]
checks.that((user_status, desk_status) == ("0", "3") and not errors, "nothing fails", (user_status, desk_status, errors))
checks.finish()
