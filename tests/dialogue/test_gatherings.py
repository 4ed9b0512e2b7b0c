"""Around an event, for staff: the card below the card, the list, reminders, the door, and afterwards."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, get_args

import pytest

from bot.dialogue.acts import ArrangeTap, ArrangeWish, DoorTap, parse_act
from bot.dialogue.library import Library
from bot.dialogue.needs import needs
from bot.events.feedback import tie
from bot.events.reminders import AFTER, MAYBE, NOW, REPORT, reminder_key
from bot.markup import plain
from bot.model.effects import (
    Audit,
    CheckIn,
    CheckOut,
    Edit,
    Effect,
    HandOut,
    OpenDoor,
    Publish,
    Remember,
    RemindNow,
)
from bot.model.event import (
    EventId,
    EventSeen,
    EventState,
    Gathering,
    Guest,
    Opinions,
    Place,
    event_tag,
)
from bot.model.inputs import Command, Input, Opening, Tap, Timeout, Utterance
from bot.model.message import AttachedFile, Message
from bot.model.session import Session
from bot.model.turn import GatheringOf, Need, View
from bot.model.values import FlowId, Value
from bot.model.who import PersonId, Standing
from tests.dialogue.chat import Chat
from tests.events.samples import EVENT, START, event
from tests.storage.announcing import shelf

ID, TAG = EVENT.id, event_tag(EVENT.id)
OFF = event(state=EventState.CANCELLED)
CODE = "abcdefghjkmn"
LINK = f"c_{ID}_{CODE}"


def guest(number: int, name: str, place: Place = Place.SEATED, *, here: bool = False) -> Guest:
    return Guest(name, place, START, PersonId(number), START if here else None, number if here else 0)


class Desk(Chat):
    """A chat of staff in which one event is announced."""

    seen: tuple[EventSeen, ...] = (EventSeen(EVENT, 2, 1, maybe=3),)
    past: tuple[EventSeen, ...] = ()
    gathering: Gathering | None = None

    def view(self) -> View:
        seen = super().view()
        policy = replace(seen.policy, bot="alliances_bot")
        return replace(seen, events=self.seen, past=self.past, gathering=self.gathering, policy=policy)

    def stands(self, **changes: Any) -> None:
        self.seen = (EventSeen(**{"event": EVENT, **changes}),)

    def at_the_door(self, *guests: Guest) -> None:
        """The event is about to begin, and this is its list."""
        self.now = START - timedelta(hours=1)
        self.gathering = Gathering(ID, guests)


@pytest.fixture
def desk(library: Library) -> Desk:
    return Desk(library, standing=Standing.ORGANISER)


@pytest.fixture
def member(library: Library) -> Desk:
    return Desk(library)


def told(message: Message) -> str:
    return plain(message.text).replace("\N{NO-BREAK SPACE}", " ")


def acts(message: Message) -> list[str]:
    return [option.act.split(".")[0] for option in message.options if option.act]


def labels(message: Message) -> list[str]:
    return [option.label for option in message.options]


def done(chat: Chat, kind: type[Effect]) -> list[Any]:
    return [effect for effect in chat.effects if isinstance(effect, kind)]


# ---- the card of staff ----


def test_below_the_card_staff_see_how_it_stands_and_what_they_can_do(desk: Desk, member: Desk) -> None:
    card, manage = desk.give(Command("evenements"))
    assert card.key == f"event.{ID}" and manage.key == f"manage.{ID}" and card.silent
    assert "Inscriptions : 2 sur 2" in told(manage) and "Liste d'attente : 1" in told(manage)
    assert acts(manage) == ["list", "word", "edit", "remind", "qr", "cancel"]
    assert [one.key for one in member.give(Command("evenements"))] == [f"event.{ID}"]


@pytest.mark.parametrize(
    ("changes", "at", "shown"),
    [
        ({}, -timedelta(hours=20), ["list", "door", "word", "edit", "remind", "qr", "cancel"]),
        ({}, timedelta(hours=1), ["list", "door", "word"]),
        ({}, timedelta(hours=3), ["report", "list", "door"]),
        ({}, timedelta(days=20), ["report", "list"]),
        ({"state": EventState.CANCELLED}, -timedelta(days=3), ["list"]),
        ({"state": EventState.DRAFT}, -timedelta(days=3), ["edit", "cancel"]),
    ],
)
def test_only_what_makes_sense_now_is_offered(
    desk: Desk, changes: dict[str, Any], at: timedelta, shown: list[str]
) -> None:
    desk.seen, desk.now = (EventSeen(event(**changes), 2),), START + at
    (manage,) = desk.give(Tap(f"manage.{ID}"), after=timedelta())
    assert acts(manage) == shown
    assert told(manage).splitlines()[1] == "• Jeudi 18 février 2027, de 18 h 30 à 20 h 30"


def test_a_list_and_a_reminder_are_offered_once_there_is_somebody(desk: Desk) -> None:
    desk.stands(maybe=1)
    (manage,) = desk.give(Tap(f"manage.{ID}"))
    assert acts(manage) == ["list", "edit", "qr", "cancel"]
    desk.stands()
    (manage,) = desk.give(Tap(f"manage.{ID}"))
    assert acts(manage) == ["edit", "qr", "cancel"]


def test_the_list_of_staff_has_drafts_and_what_is_over(desk: Desk, member: Desk) -> None:
    draft = event(id=EventId("projet"), title="Projet", state=EventState.DRAFT)
    over = event(id=EventId("passe"), title="Passé")
    for chat in (desk, member):
        chat.seen, chat.past = (EventSeen(EVENT), EventSeen(draft)), (EventSeen(over),)
    (listed,) = desk.give(Command("evenements"))
    assert acts(listed) == ["event", "manage", "manage", "do"]
    assert "brouillon" in told(listed) and "Passé" in told(listed)
    assert [one.key for one in member.give(Command("evenements"))] == [f"event.{ID}"]


WISHES: tuple[ArrangeWish, ...] = get_args(ArrangeWish)


@pytest.mark.parametrize("what", [*WISHES, f"in.{TAG}-1", f"out.{TAG}-1", f"walk.{TAG}-0", f"page.{TAG}-1"])
def test_a_person_without_the_right_sees_a_stale_button_and_it_is_noted(member: Desk, what: str) -> None:
    member.at_the_door(guest(1, "Awa"))
    (said,) = member.give(Tap(what if "." in what else f"{what}.{ID}"))
    (stale,) = Chat(member.library).give(Tap("p99.nothing"))
    assert said.text == stale.text
    assert [one.act for one in done(member, Audit)] == ["refused"]
    allowed = (Audit,)
    assert all(type(one) in allowed or hasattr(one, "message") for one in member.effects)


def test_every_button_of_staff_fits_the_longest_id_and_forged_ones_are_none() -> None:
    longest = EventId("a" * 40)
    for what in WISHES:
        assert parse_act(f"{what}.{longest}") == ArrangeTap(longest, what)
        assert len(f"{what}.{longest}") <= 48
    assert parse_act(f"in.{TAG}-12") == DoorTap(TAG, "in", 12)
    for forged in (f"in.{TAG}", f"in.{TAG}-", "in.xyz-1", f"in.{TAG}-{'9' * 13}", "manage.", "off.É"):
        assert parse_act(forged) is None


# ---- the list, reminders, calling off, link ----


def test_the_list_comes_as_a_table_and_on_paper_and_is_noted(desk: Desk) -> None:
    guests = [guest(number, f"P{number}") for number in range(210)]
    desk.gathering = Gathering(ID, (*guests, guest(900, "=1+1", Place.WAITING)))
    desk.give(Tap(f"list.{ID}"))
    (given,) = done(desk, HandOut)
    paper, table = given.files
    assert paper.name == f"2027-02-18_{ID}.pdf" and paper.content.startswith(b"%PDF")
    lines = table.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "n°;réponse;prénom;depuis;présence;repère".replace("n°", "n°") and len(lines) == 212
    assert ";'=1+1;" in lines[-1]
    assert "211 noms" in told(given.message)
    assert done(desk, Audit) == [Audit("event.list", ID)]


def test_an_empty_list_is_no_file(desk: Desk) -> None:
    desk.gathering = Gathering(ID)
    (said,) = desk.give(Tap(f"list.{ID}"))
    assert "Personne n'a encore répondu" in told(said)


def test_a_reminder_leaves_after_a_yes_only(desk: Desk) -> None:
    (asked,) = desk.give(Tap(f"remind.{ID}"))
    assert "à 2 personnes" in told(asked) and done(desk, RemindNow) == []
    (said,) = desk.give(Tap(f"now.{ID}"))
    assert done(desk, RemindNow) == [RemindNow(ID)] and "2 personnes" in told(said)
    # The yes counts once, right after the question.
    (again,) = desk.give(Tap(f"now.{ID}"))
    assert done(desk, RemindNow) == [] and acts(again) == ["now", "manage"]


def test_late_at_night_a_reminder_says_that_it_waits_and_when_the_last_one_left(desk: Desk) -> None:
    desk.stands(seated=1, reminded=desk.now - timedelta(days=2))
    desk.now = desk.now.replace(hour=21)
    (asked,) = desk.give(Tap(f"remind.{ID}"))
    assert "le mardi 12 janvier 2027 à 8 h" in told(
        asked
    ) and "Dernier rappel demandé : samedi 9 janvier" in told(asked)
    desk.stands(seated=0)
    (none,) = desk.give(Tap(f"remind.{ID}"))
    assert "Aucune inscription" in told(none)


def test_calling_off_shows_first_what_people_will_read(desk: Desk) -> None:
    (asked,) = desk.give(Tap(f"cancel.{ID}"))
    assert "6 personnes liront ceci" in told(asked) and "est annulé. Nous regrettons" in told(asked)
    assert done(desk, Publish) == []
    (said,) = desk.give(Tap(f"off.{ID}"))
    (effect,) = done(desk, Publish)
    assert effect.event == event(state=EventState.CANCELLED, revision=2)
    assert set(effect.news.told) == {Place.SEATED, Place.WAITING, Place.MAYBE}
    assert "6 personnes prévenues" in told(said)


def test_a_yes_to_what_changed_meanwhile_shows_it_anew(desk: Desk) -> None:
    desk.give(Tap(f"cancel.{ID}"))
    desk.seen = (EventSeen(event(revision=2, title="Autre")),)
    (again,) = desk.give(Tap(f"off.{ID}"))
    assert done(desk, Publish) == [] and "Annuler « Autre »" in told(again)
    desk.say("bonjour")
    desk.give(Tap(f"off.{ID}"))
    assert done(desk, Publish) == []


def test_the_link_and_its_picture_come_from_the_card(desk: Desk) -> None:
    desk.give(Tap(f"qr.{ID}"))
    (given,) = done(desk, HandOut)
    assert f"start=e_{ID}" in plain(given.message.text) and given.files[0].name == f"qr_{ID}.png"


# ---- the door ----


def test_names_are_tapped_and_the_screen_is_edited_in_place(desk: Desk) -> None:
    desk.at_the_door(guest(1, "Zoé"), guest(2, "Élie"), guest(3, "Awa", Place.WAITING))
    (screen,) = desk.give(Tap(f"door.{ID}"))
    assert "0 présence pour 2 places réservées" in told(screen)
    assert labels(screen)[:3] == ["Élie", "Zoé", "Awa (liste d'attente)"]
    assert desk.give(Tap(f"in.{TAG}-2")) == []
    assert done(desk, CheckIn) == [CheckIn(ID, PersonId(2))]
    (edited,) = desk.edited
    assert edited.key == screen.key and labels(edited)[0] == "✓ Élie" and "1 présence" in told(edited)
    desk.at_the_door(guest(2, "Élie", here=True))
    desk.give(Tap(f"out.{TAG}-2"))
    assert done(desk, CheckOut) == [CheckOut(ID, PersonId(2), 2)]
    assert labels(desk.edited[0])[0] == "Élie"


def test_a_long_name_keeps_as_much_as_fits_and_says_its_place(desk: Desk) -> None:
    long = "Jean-Christophe de la Rochefoucauld-Montbel"
    desk.at_the_door(guest(1, long), guest(2, long, Place.WAITING), guest(3, ""))
    (screen,) = desk.give(Tap(f"door.{ID}"))
    seated, nameless, waiting = labels(screen)[:3]
    assert (seated, nameless) == ("Jean-Christophe de la Rochefo…", "Sans prénom, n°\N{NO-BREAK SPACE}3")
    assert waiting == "Jean-Christ… (liste d'attente)" and "Noms 1 à" not in told(screen)
    (found,) = desk.say("sans")
    assert labels(found)[0] == nameless


def test_eight_names_a_page(desk: Desk) -> None:
    desk.at_the_door(*(guest(number, f"P{number:02}") for number in range(20)))
    (screen,) = desk.give(Tap(f"door.{ID}"))
    assert "Noms 1 à 8 sur 20" in told(screen)
    assert labels(screen)[0] == "P00" and labels(screen)[8] == "Noms suivants"
    desk.give(Tap(f"page.{TAG}-1"))
    (second,) = desk.edited
    assert labels(second)[0] == "P08" and labels(second)[8:10] == ["Noms précédents", "Noms suivants"]
    desk.give(Tap(f"in.{TAG}-9"))
    assert labels(desk.edited[0])[:2] == ["P08", "✓ P09"]
    desk.give(Tap(f"page.{TAG}-2"))
    assert labels(desk.edited[0])[:5] == ["P16", "P17", "P18", "P19", "Noms précédents"]
    assert "Noms 17 à 20 sur 20" in told(desk.edited[0])


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("elie", ["Élie"]),
        ("É", ["Élie"]),
        ("du", ["Marie Dupont"]),
        ("ari", ["Marie Dupont"]),
        ("non", ["Simon Nonce"]),
        ("noe", ["Noé (ne vient pas)"]),
    ],
)
def test_typed_words_search_the_list(desk: Desk, typed: str, found: list[str]) -> None:
    who = (guest(1, "Élie"), guest(2, "Marie Dupont"), guest(3, "Simon Nonce"))
    desk.at_the_door(*who, guest(4, "Noé", Place.DECLINED))
    desk.give(Tap(f"door.{ID}"))
    (screen,) = desk.say(typed)
    names = [option.label for option in screen.options if option.act.startswith(("in.", "out."))]
    assert names == found
    assert f"« {typed} »" in told(screen)


def test_who_is_not_on_the_list_is_added_by_name(desk: Desk) -> None:
    desk.at_the_door(guest(1, "Élie"))
    desk.give(Tap(f"door.{ID}"))
    (screen,) = desk.say("Sékou <b>")
    assert "Aucun nom ne ressemble" in told(screen)
    desk.give(Tap(f"walk.{TAG}-0"))
    assert done(desk, CheckIn) == [CheckIn(ID, None, "Sékou <b>")]
    assert "Dont 1 sans place réservée" in told(desk.edited[0])
    desk.give(Tap(f"walk.{TAG}-0"), after=timedelta(minutes=1))
    assert done(desk, CheckIn) == []


def test_a_walk_in_is_taken_back_by_its_number(desk: Desk) -> None:
    desk.at_the_door(Guest("Sékou", Place.NONE, START, None, START, 41))
    (screen,) = desk.give(Tap(f"door.{ID}"))
    assert labels(screen)[0] == "✓ Sékou"
    desk.give(Tap(screen.options[0].act))
    assert done(desk, CheckOut) == [CheckOut(ID, None, 41)]


def test_away_from_the_door_words_are_words_again(desk: Desk) -> None:
    desk.at_the_door(guest(1, "Élie"))
    desk.give(Tap(f"door.{ID}"))
    desk.give(Command("menu"))
    (said,) = desk.say("elie")
    assert "Recherche" not in told(said)


def test_the_code_of_the_door_is_made_once_and_anew_on_demand(desk: Desk) -> None:
    desk.at_the_door(guest(1, "Élie"))
    desk.give(Tap(f"code.{ID}"))
    (made,), (given,) = done(desk, OpenDoor), done(desk, HandOut)
    assert f"start=c_{ID}_{made.code}" in plain(given.message.text) and len(made.code) == 12
    assert given.files[0].name == f"entree_{ID}.png"
    assert len(f"c_{'a' * 40}_{made.code}") <= 64
    desk.stands(code=CODE)
    desk.give(Tap(f"code.{ID}"))
    assert done(desk, OpenDoor) == [] and LINK in plain(done(desk, HandOut)[0].message.text)
    desk.give(Tap(f"recode.{ID}"))
    assert done(desk, OpenDoor)[0].code not in (CODE, made.code)


@pytest.mark.parametrize(
    ("stands", "at", "words", "in_"),
    [
        ({"mine": Place.SEATED, "code": CODE}, -timedelta(hours=1), "Bienvenue", True),
        ({"code": CODE}, timedelta(hours=1), "même sans inscription", True),
        ({"code": CODE}, -timedelta(hours=4), "ouvre le jour même, à 15 h 30", False),
        ({"code": CODE}, timedelta(hours=5), "est terminé", False),
        ({"code": CODE, "attended": True}, timedelta(), "déjà notée", False),
        ({"code": "other"}, timedelta(), "n'est plus valable", False),
        ({"code": ""}, timedelta(), "n'est plus valable", False),
        (
            {"event": event(state=EventState.CANCELLED), "code": CODE},
            timedelta(),
            "n'est plus annoncé",
            False,
        ),
    ],
)
def test_who_opens_the_code_at_the_door_is_there(
    member: Desk, stands: dict[str, Any], at: timedelta, words: str, in_: bool
) -> None:
    member.now = START + at
    member.stands(**stands)
    if at > timedelta(hours=2):
        member.seen, member.past = (), member.seen
    (said,) = member.give(Opening(LINK), after=timedelta())
    assert words in told(said)
    assert done(member, CheckIn) == ([CheckIn(ID, PersonId(1), code=CODE)] if in_ else [])


@pytest.mark.parametrize("payload", ["c_", "c__", f"c_{ID}", f"c_{ID}_", "c_x_y", "c_\N{SNOWMAN}_x"])
def test_a_payload_that_is_no_code_is_answered_kindly(member: Desk, payload: str) -> None:
    member.give(Opening(payload))
    assert done(member, CheckIn) == []


# ---- kept up to date ----


@pytest.mark.parametrize("card", ["event", "manage", "door"])
def test_a_card_that_one_looked_at_shows_what_is_true_now(desk: Desk, card: str) -> None:
    desk.at_the_door(guest(1, "Élie", here=True))
    assert desk.give(Timeout(f"fresh.{card}.{ID}")) == []
    (edited,) = desk.edited
    assert edited.key == f"{card}.{ID}"


@pytest.mark.parametrize("card", ["manage", "door"])
def test_a_member_is_never_shown_a_card_of_staff(member: Desk, card: str) -> None:
    member.give(Timeout(f"fresh.{card}.{ID}"))
    assert member.effects == ()


# ---- timers ----


def test_who_said_perhaps_is_asked_gently(member: Desk) -> None:
    for mine in Place:
        member.stands(mine=mine)
        assert bool(member.give(Timeout(reminder_key(ID, MAYBE)))) is (mine is Place.MAYBE)
    member.stands(mine=Place.MAYBE, seated=1)
    (few,) = member.give(Timeout(reminder_key(ID, MAYBE)))
    assert told(few).startswith("Il reste peu de places") and "going" in acts(few)
    member.stands(mine=Place.MAYBE, seated=0)
    (soon,) = member.give(Timeout(reminder_key(ID, MAYBE)))
    assert "approche. Venez-vous" in told(soon)


def test_a_reminder_of_staff_is_not_overtaken_by_the_one_of_the_day_before(member: Desk) -> None:
    member.stands(mine=Place.SEATED)
    member.now = START - timedelta(hours=3)
    (card,) = member.give(Timeout(reminder_key(ID, NOW)))
    assert told(card).startswith("C'est bientôt")


@pytest.fixture
def after(library: Library) -> Desk:
    """The morning after an event at which the person was."""
    chat = Desk(library)
    chat.now = START + timedelta(hours=15)
    chat.seen = ()
    chat.past = (EventSeen(event(follow_up=FlowId("retour-evenement")), mine=Place.SEATED),)
    return chat


def test_the_day_after_who_was_there_is_asked_and_shown_the_way_on(after: Desk) -> None:
    (said,) = after.give(Timeout(reminder_key(ID, AFTER)))
    assert "a eu lieu" in told(
        said
    ) and "Pour la suite, un parcours : « Votre avis sur le rendez-vous »" in told(said)
    assert acts(said) == ["feel", "go"]
    after.tap(f"feel.{ID}")
    assert after.at == "retour-evenement/note"
    (tied,) = [one for one in done(after, Remember) if one.field.name == "evenement"]
    assert (tied.value, tied.erase_after) == (ID, after.now + timedelta(days=365))
    after.say("4", "des idées", "rien à dire")
    (known,) = after.give(Tap(f"feel.{ID}"))
    assert "déjà noté" in told(known)


@pytest.mark.parametrize(
    ("stands", "heard"),
    [
        ({"mine": Place.SEATED}, True),
        ({"mine": Place.SEATED, "here": 3}, False),
        ({"mine": Place.NONE, "here": 3, "attended": True}, True),
        ({"mine": Place.WAITING}, False),
        ({"mine": Place.SEATED, "event": event(state=EventState.CANCELLED)}, False),
    ],
)
def test_only_who_was_there_hears_of_it_the_day_after(
    after: Desk, stands: dict[str, Any], heard: bool
) -> None:
    after.past = (EventSeen(**{"event": EVENT, **stands}),)
    assert bool(after.give(Timeout(reminder_key(ID, AFTER)))) is heard
    after.give(Tap(f"feel.{ID}"))
    assert bool(after.at) is (heard or (stands["mine"] is Place.SEATED and "here" not in stands and heard))


def test_an_open_opinion_about_another_event_gives_way(after: Desk) -> None:
    other = replace(after.past[0], event=event(id=EventId("autre")))
    after.past = (*after.past, other)
    after.give(Tap(f"feel.{ID}"))
    after.give(Tap("feel.autre"))
    run = after.session.runs[0]
    assert after.answers[tie(run.id)] == "autre" and len(after.session.runs) == 1
    after.say("/menu")
    after.give(Tap("feel.autre"))
    assert after.session.active == run.id


def gathered(people: int) -> Gathering:
    notes = tuple(3 + number % 3 for number in range(people))
    answers: dict[str, tuple[Value, ...]] = {
        "note": notes,
        "apport": ("idees",) * people,
        "conseil": ("Plus de *temps*",) * people,
    }
    return Gathering(ID, (guest(1, "A", here=True), guest(2, "B")), Opinions(people, answers))


@pytest.mark.parametrize(("people", "shown"), [(0, False), (4, False), (5, True)])
def test_the_report_tells_who_came_and_no_opinion_of_few(library: Library, people: int, shown: bool) -> None:
    staff = Desk(library, standing=Standing.STAFF)
    staff.seen, staff.past, staff.gathering = (), (EventSeen(EVENT),), gathered(people)
    staff.now = EVENT.ends + timedelta(days=3)
    for said in (staff.give(Tap(f"report.{ID}")), staff.give(Timeout(reminder_key(ID, REPORT)))):
        text = told(said[0])
        assert "Présences : 1, dont 0 sans place réservée" in text and "Absences : 1" in text
        assert ("Moyenne : 3,8 sur 5" in text) is shown
        assert ("Des idées : 5" in text) is shown and ("Plus de *temps*" in text) is shown
        assert "N'écrivez ici" not in text
        assert acts(said[0]) == ["manage"]


def test_the_report_says_where_too_few_answered_and_writes_whole_numbers_so(after: Desk) -> None:
    staff = Desk(after.library, standing=Standing.STAFF)
    answers: dict[str, tuple[Value, ...]] = {"note": (4,) * 5, "conseil": ("Bien",) * 4}
    staff.seen, staff.past = (), (EventSeen(EVENT),)
    staff.gathering, staff.now = Gathering(ID, (), Opinions(5, answers)), EVENT.ends + timedelta(days=3)
    text = told(staff.give(Tap(f"report.{ID}"))[0])
    assert "Moyenne : 4 sur 5" in text and "Bien" not in text
    assert text.count("Moins de 5 réponses : elles ne sont pas montrées") == 2


def test_a_report_waits_for_the_morning_and_goes_to_staff_alone(member: Desk) -> None:
    member.seen, member.past, member.gathering = (), (EventSeen(EVENT),), gathered(9)
    member.now = EVENT.ends + timedelta(days=3)
    assert member.give(Timeout(reminder_key(ID, REPORT))) == []


# ---- what is loaded ----


@pytest.mark.parametrize(
    ("input", "session"),
    [
        (Tap(f"list.{ID}"), Session()),
        (Tap(f"door.{ID}"), Session()),
        (Tap(f"report.{ID}"), Session()),
        (Tap(f"in.{TAG}-1"), Session()),
        (Utterance("elie"), Session(confirming=f"door.{ID}")),
        (Timeout(reminder_key(ID, REPORT)), Session()),
        (Timeout(f"fresh.door.{ID}"), Session()),
    ],
)
def test_names_are_loaded_for_staff_alone(input: Input, session: Session) -> None:
    for standing in Standing:
        found = needs(input, session, standing)
        lists = [one for one in found if isinstance(one, GatheringOf)]
        assert bool(lists) is (standing is not Standing.MEMBER)
        assert Need.EVENTS in found
        assert all(one.event in (ID, TAG) for one in lists)


@pytest.mark.parametrize("payload", [LINK, f"e_{ID}"])
def test_events_are_loaded_for_a_link_to_one(payload: str) -> None:
    assert Need.EVENTS in needs(Opening(payload), Session(), Standing.MEMBER)


def test_a_card_has_its_picture_and_its_programme_a_button(member: Desk) -> None:
    picture = AttachedFile("salle.png", "image/png", "0" * 64, "La salle")
    paper = AttachedFile("programme.pdf", "application/pdf", "1" * 64)
    member.seen = (EventSeen(event(picture=picture, paper=paper)),)
    (card,) = member.give(Command("evenements"))
    assert card.attachments == (picture,) and card.steady
    (given,) = member.give(Tap(f"paper.{ID}"))
    assert given.attachments == (paper,)
    member.seen = (EventSeen(event(paper=paper)),)
    member.give(Tap(f"going.{ID}"))
    assert done(member, Edit)[0].message.attachments == (paper,)
    assert "paper" not in acts(done(member, Edit)[0].message)


def test_the_moment_is_told_by_the_clocks_of_the_operator(desk: Desk) -> None:
    desk.stands(seated=1, reminded=datetime.fromisoformat("2027-01-10T23:30+00:00"))
    (manage,) = desk.give(Tap(f"manage.{ID}"))
    assert "lundi 11 janvier 2027, 0 h 30" in told(manage)


def test_a_change_begins_with_what_is_announced(desk: Desk) -> None:
    desk.give(Tap(f"edit.{ID}"))
    assert desk.at.startswith("composer-evenement/")
    assert EVENT.title in desk.told.values()


def test_in_the_middle_of_a_journey_staff_see_the_card_alone_and_come_back(desk: Desk) -> None:
    desk.say("/profil")
    before = desk.at
    sent = desk.give(Opening(f"e_{ID}"))
    assert [one.key == f"event.{ID}" for one in sent] == [True, False] and desk.at == before


@pytest.mark.parametrize("standing", [Standing.ORGANISER, Standing.STAFF])
def test_a_word_to_those_registered_is_about_this_event_from_the_start(
    library: Library, standing: Standing
) -> None:
    desk = Desk(replace(library, shelf=shelf()), standing=standing)
    desk.give(Tap(f"word.{ID}"))
    assert desk.at == "ecrire-aux-inscrits/texte"
    assert desk.told["evenement"] == ID
