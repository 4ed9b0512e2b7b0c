"""What somebody made up: button data (F25), payloads of links (F26), commands and buttons of staff (F27).

Payloads carry no signature: only ids of the content open something, which anybody may open.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any

import httpx
import pytest
import pytest_asyncio

from bot.dialogue.commands import STAFF_COMMANDS
from bot.dialogue.library import Library
from bot.flows.phrases import Phrases
from bot.model.values import ArticleId
from tests.journeys.drivers import tidy
from tests.journeys.program import PATIENCE
from tests.journeys.test_group import BOT, NAME, UNKNOWN, Room, room
from tests.telegram_api import Person
from tests.telegram_api.world import Message

ENTRY, FLOW = "difference-alliance-partenariat", "faire-connaissance"
STAFF = range(4712001, 4712041)
"""Ids of staff: one for each attempt, for answers in one chat leave at one a second."""
ANONYMOUS_ADMIN, TELEGRAM_ITSELF, CHANNEL_BOT = 1087968824, 777000, 136817688
STATE = ("answer", "journey", "session", "task", "timer", "request", "miss", "proposal", "opinion", "file")
"""Tables of what people did and told."""

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Room]:
    """The program, in a private chat with everybody, and in a group where it is sent all that is said."""
    async with room(tmp_path_factory.mktemp("forgery"), more={"staff": ", ".join(map(str, STAFF))}) as here:
        yield here


def state(here: Room) -> dict[str, Sequence[tuple[object, ...]]]:
    """All that is kept of people, but for what was said to them."""
    return {table: here.query(f"SELECT * FROM {table}") for table in STATE}


async def settled(here: Room) -> None:
    """Everything that was sent has been worked off, and what it led to has been said."""
    await here.api.quiet(idle=0.05, timeout=PATIENCE)
    async with asyncio.timeout(PATIENCE):
        while here.query("SELECT id FROM inbox WHERE state = 'waiting' UNION ALL SELECT id FROM outbox"):
            await asyncio.sleep(0.02)
    await here.api.quiet(idle=0.05, timeout=PATIENCE)


async def heard(here: Room, person: Person) -> str:
    """All that the bot said to a person until it was quiet."""
    await settled(here)
    return tidy(" ".join(one.text for one in person.missed()))


async def dropped(here: Room) -> int:
    """How many buttons were counted as forged so far."""
    async with httpx.AsyncClient(base_url=here.url) as client:
        told = (await client.get("/metrics")).text
    found = re.search(r'alliances_skipped_updates_total\{reason="forged"\} (\d+)', told)
    return int(found[1]) if found else 0


def data_of(message: Message, label: str) -> str:
    """What a button sends."""
    button = message.keyboard.find(label) if message.keyboard else None
    assert button is not None and button.data is not None, (label, message.labels)
    return button.data


async def in_a_journey(here: Room, person: Person) -> Message:
    """Lead a person to the first question of a journey; its message."""
    await person.says("/profil")
    assert "Quel est votre rôle" in await heard(here, person)
    return person.chat.last


FORGED: dict[str, Callable[[str, str], str]] = {
    "without signature": lambda own, foreign: own.rpartition("|")[0],
    "with an empty signature": lambda own, foreign: f"{own.rpartition('|')[0]}|",
    "with a guessed signature": lambda own, foreign: f"{own.rpartition('|')[0]}|AAAAAAAA",
    "another act under the same signature": lambda own, foreign: f"do.erase-yes|{own.rpartition('|')[2]}",
    "cut off": lambda own, foreign: own[:-1],
    "of another person": lambda own, foreign: foreign,
    "64 bytes of binary": lambda own, foreign: bytes(range(64)).decode("latin-1"),
    "64 bytes of NUL": lambda own, foreign: "\x00" * 64,
    "half a surrogate pair": lambda own, foreign: f"\ud800{own}",
    "longer than any button": lambda own, foreign: own * 100,
    "nothing": lambda own, foreign: "",
    "like a path": lambda own, foreign: "../../secret|../secre",
    "like SQL": lambda own, foreign: "'; DROP TABLE answer; --|AAAAAAAA",
}


async def test_f25_a_forged_button_stops_its_clock_is_counted_and_does_nothing_else(here: Room) -> None:
    camille, bruno = here.api.person(4720001), here.api.person(4720002, first_name="Bruno")
    question, other = await in_a_journey(here, camille), await in_a_journey(here, bruno)
    own, foreign = data_of(question, "Bénévole"), data_of(other, "Bénévole")
    assert own != foreign
    before, counted = state(here), await dropped(here)
    taps = [await camille.sends_tap(forge(own, foreign), message=question) for forge in FORGED.values()]
    assert await heard(here, camille) == ""
    assert state(here) == before
    assert await dropped(here) == counted + len(FORGED)
    assert [name for name, tap in zip(FORGED, taps, strict=True) if tap.answer is None] == []
    # What was not forged still counts.
    await camille.taps("Bénévole")
    assert await heard(here, camille) != ""
    assert state(here)["answer"] != before["answer"]


async def test_f25_who_forges_without_end_is_not_even_answered_by_a_stopped_clock(here: Room) -> None:
    mallory = here.api.person(4720003, first_name="Mallory")
    await mallory.starts()
    await settled(here)
    taps = [
        await mallory.sends_tap(f"do.menu|{number:08}", message=mallory.chat.last) for number in range(60)
    ]
    await settled(here)
    assert 15 <= sum(tap.answer is not None for tap in taps) <= 40


async def test_f25_a_stale_and_a_replayed_button_are_refused_kindly(here: Room) -> None:
    camille = here.api.person(4720004)
    question = await in_a_journey(here, camille)
    chosen, passed_over = data_of(question, "Bénévole"), data_of(question, "Je découvre une association")
    await camille.sends_tap(chosen, message=question)
    assert await heard(here, camille) != ""
    answered = {table: rows for table, rows in state(here).items() if table != "session"}
    replayed = [await camille.sends_tap(chosen, message=question) for _ in range(2)]  # at once: passed over
    assert await heard(here, camille) == ""
    stale = await camille.sends_tap(passed_over, message=question)
    assert "Ce bouton vient d'un message plus ancien" in await heard(here, camille)
    question.deleted = True
    gone = await camille.sends_tap(chosen, message=question)
    assert "Ce bouton vient d'un message plus ancien" in await heard(here, camille)
    assert {table: rows for table, rows in state(here).items() if table != "session"} == answered
    assert all(tap.answer is not None for tap in (*replayed, stale, gone))


GREETING = "Je suis un assistant automatique"
NOWHERE = "Ce lien ne mène plus nulle part"
PAYLOADS = {
    f"q_{ENTRY}": None,
    FLOW: "1 sur",
    f"q_{ENTRY}x": NOWHERE,
    f"Q_{ENTRY}": NOWHERE,
    f"q_q_{ENTRY}": NOWHERE,
    f"q_{FLOW}": NOWHERE,
    "q_": NOWHERE,
    "a" * 64: NOWHERE,
    "questions": NOWHERE,
    "do-menu": NOWHERE,
    "a" * 65: GREETING,
    "q_../../secret": GREETING,
    "../../../etc/passwd": GREETING,
    f"q_{ENTRY} {FLOW}": GREETING,
    f"q_{ENTRY}\x00": GREETING,
    "é": GREETING,
    "{person.name}": GREETING,
    "'; DROP TABLE answer; --": GREETING,
    "<b>x</b>": GREETING,
}
"""What follows `/start` -> what is read then; None: the entry. A link carries 64 of `A-Za-z0-9_-` at most."""


async def test_f26_a_payload_opens_an_entry_or_a_journey_and_nothing_else(
    here: Room, library: Library
) -> None:
    question = tidy(library.shelf.articles[ArticleId(ENTRY)].question)
    people = [here.api.person(4730000 + number) for number in range(len(PAYLOADS))]
    begun = len(here.query("SELECT * FROM journey"))
    for person, payload in zip(people, PAYLOADS, strict=True):
        await person.starts(payload)
    await settled(here)
    for person, (payload, words) in zip(people, PAYLOADS.items(), strict=True):
        said = tidy(" ".join(one.text for one in person.missed()))
        assert (words or question) in said, payload
        assert (GREETING in said) is (words in (GREETING, NOWHERE)), payload
        assert (question in said) is (words is None), payload
    assert len(here.query("SELECT * FROM journey")) == begun + 1


async def test_f26_a_link_opened_again_goes_on_where_the_person_was(here: Room) -> None:
    camille = here.api.person(4731001)
    await camille.starts(FLOW)
    await camille.says("bénévole")
    assert "2 sur 7" in await heard(here, camille)
    begun = here.query("SELECT * FROM journey"), here.query("SELECT * FROM answer")
    await camille.starts(FLOW)
    await camille.starts(FLOW)
    assert (await heard(here, camille)).count("On reprend où vous étiez") == 2
    assert (here.query("SELECT * FROM journey"), here.query("SELECT * FROM answer")) == begun


Attempt = Callable[[Room, Person, str], Awaitable[object]]
"""Somebody tries to have a command of staff obeyed: room, the member of staff, the command."""


def said_in_private(**extra: Any) -> Attempt:
    """Staff's own chat, but not their own words there and now."""

    async def attempt(here: Room, claire: Person, command: str) -> object:
        return await claire.says(command, **extra)

    return attempt


