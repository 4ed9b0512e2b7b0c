"""How far an announcement is, as staff see it: the card while it runs, the report afterwards. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from bot.documents.sheet import MEDIA_TYPE, write_rows
from bot.events.announcement import ORDERS, right_for
from bot.events.card import write_hour
from bot.flows.french import NBSP, shorten, write_date, write_number
from bot.flows.phrases import Phrases
from bot.flows.template import Rich
from bot.markup import plain
from bot.model.announcement import (
    Announcement,
    AnnouncementId,
    AnnouncementSeen,
    CopyLine,
    Fate,
    Order,
    Rhythm,
    State,
    Sweep,
    Tally,
)
from bot.model.effects import NewFile
from bot.model.message import Markdown, Message, Option
from bot.model.rights import Right
from bot.model.turn import Policy

BAR = 12
"""Blocks of the progress bar: what a phone shows on one line."""

HEAD = 60
"""Characters of the text by which staff know an announcement again."""

UNSENT = frozenset({Fate.BLOCKED, Fate.REFUSED, Fate.UNKNOWN})
"""Fates that have a reason."""

REASONS: tuple[tuple[str, str], ...] = (
    ("blocked by the user", "reason_blocked"),
    ("deactivated", "reason_gone"),
    ("chat not found", "reason_gone"),
    ("user not found", "reason_gone"),
    ("peer_id_invalid", "reason_gone"),
    ("kicked", "reason_kicked"),
    ("not a member", "reason_kicked"),
    ("not enough rights", "reason_closed"),
    ("no rights", "reason_closed"),
    ("restricted", "reason_closed"),
    ("message to copy not found", "reason_post_gone"),
    ("too long", "reason_too_long"),
    ("can't parse", "reason_text"),
    ("message text is empty", "reason_text"),
    ("poll", "reason_poll"),
    ("file", "reason_file"),
    ("photo", "reason_file"),
    ("can't be edited", "reason_uneditable"),
    ("can't be deleted", "reason_uneditable"),
    ("to edit not found", "reason_uneditable"),
    ("audience", "reason_audience"),
    ("the event is over", "reason_event_over"),
    ("restored from a backup", "reason_restored"),
    ("did not answer", "reason_unknown"),
    ("timed", "reason_unknown"),
)
"""Part of what a channel says, in lower case -> the phrase that says it to staff. The first that fits."""

OTHER = "reason_other"
BLOCKED = "reason_blocked"

WORDS = (
    *(f"column_{name}" for name in ("name", "fate", "reason", "at", "clicks", "place", "vote")),
    *(fate.value for fate in Fate),
    *(f"place_{name}" for name in ("seated", "waiting", "maybe", "declined")),
    *dict.fromkeys(phrase for _, phrase in REASONS),
    OTHER,
)
"""What the list of a report says, each the phrase `report_…`, reasons by their own name."""


def card_key(id: AnnouncementId) -> str:
    """The name under which the card is found again to be edited."""
    return f"announcement.{id}"


def reason_phrase(reason: str) -> str:
    """The phrase that says a channel's reason to staff."""
    said = reason.lower()
    return next((phrase for part, phrase in REASONS if part in said), OTHER)


def reason_of(reason: str, words: Mapping[str, str]) -> str:
    """A channel's reason in these words."""
    return words[reason_phrase(reason)] if reason else ""


def words_of(phrases: Phrases) -> Mapping[str, str]:
    """The words of the list of a report."""
    return {name: phrases.label(name if name.startswith("reason_") else f"report_{name}") for name in WORDS}


def head(one: Announcement) -> str:
    """The first words of an announcement, plain."""
    said = plain(one.message.text, links=False).strip()
    if not said and one.message.poll is not None:
        said = one.message.poll.question
    return shorten(said.split("\n", 1)[0], HEAD) or f"#{one.id}"


def progress_card(seen: AnnouncementSeen, phrases: Phrases, policy: Policy) -> Message:
    """One message that is edited in place: state, progress bar, figures, what can be done about it."""
    one, tally = seen.announcement, seen.tally
    parts = [
        phrases.say(f"announcement_{one.state}", head=head(one)),
        *_when(one, phrases, policy),
        *_bar(one, tally, phrases),
        *(_figures(tally, phrases, ended=one.ended is not None) if one.began else ()),
        *_trouble(one, phrases),
        *_sweep(one, tally, phrases),
    ]
    options = tuple(_options(one, tally, phrases))
    return Message(Markdown("\n\n".join(parts)), options, key=card_key(one.id))


