"""What a field allows here and now: the bounds by which typed answers are read."""

from bot.flows.field import NOW, Field
from bot.flows.step import Scope
from bot.flows.typed import DAY_LENGTH, Bounds


def bounds_of(field: Field, scope: Scope) -> Bounds:
    """For a reader of typed answers."""
    after, before = (_limit(name, field.type, scope) for name in (field.after, field.before))
    day = after[:DAY_LENGTH] if field.after != NOW else ""
    today, words = scope.names.today(), scope.shelf.phrases.calendar
    return Bounds(field.min, field.max, today, words, after, before, day)


def _limit(name: str | None, type: str, scope: Scope) -> str:
    """The day or the local minute beyond which no answer goes; empty if there is none."""
    if name == NOW:
        local = scope.now.astimezone(scope.view.policy.timezone).replace(tzinfo=None)
        return local.isoformat(timespec="minutes") if type == "datetime" else local.date().isoformat()
    value = scope.names.stored(name) if name else None
    return value if isinstance(value, str) else ""


def limit_shown(name: str | None, scope: Scope) -> str:
    """That limit, as people read it."""
    return scope.names.text(name if name and name != NOW else "today")
