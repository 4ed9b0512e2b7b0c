"""What a person wants to hear from us besides what they ask for. No rules about when."""

from dataclasses import dataclass
from datetime import UTC, datetime, time

from bot.model.announcement import NewsKind

UNTIL_RESUMED = datetime(9999, 1, 1, tzinfo=UTC)
"""The end of a pause that has none."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """Of one person, about announcements and reminders; as they are here until the person changes them."""

    off: frozenset[NewsKind] = frozenset()
    """Announcements of these kinds are not for them."""
    weekly: bool = False
    """Announcements wait for the next weekly slot and come together."""
    quiet: tuple[time, time] | None = None
    """Local start and end of the hours without announcements and reminders; None: those of the settings."""
    paused_until: datetime | None = None
    """Aware; no announcement and no reminder of a journey before it. None: no pause."""

    def paused(self, now: datetime) -> bool:
        """Whether a pause is under way."""
        return self.paused_until is not None and self.paused_until > now
