"""When announcements come again, when their text is at fault, and what one person's copy says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.rendering import render
from bot.events.announcement import CHANGES, ORDERS, POISON, following, occurrence, poisoned
from bot.events.copies import Reader, Writer, is_personal, unknown_holes
from bot.markup import plain
from bot.markup.polls import with_poll
from bot.model.announcement import Fate, Order, Plan, Rhythm, State
from bot.model.event import EventSeen, EventState, Place
from bot.model.message import AttachedFile, Markdown, Message, Poll
from bot.model.turn import Policy
from bot.model.values import FieldRef, Owner
from bot.model.who import Person, PersonId
from tests.events.samples import EVENT
from tests.storage.announcing import shelf

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2027, 1, 14, 9, 0, tzinfo=UTC)
WRITER = Writer(shelf(), Policy(PARIS), NOW)


def local(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=PARIS)


@pytest.mark.parametrize(
    ("first", "rhythm", "number", "shown"),
    [
        ("2027-01-14T18:30", Rhythm.WEEKLY, 1, "2027-01-21 18:30"),
        ("2027-03-24T18:30", Rhythm.WEEKLY, 1, "2027-03-31 18:30"),  # summer time begins on the 28th
        ("2027-10-27T18:30", Rhythm.WEEKLY, 1, "2027-11-03 18:30"),  # and ends on the 31st
        ("2027-03-21T02:30", Rhythm.WEEKLY, 1, "2027-03-28 03:30"),  # no clock shows 2:30 on that day
        ("2027-10-24T02:30", Rhythm.WEEKLY, 1, "2027-10-31 02:30"),  # shown twice: the first
        ("2027-01-31T09:00", Rhythm.MONTHLY, 1, "2027-02-28 09:00"),
        ("2027-01-31T09:00", Rhythm.MONTHLY, 2, "2027-03-31 09:00"),  # the short month before is forgotten
        ("2027-12-15T09:00", Rhythm.MONTHLY, 1, "2028-01-15 09:00"),
        ("2027-11-30T09:00", Rhythm.MONTHLY, 3, "2028-02-29 09:00"),
        ("2027-01-14T18:30", Rhythm.ONCE, 0, "2027-01-14 18:30"),
    ],
)
def test_an_announcement_comes_again_at_the_same_hour_by_the_clocks(
    first: str, rhythm: Rhythm, number: int, shown: str
) -> None:
    moment = occurrence(local(first), rhythm, number, PARIS)
    assert moment.tzinfo is UTC
    assert f"{moment.astimezone(PARIS):%Y-%m-%d %H:%M}" == shown


def test_of_an_hour_shown_twice_it_is_the_first() -> None:
    moment = occurrence(local("2027-10-24T02:30"), Rhythm.WEEKLY, 1, PARIS)
    assert moment == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


@given(
    days=st.integers(0, 4000),
    hour=st.integers(0, 23),
    number=st.integers(1, 60),
    rhythm=st.sampled_from([Rhythm.WEEKLY, Rhythm.MONTHLY]),
)
def test_occurrences_grow_whatever_the_clocks_do(days: int, hour: int, number: int, rhythm: Rhythm) -> None:
    first = datetime(2026, 1, 1, hour, 30, tzinfo=UTC) + timedelta(days=days)
    before, after = (occurrence(first, rhythm, one, PARIS) for one in (number - 1, number))
    assert before < after


def test_one_that_was_missed_while_the_assistant_was_off_is_not_made_up_for() -> None:
    first = local("2027-01-14T18:30")
    assert following(first, Rhythm.WEEKLY, 0, PARIS, now=first) == (1, first + timedelta(days=7))
    later = first + timedelta(days=30)
    assert following(first, Rhythm.WEEKLY, 0, PARIS, now=later) == (5, first + timedelta(days=35))
    assert following(first, Rhythm.ONCE, 0, PARIS, now=first) is None


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ([(Fate.REFUSED, "bad")] * POISON, "bad"),
        ([(Fate.REFUSED, "bad")] * (POISON - 1), ""),
        ([(Fate.REFUSED, "bad")] * (POISON - 1) + [(Fate.SENT, "")], ""),
        ([(Fate.REFUSED, "bad")] * (POISON - 1) + [(Fate.REFUSED, "other")], ""),
        ([], ""),
    ],
)
def test_the_same_refusal_five_times_is_the_fault_of_the_text(
    answers: list[tuple[Fate, str]], why: str
) -> None:
    assert poisoned(answers) == why


def test_every_order_that_is_offered_is_legal_and_the_other_way_round() -> None:
    offered = {(state, order) for state, orders in ORDERS.items() for order in orders}
    assert offered == set(CHANGES)
    assert not {state for state, _ in CHANGES} & {State.CANCELLED, State.DONE}
    assert CHANGES[State.PLANNED, Order.CANCEL] is State.CANCELLED


def copy(text: str, *, name: str = "Awa", language: str = "fr", **known: str) -> str:
    answers = {FieldRef(Owner.PERSON, field): value for field, value in known.items()}
    plan = Plan(Message(Markdown(text)), translations=(("en", Markdown("Hello {name}")),))
    reader = Reader(Person(PersonId(1), name, language=language), answers)
    return plain(WRITER.copy(plan, reader).text, links=False)


@pytest.mark.parametrize(
    ("text", "name", "read"),
    [
        ("Bonjour {name}, venez !", "Awa", "Bonjour Awa, venez !"),
        ("Bonjour {name}, venez !", "", "Bonjour, venez !"),
        ("Bonjour {name|cher ou chère bénévole}", "", "Bonjour cher ou chère bénévole"),
        ("Bonjour {name|à vous}", "Awa", "Bonjour Awa"),
        ("Bonjour {person.name}", "**Awa** [x](http://x)", "Bonjour **Awa** [x](http://x)"),
        ("{name}", "<b>{name}</b>", "<b>{name}</b>"),
        ("Bonjour {prénom}, et { Prénom }", "Awa", "Bonjour Awa, et Awa"),
        ("Bonjour {PRENOM|à vous}", "", "Bonjour à vous"),
        ("Un {inconnu} et { seul", "Awa", "Un {inconnu} et { seul"),
    ],
)
def test_holes_are_filled_for_each_person_and_nothing_in_a_name_is_markup(
    text: str, name: str, read: str
) -> None:
    assert copy(text, name=name) == read


def test_a_text_comes_in_the_language_that_the_person_chose() -> None:
    assert copy("Bonjour {name}", language="en") == "Hello Awa"
    assert copy("Bonjour {name}", language="de") == "Bonjour Awa"


def test_a_name_in_braces_that_nobody_can_fill_is_told_before_anything_leaves() -> None:
    plan = Plan(
        Message(Markdown("{name} {nom} {person.x} {Début}")), translations=(("en", Markdown("{nom}")),)
    )
    assert unknown_holes(plan, shelf()) == ("nom", "person.x", "Début")


def test_only_what_differs_between_people_is_written_for_each() -> None:
    assert not is_personal(Plan(Message(Markdown("Avis"))))
    assert is_personal(Plan(Message(Markdown("Avis à {name}"))))
    assert is_personal(Plan(Message(Markdown("Avis")), event=EVENT.id))


def test_the_card_of_the_event_stands_below_as_it_stands_for_the_person() -> None:
    plan = Plan(Message(Markdown("Venez !")), event=EVENT.id)
    seen = EventSeen(EVENT, 3, mine=Place.SEATED)
    made = WRITER.copy(plan, Reader(Person(PersonId(1)), seen=seen))
    assert made.text.startswith("Venez !\n\n")
    assert EVENT.title in made.text and "Vous venez" in made.text
    assert f"n-no.{EVENT.id}" in [one.act for one in made.options]
    assert made.key is None, "the card that a tap brings is another message: the text stays"


def test_the_card_alone_is_a_card_like_any_other() -> None:
    made = WRITER.copy(
        Plan(Message(Markdown("")), event=EVENT.id), Reader(Person(PersonId(1)), seen=EventSeen(EVENT))
    )
    assert made.key == f"event.{EVENT.id}" and f"going.{EVENT.id}" in [one.act for one in made.options]


def test_an_event_that_is_a_draft_again_leaves_the_text_alone() -> None:
    plan = Plan(Message(Markdown("Venez !")), event=EVENT.id)
    seen = EventSeen(replace(EVENT, state=EventState.DRAFT), 0)
    assert WRITER.copy(plan, Reader(Person(PersonId(1)), seen=seen)).text == "Venez !"


POSTER = AttachedFile("affiche.png", "image/png", "c" * 64)


@pytest.mark.parametrize(
    ("post", "shown"),
    [
        (Message(Markdown("Venez !"), attachments=(POSTER,), copied="4711/9"), ["file"]),
        (Message(Markdown(""), attachments=(POSTER,), copied="4711/9"), ["file"]),
        (Message(Markdown("Venez !"), copied="4711/9"), ["text"]),
        (
            Message(Markdown(""), copied="4711/9"),
            ["copy", "text"],
        ),  # a voice message, of which we have no file
    ],
)
def test_the_card_stands_below_a_post_that_would_be_copied_as_it_is(post: Message, shown: list[str]) -> None:
    made = WRITER.copy(Plan(post, event=EVENT.id), Reader(Person(PersonId(1)), seen=EventSeen(EVENT)))
    parts = render(made, sign=lambda act: act, requests={"phone": "", "location": ""})
    assert ["copy" if one.copied else "file" if one.file else "text" for one in parts] == shown
    assert "Salle des fêtes" in parts[-1].html and parts[-1].markup is not None
    assert not [one for one in parts if one.copied and one.markup]


def test_every_copy_offers_to_get_no_more() -> None:
    made = WRITER.copy(Plan(Message(Markdown("Avis"))), Reader(Person(PersonId(1))))
    assert [one.act for one in made.controls] == ["do.news"]


def test_a_poll_says_who_sees_the_answers_and_stays_within_what_telegram_takes() -> None:
    plan = Plan(Message(Markdown("Avis"), poll=Poll("Oui ? " * 100, ("a", "b"))))
    poll = WRITER.copy(plan, Reader(Person(PersonId(1)))).poll
    assert poll is not None
    assert "visible de l'équipe" in poll.question and len(poll.question) <= 300


def test_the_picture_of_the_event_goes_with_it_unless_the_text_has_files_of_its_own() -> None:
    picture = AttachedFile("fete.png", "image/png", "a" * 64)
    paper = AttachedFile("note.pdf", "application/pdf", "b" * 64)
    seen = EventSeen(replace(EVENT, picture=picture), 3)
    for own, shown in [((), (picture,)), ((paper,), (paper,))]:
        plan = Plan(Message(Markdown("Venez !"), attachments=own), event=EVENT.id)
        assert WRITER.copy(plan, Reader(Person(PersonId(1)), seen=seen)).attachments == shown


def test_where_a_channel_has_no_polls_the_question_and_its_answers_are_text() -> None:
    asked = Message(Markdown("Avis"), poll=Poll("On *se* voit ?", ("Lundi", "Mardi")))
    assert plain(with_poll(asked), links=False) == "Avis\n\nOn *se* voit ?\n• Lundi\n• Mardi"
    assert with_poll(Message(Markdown("Avis"))) == "Avis"