def said_in_group(form: str, **extra: Any) -> Attempt:
    """Staff in a group, where everybody would read it."""

    async def attempt(here: Room, claire: Person, command: str) -> object:
        return await claire.says(form.format(command=command), chat=here.group.chat, **extra)

    return attempt


def said_by(id: int, *, chat: bool = False, **about: Any) -> Attempt:
    """Somebody else, in private or in the group."""

    async def attempt(here: Room, claire: Person, command: str) -> object:
        other = here.api.person(id, **about)
        if not chat:
            return await other.says(command)
        return await other.says(f"{command}@{BOT}", chat=here.group.chat, sender_chat=here.group.chat.json())

    return attempt


def raw(kind: str, change: Callable[[Person], Mapping[str, Any]] = lambda claire: {}) -> Attempt:
    """An update as Telegram would not send it, or of a kind that nobody asked for."""

    async def attempt(here: Room, claire: Person, command: str) -> object:
        message = {
            "message_id": 999_999,
            "date": int(here.api.clock.now()),
            "chat": claire.chat.json(),
            "from": claire.user.json(),
            "text": command,
        }
        return here.api.updates.put_raw({kind: {**message, **change(claire)}})

    return attempt


async def answered_by_quoting(here: Room, claire: Person, command: str) -> object:
    """Somebody answers with what staff wrote, quoted below their own words."""
    camille = here.api.person(4740009, first_name="Camille")
    theirs = {
        "message_id": 1,
        "date": 1,
        "chat": claire.chat.json(),
        "from": claire.user.json(),
        "text": command,
    }
    quote = {"text": command, "position": 0, "is_manual": True}
    return await camille.says(
        "merci", reply_to_message=theirs, quote=quote, external_reply={"origin": theirs}
    )


