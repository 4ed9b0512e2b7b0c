"""An announcement from its start by staff to its report, over HTTP at Telegram's pace; time is the test's."""

import csv
import io
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from bot.dialogue.library import Library
from bot.dialogue.respond import respond
from bot.model.announcement import Fate, NewsKind, Plan, Rhythm, State
from bot.model.effects import Announce, News, SetPreferences
from bot.model.inputs import Input
from bot.model.message import Markdown, Message, Poll
from bot.model.preferences import Preferences
from bot.model.session import Session
from bot.model.turn import Turn, View
from bot.model.who import Standing
from bot.runtime.pacing import Pacer
from tests.events.samples import EVENT
from tests.faults.stage import Stage, at, stage
from tests.flows.library import library_of
from tests.storage.announcing import newest, shelf
from tests.storage.samples import say, turn
from tests.telegram_api import Limits, Person
from tests.telegram_api.limits import Gate

CLAIRE = 1002
TEXT = "L'assemblée a lieu jeudi."


@cache
def library() -> Library:
    """The shipped words, on a small base."""
    return replace(library_of(), shelf=shelf())


def decide(session: Session, input: Input, view: View, now: datetime, rng: Random) -> Turn:
    return respond(session, input, library(), view, now=now, rng=rng)


@asynccontextmanager
async def federation(folder: Path, count: int) -> AsyncIterator[tuple[Stage, Person, list[Person]]]:
    """Claire of the team, and so many people, on a Telegram that keeps its limits."""
    async with stage(folder, decide=decide, pacer=Pacer()) as here:
        here.api.gate = Gate(Limits(), here.api.clock)
        claire = here.api.person(CLAIRE, first_name="Claire")
        await here.store.load(at(CLAIRE), now=here.clock.now(), profile={"standing": Standing.STAFF})
        people = [here.api.person(2000 + number, first_name=f"P{number}") for number in range(count)]
        for person in people:
            await here.store.load(at(person.id), now=here.clock.now(), name=person.user.first_name)
        yield here, claire, people


async def begin(here: Stage, plan: Plan | str = TEXT) -> None:
    """What the flow that composes ends with."""
    made = Plan(say(plan)) if isinstance(plan, str) else plan
    await turn(
        here.store,
        Announce(made),
        at=at(CLAIRE),
        now=here.clock.now(),
    )
    here.courier.wake()


async def look(here: Stage, seconds: float = 0.25) -> bool:
    """One look of the announcer, and some time."""
    busy = await here.announcer.step()
    await here.advance(seconds)
    return busy


async def play(here: Stage, seconds: float, *, step: float = 0.25) -> None:
    for _ in range(int(seconds / step)):
        await look(here, step)


async def until_got(here: Stage, people: list[Person], count: int) -> None:
    """Until so many copies have arrived."""
    for _ in range(3000):
        if sum(got(people).values()) >= count:
            return
        await look(here, 0.04)
    raise AssertionError("so many never arrived")


async def to_the_end(here: Stage, *, step: float = 0.25) -> None:
    """Until there is nothing more to make, to send or to show."""
    calm = 0
    for _ in range(2000):
        busy = await look(here, step)
        calm = 0 if busy or not await here.empty() else calm + 1
        if calm > 30:  # the card has its rhythm
            return
    raise AssertionError("it never came to its end")


def card(claire: Person) -> str:
    """The card of the announcement, as Claire sees it now."""
    found = [one for one in claire.chat.messages if "Annonce" in one.text and "Bilan" not in one.text]
    assert len(found) == 1, [one.text for one in claire.chat.messages]
    return found[0].text


def got(people: list[Person], text: str = TEXT) -> Counter[int]:
    return Counter({one.id: sum(text in said.text for said in one.chat.messages) for one in people})


async def test_staff_see_one_message_fill_up_and_a_report_with_chart_and_list_at_the_end(
    tmp_path: Path,
) -> None:
    async with federation(tmp_path, 150) as (here, claire, people):
        blocked, gone = people[10:16], people[20:22]
        for person in blocked:
            await person.blocks_bot()
        for person in gone:
            await person.leaves_telegram()
        async with here.running(polls=False):
            await begin(here)
            await until_got(here, people, 20)
            early = card(claire)
            assert "Annonce en cours" in early
            await until_got(here, people, 90)
            await play(here, 6.0, step=0.25)  # slower than the pace: the card has its turn
            half = card(claire)
            first, counted = re.search(r"(\d+) reçue", early), re.search(r"(\d+) reçues", half)
            assert re.search(r"▓+░+ \d+\s%", half), half
            assert counted and (not first or int(first[1]) < int(counted[1])) and int(counted[1]) < 142
            assert claire.chat.find_button("Mettre en pause") and claire.chat.find_button("Arrêter")
            await to_the_end(here)
        # What Telegram counted is what the report says.
        calls = [one for one in here.api.calls("sendMessage") if one.text("text") == TEXT]
        calls = [one for one in calls if one.chat_id != CLAIRE]
        arrived = {one.chat_id for one in calls if one.ok}
        refused = {one.chat_id for one in calls if not one.ok}
        assert (len(arrived), len(refused), len(calls)) == (142, 8, 150)
        _, tally = await newest(here.store)
        assert tally.fates[Fate.SENT] == len(arrived) + 1  # Claire too
        assert tally.fates[Fate.BLOCKED] == len(refused)
        assert here.api.gate is not None and here.api.gate.refused == 0
        assert set(got(people).values()) == {0, 1}
        assert "✓ Annonce terminée" in card(claire)
        told(claire)