def report(seen: AnnouncementSeen, phrases: Phrases, policy: Policy) -> Message:
    """What came of an announcement: counts, reasons, what people did. What can be done about it stands on its
    card alone.
    """
    one, tally = seen.announcement, seen.tally
    parts = [
        phrases.say("report_title", head=head(one)),
        *_figures(tally, phrases, ended=True),
        *_reasons(tally, phrases),
        *_echo(seen, phrases),
        *_sweep(one, tally, phrases),
    ]
    return Message(Markdown("\n\n".join(parts)), (option("show", one.id, phrases),))


def chart(seen: AnnouncementSeen, phrases: Phrases) -> NewFile | None:
    """The figures of a report as a picture; None where nothing can draw it."""
    rows = [
        (phrases.label(f"report_{fate}"), count) for fate in Fate if (count := seen.tally.fates.get(fate, 0))
    ]
    try:
        from bot.documents.charts import bar_chart
    except ImportError:
        return None
    if not rows:
        return None
    title = phrases.label("report_chart")
    said = " ; ".join(f"{label}{NBSP}: {write_number(count)}" for label, count in rows)
    return NewFile(f"annonce_{seen.announcement.id}.png", "image/png", bar_chart(title, rows), said)


def listing_name(one: Announcement, policy: Policy) -> str:
    """File name of the list of copies, which sorts by day."""
    day = (one.began or one.created).astimezone(policy.timezone).date().isoformat()
    return f"{day}_annonce_{one.id}.csv"


