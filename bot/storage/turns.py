"""One turn, one transaction: every effect of a decision is applied here, together with what caused it."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from bot.model.announcement import Fate
from bot.model.effects import (
    AddTask,
    AgreeRoster,
    Amend,
    Announce,
    Asked,
    Audit,
    Begin,
    CancelTimer,
    CheckIn,
    CheckOut,
    Direct,
    Edit,
    Effect,
    Entrust,
    Erase,
    Escalate,
    Export,
    ExportRoster,
    Finish,
    Forget,
    Handle,
    HandOut,
    ImportRoster,
    Invite,
    Miss,
    OpenDoor,
    Opinion,
    Problem,
    Propose,
    ProposeEntry,
    Publish,
    Rate,
    Reach,
    Register,
    Relay,
    Remember,
    RemindNow,
    ReportOn,
    Send,
    SetDigest,
    SetLanguage,
    SetPreferences,
    SetTimer,
    Settle,
    ShareContext,
    TakeRole,
    Talk,
    TellTeam,
    Unrole,
)
from bot.model.turn import Turn
from bot.model.values import StoredFile
from bot.storage import (
    announcement_desk,
    events,
    gatherings,
    history,
    misses,
    outbox,
    preferences,
    privacy,
    requests,
    roster_jobs,
    statistics,
    team,
)
from bot.storage.announcements import AlreadyAnnounced
from bot.storage.codec import clean, dump_session, to_text
from bot.storage.database import Transaction
from bot.storage.file_rows import own
from bot.storage.files import Files
from bot.storage.gatherings import Ground
from bot.storage.knowing import know
from bot.storage.outbox import Post, Priority
from bot.storage.people import Loaded
from bot.storage.saying import say
from bot.storage.scene import Scene


@dataclass(frozen=True, slots=True)
class Cause:
    """What led to a turn, and is settled in its commit."""

    heard: str | None = None
    """What the person wrote, for the history."""
    tapped: str | None = None
    """The act of the button that the person pressed; its label goes to the history."""
    tapped_at: str = ""
    """The channel's own id of the message that carries that button, if it tells."""
    inbox: int | None = None
    """Row of the inbox that is finished by this turn."""
    timer: str | None = None
    """Key of the timer that is taken by this turn; what it sends is a reminder, not a reply."""
    file: StoredFile | None = None
    """What the person handed in."""


class VersionMoved(Exception):
    """What this turn was decided on has changed since: the person's session, an event, what was announced."""


async def commit(
    tx: Transaction, files: Files, loaded: Loaded, turn: Turn, cause: Cause, *, now: datetime, keep: int
) -> None:
    """Apply a turn, or nothing of it if its cause is settled already.

    VersionMoved if it was decided on old facts. `keep`: how many messages stay in the history.
    """
    person = loaded.view.person.id
    if not await _settle(tx, loaded, cause, now=now):
        return
    if not await tx.run(
        "session_save", person=person, version=loaded.version, body=dump_session(turn.session)
    ):
        raise VersionMoved
    scene = Scene(tx, files, loaded, now, Priority.REPLY if cause.timer is None else Priority.SERVICE)
    if any(isinstance(effect, Erase) for effect in turn.effects):
        await _erase(scene, turn, cause)
        return
    await _listen(scene, cause)
    for effect in turn.effects:
        await _apply(scene, effect)
    await statistics.note_passages(tx, loaded.session, turn, today=scene.today)
    await tx.run("history_trim", person=person, keep=keep)


async def _settle(tx: Transaction, loaded: Loaded, cause: Cause, *, now: datetime) -> bool:
    """Take the inbox row and the timer; False if another turn did."""
    if cause.inbox is not None and not await tx.run("inbox_finish", id=cause.inbox):
        return False
    if cause.timer is None:
        return True
    taken = await tx.run("timer_take", person=loaded.view.person.id, key=cause.timer, now=to_text(now))
    return bool(taken)


