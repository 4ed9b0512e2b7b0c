"""The answers of a composing flow -> an event or an announcement, or what is in the way. Pure.

The names of the parts are those of the steps `publish` and `announce`.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from bot.events.event import TIMES, Struck, moment
from bot.flows.field import Choice, Declared
from bot.flows.posts import Post, read_post, write_post
from bot.flows.typed import Bad
from bot.knowledge.text import fold
from bot.markup.escape import escape
from bot.markup.plain import plain
from bot.model.event import Event, EventId, EventSeen, EventState
from bot.model.message import AttachedFile, Markdown
from bot.model.values import FlowId, Value

Given = Mapping[str, Value]
"""Part -> answer; what was not answered is left out."""

MAX_TITLE, MAX_ID, NAMELESS = 80, 40, "rendez-vous"
MINUTES = 60.0

_HOLE = re.compile(r"\\?\{([^{}\n]{1,120}?)\\?\}")
"""A placeholder, perhaps with its braces made harmless like the rest of the text."""
_NAME = re.compile(r"[a-z_][a-z0-9_-]*(?:\.[a-z_][a-z0-9_]*)?")


def moment_of(written: Value, zone: ZoneInfo) -> datetime | None:
    """When the clocks of a zone show an answer of the type `datetime`; None if they never do.

    Of an hour that they show twice it is the first.
    """
    try:
        local = datetime.fromisoformat(str(written)).replace(tzinfo=zone)
    except ValueError:
        return None
    found = moment(f"{local:%Y-%m-%d %H:%M}", zone)
    if isinstance(found, Struck):
        return local.replace(fold=0).astimezone(UTC) if found.fault == "twice" else None
    return found.astimezone(UTC)


def zone_of(written: Value | None, declared: Declared | None, otherwise: ZoneInfo) -> ZoneInfo:
    """The time zone of an answer: its IANA name, or the one among the other words of the choice."""
    choice = next((one for one in _choices(declared) if one.id == written), None)
    words = (choice.label, *choice.also) if choice else (str(written),)
    known = available_timezones()
    return next((ZoneInfo(word) for word in words if word in known), otherwise)


def zone_by_default(before: Event | None, declared: Declared | None, usual: ZoneInfo) -> ZoneInfo:
    """The zone where no answer names one: the operator's; of an event in one that no choice has, its own."""
    if before is None or any(before.zone.key in (one.label, *one.also) for one in _choices(declared)):
        return usual
    return before.zone


def _choices(declared: Declared | None) -> Sequence[Choice]:
    return declared.choices if declared else ()


def event_of(given: Given, zone: ZoneInfo, before: EventSeen | None, id: EventId) -> Event | Bad:
    """The event that the answers make, a draft; or the phrase for what is in the way."""
    times: dict[str, datetime] = {}
    for part in TIMES:
        if part not in given:
            continue
        found = moment_of(given[part], zone)
        if found is None:
            return Bad("publish_no_such_time")
        times[part] = found
    lasts = given.get("lasts")
    if "ends" not in times and isinstance(lasts, int | float):
        times["ends"] = times["starts"] + timedelta(minutes=lasts)
    if wrong := _out_of_order(times):
        return wrong
    if not given.get("place") and not given.get("link"):
        return Bad("publish_no_place")
    capacity = given.get("capacity")
    if capacity is not None and (not isinstance(capacity, int) or capacity < 1):
        return Bad("publish_no_seat")
    picture, paper = _media(given.get("file"))
    if "file" in given and not (picture or paper):
        return Bad("publish_no_file")
    old = before.event if before else None
    if old is not None and _same(picture or paper, old.picture or old.paper):
        picture, paper = old.picture, old.paper  # the answer names one of them, and no words for it
    return Event(
        id=id,
        title=str(given["title"]),
        starts=times["starts"],
        ends=times["ends"],
        zone=zone,
        place=str(given.get("place", "")),
        link=str(given.get("link", "")),
        description=words_of(given.get("description")),
        capacity=capacity,
        organiser=str(given.get("organiser", "")),
        deadline=times.get("deadline"),
        picture=picture,
        paper=paper,
        follow_up=old.follow_up if old else FlowId(""),
        state=old.state if old else EventState.DRAFT,
        revision=old.revision if old else 0,
    )


