"""The queue of updates: what waits for the bot, who may take it, and how it is confirmed.

Source: ``process_get_updates_query``, ``do_get_updates``, ``abort_long_poll`` in ``Client.cpp`` (01a3679)
and tdlib/td ``TQueue.cpp`` (an offset "in the future" is served from the head). Left out: the 3 s throttles
of repeated empty polls and repeated conflicts, which would only slow tests down.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.telegram_api.answers import SECOND_POLLER, WEBHOOK_ACTIVE, JsonObject, Refusal
from tests.telegram_api.bell import Bell
from tests.telegram_api.clock import Clock

DAY = 24 * 3600.0
TAP_LIFETIME = 150.0
"""Seconds that an unfetched tap or inline query waits."""
HASTE = 0.5
"""Seconds within which the same offset again gives one update at most."""
FUTURE = 10
"""How far past the last id an offset may lie before it counts as "in the future"."""
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass(frozen=True)
class Pending:
    """An update that waits: its id, its kind, its JSON, its webhook queue (0: one of its own), when it
    expires.

    ``forced``: delivered once whatever the offset says (a duplicate that the test asked for).
    """

    update_id: int
    kind: str
    body: JsonObject
    lane: int
    expires: float
    forced: bool = False


class UpdateQueue:
    """Updates of one bot, oldest first."""

    def __init__(self, clock: Clock, bell: Bell, *, first_id: int = 500_000_001) -> None:
        self._clock = clock
        self._bell = bell
        self._next_id = first_id
        self._pending: list[Pending] = []
        self._poller: asyncio.Future[str] | None = None
        self._last_poll: tuple[int, float] = (0, -HASTE)
        self.allowed: frozenset[str] | None = None
        self.webhook_active = False
        self.history: dict[int, Pending] = {}

    @property
    def pending(self) -> list[Pending]:
        """What waits now; the expired is dropped first."""
        self._pending = [one for one in self._pending if one.expires > self._clock.now()]
        return list(self._pending)

    @property
    def polled(self) -> bool:
        """True while a long poll waits."""
        return self._poller is not None

    def put(self, kind: str, payload: JsonObject, *, lane: int, lifetime: float = DAY) -> int:
        """Append an update and give its id; one of a kind that the bot did not ask for is dropped (its id
        too)."""
        update_id = self._next_id
        if kind in NOT_BY_DEFAULT if self.allowed is None else kind not in self.allowed:
            return 0
        self._next_id += 1
        body = {"update_id": update_id, kind: payload}
        self._append(Pending(update_id, kind, body, lane, self._clock.now() + lifetime))
        return update_id

    def put_raw(self, body: JsonObject, *, lane: int = 0) -> int:
        """Append a JSON body as it is (unknown kinds and fields); it gets the next id unless it has one."""
        update_id = int(body.get("update_id", self._next_id))
        self._next_id = max(self._next_id, update_id + 1)
        self._append(
            Pending(update_id, "raw", {"update_id": update_id, **body}, lane, self._clock.now() + DAY)
        )
        return update_id

    def jump(self, next_id: int) -> None:
        """The next update gets this id, as after a week without updates (Bot API, "Update")."""
        self._next_id = next_id

    def repeat(self, update_id: int) -> None:
        """Deliver an update once more, confirmed or not."""
        old = self.history[update_id]
        self._append(
            Pending(old.update_id, old.kind, old.body, old.lane, self._clock.now() + DAY, forced=True)
        )

    def rearrange(self, order: Callable[[list[Pending]], Iterable[Pending]]) -> None:
        """Put what waits into another order, or leave some of it out."""
        self._pending = list(order(self.pending))
        self._bell.ring()

    def drop(self, update_id: int) -> None:
        """Forget one update (the webhook took it, or it is lost)."""
        self._pending = [one for one in self._pending if one.update_id != update_id]
        self._bell.ring()

    def clear(self) -> None:
        """Forget all that waits (``drop_pending_updates``)."""
        self._pending = []
        self._bell.ring()

    def abort_poll(self, description: str) -> None:
        """Answer the waiting long poll with 409."""
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(description)

    async def poll(self, *, offset: int, limit: int, timeout: float) -> list[JsonObject]:
        """One ``getUpdates``. Raises Refusal 409 when another poller or a webhook takes over."""
        if self.webhook_active:
            raise Refusal(409, WEBHOOK_ACTIVE)
        now = self._clock.now()
        if self._last_poll[0] == offset and now < self._last_poll[1] + HASTE:
            limit = 1
        self._last_poll = (offset, now)
        ready = self._take(offset, limit)
        if not ready and timeout > 0:
            self.abort_poll(SECOND_POLLER)
            ready = await self._wait(offset, limit, timeout)
        return ready

    async def _wait(self, offset: int, limit: int, timeout: float) -> list[JsonObject]:
        ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        ended.add_done_callback(lambda _: self._bell.ring())
        self._poller = ended

        def look() -> list[JsonObject] | None:
            return [] if ended.done() else self._take(offset, limit) or None

        try:
            found = await self._bell.until(look, timeout=timeout)
            if ended.done():
                raise Refusal(409, ended.result())
            return found or []
        finally:
            if self._poller is ended:
                self._poller = None
            ended.cancel()

    def _append(self, update: Pending) -> None:
        self._pending.append(update)
        self.history.setdefault(update.update_id, update)
        self._bell.ring()

    def _take(self, offset: int, limit: int) -> list[JsonObject]:
        """Confirm what lies before the offset, and give up to ``limit`` of the rest."""
        waiting = self.pending
        if offset < 0:
            waiting = waiting[offset:]
        elif 0 < offset <= self._next_id + FUTURE:
            waiting = [one for one in waiting if one.forced or one.update_id >= offset]
        if len(waiting) != len(self._pending):
            self._pending = waiting
            self._bell.ring()
        given = waiting[:limit]
        self._pending = [one for one in waiting if not (one.forced and one in given)]
        return [one.body for one in given]