async def _listen(scene: Scene, cause: Cause) -> None:
    """Keep what the person did."""
    tx, person = scene.tx, scene.loaded.view.person.id
    if cause.heard is not None:
        await history.heard(tx, person, cause.heard, now=scene.now)
    if cause.tapped is not None and cause.tapped_at:
        await tx.run("delivery_tap", **_tap(scene, cause))
    if cause.tapped is not None and (label := await history.label_of(tx, person, cause.tapped)):
        await history.heard(tx, person, label, now=scene.now, tapped=True)
    if cause.file is not None:
        await own(tx, person, cause.file, "received", now=scene.now)
    if cause.timer is None:
        await tx.run("person_seen", person=person, now=scene.moment)


def _tap(scene: Scene, cause: Cause) -> dict[str, object]:
    """A tap on a button of an announcement's copy, to be counted."""
    address = scene.loaded.address
    place = {"channel": address.channel, "address": address.id, "reference": cause.tapped_at}
    return {"person": scene.person, "act": clean(cause.tapped or ""), "now": scene.moment, **place}


async def _erase(scene: Scene, turn: Turn, cause: Cause) -> None:
    """Erase the person; what this turn still says goes to an address without a person."""
    who = scene.loaded.view.person
    for effect in turn.effects:
        if isinstance(effect, Register):  # the seat goes to who waits for it
            await _register(scene, effect)
    await requests.farewell(scene.tx, turn.effects, who.id, now=scene.now)
    asked = None if cause.inbox is None else (scene.loaded.address, cause.inbox)
    await privacy.erase(scene.tx, scene.files, who.id, who.association, now=scene.now, asked=asked)
    for effect in turn.effects:
        match effect:
            case Send(message) | Erase(message):
                await outbox.put(scene.tx, Post(scene.loaded.address, message, None), now=scene.now)
            case Problem():
                await _apply(scene, effect)
            case _:
                pass  # About a person who no longer exists.


async def _apply(scene: Scene, effect: Effect) -> None:
    match effect:
        case Send() | Edit() | Export() | HandOut():
            await say(scene, effect)
        case Remember() | Forget() | AddTask():
            await know(scene, effect)
        case Begin() | Finish() | Problem():
            await _note(scene, effect)
        case (
            Escalate() | TellTeam() | Relay() | Handle() | Entrust()
            | Talk() | ShareContext() | Rate() | ProposeEntry()
        ):  # fmt: skip
            await _ask_team(scene, effect)
        case Miss() | Opinion():
            await misses.learn(scene.tx, effect, today=scene.today)
        case Settle() | Propose():
            await misses.decide(scene.tx, effect, scene.person, now=scene.now)
        case Asked() | SetDigest():
            await statistics.note(scene.tx, effect, scene.person, today=scene.today, now=scene.now)
        case SetTimer() | CancelTimer():
            await _time(scene, effect)
        case Register():
            await _register(scene, effect)
        case Publish() | CheckIn() | CheckOut() | OpenDoor() | RemindNow():
            await _arrange(scene, effect)
        case Audit():
            place = scene.loaded.address.channel
            await team.audit(scene.tx, effect, scene.person, place, now=scene.now)
        case ExportRoster() | ImportRoster() | AgreeRoster():
            await _roster(scene, effect)
        case Invite() | TakeRole() | Unrole():
            for message in await team.manage(
                scene.tx, effect, scene.person, scene.loaded.address, now=scene.now
            ):
                await say(scene, Send(message))
        case SetLanguage() | SetPreferences():
            await _choose(scene, effect)
        case Announce() | Direct() | Amend() | ReportOn():
            await _announce(scene, effect)
        case Reach(reachable):
            await scene.tx.run("person_reachable", person=scene.person, reachable=reachable)
            if not reachable:
                await outbox.drop_address(scene.tx, scene.loaded.address, Fate.BLOCKED, now=scene.now)
        case Erase():
            raise AssertionError("an erasure is never one effect among others")
        case _ as unexpected:
            assert_never(unexpected)


