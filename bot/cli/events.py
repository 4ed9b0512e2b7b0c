"""`alliances event`."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.operator import OperatorError, awaited, content
from bot.settings import Settings, read_settings

if TYPE_CHECKING:
    from bot.cli.operator import Commands
    from bot.programme import Proposal


def add(commands: "Commands") -> None:
    """Their place on the command line."""
    event = commands.add_parser("event", help="announce an event from a file, change it, call it off")
    what = event.add_mutually_exclusive_group(required=True)
    what.add_argument("file", nargs="?", type=Path, metavar="FILE.yaml", help="the event, or its change")
    what.add_argument("--cancel", metavar="ID", help="call an event off and tell whom it concerns")
    what.add_argument("--list", action="store_true", help="every event and its seats")
    what.add_argument("--attendees", metavar="ID", help="who comes, who waits, who might come")
    what.add_argument("--check-in", metavar="ID", help="check in who is marked in the list that --csv wrote")
    what.add_argument("--remind", metavar="ID", help="remind those who have a seat, now")
    what.add_argument("--door", metavar="ID", help="the code that people open at the door to check in")
    what.add_argument("--report", metavar="ID", help="who came, and what they think of it")
    event.add_argument("--marked", type=Path, metavar="FILE", help="with --check-in: the list, filled in")
    event.add_argument("--csv", type=Path, metavar="FILE", help="write the attendees there")
    event.add_argument("--qr", type=Path, metavar="FILE", help="with --door: write its picture (PNG) there")
    event.add_argument("--renew", action="store_true", help="with --door: another code; the old one is void")
    event.add_argument("--yes", action="store_true", help="do not ask before publishing or reminding")
    event.set_defaults(command=_event)


def _event(parsed: argparse.Namespace) -> int:
    from bot.model.event import EventId
    from bot.programme import CannotPublish, overview, report
    from bot.storage.errors import StorageError
    from bot.storage.events import EventMoved

    settings = read_settings()
    if parsed.csv and not parsed.attendees:
        raise OperatorError("--csv goes with --attendees ID")
    if bool(parsed.check_in) != bool(parsed.marked):
        raise OperatorError("--check-in ID and --marked FILE go together")
    if (parsed.qr or parsed.renew) and not parsed.door:
        raise OperatorError("--qr FILE and --renew go with --door ID")
    try:
        if parsed.check_in:
            return _check_in(settings, parsed.check_in, parsed.marked)
        if parsed.remind:
            _remind(settings, parsed)
        elif parsed.door:
            _door(settings, parsed)
        elif parsed.report:
            print(awaited(report(settings, content(settings), EventId(parsed.report))))
        elif parsed.list:
            print(awaited(overview(settings)))
        elif parsed.attendees:
            _attendees(settings, parsed.attendees, parsed.csv)
        else:
            _change(settings, parsed)
    except (CannotPublish, EventMoved, StorageError) as error:
        raise OperatorError(str(error)) from None
    return 0


def _attendees(settings: Settings, id: str, file: Path | None) -> None:
    from bot.events.listing import as_csv, as_lines
    from bot.model.event import EventId
    from bot.programme import gathered
    from bot.runtime.clock import SystemClock

    event, found = awaited(gathered(settings, EventId(id), named_at=SystemClock().now()))
    if file is None:
        print(as_lines(event, found))
        return
    try:
        # With a mark in front by which spreadsheets know the letters.
        file.write_bytes(as_csv(event, found).encode("utf-8-sig"))
    except OSError as error:
        raise OperatorError(f"cannot write {file} ({error.strerror})") from None
    print(f"{file}: {len(found.guests)} people. It holds names: keep it where only you can read it.")


def _check_in(settings: Settings, id: str, file: Path) -> int:
    from bot.model.event import EventId
    from bot.programme import check_in
    from bot.runtime.clock import SystemClock

    added, marked = awaited(check_in(settings, content(settings), EventId(id), file, now=SystemClock().now()))
    for refused in marked.refused:
        print(f"{file}: {refused}", file=sys.stderr)
    print(f"{added} people checked in, {len(marked.people) - added} were already.")
    return 1 if marked.refused else 0


def _remind(settings: Settings, parsed: argparse.Namespace) -> None:
    from bot.model.event import EventId
    from bot.programme import remind, remindable
    from bot.runtime.clock import SystemClock

    id, now = EventId(parsed.remind), SystemClock().now()
    seen, leaves = awaited(remindable(settings, id, now=now))
    zone = seen.event.zone
    print(f"« {seen.event.title} »: a reminder for {seen.seated} people who have a seat.")
    if seen.reminded is not None:
        print(
            f"The last one was asked for on {seen.reminded.astimezone(zone):%Y-%m-%d at %H:%M} ({zone.key})."
        )
    if leaves > now:
        print(
            f"It leaves after the quiet hours, on {leaves.astimezone(zone):%Y-%m-%d at %H:%M} ({zone.key})."
        )
    if not _yes("Send it?", sure=parsed.yes):
        print("Nothing was sent.")
        return
    count = awaited(remind(settings, id, now=SystemClock().now()))
    print(f"{count} people are reminded as soon as the assistant runs.")


def _door(settings: Settings, parsed: argparse.Namespace) -> None:
    from bot.documents.qr import qr_picture
    from bot.model.event import EventId
    from bot.programme import door
    from bot.runtime.clock import SystemClock

    found = awaited(door(settings, EventId(parsed.door), anew=parsed.renew, now=SystemClock().now()))
    print(found.address)
    print(f"It is taken from {found.opens:%Y-%m-%d %H:%M} to {found.closes:%Y-%m-%d %H:%M}.")
    if parsed.qr:
        try:
            parsed.qr.write_bytes(qr_picture(found.address))
        except OSError as error:
            raise OperatorError(f"cannot write {parsed.qr} ({error.strerror})") from None
        print(f"{parsed.qr}: to be shown at the door, and nowhere else.")


def _change(settings: Settings, parsed: argparse.Namespace) -> None:
    from bot.model.event import EventId
    from bot.programme import link_to, propose, propose_end, publish
    from bot.runtime.clock import SystemClock

    home, now = content(settings), SystemClock().now()
    if parsed.cancel:
        proposal = awaited(propose_end(settings, home, EventId(parsed.cancel), now=now))
    else:
        proposal = awaited(propose(settings, home, parsed.file, now=now))
    for problem in proposal.problems:
        print(problem, file=sys.stderr)
    event = proposal.change.event
    if proposal.change.same:
        print(f"{event.id} is announced just so already. Nothing was changed.")
        return
    if not _agreed(proposal, sure=parsed.yes):
        print("Nothing was changed.")
        return
    told = awaited(publish(settings, home, proposal, now=SystemClock().now()))
    print(f"{event.id} is {event.state} (revision {event.revision}); {told} people are told.")
    link = awaited(link_to(settings, event.id))
    if link and not parsed.cancel:
        print(link)


def _agreed(proposal: "Proposal", *, sure: bool) -> bool:
    """Whether the operator wants it, once they saw it as people will."""
    change = proposal.change
    print(proposal.preview)
    print(f"\n--- {'A change' if change.before else 'New'}; {change.concerned} people are told. ---")
    return _yes("Publish it?", sure=sure)


def _yes(question: str, *, sure: bool) -> bool:
    if sure:
        return True
    if not sys.stdin.isatty():
        raise OperatorError("add --yes to do it without being asked")
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes", "o", "oui")
