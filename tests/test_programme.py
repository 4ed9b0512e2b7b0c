"""`alliances event`: from a file to the card, changes told once, and the list of who comes."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import programme
from bot.model.effects import Register
from bot.model.event import EventId, Place, Reply
from bot.model.turn import Policy
from bot.model.who import Address
from bot.programme import CannotPublish, as_csv, as_lines
from bot.settings import Settings, read_settings
from bot.shipped import shipped_content
from bot.storage.events import Attendee, EventMoved
from bot.storage.store import Store
from tests.events.samples import EVENT, event
from tests.storage.samples import ALICE, BRUNO, CHANNELS, NOW, say, turn

CONTENT = shipped_content()
CLAIRE = Address("telegram", "4713")
GOOD = """\
format: 1
id: rencontre
title: Rencontre
starts: 2027-02-18 18:30
ends: 2027-02-18 20:30
place: Salle des fêtes
capacity: 1
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings({"ALLIANCES_DATA": str(tmp_path / "data")})


async def published(settings: Settings, tmp_path: Path, text: str) -> int:
    file = tmp_path / "e.yaml"
    file.write_text(text, encoding="utf-8")
    proposal = await programme.propose(settings, CONTENT, file, now=NOW)
    assert not proposal.same
    return await programme.publish(settings, CONTENT, proposal, now=NOW)


async def answered(settings: Settings, *answers: tuple[Address, Reply, Place]) -> None:
    store = await Store.open(settings.database_file, policy=policy_of(settings))
    for at, reply, expected in answers:
        assert await turn(store, Register(EventId("rencontre"), reply, 1, expected, say("à vous")), at=at)
    await store.close()


def policy_of(settings: Settings) -> Policy:
    return Policy(settings.timezone)


async def letters(settings: Settings) -> dict[str, str]:
    store = await Store.open(settings.database_file, policy=policy_of(settings))
    due = await store.due_messages(CHANNELS, now=NOW)
    await store.close()
    return {one.address.id: one.message.text.replace("\N{NO-BREAK SPACE}", " ") for one in due}


WAITS = (
    (ALICE, Reply.GOING, Place.SEATED),
    (BRUNO, Reply.GOING, Place.WAITING),
    (CLAIRE, Reply.MAYBE, Place.MAYBE),
)


async def test_a_new_date_is_told_to_those_who_come_or_wait(settings: Settings, tmp_path: Path) -> None:
    assert await published(settings, tmp_path, GOOD) == 0
    await answered(settings, *WAITS)
    assert await published(settings, tmp_path, GOOD.replace("18:30", "19:00")) == 2
    told = await letters(settings)
    assert set(told) == {ALICE.id, BRUNO.id}
    assert "a changé" in told[ALICE.id] and "de 19 h à 20 h 30" in told[ALICE.id]
    assert "Vous venez" in told[ALICE.id] and "liste d'attente" in told[BRUNO.id]


async def test_one_more_seat_is_news_only_to_who_gets_it(settings: Settings, tmp_path: Path) -> None:
    await published(settings, tmp_path, GOOD)
    await answered(settings, *WAITS)
    assert await published(settings, tmp_path, GOOD.replace("capacity: 1", "capacity: 2")) == 1
    told = await letters(settings)
    assert set(told) == {BRUNO.id} and "elle est à vous" in told[BRUNO.id]


async def test_a_cancellation_is_told_to_those_who_might_have_come_too(
    settings: Settings, tmp_path: Path
) -> None:
    await published(settings, tmp_path, GOOD)
    await answered(settings, *WAITS)
    off = await programme.propose_end(settings, CONTENT, EventId("rencontre"), now=NOW)
    assert off.concerned == 3
    assert await programme.publish(settings, CONTENT, off, now=NOW) == 3
    assert all("est annulé" in text for text in (await letters(settings)).values())
    with pytest.raises(CannotPublish, match="it is cancelled"):
        await programme.propose_end(settings, CONTENT, EventId("rencontre"), now=NOW)
    with pytest.raises(EventMoved):
        await programme.publish(settings, CONTENT, off, now=NOW)


async def test_the_same_file_changes_nothing(settings: Settings, tmp_path: Path) -> None:
    await published(settings, tmp_path, GOOD)
    again = await programme.propose(settings, CONTENT, tmp_path / "e.yaml", now=NOW)
    assert again.same
    assert "1 of 1" not in await programme.overview(settings)


async def test_what_cannot_be_published_says_where_and_why(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(CannotPublish, match=r"e\.yaml:5:7: .*après le début"):
        await published(settings, tmp_path, GOOD.replace("20:30", "17:30"))
    with pytest.raises(CannotPublish, match="No such file"):
        await programme.propose(settings, CONTENT, tmp_path / "none.yaml", now=NOW)
    with pytest.raises(CannotPublish, match="no such event"):
        await programme.attendees(settings, EventId("rencontre"))


async def test_the_list_has_two_hundred_names_in_their_order() -> None:
    at = NOW - timedelta(days=1)
    found = [Attendee(f"P{number}", Place.SEATED, at) for number in range(250)]
    found += [Attendee("=1+1", Place.WAITING, at), Attendee('Zo"é; x', Place.MAYBE, at)]
    lines = as_csv(EVENT, found).split("\r\n")
    assert lines[0] == "number;place;name;since"
    assert lines[250] == "250;seated;P249;2027-01-13 19:30"
    assert lines[251:] == ["1;waiting;'=1+1;2027-01-13 19:30", '1;maybe;"Zo""é; x";2027-01-13 19:30', ""]
    assert as_lines(event(), []) == "Nobody answered yet."
    assert as_lines(EVENT, [replace(found[0], name="")]) == "1  seated  -  2027-01-13 19:30"
