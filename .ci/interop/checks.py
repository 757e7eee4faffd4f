"""Counts what holds and what does not, and says so in one line at the end."""

import sys


def words(activity):
    """What an activity says. While an agent has the conversation, a bot's message is kept from the user and comes as
    a private event that holds it."""
    if activity.get("name") == "baton.suppressed":
        return activity["value"]["activity"].get("text")
    return activity.get("text")


class Checks:
    def __init__(self):
        self.passed = 0
        self.failed = 0

    def that(self, holds, sentence, seen=None):
        """Notes whether a sentence is true; shows what was seen when it is not."""
        if holds:
            self.passed += 1
            print(f"ok    {sentence}")
        else:
            self.failed += 1
            print(f"FAIL  {sentence}" + ("" if seen is None else f"\n      seen: {str(seen)[:600]}"))
        return holds

    def left_out(self, sentence, reason):
        """Says what is not looked at, and why; it counts neither way."""
        print(f"--    {sentence}: left out, {reason}")

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(1 if self.failed or not self.passed else 0)