def told(claire: Person) -> None:
    """The report of 151 copies, eight of which did not arrive."""
    (said,) = [one.text for one in claire.chat.messages if "Bilan de l'annonce" in one.text]
    assert "143 reçues" in said and "8 non remises" in said
    assert "la personne a bloqué l'assistant\xa0: 6" in said
    assert "compte fermé ou introuvable\xa0: 2" in said
    files = {one.file.upload.name: one.file for one in claire.chat.messages if one.file}
    (listing,) = [file for name, file in files.items() if name.endswith("_annonce_1.csv")]
    lines = list(csv.reader(io.StringIO(listing.upload.data.decode("utf-8-sig")), delimiter=";"))
    assert len(lines) == 152
    assert Counter(line[1] for line in lines[1:]) == {"Reçues": 143, "Injoignables": 8}
    assert any(name.endswith(".png") for name in files)


async def test_the_card_is_edited_at_a_calm_rhythm(tmp_path: Path) -> None:
    async with federation(tmp_path, 100) as (here, claire, _):
        async with here.running(polls=False):
            await begin(here)
            await to_the_end(here)
        edits = [one.at for one in here.api.calls("editMessageText") if one.chat_id == CLAIRE]
        pauses = [later - earlier for earlier, later in pairwise(edits)]
        assert len(edits) >= 3
        assert min(pauses[:-1]) >= 4.9  # the last one tells that it is done
        assert claire.chat.messages


async def test_pause_resume_and_cancel_by_the_buttons_of_the_card(tmp_path: Path) -> None:
    async with federation(tmp_path, 300) as (here, claire, people):
        async with here.running():
            await begin(here)
            await until_got(here, people, 12)
            await play(here, 1.0)
            await claire.taps("Mettre en pause")
            await here.until(lambda: not here.api.updates.pending)
            await play(here, 3.0)
            assert "Annonce en pause" in card(claire)
            held = sum(got(people).values())
            await play(here, 3.0)
            assert sum(got(people).values()) == held < 300
            await claire.taps("Reprendre")
            await here.until(lambda: not here.api.updates.pending)
            await until_got(here, people, held + 10)
            await claire.taps("Arrêter")
            await here.until(lambda: not here.api.updates.pending)
            await play(here, 2.0)
            await claire.taps("Oui, arrêter")
            await here.until(lambda: not here.api.updates.pending)
            await to_the_end(here)
            assert "Annonce arrêtée" in card(claire)
        ended = sum(got(people).values())
        assert held < ended < 300
        announcement, tally = await newest(here.store)
        assert announcement.state is State.CANCELLED
        assert tally.fates[Fate.SENT] - 1 <= ended <= tally.fates[Fate.SENT]
        journal = [act for (act,) in here.query("SELECT act FROM journal ORDER BY id")]
        assert journal == [f"announcement.{act}" for act in ("planned", "pause", "resume", "cancel")]


async def test_correcting_and_taking_back_by_the_buttons_afterwards(tmp_path: Path) -> None:
    async with federation(tmp_path, 40) as (here, claire, people):
        async with here.running():
            await begin(here)
            await to_the_end(here)
            assert set(got(people).values()) == {1}
            await claire.says("/annonces")
            await play(here, 1.0)
            await claire.taps(next(label for label in claire.chat.last.labels if TEXT[:10] in label))
            await play(here, 1.0)
            await claire.taps("Corriger le texte")
            await play(here, 1.0)
            await claire.says("Bonjour {nom}, vendredi")
            await play(here, 1.0)
            assert "{nom}" in claire.chat.last.text
            await claire.says("Bonjour {name}, l'assemblée a lieu vendredi.")
            await play(here, 1.0)
            assert "Bonjour Claire, l'assemblée a lieu vendredi." in claire.chat.last.text
            await claire.taps("Remplacer le texte")
            await play(here, 1.0)
            await to_the_end(here)
            assert [one.chat.last.text for one in people] == [
                f"Bonjour P{number}, l'assemblée a lieu vendredi." for number in range(40)
            ]
            assert "41 messages corrigés" in card_of(claire)
            await claire.taps("Retirer partout")
            await play(here, 1.0)
            await claire.taps("Oui, retirer")
            await play(here, 1.0)
            await to_the_end(here)
        assert [one.chat.messages for one in people] == [[]] * 40
        assert "41 messages retirés" in card_of(claire)
        reports = [one.text for one in claire.chat.messages if "Bilan de l'annonce" in one.text]
        assert len(reports) == 3  # one for each edition
        assert here.api.gate is not None and here.api.gate.refused == 0


