"""The calendar file of an event (RFC 5545): data in, bytes out. The only door to icalendar."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.events.card import file_stem
from bot.markup import plain
from bot.model.effects import NewFile
from bot.model.event import Event, EventState

if TYPE_CHECKING:
    import icalendar

MEDIA_TYPE = "text/calendar"
ALARM = timedelta(hours=2)
"""So long before it begins a calendar rings."""

DOMAIN = "alliances.invalid"
"""Behind the id in a UID: the same on every installation of one association, and nobody's (RFC 2606)."""


def calendar_file(event: Event, *, now: datetime, url: str = "") -> NewFile:
    """The .ics that puts an event into a calendar, renews it there, or takes it out once it is cancelled.

    The UID stays, SEQUENCE is the revision: a calendar that has an older one replaces it (RFC 5546, 3.2.1).
    `url` leads to it where it has no address of its own.
    """
    return NewFile(f"{file_stem(event)}.ics", MEDIA_TYPE, calendar_bytes(event, now=now, url=url))


def calendar_bytes(event: Event, *, now: datetime, url: str = "") -> bytes:
    """The same as bytes: UTF-8, CRLF, lines of at most 75 bytes."""
    import icalendar  # 60 ms: only who wants a file waits for it

    cancelled = event.state is EventState.CANCELLED
    entry = icalendar.Event()
    entry.add("uid", f"{event.id}@{DOMAIN}")
    entry.add("sequence", event.revision)
    entry.add("dtstamp", now.astimezone(UTC))
    entry.add("dtstart", _by_the_clocks(event, event.starts))
    entry.add("dtend", _by_the_clocks(event, event.ends))
    entry.add("summary", event.title)
    entry.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    if where := event.place or event.link:
        entry.add("location", where)
    if about := _about(event):
        entry.add("description", about)
    if event.link or url:
        entry.add("url", event.link or url)
    if event.organiser:
        # Whoever invites needs an address (RFC 5545, 3.8.4.3) and we know a name alone: this is how calendars
        # write that there is none.
        organiser = icalendar.vCalAddress("invalid:nomail")
        organiser.params["cn"] = icalendar.vText(event.organiser)
        entry.add("organizer", organiser)
    if not cancelled:
        entry.add_component(_alarm(event))
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//alliances//evenements//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if cancelled else "PUBLISH")
    # The rules of the zone around the event: a calendar may not know its name (RFC 5545, 3.6.5).
    if event.zone.key != "UTC":
        day, year = event.local(event.starts).date(), timedelta(days=366)
        last = event.local(event.ends).date() + year
        zone = icalendar.Timezone.from_tzinfo(event.zone, event.zone.key, day - year, last)
        calendar.add_component(zone)
    calendar.add_component(entry)
    return bytes(calendar.to_ical())


def _alarm(event: Event) -> "icalendar.Alarm":
    """Rings on the day; the days before, the assistant itself reminds."""
    import icalendar

    alarm = icalendar.Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", event.title)
    alarm.add("trigger", -ALARM)
    return alarm


def _by_the_clocks(event: Event, moment: datetime) -> datetime:
    """Local time; in UTC where the clocks show it for the second time, which no local time can say."""
    local = event.local(moment)
    return moment.astimezone(UTC) if local.fold else local


def _about(event: Event) -> str:
    parts = (plain(event.description, links=True), event.organiser, event.link)
    return "\n\n".join(part for part in parts if part)
