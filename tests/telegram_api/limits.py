"""Telegram's pace, enforced: so many calls a second overall, so many per chat and group, and a ban after a
refusal.

The figures are those of the design page (section 2 and 3.3); Telegram publishes "about 30 a second", "one a
second per chat", "20 a minute per group" (Bot FAQ). Off unless ``BotApi(limits=…)`` asks for it.
"""

import math
from collections import deque
from dataclasses import dataclass
from typing import NoReturn

from tests.telegram_api.answers import too_many
from tests.telegram_api.clock import Clock
from tests.telegram_api.world import Chat

COUNTED = frozenset(
    {
        "sendMessage", "sendPhoto", "sendDocument", "sendPoll", "copyMessage",
        "editMessageText", "editMessageCaption", "editMessageMedia", "editMessageReplyMarkup",
    }
)  # fmt: skip
"""Methods that use up the pace."""


@dataclass(frozen=True)
class Limits:
    """``overall`` calls in any second (strict sliding window); per chat ``chat_rate`` a second with a burst
    of ``chat_burst``; ``group`` calls in any minute per group."""

    overall: int = 30
    chat_rate: float = 1.0
    chat_burst: int = 3
    group: int = 20


class Gate:
    """Counts calls and refuses those that come too fast. A refused call starts a ban of its scope."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self._limits = limits
        self._clock = clock
        self._windows: dict[object, deque[float]] = {}
        self._buckets: dict[int, tuple[float, float]] = {}
        self._bans: dict[object, float] = {}
        self.refused = 0

    def enter(self, method: str, chat: Chat) -> None:
        """Count one call, or raise Refusal 429."""
        if method not in COUNTED:
            return
        now = self._clock.now()
        banned = max(self._bans.get(scope, 0.0) - now for scope in ("all", chat.id))
        if banned > 0:
            self._refuse(banned)
        waits = {"all": self._window_wait("all", self._limits.overall, 1.0), chat.id: self._chat_wait(chat)}
        for scope, wait in waits.items():
            if wait > 0:
                self._bans[scope] = now + max(1, math.ceil(wait))
        if max(waits.values()) > 0:
            self._refuse(max(waits.values()))
        self._count(now, chat)

    def _refuse(self, wait: float) -> NoReturn:
        self.refused += 1
        raise too_many(max(1, math.ceil(wait)))

    def _chat_wait(self, chat: Chat) -> float:
        if chat.kind == "private":
            return self._bucket_wait(chat.id)
        return self._window_wait(chat.id, self._limits.group, 60.0)

    def _window_wait(self, scope: object, limit: int, span: float) -> float:
        """Seconds until one more call fits into the window; 0 when it fits now."""
        window = self._windows.setdefault(scope, deque())
        now = self._clock.now()
        while window and window[0] <= now - span:
            window.popleft()
        return 0.0 if len(window) < limit else window[0] + span - now

    def _bucket_wait(self, chat_id: int) -> float:
        tokens = self._tokens(chat_id)
        return 0.0 if tokens >= 1 else (1 - tokens) / self._limits.chat_rate

    def _tokens(self, chat_id: int) -> float:
        left, since = self._buckets.get(chat_id, (float(self._limits.chat_burst), self._clock.now()))
        grown = left + (self._clock.now() - since) * self._limits.chat_rate
        return min(grown, float(self._limits.chat_burst))

    def _count(self, now: float, chat: Chat) -> None:
        self._windows["all"].append(now)
        if chat.kind == "private":
            self._buckets[chat.id] = (self._tokens(chat.id) - 1, now)
        else:
            self._windows[chat.id].append(now)
