"""The stand-in of the tests in a process of its own, as the judge of what a bot says and how fast.

python -m bench.judge [RATE [DELAY]]: enforces Telegram's pace with so many calls in any second, answers what
was said after so many seconds; takes orders as JSON lines (`bench/judging.py` gives them).
"""

import asyncio
import gc
import json
import sys
import time
from collections import Counter
from typing import Any

from tests.telegram_api import BotApi, Limits, faults
from tests.telegram_api.call import Call
from tests.telegram_api.limits import COUNTED

BAD_REQUEST, FORBIDDEN, TOO_MANY = 400, 403, 429
MOVED = -1
"""400 with the new id of a group."""
KNOWN = (0, 200, FORBIDDEN, TOO_MANY, MOVED)
"""Statuses that say nothing about a mistake of the bot but that it was too fast."""


class Judge:
    """Orders to the stand-in, and what it saw."""

    def __init__(self, api: BotApi) -> None:
        self._api = api
        self._seen = 0
        """Calls told already."""

    async def people(self, first: int, count: int) -> None:
        """So many people who may be written to."""
        for id in range(first, first + count):
            self._api.person(id)

    async def say(self, words: list[tuple[int, str]]) -> dict[str, Any]:
        """Each person says something; when that was (Unix seconds)."""
        at = time.time()
        for id, text in words:
            await self._api.person(id).says(text)
        return {"at": at}

    async def turn_away(self, blocked: list[int], gone: list[int]) -> None:
        """These people blocked the bot, or deleted their account: it is not told, it learns it by writing."""
        for state, ids in (("blocked", blocked), ("deactivated", gone)):
            for id in ids:
                self._api.person(id).chat.state = state  # type: ignore[assignment]  # two of the states

    async def upgrade(self, asked: list[tuple[int, int, int, str]]) -> dict[str, Any]:
        """In each group (person, group, new id) somebody asks, and it becomes a supergroup before the answer
        can be there; when that was (Unix seconds).
        """
        at = time.time()
        for person, group, new, text in asked:
            who, room = self._api.person(person), self._api.group(group, kind="group")
            await who.says(text, chat=room.chat)
            room.migrates(new, who)
        return {"at": at}

    async def polled(self, timeout: float) -> None:
        """Wait until a bot polls that has not polled before: at most so many seconds."""
        before, until = len(self._api.calls("getUpdates")), time.monotonic() + timeout
        while len(self._api.calls("getUpdates")) == before and time.monotonic() < until:
            await asyncio.sleep(0.005)

    async def sent(self, settle: float = 0.0) -> dict[str, Any]:
        """What was said since this was asked last: chat, text, when (Unix seconds).

        `settle`: of a bot that is dead, so many seconds are given to what it had begun to say.
        """
        until = time.monotonic() + settle
        while time.monotonic() < until and any(map(_open, self._api.journal[self._seen :])):
            await asyncio.sleep(0.005)
        new = self._api.journal[self._seen :]
        # A call that is under way is told the next time, or not at all: then nobody was shown anything.
        done = next((place for place, one in enumerate(new) if _open(one)), len(new))
        self._seen += done
        said = [one for one in new[:done] if one.method == "sendMessage"]
        counted = [one for one in new[:done] if one.method in COUNTED]
        statuses = Counter(_status(one) for one in counted)
        return {
            "said": [(one.chat_id, one.text("text"), one.at) for one in said if one.ok],
            "refused": statuses[TOO_MANY],
            "unreachable": sorted({one.chat_id for one in counted if _status(one) == FORBIDDEN}),
            "moved": statuses[MOVED],
            "failed": sum(count for status, count in statuses.items() if status not in KNOWN),
        }

    async def quiet(self, idle: float, timeout: float) -> dict[str, Any]:
        """Wait until every update was taken and nothing was said for `idle` seconds."""
        try:
            await self._api.quiet(idle=idle, timeout=timeout)
        except TimeoutError:
            return {"quiet": False}
        return {"quiet": True}


def _status(call: Call) -> int:
    """How a call was answered: the code, 0 without an answer, and one of our own for a group that moved."""
    if call.answer is None:
        return 0
    if call.answer.status == BAD_REQUEST and b"migrate_to_chat_id" in call.answer.body:
        return MOVED
    return call.answer.status


def _open(call: Call) -> bool:
    """Whether the answer of a call is still to come (one whose caller died never gets any)."""
    return call.method == "sendMessage" and call.answer is None and time.time() - call.at < 0.5


async def main() -> None:
    """Serve until standard input ends."""
    rate = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    delay = float(sys.argv[2]) if len(sys.argv) > 2 else 0.0
    # Everything seen is kept until the end: looking through it for garbage held every answer up for 200 ms.
    gc.disable()
    async with BotApi(limits=Limits(overall=rate) if rate else None) as api:
        if delay:
            api.fault(faults.slow(delay), method="sendMessage", times=None)
        judge = Judge(api)
        known = (
            judge.people,
            judge.say,
            judge.turn_away,
            judge.upgrade,
            judge.polled,
            judge.sent,
            judge.quiet,
        )
        orders = {one.__name__: one for one in known}
        print(json.dumps({"api": api.url}), flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            order = json.loads(line)
            told = await orders[order.pop("do")](**order)
            print(json.dumps(told or {}), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
