"""An event's file -> the event, with every problem at its place."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from bot.content.decode import decode
from bot.content.document import Document
from bot.content.event_media import read_media
from bot.content.problem import NBSP, Problem, did_you_mean, in_order, quote
from bot.content.source import read_document
from bot.events.event import TIMES, EventFile, Struck, moment, written_offset
from bot.model.event import Event, EventId
from bot.model.message import Markdown
from bot.model.values import FlowId


@dataclass(frozen=True, slots=True)
class EventRead:
    """What became of a file."""

    event: Event | None
    """None if there is an error among the problems."""
    problems: tuple[Problem, ...]
    media: Mapping[str, bytes] = field(default_factory=dict)
    """Hash -> bytes of the files that belong to it."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an event's file is read in."""

    zone: ZoneInfo
    """Holds where the file names none."""
    now: datetime
    folder: Path | None = None
    """Where its picture and its paper lie; None: nowhere."""
    flows: Collection[str] | None = None
    """Ids of the journeys that there are; None: any may be named."""


def read_event(path: str, content: bytes, around: Surroundings) -> EventRead:
    """The event that a file describes, a draft of revision 0."""
    document, refused = read_document(path, content)
    if document.root is None:
        return EventRead(None, refused)
    written, wrong = decode(EventFile, document)
    problems = [*refused, *wrong]
    event, media = None, dict[str, bytes]()
    if written is not None:
        problems += _wrong_zone(written, document)
        problems += _follow_up(written, document, around)
        found, absent = read_media(written, document, around.folder)
        problems += absent
        if not any(problem.severity == "error" for problem in problems):
            event, told = _event(written, document, ZoneInfo(written.zone) if written.zone else around.zone)
            problems += told
        if event is not None:
            files = {name: file for name, (file, _) in found.items()}
            event = replace(event, picture=files.get("picture"), paper=files.get("paper"))
            media = {file.sha256: content for file, content in found.values()}
    if event is not None:
        problems += _past(event, document, around.now)
    return EventRead(event, in_order(problems), media)


def _wrong_zone(written: EventFile, document: Document) -> Iterator[Problem]:
    known = available_timezones()
    if written.zone is not None and written.zone not in known:
        hint = did_you_mean(written.zone, known)
        example = "" if hint else f"{NBSP}; par exemple Europe/Paris ou Indian/Reunion"
        message = f"fuseau horaire inconnu {quote(written.zone)}{hint}{example}"
        yield document.problem("unknown-zone", message, ("zone",))


def _event(
    written: EventFile, document: Document, zone: ZoneInfo
) -> tuple[Event | None, tuple[Problem, ...]]:
    problems: list[Problem] = []
    times: dict[str, datetime] = {}
    for name in TIMES:
        text = getattr(written, name)
        found = moment(text, zone) if text is not None else None
        if isinstance(found, Struck):
            problems.append(document.problem("no-such-time", _why(text, found, zone), (name,)))
        elif found is not None:
            times[name] = found.astimezone(UTC)
    problems += _order(times, document)
    problems += _where(written, document)
    if problems:
        return None, tuple(problems)
    event = Event(
        id=EventId(written.id),
        title=written.title.strip(),
        starts=times["starts"],
        ends=times["ends"],
        zone=zone,
        place=written.place.strip(),
        link=written.link.strip(),
        description=Markdown(written.description.strip()),
        capacity=written.capacity,
        organiser=written.organiser.strip(),
        deadline=times.get("deadline"),
        follow_up=FlowId(written.follow_up or ""),
    )
    return event, ()


def _why(text: str, struck: Struck, zone: ZoneInfo) -> str:
    shown = [written_offset(one) for one in struck.offsets]
    match struck.fault:
        case "no_such_day":
            return f"{quote(text)} n'est pas dans le calendrier"
        case "skipped":
            return (
                f"cette heure n'existe pas à {zone.key}{NBSP}: les horloges avancent d'une heure ce jour-là, "
                "et sautent par-dessus"
            )
        case "twice":
            return (
                f"cette heure sonne deux fois à {zone.key}, le jour du retour à l'heure d'hiver{NBSP}: "
                f"ajoutez {quote(shown[0])} pour la première fois ou {quote(shown[1])} pour la seconde"
            )
        case "foreign_offset":
            return f"à {zone.key}, le décalage à cette heure est {' ou '.join(map(quote, shown))}"


def _order(times: dict[str, datetime], document: Document) -> Iterator[Problem]:
    starts, ends, deadline = (times.get(name) for name in TIMES)
    if starts and ends and ends <= starts:
        yield document.problem("ends-early", "la fin doit venir après le début", ("ends",))
    if starts and deadline and deadline > starts:
        message = "la date limite d'inscription doit venir avant le début"
        yield document.problem("deadline-late", message, ("deadline",))


def _where(written: EventFile, document: Document) -> Iterator[Problem]:
    link = written.link.strip()
    if link and not link.startswith(("https://", "http://")):
        message = (
            f"un lien commence par https://{NBSP}; une adresse où se rendre se met dans «{NBSP}place{NBSP}»"
        )
        yield document.problem("wrong-form", message, ("link",))
    if not link and not written.place.strip():
        message = (
            f"il manque le lieu{NBSP}: la clé «{NBSP}place{NBSP}», ou «{NBSP}link{NBSP}» s'il est en ligne"
        )
        yield document.problem("missing-key", message)


def _past(event: Event, document: Document, now: datetime) -> Iterator[Problem]:
    """Only warnings: the file of an event that has been stays a good file."""
    if event.starts <= now:
        message = f"cette date est passée{NBSP}: personne ne pourra s'inscrire"
        yield document.problem("past", message, ("starts",), severity="warning")
    elif event.deadline and event.deadline <= now:
        message = f"cette date est passée{NBSP}: personne ne pourra s'inscrire"
        yield document.problem("past", message, ("deadline",), severity="warning")


def _follow_up(written: EventFile, document: Document, around: Surroundings) -> Iterator[Problem]:
    if written.follow_up and around.flows is not None and written.follow_up not in around.flows:
        hint = did_you_mean(written.follow_up, around.flows)
        message = f"il n'y a pas de parcours {quote(written.follow_up)}{hint}"
        yield document.problem("unknown-name", message, ("follow_up",))
