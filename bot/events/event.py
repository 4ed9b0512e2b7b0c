"""What an author writes about an event, and local times of a place read as moments. No file is read here."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field as Constraint
from pydantic import StringConstraints

from bot.flows.authored import Authored, Slug

TIME_PATTERN = r"^\d{4}-\d{2}-\d{2} \d{1,2}:\d{2}( [+-]\d{2}:\d{2})?$"
_TIME = re.compile(r"(\d{4}-\d{2}-\d{2}) (\d{1,2}):(\d{2})(?: ([+-])(\d{2}):(\d{2}))?")

TIMES = ("starts", "ends", "deadline")
"""Keys of an event that hold a `WrittenTime`."""

WrittenTime = Annotated[str, StringConstraints(pattern=TIME_PATTERN)]
"""`2027-01-14 18:30`, by the clocks of the place; with `+01:00` behind it where they strike twice."""


class EventMedium(Authored):
    """A picture or a paper that lies beside the file of the event."""

    file: str = Constraint(min_length=1, max_length=200)
    """Path from the folder of the event's file."""
    alt: str = Constraint(default="", max_length=200)
    """What a picture shows, for people who do not see it."""


class EventFile(Authored):
    """A file that describes one event."""

    format: Literal[1]
    id: Slug
    title: str = Constraint(min_length=3, max_length=80)
    starts: WrittenTime
    ends: WrittenTime
    zone: str | None = None
    """IANA name such as `Indian/Reunion`; the operator's zone if it is not given."""
    place: str = Constraint(default="", max_length=200)
    link: str = Constraint(default="", max_length=300)
    description: str = Constraint(default="", max_length=2000)
    """Light Markdown."""
    capacity: int | None = Constraint(default=None, ge=1, le=100_000)
    organiser: str = Constraint(default="", max_length=80)
    deadline: WrittenTime | None = None
    picture: EventMedium | None = None
    """Shown with the card."""
    attachment: EventMedium | None = None
    """A programme, a map: a file to read."""
    follow_up: Slug | None = None
    """The journey that who was there may go on with."""


Fault = Literal["no_such_day", "skipped", "twice", "foreign_offset"]
"""Why a written time is no moment: not in the calendar; the clocks jump over it; they show it twice; they
never show it with this offset."""


@dataclass(frozen=True, slots=True)
class Struck:
    """A written time that is no moment."""

    fault: Fault
    offsets: tuple[timedelta, ...] = ()
    """Of UTC: the two between which the clocks change, or the one they show."""


def moment(written: str, zone: ZoneInfo) -> datetime | Struck:
    """When the clocks of a zone show what an author wrote (`WrittenTime`); aware, in that zone."""
    found = _TIME.fullmatch(written)
    try:
        assert found is not None, "the model lets only written times pass"
        local = datetime.fromisoformat(f"{found[1]} {found[2]:0>2}:{found[3]}")
    except ValueError:
        return Struck("no_such_day")
    early, late = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    offsets = tuple(dict.fromkeys(_offset(one) for one in (early, late)))
    shown = [one for one in (early, late) if _shown(one, zone)]
    if found[4]:
        span = timedelta(hours=int(found[5]), minutes=int(found[6])) * (-1 if found[4] == "-" else 1)
        fitting = [one for one in shown if _offset(one) == span]
        return fitting[0] if fitting else Struck("foreign_offset", offsets)
    if not shown:
        return Struck("skipped", offsets)
    return early if len(offsets) == 1 else Struck("twice", offsets)


def written_offset(offset: timedelta) -> str:
    """`+01:00`."""
    return datetime(2000, 1, 1, tzinfo=timezone(offset)).isoformat()[-6:]


def _offset(local: datetime) -> timedelta:
    return local.utcoffset() or timedelta()


def _shown(local: datetime, zone: ZoneInfo) -> bool:
    """Whether the clocks ever show this local time (PEP 495, gaps)."""
    back = local.astimezone(UTC).astimezone(zone)
    return back.replace(tzinfo=None) == local.replace(tzinfo=None)