async def answered_in_the_group(here: Room, claire: Person, command: str) -> object:
    """Staff answers a message of ours in the group with a command."""
    await claire.says(f"{NAME} {UNKNOWN}", chat=here.group.chat)
    await settled(here)
    return await claire.says(command, chat=here.group.chat, reply_to=here.group.chat.last.message_id)


async def edited_into_a_command(here: Room, claire: Person, command: str) -> object:
    """Staff changes an old message of theirs."""
    written = await claire.says("merci")
    await claire.edits(written, command)
    return written


CHANNEL = {"id": -1009, "type": "channel", "title": "Canal"}
ELSEWHERE = {"id": 4740001, "type": "private"}
SOMEBODY = {"id": 4740001, "is_bot": False, "first_name": "Camille"}
ATTEMPTS: dict[str, Attempt] = {
    "forwarded": said_in_private(forward_origin={"type": "user", "date": 1, "sender_user": SOMEBODY}),
    "forwarded from who hides": said_in_private(forward_origin={"type": "hidden_user", "date": 1}),
    "forwarded from a channel": said_in_private(forward_origin={"type": "channel", "date": 1}),
    "forwarded, as it was told before 2024": said_in_private(forward_from=SOMEBODY, forward_date=1),
    "forwarded from staff": said_in_private(forward_origin={"type": "user", "sender_user": {"id": STAFF[0]}}),
    "by way of another bot": said_in_private(via_bot={"id": 5, "is_bot": True, "first_name": "B"}),
    "in the name of a channel": said_in_private(sender_chat={"id": -1009, "type": "channel"}),
    "edited, as a new message": said_in_private(edit_date=2),
    "edited": edited_into_a_command,
    "in a group": said_in_group(f"{{command}}@{BOT}"),
    "in a group, without name": said_in_group("{command}"),
    "in a group, after a mention": said_in_group(f"{NAME} {{command}}"),
    "in a group, within a question": said_in_group("/question {command}"),
    "in a group, as an answer to us": answered_in_the_group,
    "in a group, forwarded": said_in_group(f"{{command}}@{BOT}", forward_origin={"type": "hidden_user"}),
    "by an anonymous administrator": said_by(ANONYMOUS_ADMIN, chat=True, first_name="Group"),
    "by Telegram itself": said_by(TELEGRAM_ITSELF, chat=True, first_name="Telegram"),
    "in the name of a channel in a group": said_by(CHANNEL_BOT, chat=True, first_name="Channel"),
    "posted in a channel": raw("channel_post", lambda claire: {"chat": CHANNEL}),
    "posted in a channel, as a message": raw("message", lambda claire: {"chat": CHANNEL}),
    "through a business account": raw("business_message", lambda claire: {"business_connection_id": "x"}),
    "in the chat of staff by somebody else": raw("message", lambda claire: {"from": SOMEBODY}),
    "in the chat of somebody else by staff": raw("message", lambda claire: {"chat": ELSEWHERE}),
    "by a bot": raw("message", lambda claire: {"from": {"id": claire.id, "is_bot": True}}),
    "by an id that is a text": raw("message", lambda claire: {"from": {"id": str(claire.id)}}),
    "by a member": said_by(4740002),
    "by a namesake": said_by(4740003, first_name="Claire", username="claire_equipe"),
    "by who is named like the id of staff": said_by(4740004, first_name=str(STAFF[0])),
    "by who quotes staff": answered_by_quoting,
}  # fmt: skip


