"""When an announcement may come to a person who said what they want of announcements. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta

from bot.flows.reminders import out_of_quiet
from bot.model.preferences import Preferences
from bot.model.turn import Policy

SLOT_DAY = 0
"""Day of the weekly rhythm: Monday."""
SLOT_HOUR = time(10)
"""Local hour at which it comes."""

QUIET: Mapping[str, tuple[time, time] | None] = {
    "usual": None,
    "early": (time(19), time(9)),
    "evening": (time(21), time(18)),
    "always": (time(0), time(0)),
}
"""Quiet hours to choose from: those of the settings, longer nights, evenings only, none at all."""


def with_own_hours(policy: Policy, preferences: Preferences) -> Policy:
    """The operator's policy with the quiet hours that the person chose, if they did."""
    usual = usual_hours(policy)
    if preferences.quiet is None:
        return replace(policy, quiet=usual, usual_quiet=None) if policy.usual_quiet else policy
    return replace(policy, quiet=preferences.quiet, usual_quiet=usual)


def usual_hours(policy: Policy) -> tuple[time, time]:
    """The quiet hours of the settings, whatever the person chose."""
    return policy.usual_quiet or policy.quiet


def held_until(preferences: Preferences, policy: Policy, now: datetime) -> datetime | None:
    """When a copy may leave, in the operator's time zone; None: now."""
    moment = next_slot(policy, now) if preferences.weekly else now
    calm = out_of_quiet(moment, with_own_hours(policy, preferences))
    return calm if calm > now else None


def next_slot(policy: Policy, now: datetime) -> datetime:
    """The next moment of the weekly rhythm."""
    local = now.astimezone(policy.timezone)
    slot = local.replace(hour=SLOT_HOUR.hour, minute=SLOT_HOUR.minute, second=0, microsecond=0)
    slot += timedelta(days=(SLOT_DAY - local.weekday()) % 7)
    return slot if slot > local else slot + timedelta(days=7)
