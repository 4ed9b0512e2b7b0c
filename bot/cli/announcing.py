"""`alliances announce`."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.operator import OperatorError, awaited, content, days, number
from bot.settings import read_settings

if TYPE_CHECKING:
    from bot.announcements import Desk, Reach
    from bot.cli.operator import Commands
    from bot.model.announcement import Plan, Translations

KINDS = ("events", "life", "resources")
RHYTHMS = {"week": "weekly", "month": "monthly"}


def add(commands: "Commands") -> None:
    """Their place on the command line."""
    announce = commands.add_parser("announce", help="send one text to many, and see how far it is")
    what = announce.add_mutually_exclusive_group(required=True)
    what.add_argument("--text", type=Path, metavar="FILE", help="light Markdown, UTF-8; may hold {name}")
    what.add_argument("--list", action="store_true", help="every announcement and how far it is")
    for order in ("pause", "resume", "cancel"):
        what.add_argument(f"--{order}", type=number, metavar="NUMBER")
    what.add_argument("--report", type=number, metavar="NUMBER", help="what came of it")
    what.add_argument("--correct", nargs=2, metavar=("NUMBER", "FILE"), help="edit every copy to a new text")
    what.add_argument("--recall", type=number, metavar="NUMBER", help="take back every copy that arrived")
    _whom(announce.add_argument_group("to whom, with --text"))
    _how(announce.add_argument_group("what and when, with --text"))
    announce.add_argument(
        "--csv", type=Path, metavar="FILE", help="with --report: every copy, for a spreadsheet"
    )
    announce.add_argument("--yes", action="store_true", help="do not ask before sending")
    announce.set_defaults(command=_announce)


def _whom(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--to", metavar="CONDITION", default="", help="only those whom it fits; else everyone")
    group.add_argument("--kind", choices=KINDS, default="life", help="what people may opt out of")
    group.add_argument("--spare-busy", action="store_true", help="not those in the middle of a journey")
    group.add_argument(
        "--spare-days", type=days, default=0, metavar="DAYS", help="not those who got one lately"
    )
    group.add_argument("--count", action="store_true", help="say how many it would go to, and stop")
    group.add_argument("--sample", action="store_true", help="name some of them, and stop")
    group.add_argument("--test", metavar="ADDRESS", help="send it to telegram:4711 alone, and stop")


def _how(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--at", metavar="2027-01-14T18:30", help="when it begins; else at once")
    group.add_argument("--every", choices=tuple(RHYTHMS), help="again every week or month, until --cancel")
    group.add_argument(
        "--attach", type=Path, action="append", default=[], metavar="FILE", help="picture, PDF …"
    )
    group.add_argument("--alt", default="", metavar="WORDS", help="what the picture shows")
    group.add_argument("--event", metavar="ID", help="its card and buttons stand below the text")
    group.add_argument("--poll", metavar="QUESTION", help="asked below the text; its answers: --answer")
    group.add_argument("--answer", action="append", default=[], metavar="WORDS")
    group.add_argument("--several", action="store_true", help="more than one answer may be given")
    group.add_argument(
        "--text-in",
        nargs=2,
        action="append",
        default=[],
        metavar=("LANGUAGE", "FILE"),
        help="for those who chose it; with --correct too",
    )
    group.add_argument("--again", action="store_true", help="send a text that was sent before")
    group.add_argument(
        "--on-unknown",
        choices=("skip", "resend"),
        default="skip",
        help="when Telegram does not say whether a copy arrived: rather none than two, or two than none",
    )


def _announce(parsed: argparse.Namespace) -> int:
    from bot.announcements import BadText, Desk
    from bot.runtime.clock import SystemClock
    from bot.storage.announcements import AlreadyAnnounced, NotPossible
    from bot.storage.errors import StorageError

    settings = read_settings()
    if parsed.csv and parsed.report is None:
        raise OperatorError("--csv goes with --report NUMBER")
    if parsed.text_in and not (parsed.text or parsed.correct):
        raise OperatorError("--text-in goes with --text FILE or --correct NUMBER FILE")
    desk = Desk(settings, content(settings), SystemClock().now())
    try:
        return _compose(parsed, desk) if parsed.text else _tend(parsed, desk)
    except AlreadyAnnounced as error:
        raise OperatorError(f"{error}; to send it once more, add --again") from None
    except (BadText, NotPossible, StorageError) as error:
        raise OperatorError(str(error)) from None


def _tend(parsed: argparse.Namespace, desk: "Desk") -> int:
    """What concerns announcements that are there."""
    from bot.announcements import give_order, overview, recall
    from bot.model.announcement import AnnouncementId, Order

    for order in Order:
        if (id := getattr(parsed, order.value)) is not None:
            state = awaited(give_order(desk, AnnouncementId(id), order))
            print(f"Announcement {id}: {state}.")
            return 0
    if parsed.list:
        print(awaited(overview(desk)))
    elif parsed.report is not None:
        _report(parsed, desk)
    elif parsed.recall is not None:
        if _sure(parsed, f"Take announcement {parsed.recall} back wherever it arrived?"):
            count = awaited(recall(desk, AnnouncementId(parsed.recall)))
            print(f"{count} copies are taken back as soon as the assistant runs.")
    else:
        _correct(parsed, desk)
    return 0


def _correct(parsed: argparse.Namespace, desk: "Desk") -> None:
    from bot.announcements import Correction, correct, lost_languages, read_text
    from bot.model.announcement import AnnouncementId

    which, file = parsed.correct
    try:
        id = AnnouncementId(number(which))
    except argparse.ArgumentTypeError:
        raise OperatorError(f"--correct {which}: the number of an announcement comes first") from None
    correction = Correction(read_text(Path(file)), _translations(parsed))
    if lost := awaited(lost_languages(desk, id, correction)):
        again = " ".join(f"--text-in {language} FILE" for language in lost)
        print(f"Who reads it in {', '.join(lost)} gets this text instead; to give their own: {again}")
    if _sure(parsed, f"{correction.text}\n\n--- Put this in the place of announcement {id}? ---"):
        count = awaited(correct(desk, id, correction))
        print(f"{count} copies are corrected as soon as the assistant runs.")


def _report(parsed: argparse.Namespace, desk: "Desk") -> None:
    from bot.announcements import told
    from bot.model.announcement import AnnouncementId

    text, listing = awaited(told(desk, AnnouncementId(parsed.report), listed=parsed.csv is not None))
    print(text)
    if parsed.csv is None:
        return
    try:
        parsed.csv.write_bytes(listing)
    except OSError as error:
        raise OperatorError(f"cannot write {parsed.csv} ({error.strerror})") from None
    print(f"{parsed.csv}: one line a copy. It holds names: keep it where only you can read it.")


def _compose(parsed: argparse.Namespace, desk: "Desk") -> int:
    from bot.announcements import begin, judge, test
    from bot.markup import plain

    plan = _plan(parsed, desk)
    if parsed.test:
        awaited(test(desk, plan, parsed.test))
        print(f"It leaves for {parsed.test} alone as soon as the assistant runs.")
        return 0
    reach = awaited(judge(desk, plan))
    if parsed.count or parsed.sample:
        print(_reached(reach, names=parsed.sample))
        return 0
    print(plain(plan.message.text, links=True))
    print(f"\n--- {_reached(reach, names=False)} ---")
    if not _sure(parsed, "Send it?"):
        print("Nothing was sent.")
        return 0
    id = awaited(begin(desk, plan))
    zone = desk.settings.timezone
    when = (
        "as soon as the assistant runs"
        if plan.starts is None
        else f"on {plan.starts.astimezone(zone):%Y-%m-%d at %H:%M} ({zone.key})"
    )
    print(f"Announcement {id} leaves {when}. How far: alliances announce --list")
    return 0


def _plan(parsed: argparse.Namespace, desk: "Desk") -> "Plan":
    from bot.announcements import attach, read_poll, read_start, read_text
    from bot.model.announcement import Audience, NewsKind, OnUnknown, Plan, Rhythm
    from bot.model.event import EventId
    from bot.model.message import Message

    if parsed.answer and not parsed.poll:
        raise OperatorError("--answer goes with --poll QUESTION")
    zone = desk.settings.timezone
    message = Message(
        read_text(parsed.text),
        attachments=awaited(attach(desk, parsed.attach, parsed.alt)) if parsed.attach else (),
        poll=read_poll(parsed.poll, parsed.answer, several=parsed.several) if parsed.poll else None,
    )
    return Plan(
        message,
        kind=NewsKind(parsed.kind),
        audience=Audience(parsed.to.strip(), parsed.spare_busy, parsed.spare_days),
        starts=read_start(parsed.at, zone, now=desk.now) if parsed.at else None,
        rhythm=Rhythm(RHYTHMS[parsed.every]) if parsed.every else Rhythm.ONCE,
        on_unknown=OnUnknown(parsed.on_unknown),
        event=EventId(parsed.event) if parsed.event else None,
        again=parsed.again,
        translations=_translations(parsed),
    )


def _translations(parsed: argparse.Namespace) -> "Translations":
    from bot.announcements import read_text

    return tuple((language, read_text(Path(file))) for language, file in parsed.text_in)


def _reached(reach: "Reach", *, names: bool) -> str:
    from bot.announcements import WHY_LEFT_OUT

    counted = reach.counted
    told = [f"To {counted.reached} people."]
    told += [f"{count} more {WHY_LEFT_OUT[why]}." for why, count in counted.left_out.items() if count]
    if names:
        told.append(f"Among them: {', '.join(reach.names) or 'nobody with a name'}.")
    return " ".join(told)


def _sure(parsed: argparse.Namespace, question: str) -> bool:
    if parsed.yes:
        return True
    if not sys.stdin.isatty():
        raise OperatorError("add --yes to send without being asked")
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes", "o", "oui")