def card_of(claire: Person) -> str:
    """The newest card: the list showed another one."""
    return [one.text for one in claire.chat.messages if "Annonce terminée" in one.text][-1]


async def test_answers_of_a_poll_taps_and_registrations_are_in_the_report(tmp_path: Path) -> None:
    async with federation(tmp_path, 6) as (here, claire, people):
        later = replace(EVENT, revision=1, capacity=None)
        await here.store.publish_event(later, News(say("")), now=here.clock.now())
        poll = Poll("Vous venez ?", ("Oui", "Non", "Je ne sais pas"))
        plan = Plan(
            Message(Markdown(TEXT), poll=poll), kind=NewsKind.EVENTS, event=EVENT.id, rhythm=Rhythm.WEEKLY
        )
        async with here.running():
            await begin(here, plan)
            await to_the_end(here)
            for person in people:
                assert TEXT in person.chat.messages[0].text and EVENT.title in person.chat.messages[0].text
            await people[0].votes(0)
            await people[1].votes(0)
            await people[1].votes(2)
            await people[2].votes(1)
            await people[2].votes()
            await people[3].taps("Je viens")
            await play(here, 2.0)
            await people[4].taps("Je ne viens pas")
            await play(here, 2.0)
            await claire.says("/annonces")
            await play(here, 2.0)
            done = [one for one in claire.chat.last.keyboard.buttons if one.data][1]  # type: ignore[union-attr]
            await claire.taps(done.label)
            await play(here, 2.0)
            await claire.taps("Bilan et liste")
            await play(here, 3.0)
        said = [one.text for one in claire.chat.messages if "Bilan de l'annonce" in one.text][-1]
        assert "2 personnes ont répondu" in said
        assert re.search(r"Oui\s: 1\b", said) and re.search(r"Je ne sais pas\s: 1\b", said)
        assert "2 personnes ont touché un bouton" in said
        assert "1 inscription depuis l'annonce" in said
        coming, _ = await newest(here.store)
        assert (coming.state, coming.turn) == (State.PLANNED, 1)


async def test_who_wants_no_news_of_this_kind_is_not_called_and_the_control_leads_there(
    tmp_path: Path,
) -> None:
    async with federation(tmp_path, 4) as (here, _, people):
        none = Preferences(off=frozenset({NewsKind.LIFE}))
        await turn(here.store, SetPreferences(none), at=at(people[0].id), now=here.clock.now())
        async with here.running():
            await begin(here)
            await to_the_end(here)
            assert people[0].chat.messages == []
            assert people[1].chat.last.labels == ["Ne plus recevoir"]
            await people[1].taps("Ne plus recevoir")
            await play(here, 2.0)
            assert len(people[1].chat.messages) == 2
        _, tally = await newest(here.store)
        assert tally.people == 4  # three of them, and Claire


@pytest.mark.parametrize("times", [5])
async def test_killed_five_times_at_thirty_a_second_none_is_lost_and_the_report_is_true(
    tmp_path: Path, times: int
) -> None:
    async with federation(tmp_path, 200) as (here, claire, people):
        for person in people[::50]:
            await person.blocks_bot()
        await begin(here)
        flying, lives = 0, 0
        while True:
            lives += 1
            one = Stage(here.api, here.store, here.file, clock=here.clock, decide=decide, pacer=Pacer())
            try:
                async with one.running(polls=False):
                    if lives > times:
                        await to_the_end(one)
                        break
                    for _ in range(6):
                        await look(one)
                    flying += len(one.courier._sending)
            finally:
                await one.channel.close()
            await here.advance(1.0)  # a new process does not know what the old one has just sent
        counts = got([one for one in people if one not in people[::50]])
        assert min(counts.values()) == 1
        assert sum(counts.values()) <= 196 + flying
        _, tally = await newest(here.store)
        assert tally.fates == {Fate.SENT: 197, Fate.BLOCKED: 4}
        said = [one.text for one in claire.chat.messages if "Bilan de l'annonce" in one.text]
        assert len(said) == 1 and "197 reçues" in said[0] and "4 non remises" in said[0]