async def _choose(scene: Scene, effect: SetLanguage | SetPreferences) -> None:
    """What the person wants from now on."""
    match effect:
        case SetLanguage(language):
            await scene.tx.run("person_language", person=scene.person, language=language)
        case SetPreferences(wanted):
            before = scene.loaded.view.preferences
            await preferences.prefer(scene.tx, scene.person, wanted, before, scene.policy, now=scene.now)
        case _ as unexpected:
            assert_never(unexpected)


async def _ask_team(scene: Scene, effect: requests.Own) -> None:
    who = scene.loaded.view.person
    try:
        await requests.apply(scene.tx, effect, who, scene.loaded.address, now=scene.now)
    except requests.RequestMoved:
        raise VersionMoved from None


async def _note(scene: Scene, effect: Begin | Finish | Problem) -> None:
    tx, person, moment = scene.tx, scene.person, scene.moment
    match effect:
        case Begin(flow):
            await tx.run("journey_begin", person=person, flow=flow, now=moment)
        case Finish(flow, outcome):
            run = {"person": person, "flow": flow, "outcome": outcome, "now": moment}
            if not await tx.run("journey_finish", **run):
                await tx.run("journey_finished", **run)
        case Problem():
            await problem(tx, effect, now=scene.now)
        case _ as unexpected:
            assert_never(unexpected)


async def problem(tx: Transaction, effect: Problem, *, now: datetime) -> None:
    """Record what went wrong, for staff."""
    await tx.run("problem_add", now=to_text(now), code=effect.code, flow=effect.flow, step=effect.step)


async def _register(scene: Scene, effect: Register) -> None:
    person = scene.loaded.view.person.id
    ground = Ground(scene.files, scene.policy, scene.now)
    taken = await events.register(scene.tx, effect, person, ground)
    if taken is events.Taken.NOT:
        raise VersionMoved
    if taken is events.Taken.ELSEWHERE and effect.unsure is not None and effect.unsure.key is not None:
        scene.instead[effect.unsure.key] = effect.unsure


async def _roster(scene: Scene, effect: ExportRoster | ImportRoster | AgreeRoster) -> None:
    person = scene.loaded.view.person.id
    said = await roster_jobs.ask(scene.tx, scene.files, effect, person, scene.loaded.address, now=scene.now)
    if said is not None:
        message, edits = said
        await say(scene, Edit(message) if edits else Send(message))


async def _arrange(scene: Scene, effect: Publish | CheckIn | CheckOut | OpenDoor | RemindNow) -> None:
    ground = Ground(scene.files, scene.policy, scene.now)
    person = scene.loaded.view.person.id
    try:
        if isinstance(effect, Publish):
            await events.publish_by(scene.tx, effect, person, ground)
        else:
            await gatherings.manage(scene.tx, effect, person, ground)
    except (events.EventMoved, gatherings.Moved):
        raise VersionMoved from None


async def _announce(scene: Scene, effect: Announce | Direct | Amend | ReportOn) -> None:
    desk = announcement_desk.Desk(scene.loaded.view.person.id, scene.now)
    try:
        told = await announcement_desk.apply(scene.tx, effect, desk)
    except AlreadyAnnounced:
        raise VersionMoved from None
    if told is not None:
        await say(scene, told)


async def _time(scene: Scene, effect: SetTimer | CancelTimer) -> None:
    match effect:
        case SetTimer(key, due):
            address = scene.loaded.address
            await scene.tx.run(
                "timer_put",
                person=scene.person,
                key=key,
                due=to_text(due),
                channel=address.channel,
                address=address.id,
            )
        case CancelTimer(key):
            await scene.tx.run("timer_drop", person=scene.person, key=key)
        case _ as unexpected:
            assert_never(unexpected)