def _out_of_order(times: Mapping[str, datetime]) -> Bad | None:
    if "starts" not in times or "ends" not in times:
        return Bad("publish_no_end")
    if times["ends"] <= times["starts"]:
        return Bad("publish_ends_early")
    if times.get("deadline", times["starts"]) > times["starts"]:
        return Bad("publish_deadline_late")
    return None


def _media(answer: Value | None) -> tuple[AttachedFile | None, AttachedFile | None]:
    """A picture is shown, any other file is to be read."""
    post = read_post(answer)
    if post is None or post.file is None:
        return None, None
    return (post.file, None) if post.file.media_type.startswith("image/") else (None, post.file)


def _same(one: AttachedFile | None, other: AttachedFile | None) -> bool:
    """Whether two files are the same bytes."""
    return one is not None and other is not None and one.sha256 == other.sha256


def words_of(answer: Value | None) -> Markdown:
    """What somebody wrote, shown literally but for the emphasis that they gave it themselves."""
    return text_of(post) if (post := read_post(answer)) else Markdown("")


def text_of(post: Post) -> Markdown:
    """The words of a post as they go out: placeholders in them are filled later."""
    return Markdown(_HOLE.sub(_hole, post.marked or escape_lines(post.text)))


def _hole(found: re.Match[str]) -> str:
    """`{prénom}` or `{name|words for others}` as copies know it; other braces stay as they are."""
    name, bar, instead = found[1].replace("\\", "").partition("|")
    return f"{{{name.strip()}{bar}{instead}}}" if _NAME.fullmatch(fold(name).strip()) else found[0]


def escape_lines(text: str) -> Markdown:
    """A text shown literally, its empty lines kept: they part its paragraphs."""
    blocks = re.split(r"\n\s*\n", text.strip())
    return Markdown("\n\n".join(escape(block) for block in blocks if block.strip()))


def new_id(title: str, starts: datetime, taken: frozenset[EventId]) -> EventId:
    """`rencontre-des-allies-2027-01-14`: never one that is taken."""
    words = re.findall(r"[a-z0-9]+", fold(title)) or [NAMELESS]
    day = starts.date().isoformat()
    for number in range(1, len(taken) + 2):
        end = day if number == 1 else f"{day}-{number}"
        most = MAX_ID - len(end) - 1
        slug = "-".join(words)[:most]
        if len("-".join(words)) > most and "-" in slug:
            slug = slug.rpartition("-")[0]
        id = EventId(f"{slug.strip('-')}-{end}")
        if id not in taken:
            return id
    raise AssertionError("more ids are free than are taken")


def given_by(event: Event) -> dict[str, Value]:
    """The parts of an event as answers: what a correction of it begins with. Its zone is the IANA name."""
    answers: dict[str, Value] = {"event": event.id, "title": event.title, "zone": event.zone.key}
    for part in TIMES:
        when: datetime | None = getattr(event, part)
        if when is not None:
            answers[part] = event.local(when).replace(tzinfo=None).isoformat(timespec="minutes")
    lasting = (event.ends - event.starts).total_seconds() / MINUTES
    answers["lasts"] = int(lasting) if lasting.is_integer() else lasting
    for part in ("place", "link", "organiser"):
        if text := getattr(event, part):
            answers[part] = text
    if event.description:
        answers["description"] = write_post(Post(plain(event.description), event.description))
    if file := event.picture or event.paper:
        answers["file"] = write_post(Post(file=file))
    if event.capacity is not None:
        answers["capacity"] = event.capacity
    return answers
