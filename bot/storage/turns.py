"""One turn, one transaction: every effect of a decision is applied here, together with what caused it."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import assert_never

from bot.events.news import with_own_hours
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
    NewFile,
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
from bot.model.message import AttachedFile, Message
from bot.model.preferences import Preferences
from bot.model.turn import Policy, Turn
from bot.model.values import FieldRef, Owner, StoredFile
from bot.model.who import AssociationId
from bot.storage import (
    announcements,
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
from bot.storage.codec import clean, dump_session, dump_value, to_text
from bot.storage.database import Transaction
from bot.storage.files import Files
from bot.storage.gatherings import Ground
from bot.storage.outbox import Post, Priority
from bot.storage.people import Loaded
from bot.storage.tallies import listing_file


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
    """What this turn was decided on has changed since: the person's session, or an event."""


@dataclass(slots=True)
class _Scene:
    """What applying an effect needs."""

    tx: Transaction
    files: Files
    loaded: Loaded
    now: datetime
    priority: Priority
    association: AssociationId | None = field(init=False)
    instead: dict[str, Message] = field(default_factory=dict)
    """Key -> what is said under it, where others were faster than what was decided."""

    def __post_init__(self) -> None:
        self.association = self.loaded.view.person.association

    @property
    def person(self) -> int:
        return self.loaded.view.person.id

    @property
    def moment(self) -> str:
        return to_text(self.now)

    @property
    def policy(self) -> Policy:
        """The operator's, for what concerns others: without the hours that this person chose."""
        return with_own_hours(self.loaded.view.policy, Preferences())


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
    scene = _Scene(tx, files, loaded, now, Priority.REPLY if cause.timer is None else Priority.SERVICE)
    if any(isinstance(effect, Erase) for effect in turn.effects):
        await _erase(scene, turn, cause)
        return
    await _listen(scene, cause)
    for effect in turn.effects:
        await _apply(scene, effect)
    await statistics.note_passages(tx, loaded.session, turn, now=now)
    await tx.run("history_trim", person=person, keep=keep)


async def _settle(tx: Transaction, loaded: Loaded, cause: Cause, *, now: datetime) -> bool:
    """Take the inbox row and the timer; False if another turn did."""
    if cause.inbox is not None and not await tx.run("inbox_finish", id=cause.inbox):
        return False
    if cause.timer is None:
        return True
    taken = await tx.run("timer_take", person=loaded.view.person.id, key=cause.timer, now=to_text(now))
    return bool(taken)


async def _listen(scene: _Scene, cause: Cause) -> None:
    """Keep what the person did."""
    tx, person = scene.tx, scene.loaded.view.person.id
    if cause.heard is not None:
        await history.heard(tx, person, cause.heard, now=scene.now)
    if cause.tapped is not None and cause.tapped_at:
        await tx.run("delivery_tap", **_tap(scene, cause))
    if cause.tapped is not None and (label := await history.label_of(tx, person, cause.tapped)):
        await history.heard(tx, person, label, now=scene.now, tapped=True)
    if cause.file is not None:
        await _own(scene, cause.file, "received")
    if cause.timer is None:
        await tx.run("person_seen", person=person, now=scene.moment)


def _tap(scene: _Scene, cause: Cause) -> dict[str, object]:
    """A tap on a button of an announcement's copy, to be counted."""
    address = scene.loaded.address
    place = {"channel": address.channel, "address": address.id, "reference": cause.tapped_at}
    return {"person": scene.person, "act": clean(cause.tapped or ""), "now": scene.moment, **place}


async def _erase(scene: _Scene, turn: Turn, cause: Cause) -> None:
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


async def _apply(scene: _Scene, effect: Effect) -> None:
    match effect:
        case Send() | Edit() | Export() | HandOut():
            await _say(scene, effect)
        case Remember() | Forget() | AddTask():
            await _know(scene, effect)
        case Begin() | Finish() | Problem():
            await _note(scene, effect)
        case Escalate() | TellTeam() | Relay() | Handle() | Talk() | ShareContext() | Rate() | ProposeEntry():
            await _ask_team(scene, effect)
        case Miss() | Opinion():
            await misses.learn(scene.tx, effect, now=scene.now)
        case Settle() | Propose():
            await misses.decide(scene.tx, effect, scene.person, now=scene.now)
        case Asked() | SetDigest():
            await statistics.note(scene.tx, effect, scene.person, now=scene.now)
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
                await _say(scene, Send(message))
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


async def _choose(scene: _Scene, effect: SetLanguage | SetPreferences) -> None:
    """What the person wants from now on."""
    match effect:
        case SetLanguage(language):
            await scene.tx.run("person_language", person=scene.person, language=language)
        case SetPreferences(wanted):
            before = scene.loaded.view.preferences
            await preferences.prefer(scene.tx, scene.person, wanted, before, scene.policy, now=scene.now)
        case _ as unexpected:
            assert_never(unexpected)


async def _say(scene: _Scene, effect: Send | Edit | Export | HandOut) -> None:
    match effect:
        case Edit(message) if message.key is not None:
            message = scene.instead.get(message.key, message)
            address = scene.loaded.address
            await history.edited(scene.tx, scene.loaded.view.person.id, address, message, now=scene.now)
            await _post(scene, message, edits=True)
        case Send(message) | Edit(message):
            message = scene.instead.get(message.key or "", message)
            if not isinstance(effect, Send) or effect.kept:
                await history.said(scene.tx, scene.loaded.view.person.id, message, now=scene.now)
            await _post(scene, message)
        case Export(message, name):
            await _say(scene, Send(await _with_export(scene, message, name)))
        case HandOut(message, files):
            attached = [await _kept(scene, file) for file in files]
            await _say(scene, Send(replace(message, attachments=(*message.attachments, *attached))))
        case _ as unexpected:
            assert_never(unexpected)


