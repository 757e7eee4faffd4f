"""Checks a handoff of the SDK bot to a human at a desk and back, as user and desk printed it with --json.

Usage: desk.py DIALECT USER_OUTPUT DESK_OUTPUT USER_STATUS DESK_STATUS
"""

import json
import sys

from checks import Checks


def read(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


dialect, user_path, desk_path, user_status, desk_status = sys.argv[1:6]
checks = Checks()
user, desk = read(user_path), read(desk_path)

activities = [line["activity"] for line in desk if line["kind"] == "activity"]
offers = [activity["value"] for activity in activities if activity.get("name") == "desk.offered"]
checks.that(len(offers) == 1, f"{dialect}: the desk is rung once", len(offers))
request = offers[0]["request"] if offers else {}
checks.that(request.get("name") == "handoff.initiate", f"{dialect}: the desk has the bot's own request", request)
transcript = [item for item in request.get("attachments", []) if item.get("name") == "Transcript"]
said = transcript[0]["content"]["activities"] if transcript else []
checks.that(
    any(entry.get("text") == "human please" for entry in said),
    f"{dialect}: the transcript that the SDK made is at the desk",
    transcript,
)

heard = [line["activity"] for line in user if line["kind"] == "activity"]
answer = [activity for activity in heard if activity.get("text") == "Hello from the desk"]
checks.that(
    len(answer) == 1 and answer[0]["from"]["name"] == "Dana",
    f"{dialect}: the user hears the human once, under the human's name",
    answer,
)
states = [line["state"] for line in user if line["kind"] == "handoff" and line["state"] != "queued"]
checks.that(states == ["requested", "live", "bot"], f"{dialect}: the handoff goes to the desk and back", states)
errors = [line["text"] for line in user + desk if line.get("level") == "error"]
statuses = (user_status, desk_status)
checks.that(statuses == ("0", "0") and not errors, f"{dialect}: nothing is rejected", (statuses, errors))
checks.finish()
