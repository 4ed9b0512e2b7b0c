"""Delivering updates to a webhook: queues in parallel, each strictly one by one, repeated until taken or
expired.

Source: ``WebhookActor.cpp`` (01a3679) ``on_update_error`` (first repeat at once, then 2, 4, 8 … seconds up
to a cap, ``Retry-After`` first), ``handle`` (410 closes after 23 h), ``send_update`` (the secret header);
``process_set_webhook_query`` in ``Client.cpp`` (429 for a second ``setWebhook`` within a second). HTTP
addresses are allowed, as with ``--local``.
"""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import aiohttp

from tests.telegram_api.answers import POLL_ENDED_BY_WEBHOOK, JsonObject, bad_request, too_many
from tests.telegram_api.call import Call
from tests.telegram_api.updates import Pending
from tests.telegram_api.world import World

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
SECRET_LIMIT = 256
MAX_DELAY = 60.0
MAX_RETRY_AFTER = 3600.0
GONE_AFTER = 23 * 3600.0
PATIENCE = 60.0
"""Seconds of real time that one delivery may take."""

Reply = Callable[[JsonObject], Awaitable[None]]


class Webhook:
    """The webhook of one bot; quiet until ``setWebhook``."""

    def __init__(self, world: World, reply: Reply) -> None:
        self._world = world
        self._reply = reply
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._dispatcher: asyncio.Task[None] | None = None
        self._http: aiohttp.ClientSession | None = None
        self._next_set = 0.0
        self._gone_since: float | None = None
        self.url = ""
        self.secret = ""
        self.max_connections = 40
        self.last_error: tuple[float, str] | None = None
        self.attempts: list[tuple[int, int]] = []
        """Every delivery as (update_id, HTTP status); status 0: no answer."""

    async def set(self, call: Call) -> str:
        """``setWebhook``: the description of the answer. Raises Refusal."""
        url, secret = call.text("url").strip(), call.text("secret_token")
        if not url:
            return await self.delete(call)
        if self._world.clock.now() < self._next_set:
            raise too_many(1)
        if not re.match(r"https?://[^\s/]+", url):
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        if len(secret) > SECRET_LIMIT:
            raise bad_request("secret token is too long")
        if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
            raise bad_request("secret token contains unallowed characters")
        self._next_set = self._world.clock.now() + 1
        connections = call.integer("max_connections", 40, low=1, high=100)
        same = (url, secret, connections) == (self.url, self.secret, self.max_connections)
        self._drop_if_asked(call)
        if same:
            return "Webhook is already set"
        await self.stop()
        self.url, self.secret, self.max_connections = url, secret, connections
        self._world.updates.webhook_active = True
        self._world.updates.abort_poll(POLL_ENDED_BY_WEBHOOK)
        self._dispatcher = asyncio.create_task(self._dispatch(), name="webhook")
        return "Webhook was set"

    async def delete(self, call: Call) -> str:
        """``deleteWebhook``: the description of the answer."""
        was = bool(self.url)
        self._drop_if_asked(call)
        await self.stop()
        return "Webhook was deleted" if was else "Webhook is already deleted"

    async def stop(self) -> None:
        """No more deliveries; what was not taken stays in the queue."""
        self.url = self.secret = ""
        self._gone_since = None
        self._world.updates.webhook_active = False
        current = asyncio.current_task()
        tasks = [task for task in (self._dispatcher, *self._tasks.values()) if task and task is not current]
        self._dispatcher, self._tasks = None, {}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._http is not None:
            await self._http.close()
            self._http = None

    def info(self) -> JsonObject:
        """``getWebhookInfo``."""
        updates = self._world.updates
        body: JsonObject = {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": len(updates.pending),
        }
        if self.url:
            body |= {"max_connections": self.max_connections, "ip_address": "127.0.0.1"}
        if self.last_error is not None and self.url:
            body |= {"last_error_date": int(self.last_error[0]), "last_error_message": self.last_error[1]}
        return body | ({"allowed_updates": sorted(updates.allowed)} if updates.allowed is not None else {})

    def _drop_if_asked(self, call: Call) -> None:
        if call.boolean("drop_pending_updates"):
            self._world.updates.clear()

    async def _dispatch(self) -> None:
        """One task per queue that has something, no more than ``max_connections``."""
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE))
        while self.url:
            lane = await self._world.bell.until(self._idle_lane, timeout=None)
            if lane is not None:
                task = asyncio.create_task(self._drain(lane), name=f"webhook queue {lane}")
                self._tasks[lane] = task
                task.add_done_callback(partial(self._lane_done, lane))

    def _idle_lane(self) -> int | None:
        if len(self._tasks) >= self.max_connections:
            return None
        lanes = (_lane(one) for one in self._world.updates.pending)
        return next((lane for lane in lanes if lane not in self._tasks), None)

    def _lane_done(self, lane: int, _: asyncio.Task[None]) -> None:
        self._tasks.pop(lane, None)
        self._world.bell.ring()

    async def _drain(self, lane: int) -> None:
        """Deliver a queue in order; the next update only after the one before was taken or has expired."""
        delay, fails = 1.0, 0
        while update := next((one for one in self._world.updates.pending if _lane(one) == lane), None):
            status, retry_after = await self._deliver(update)
            if 200 <= status <= 299:
                self._world.updates.drop(update.update_id)
                delay, fails = 1.0, 0
                continue
            wait = min(retry_after, MAX_RETRY_AFTER)
            if not wait and fails:
                wait = delay = min(delay * 2, MAX_DELAY)
            fails += 1
            if self._world.clock.now() + wait > update.expires:
                self._world.updates.drop(update.update_id)
            elif self._gone(status):
                await self.stop()
                return
            else:
                await self._world.clock.sleep(wait)

    async def _deliver(self, update: Pending) -> tuple[int, float]:
        """HTTP status (0: none) and the seconds of ``Retry-After``."""
        if self._http is None:
            return 0, 0.0
        headers = {SECRET_HEADER: self.secret} if self.secret else {}
        status, retry_after, body = 0, 0.0, None
        try:
            async with self._http.post(self.url, json=update.body, headers=headers) as response:
                status, body = response.status, await _json(response)
                with contextlib.suppress(ValueError):
                    retry_after = float(response.headers.get("Retry-After", 0))
                note = f"Wrong response from the webhook: {status} {response.reason}"
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            note = f"Webhook connection closed: {type(error).__name__}"
        self.attempts.append((update.update_id, status))
        self._world.touch()
        if not 200 <= status <= 299:
            self.last_error = (self._world.clock.now(), note)
        elif isinstance(body, dict) and body.get("method"):
            await self._reply(body)
        return status, retry_after

    def _gone(self, status: int) -> bool:
        """True when the webhook has answered 410 for 23 hours."""
        now = self._world.clock.now()
        if status != 410:
            self._gone_since = None
        elif self._gone_since is None:
            self._gone_since = now
        return self._gone_since is not None and now > self._gone_since + GONE_AFTER


def _lane(update: Pending) -> int:
    """The queue of an update; one without gets its own (a negative number never is a real one's)."""
    return update.lane or -(2**40) - update.update_id


async def _json(response: aiohttp.ClientResponse) -> Any:
    try:
        return await response.json(content_type=None)
    except ValueError:
        return None
