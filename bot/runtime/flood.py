"""Who sends more than can be meant: a token bucket an address, one notice, then silence. Pure counting."""

from dataclasses import dataclass, field
from enum import StrEnum

TIDY_AT = 10_000
"""Addresses remembered before those that were quiet since are forgotten."""


class Verdict(StrEnum):
    """What to do with an input."""

    PASS = "pass"
    NOTICE = "notice"
    """Say once that it is too fast."""
    SILENCE = "silence"


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float
    noticed: float | None = None


@dataclass(slots=True)
class Flood:
    """Judges inputs by when they were sent. Times are seconds of one clock that need not be ours."""

    burst: float = 20.0
    """Inputs at once: ticking a long list quickly is no flood."""
    rate: float = 1.0
    """Inputs a second, sustained."""
    notice_every: float = 60.0
    """Seconds between notices to one address."""
    _buckets: dict[str, _Bucket] = field(default_factory=dict)

    def judge(self, address: str, at: float) -> Verdict:
        """What to do with an input of this address sent at `at`; counted if it passes."""
        bucket = self._buckets.setdefault(address, _Bucket(self.burst, at))
        # A clock that went back gives nothing and takes nothing.
        bucket.tokens = min(self.burst, bucket.tokens + max(0.0, at - bucket.at) * self.rate)
        bucket.at = max(bucket.at, at)
        if len(self._buckets) > TIDY_AT:
            self._tidy(at)
        if bucket.tokens >= 1.0:
            bucket.tokens -= 1.0
            return Verdict.PASS
        if bucket.noticed is None or at - bucket.noticed >= self.notice_every:
            bucket.noticed = at
            return Verdict.NOTICE
        return Verdict.SILENCE

    def _tidy(self, at: float) -> None:
        full = self.burst / self.rate
        self._buckets = {name: one for name, one in self._buckets.items() if at - one.at < full}