async def _post(scene: _Scene, message: Message, *, edits: bool = False) -> None:
    person = scene.loaded.view.person.id
    await outbox.put(
        scene.tx, Post(scene.loaded.address, message, person, scene.priority, edits), now=scene.now
    )
    if scene.priority is Priority.REPLY:
        await gatherings.looked(scene.tx, person, scene.loaded.address, message.key, now=scene.now)


async def _with_export(scene: _Scene, message: Message, name: str) -> Message:
    data = await privacy.export(scene.tx, scene.loaded.view.person.id)
    sha256 = scene.files.keep_now(data)
    await _own(scene, StoredFile(sha256, name, "application/json", len(data)), "export")
    return replace(
        message, attachments=(*message.attachments, AttachedFile(name, "application/json", sha256))
    )


async def _kept(scene: _Scene, file: NewFile) -> AttachedFile:
    """A file made in this turn, kept like an export: until it has surely been fetched."""
    sha256 = scene.files.keep_now(file.content)
    await _own(scene, StoredFile(sha256, file.name, file.media_type, len(file.content)), "export")
    return AttachedFile(file.name, file.media_type, sha256, file.alternative)


async def _own(scene: _Scene, file: StoredFile, origin: str) -> None:
    await scene.tx.run(
        "file_put",
        sha256=file.sha256,
        person=scene.person,
        origin=origin,
        name=clean(file.name),
        media_type=clean(file.media_type),
        size=file.size,
        now=scene.moment,
    )


async def _know(scene: _Scene, effect: Remember | Forget | AddTask) -> None:
    match effect:
        case Remember(ref, value, erase_after, personal):
            await scene.tx.run(
                "answer_put",
                **await _place(scene, ref),
                value=dump_value(value),
                personal=personal,
                given_by=scene.person,
                now=scene.moment,
                erase_after=None if erase_after is None else to_text(erase_after),
            )
        case Forget(ref):
            if ref.owner is Owner.PERSON or scene.association is not None:
                await scene.tx.run("answer_drop", **await _place(scene, ref))
        case AddTask(task):
            place = {"owner": task.owner.value, "owner_id": await _owner_id(scene, task.owner), "id": task.id}
            due = None if task.due is None else to_text(task.due)
            if task.done:
                await scene.tx.run("task_done", **place)
            else:
                await scene.tx.run("task_put", **place, title=clean(task.title), due=due, done=False)
        case _ as unexpected:
            assert_never(unexpected)


async def _place(scene: _Scene, ref: FieldRef) -> dict[str, object]:
    owner_id = await _owner_id(scene, ref.owner)
    return {
        "owner": ref.owner.value,
        "owner_id": owner_id,
        "flow": ref.flow,
        "run": ref.run,
        "name": ref.name,
    }


async def _owner_id(scene: _Scene, owner: Owner) -> int:
    """Id of the person or of their association, which exists from its first answer or task."""
    if owner is Owner.PERSON:
        return scene.person
    if scene.association is None:
        made = await scene.tx.one("association_add", now=scene.moment)
        assert made is not None
        scene.association = AssociationId(made["id"])
        await scene.tx.run("person_join", person=scene.person, association=scene.association)
    return scene.association


async def _ask_team(scene: _Scene, effect: requests.Own) -> None:
    who = scene.loaded.view.person
    try:
        await requests.apply(scene.tx, effect, who, scene.loaded.address, now=scene.now)
    except requests.RequestMoved:
        raise VersionMoved from None


async def _note(scene: _Scene, effect: Begin | Finish | Problem) -> None:
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


async def _register(scene: _Scene, effect: Register) -> None:
    person = scene.loaded.view.person.id
    ground = Ground(scene.files, scene.policy, scene.now)
    taken = await events.register(scene.tx, effect, person, ground)
    if taken is events.Taken.NOT:
        raise VersionMoved
    if taken is events.Taken.ELSEWHERE and effect.unsure is not None and effect.unsure.key is not None:
        scene.instead[effect.unsure.key] = effect.unsure


async def _roster(scene: _Scene, effect: ExportRoster | ImportRoster | AgreeRoster) -> None:
    person = scene.loaded.view.person.id
    said = await roster_jobs.ask(scene.tx, scene.files, effect, person, scene.loaded.address, now=scene.now)
    if said is not None:
        message, edits = said
        await _say(scene, Edit(message) if edits else Send(message))


async def _arrange(scene: _Scene, effect: Publish | CheckIn | CheckOut | OpenDoor | RemindNow) -> None:
    ground = Ground(scene.files, scene.policy, scene.now)
    person = scene.loaded.view.person.id
    try:
        if isinstance(effect, Publish):
            await events.publish_by(scene.tx, effect, person, ground)
        else:
            await gatherings.manage(scene.tx, effect, person, ground)
    except (events.EventMoved, gatherings.Moved):
        raise VersionMoved from None


async def _announce(scene: _Scene, effect: Announce | Direct | Amend | ReportOn) -> None:
    desk = announcements.Desk(scene.loaded.view.person.id, scene.now)
    if isinstance(effect, ReportOn):
        lines = await announcements.listed(scene.tx, effect, desk)
        listing = listing_file(effect.listing, lines, effect.words, scene.loaded.view.policy.timezone)
        await _say(scene, HandOut(effect.message, (*effect.files, listing)))
        return
    said = await announcements.apply(scene.tx, effect, desk)
    if said is not None:
        await _say(scene, Send(said))


async def _time(scene: _Scene, effect: SetTimer | CancelTimer) -> None:
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