def progress_bar(done: int, total: int) -> str:
    """Blocks, as many filled as its part is done: one from the start on, all of them at the end alone."""
    filled = max(1, min(BAR, done * BAR // total)) if done > 0 and total else 0
    return "▓" * filled + "░" * (BAR - filled)


def _when(one: Announcement, phrases: Phrases, policy: Policy) -> Iterator[Markdown]:
    moment = one.starts if one.began is None else one.began
    local = moment.astimezone(policy.timezone)
    day, hour = write_date(local.date(), phrases.calendar), write_hour(local)
    if one.state is State.PLANNED:
        yield phrases.say("announcement_starts", day=day, hour=hour)
    elif one.began is not None:
        yield phrases.say("announcement_began", day=day, hour=hour)
    if one.plan.rhythm is not Rhythm.ONCE and one.state is not State.CANCELLED:
        yield phrases.say(f"announcement_{one.plan.rhythm}")


def _bar(one: Announcement, tally: Tally, phrases: Phrases) -> Iterator[Markdown]:
    if one.state not in (State.RUNNING, State.PAUSED):
        return
    done = tally.people - tally.left
    share = 100 * done // tally.people if tally.people else 0
    bar = Rich(Markdown(progress_bar(done, tally.people)))
    yield phrases.say("announcement_progress", bar=bar, percent=share)


def _figures(tally: Tally, phrases: Phrases, *, ended: bool) -> Iterator[Markdown]:
    count = tally.fates.get
    failed = count(Fate.REFUSED, 0) + count(Fate.UNKNOWN, 0)
    lines = [phrases.say("figure_sent", count=count(Fate.SENT, 0) + count(Fate.RECALLED, 0))]
    if blocked := count(Fate.BLOCKED, 0):
        lines.append(phrases.say("figure_blocked", count=blocked))
    if failed:
        lines.append(phrases.say("figure_failed", count=failed))
    if dropped := count(Fate.DROPPED, 0):
        lines.append(phrases.say("figure_dropped", count=dropped))
    if later := count(Fate.LATER, 0):
        lines.append(phrases.say("figure_later", count=later))
    if not ended:
        lines.append(phrases.say("figure_left", count=tally.left))
    yield Markdown("\n".join(f"- {line}" for line in lines))


def _trouble(one: Announcement, phrases: Phrases) -> Iterator[Markdown]:
    if one.reason:
        said = "announcement_stopped" if one.ended is None else "announcement_pointless"
        yield phrases.say(said, reason=phrases.label(reason_phrase(one.reason)))


def _reasons(tally: Tally, phrases: Phrases) -> Iterator[Markdown]:
    """Why copies did not arrive, the same reasons put together."""
    counts: dict[str, int] = {}
    for reason, count in tally.reasons.items():
        name = reason_phrase(reason) if reason else BLOCKED
        counts[name] = counts.get(name, 0) + count
    if counts:
        lines = [
            phrases.say("report_reason", reason=phrases.label(name), count=count)
            for name, count in sorted(counts.items(), key=lambda pair: -pair[1])
        ]
        yield Markdown("\n".join([phrases.say("report_reasons"), "", *(f"- {line}" for line in lines)]))


def _echo(seen: AnnouncementSeen, phrases: Phrases) -> Iterator[Markdown]:
    """What people did with it."""
    one, tally = seen.announcement, seen.tally
    lines: list[Markdown] = []
    if tally.tappers:
        lines.append(phrases.say("report_tappers", count=tally.tappers))
    if one.plan.event is not None and right_for(one.plan) is Right.ANNOUNCE:  # the others had registered
        lines.append(phrases.say("report_registered", count=tally.registered))
    if lines:
        yield Markdown("\n".join([phrases.say("report_echo"), "", *(f"- {line}" for line in lines)]))
    if (poll := one.message.poll) is not None:
        answers = [
            phrases.say("report_vote", answer=answer, count=tally.votes.get(number, 0))
            for number, answer in enumerate(poll.options)
        ]
        said = phrases.say("report_votes", count=tally.voters)
        yield Markdown("\n".join([said, "", *(f"- {line}" for line in answers)]))


def _sweep(one: Announcement, tally: Tally, phrases: Phrases) -> Iterator[Markdown]:
    if one.sweep is Sweep.NONE or one.began is None:
        return
    lines = [phrases.say(f"sweep_{one.sweep}", count=tally.swept)]
    if tally.unswept:
        lines.append(phrases.say("sweep_failed", count=tally.unswept))
    if tally.stale:
        lines.append(phrases.say("sweep_left", count=tally.stale))
    yield Markdown("\n".join(f"- {line}" for line in lines))


def _options(one: Announcement, tally: Tally, phrases: Phrases) -> Iterator[Option]:
    for order in ORDERS[one.state]:
        yield option(order, one.id, phrases)
    if one.began is not None and (one.ended is not None or one.state is State.PAUSED):
        yield option("report", one.id, phrases)
    yield from _afterwards(one, tally, phrases)


def _afterwards(one: Announcement, tally: Tally, phrases: Phrases) -> Iterator[Option]:
    """Correcting and taking back, where there is still something to correct."""
    if one.began is None or one.sweep is Sweep.RECALL or not tally.fates.get(Fate.SENT, 0):
        return
    if correctable(one):
        yield option("correct", one.id, phrases)
    yield option("recall", one.id, phrases)


def correctable(one: Announcement) -> bool:
    """Whether there is a text to correct: a poll cannot be changed once somebody may have answered it."""
    return one.message.poll is None or bool(one.message.text)


def option(what: Order | str, id: AnnouncementId, phrases: Phrases) -> Option:
    """A button about an announcement."""
    act = f"news-{what}.{id}"
    return Option(act, phrases.label(f"button_announcement_{str(what).replace('-', '_')}"), act)


def listing_file(name: str, lines: Sequence[CopyLine], words: Mapping[str, str], zone: ZoneInfo) -> NewFile:
    """The list of a report, as a spreadsheet opens it; `words` say what columns, fates and reasons are
    called.
    """
    columns = ("name", "fate", "reason", "at", "clicks", "place", "vote")
    rows = [[words[f"column_{column}"] for column in columns]]
    for line in lines:
        rows.append(
            [
                line.name,
                words[line.fate.value],
                reason_of(line.reason, words) if line.fate in UNSENT else "",
                f"{line.at.astimezone(zone):%Y-%m-%d %H:%M}" if line.at else "",
                str(len(line.clicks)),
                words.get(f"place_{line.place}", ""),
                ", ".join(line.vote),
            ]
        )
    return NewFile(name, MEDIA_TYPE, write_rows(rows, first=True))
