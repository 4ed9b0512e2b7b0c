"""`alliances event`: from a file to the card, changes told once, and the list of who comes."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from bot import programme
from bot.events.listing import as_csv
from bot.model.effects import Register
from bot.model.event import EventId, Place, Reply
from bot.model.turn import Policy
from bot.model.who import Address
from bot.programme import CannotPublish
from bot.settings import Settings, read_settings
from bot.shipped import shipped_content
from bot.storage.events import EventMoved
from bot.storage.store import Store
from tests.journeys.program import alliances
from tests.storage.samples import ALICE, BRUNO, CHANNELS, NOW, rows, say, turn

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
    assert not proposal.change.same
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
    assert off.change.concerned == 3
    assert await programme.publish(settings, CONTENT, off, now=NOW) == 3
    assert all("est annulé" in text for text in (await letters(settings)).values())
    with pytest.raises(CannotPublish, match="it is cancelled"):
        await programme.propose_end(settings, CONTENT, EventId("rencontre"), now=NOW)
    with pytest.raises(EventMoved):
        await programme.publish(settings, CONTENT, off, now=NOW)


async def test_the_same_file_changes_nothing(settings: Settings, tmp_path: Path) -> None:
    await published(settings, tmp_path, GOOD)
    again = await programme.propose(settings, CONTENT, tmp_path / "e.yaml", now=NOW)
    assert again.change.same
    assert "1 of 1" not in await programme.overview(settings)


async def test_what_cannot_be_published_says_where_and_why(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(CannotPublish, match=r"e\.yaml:5:7: .*après le début"):
        await published(settings, tmp_path, GOOD.replace("20:30", "17:30"))
    with pytest.raises(CannotPublish, match="No such file"):
        await programme.propose(settings, CONTENT, tmp_path / "none.yaml", now=NOW)
    with pytest.raises(CannotPublish, match="no such event"):
        await programme.gathered(settings, EventId("rencontre"))


async def test_a_picture_and_a_paper_go_with_the_event_and_stay_when_it_changes(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "salle.png").write_bytes(b"a picture")
    (tmp_path / "programme.pdf").write_bytes(b"%PDF-1.7 a paper")
    files = "picture: {file: salle.png, alt: La salle}\nattachment: {file: programme.pdf}\n"
    await published(settings, tmp_path, GOOD + files + "follow_up: faire-connaissance\n")
    event, _ = await programme.gathered(settings, EventId("rencontre"))
    assert event.picture is not None and event.paper is not None
    assert (event.picture.name, event.picture.alternative) == ("salle.png", "La salle")
    assert (event.paper.media_type, event.follow_up) == ("application/pdf", "faire-connaissance")
    store = await Store.open(settings.database_file, policy=Policy(settings.timezone))
    try:
        assert await store.files.read(event.picture.sha256) == b"a picture"
        await store.purge(now=NOW + timedelta(days=400))
        assert await store.files.read(event.paper.sha256) == b"%PDF-1.7 a paper"
    finally:
        await store.close()
    await published(settings, tmp_path, GOOD)
    assert (await programme.gathered(settings, EventId("rencontre")))[0].picture is None


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("picture: {file: none.png}", r"e\.yaml:8:17: .*none\.png.*ne peut pas être lu"),
        ("picture: {file: e.yaml}", r"e\.yaml:8:17: .*cette sorte de fichier"),
        ("follow_up: faire-conaissance", r"e\.yaml:8:12: .*vouliez-vous dire « faire-connaissance »"),
    ],
)
async def test_what_an_event_names_must_be_there(
    settings: Settings, tmp_path: Path, line: str, words: str
) -> None:
    with pytest.raises(CannotPublish) as refused:
        await published(settings, tmp_path, GOOD + line + "\n")
    assert re.search(words, str(refused.value).replace("\N{NO-BREAK SPACE}", " "))


async def test_a_list_that_comes_back_marked_checks_people_in_once(
    settings: Settings, tmp_path: Path
) -> None:
    await published(settings, tmp_path, GOOD.replace("capacity: 1", "capacity: 3"))
    await answered(settings, (ALICE, Reply.GOING, Place.SEATED), (BRUNO, Reply.GOING, Place.SEATED))
    event, gathering = await programme.gathered(settings, EventId("rencontre"))
    first, *rest = as_csv(event, gathering).splitlines()
    marked = [rest[0].replace(";;", ";x;"), *rest[1:], "3;seated;Zoe;2027-01-13 19:30;x;999"]
    file = tmp_path / "back.csv"
    file.write_text("\n".join([first, *marked]), encoding="utf-8-sig")
    added, told = await programme.check_in(settings, CONTENT, event.id, file, now=NOW)
    assert (added, told.refused) == (1, ("line 4: « 999 » is nobody of this event",))
    assert (await programme.check_in(settings, CONTENT, event.id, file, now=NOW))[0] == 0
    said = await programme.report(settings, CONTENT, event.id)
    assert "registered: 2\nattended: 1, 0 of them without a seat\nno-show: 1" in said
    assert "feedback: fewer than 5, not shown" in said


RENCONTRE = EventId("rencontre")


async def named(settings: Settings) -> None:
    """We have a public name on Telegram."""
    store = await Store.open(settings.database_file, policy=policy_of(settings))
    await store.known_as("alliances_bot")
    await store.close()


async def test_a_reminder_now_is_for_those_who_have_a_seat_and_stands_in_the_journal(
    settings: Settings, tmp_path: Path
) -> None:
    await published(settings, tmp_path, GOOD)
    with pytest.raises(CannotPublish, match="nobody has a seat"):
        await programme.remindable(settings, RENCONTRE, now=NOW)
    await answered(settings, *WAITS)
    seen, leaves = await programme.remindable(settings, RENCONTRE, now=NOW)
    assert (seen.seated, seen.reminded, leaves) == (1, None, NOW)
    night = NOW.replace(hour=23)
    assert (await programme.remindable(settings, RENCONTRE, now=night))[1] > night, "quiet hours hold it back"
    assert await programme.remind(settings, RENCONTRE, now=NOW) == 1
    assert rows(settings.database_file, "SELECT key, due FROM timer WHERE key LIKE '%now%'") != []
    assert rows(settings.database_file, "SELECT act, person FROM journal WHERE act = 'event.reminded'") == [
        ("event.reminded", None)
    ]
    assert (await programme.remindable(settings, RENCONTRE, now=NOW))[0].reminded == NOW


@pytest.mark.parametrize(
    ("when", "why"), [(timedelta(days=400), "has begun"), (timedelta(), "no such event")]
)
async def test_who_could_not_come_any_more_is_not_reminded(
    settings: Settings, tmp_path: Path, when: timedelta, why: str
) -> None:
    if when:
        await published(settings, tmp_path, GOOD)
        await answered(settings, *WAITS)
    for act in (programme.remindable, programme.remind):
        with pytest.raises(CannotPublish, match=why):
            await act(settings, RENCONTRE, now=NOW + when)
    assert rows(settings.database_file, "SELECT * FROM journal WHERE act = 'event.reminded'") == []


async def test_an_event_that_is_off_is_not_reminded_of_and_has_no_door(
    settings: Settings, tmp_path: Path
) -> None:
    await published(settings, tmp_path, GOOD)
    await answered(settings, *WAITS)
    off = await programme.propose_end(settings, CONTENT, RENCONTRE, now=NOW)
    await programme.publish(settings, CONTENT, off, now=NOW)
    with pytest.raises(CannotPublish, match="it is cancelled"):
        await programme.remind(settings, RENCONTRE, now=NOW)
    await named(settings)
    with pytest.raises(CannotPublish, match="it is cancelled"):
        await programme.door(settings, RENCONTRE, anew=False, now=NOW)


async def test_the_code_of_the_door_stays_until_it_is_replaced(settings: Settings, tmp_path: Path) -> None:
    await published(settings, tmp_path, GOOD)
    with pytest.raises(CannotPublish, match="no public name"):
        await programme.door(settings, RENCONTRE, anew=False, now=NOW)
    await named(settings)
    first = await programme.door(settings, RENCONTRE, anew=False, now=NOW)
    assert re.fullmatch(r"https://t\.me/alliances_bot\?start=c_rencontre_[a-z2-9]{12}", first.address)
    assert first.opens < first.closes
    assert await programme.door(settings, RENCONTRE, anew=False, now=NOW) == first
    assert (await programme.door(settings, RENCONTRE, anew=True, now=NOW)).address != first.address
    assert (
        rows(settings.database_file, "SELECT act, person FROM journal WHERE act = 'event.door'")
        == [("event.door", None)] * 2
    )


async def test_the_commands_of_the_reminder_and_of_the_door(settings: Settings, tmp_path: Path) -> None:
    await published(settings, tmp_path, GOOD.replace("2027", "2099"))
    await named(settings)

    def runs(*words: str) -> str:
        done = alliances("event", *words, folder=tmp_path)
        assert "Traceback" not in done.stderr
        return done.stdout if done.returncode == 0 else f"{done.returncode}: {done.stderr}"

    assert runs("--remind", "rencontre", "--yes").startswith("2: alliances: rencontre: nobody has a seat")
    await answered(settings, *WAITS)
    assert "add --yes" in runs("--remind", "rencontre")
    said = runs("--remind", "rencontre", "--yes")
    assert said.startswith("« Rencontre »: a reminder for 1 people") and "1 people are reminded" in said
    assert "The last one was asked for on" in runs("--remind", "rencontre", "--yes")
    assert "--door" in runs("--list", "--renew")
    assert "start=c_rencontre_" in runs("--door", "rencontre", "--qr", "porte.png")
    assert (tmp_path / "porte.png").read_bytes().startswith(b"\x89PNG")
    assert "cannot write" in runs("--door", "rencontre", "--qr", "nowhere/porte.png")
