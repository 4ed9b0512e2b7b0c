"""The stand-in of the tests in a process of its own, as the judge of what a bot says and how fast.

python -m bench.judge [RATE]: enforces Telegram's pace with so many calls in any second; takes orders as JSON
lines (`bench/judging.py` gives them).
"""

import asyncio
import json
import sys
import time
from typing import Any

from tests.telegram_api import BotApi, Limits
from tests.telegram_api.call import Call
from tests.telegram_api.limits import COUNTED


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
        return {
            "said": [(one.chat_id, one.text("text"), one.at) for one in said if one.ok],
            "refused": sum(1 for one in new[:done] if one.method in COUNTED and not one.ok),
        }

    async def quiet(self, idle: float, timeout: float) -> dict[str, Any]:
        """Wait until every update was taken and nothing was said for `idle` seconds."""
        try:
            await self._api.quiet(idle=idle, timeout=timeout)
        except TimeoutError:
            return {"quiet": False}
        return {"quiet": True}


def _open(call: Call) -> bool:
    """Whether the answer of a call is still to come (one whose caller died never gets any)."""
    return call.method == "sendMessage" and call.answer is None and time.time() - call.at < 0.5


async def main() -> None:
    """Serve until standard input ends."""
    rate = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    async with BotApi(limits=Limits(overall=rate) if rate else None) as api:
        judge = Judge(api)
        known = (judge.people, judge.say, judge.polled, judge.sent, judge.quiet)
        orders = {one.__name__: one for one in known}
        print(json.dumps({"api": api.url}), flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            order = json.loads(line)
            told = await orders[order.pop("do")](**order)
            print(json.dumps(told or {}), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