def refusals(here: Room) -> int:
    """How often something was tried without the right to."""
    ((count,),) = here.query("SELECT coalesce(sum(count), 0) FROM refusal")
    return int(str(count))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def claire(here: Room) -> Person:
    """A member of staff, with something in the list for staff."""
    claire = here.api.person(STAFF[-1], first_name="Claire", username="claire_equipe")
    asking = here.api.person(4740000, first_name="Quelquun")
    await asking.says(UNKNOWN)
    assert "pas de réponse" in await heard(here, asking)
    return claire


async def test_f27_staff_is_obeyed_in_private(here: Room, claire: Person) -> None:
    await claire.says("/questions")
    assert "Questions restées sans réponse" in await heard(here, claire)
    assert any(UNKNOWN[:20] in label for label in claire.chat.last.labels)
    await claire.says(f"/lien {ENTRY}")
    assert f"?start=q_{ENTRY}" in await heard(here, claire)


STAFF_PHRASES = ("missed_", "link_", "team", "journal", "stat_", "announcement_", "roster_", "requests_")


def only_staff_reads(phrases: Phrases) -> Sequence[str]:
    """How everything begins, continues or ends that only staff is told."""
    names = [name for name in phrases.phrases if name.startswith(STAFF_PHRASES)]
    pieces = [
        piece
        for name in names
        for piece in phrases.phrases[name].parts
        if name != "link_unknown" and isinstance(piece, str)
    ]
    return [tidy(words) for piece in pieces if len(words := re.sub(r"[*\n]+", " ", piece)) > 12]


OTHERS = [f"/{name}" for name in sorted(STAFF_COMMANDS) if name not in ("questions", "lien")]
"""Tried in turn: all of them for each attempt would take minutes, for answers leave at one a second."""

UNCOUNTED = {
    "edited",
    "in a group, after a mention",
    "in a group, within a question",
    "posted in a channel",
    "through a business account",
    "in the chat of staff by somebody else",
    "in the chat of somebody else by staff",
    "by a bot",
    "by an id that is a text",
    "by who quotes staff",
}
"""What we do not even ask Telegram for, is no command any more, or has no sender of its own."""


@pytest.mark.parametrize(("number", "name"), list(enumerate(ATTEMPTS)), ids=ATTEMPTS)
async def test_f27_nothing_else_makes_a_command_of_staff(
    here: Room, claire: Person, library: Library, number: int, name: str
) -> None:
    id, attempt = STAFF[number], ATTEMPTS[name]
    marks = only_staff_reads(library.shelf.phrases)
    assert len(marks) > 10
    before, calls, refused = state(here), len(here.api.journal), refusals(here)
    commands = ("/questions", f"/lien {ENTRY}", OTHERS[number % len(OTHERS)])
    for command in commands:
        await attempt(here, here.api.person(id, first_name="Claire"), command)
    await settled(here)
    after = state(here)
    sent = [call for call in here.api.journal[calls:] if call.method.startswith(("send", "edit"))]
    told = tidy(" ".join(call.text("text") + call.text("caption") for call in sent))
    assert [mark for mark in marks if mark in told] == []
    assert "?start=" not in told
    assert not any(call.method == "sendPhoto" for call in sent)
    for table in ("answer", "journey", "task", "proposal", "file"):
        assert after[table] == before[table]
    if name not in UNCOUNTED:
        assert refusals(here) == refused + len(commands)
    staff = "SELECT address.id FROM person JOIN address ON person = person.id WHERE standing <> 'member'"
    assert {int(str(found)) for (found,) in here.query(staff)} <= set(STAFF)


async def test_f27_a_button_of_staff_works_for_staff_alone(here: Room, claire: Person) -> None:
    await claire.says("/questions")
    await settled(here)
    theirs = claire.chat.last
    camille, group = here.api.person(4740005), here.group.chat
    await camille.starts()
    await camille.says(f"{NAME} bonjour", chat=group)
    await settled(here)
    assert camille.missed() != [] and camille.missed(chat=group) != []
    before, counted = state(here), await dropped(here)
    data = [button.data for button in theirs.keyboard.buttons if button.data] if theirs.keyboard else []
    assert any(one.startswith("miss.") for one in data)
    for one in data:
        await camille.sends_tap(one, message=camille.chat.last)
        await camille.sends_tap(one, message=group.last)
    assert await heard(here, camille) == "" and camille.missed(chat=group) == []
    assert state(here) == before
    assert await dropped(here) == counted + 2 * len(data)
