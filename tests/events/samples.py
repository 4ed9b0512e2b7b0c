"""An event that many tests start from."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.model.event import Event, EventId, EventState
from bot.model.message import Markdown

START = datetime(2027, 2, 18, 17, 30, tzinfo=UTC)
"""18:30 in Paris, a Thursday."""
EVENT = Event(
    id=EventId("rencontre-des-allies"),
    title="Rencontre des alliés",
    starts=START,
    ends=START + timedelta(hours=2),
    zone=ZoneInfo("Europe/Paris"),
    place="Salle des fêtes, Évry",
    link="https://example.org/rencontre",
    description=Markdown("Un **temps d'échange**, ouvert à tous."),
    capacity=2,
    organiser="Réseau des alliances",
    state=EventState.ANNOUNCED,
    revision=1,
)


def event(**changes: Any) -> Event:
    """The event with some other fields."""
    return replace(EVENT, **changes)
