"""`/evenements`, the card of an event, its buttons, links to it, and its reminders."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, get_args

import pytest

from bot.dialogue.acts import EventTap, EventWish, parse_act
from bot.dialogue.library import Library
from bot.dialogue.needs import needs
from bot.dialogue.respond import respond
from bot.events.reminders import reminder_key
from bot.markup import plain
from bot.model.effects import Erase, HandOut, Register, SetTimer
from bot.model.event import EventId, EventSeen, EventState, Place, Reply
from bot.model.inputs import Command, Input, Opening, Tap, Timeout, Utterance
from bot.model.message import Message, Option
from bot.model.session import Session
from bot.model.turn import Need, View, Wanted
from bot.model.who import Standing
from tests.dialogue.chat import Chat
from tests.events.samples import EVENT, START, event

ID = EVENT.id


class Invited(Chat):
    """A chat in which events are announced."""

    seen: tuple[EventSeen, ...] = (EventSeen(EVENT),)

    def view(self) -> View:
        seen = super().view()
        return replace(seen, events=self.seen, policy=replace(seen.policy, bot="alliances_bot"))

    def stands(self, **changes: Any) -> None:
        """How the one event stands from now on."""
        self.seen = (EventSeen(**{"event": EVENT, **changes}),)


@pytest.fixture
def chat(library: Library) -> Invited:
    return Invited(library)


def told(message: Message) -> str:
    return plain(message.text).replace("\N{NO-BREAK SPACE}", " ")


def registered(chat: Chat) -> Register | None:
    return next((effect for effect in chat.effects if isinstance(effect, Register)), None)


def acts(message: Message) -> list[str]:
    return [option.act.split(".")[0] for option in message.options if option.act]


def test_the_card_says_date_first_then_place_seats_and_what_one_can_do(chat: Invited) -> None:
    chat.stands(seated=1)
    (card,) = chat.give(Command("evenements"))
    assert told(card).startswith("Jeudi 18 février 2027, de 18 h 30 à 20 h 30")
    assert "Salle des fêtes, Évry" in told(card) and "Il reste 1 place sur 2" in told(card)
    assert "**" not in told(card)
    assert acts(card) == ["going", "maybe", "decline", "ics"]
    assert card.options[-1].link == EVENT.link
    assert card.key == f"event.{ID}"


def test_several_events_are_a_list_and_each_opens_its_card(chat: Invited) -> None:
    day = timedelta(days=1)
    other = event(id=EventId("autre"), title="Autre *rencontre*", starts=START + day, ends=START + day + day)
    off = event(id=EventId("annule"), state=EventState.CANCELLED)
    chat.seen = (EventSeen(EVENT, mine=Place.SEATED), EventSeen(off), EventSeen(other))
    (listed,) = chat.say("/evenements")
    assert "(vous venez)" in told(listed) and "Autre *rencontre*" in told(listed)
    assert acts(listed) == ["event", "event", "do"]
    (card,) = chat.tap("event.autre")
    assert told(card).startswith("Du vendredi 19 février 2027, 18 h 30, au samedi 20 février 2027, 18 h 30")


def test_what_is_going_on_is_still_found_with_its_address(chat: Invited) -> None:
    chat.now = START + timedelta(minutes=10)
    chat.stands(seated=2, waiting=1, mine=Place.SEATED)
    (card,) = chat.give(Command("evenements"))
    assert "Salle des fêtes, Évry" in told(card) and "Ce rendez-vous a commencé." in told(card)
    assert "Votre place est réservée" in told(card) and "Je ne viens pas" not in told(card)
    assert acts(card) == [] and [one.link for one in card.options] == [EVENT.link]
    chat.stands(seated=2, waiting=1, mine=Place.WAITING)
    (card,) = chat.give(Command("evenements"))
    assert "Aucune place ne s'est libérée" in told(card)
    chat.seen = (
        EventSeen(EVENT),
        EventSeen(event(id=EventId("autre"), starts=START, ends=START + timedelta(days=1))),
    )
    (listed,) = chat.give(Command("evenements"))
    assert "Rencontre des alliés (en cours)" in told(listed)
    chat.now = EVENT.ends
    chat.stands(mine=Place.SEATED)
    (none,) = chat.give(Command("evenements"))
    assert "Aucun rendez-vous n'est annoncé" in told(none)


def test_an_event_without_a_place_is_said_to_be_online(chat: Invited) -> None:
    chat.stands(event=event(place=""))
    (card,) = chat.give(Command("evenements"))
    assert "En ligne" in told(card) and card.options[-1].label == "Rejoindre en ligne"


PLAIN_WORDS = ("événements", "Rendez-vous ?", "les rendez vous svp", "RDV", "agenda", "prochaines rencontres")


@pytest.mark.parametrize("words", PLAIN_WORDS)
def test_plain_words_for_events_list_them(chat: Invited, words: str) -> None:
    (card,) = chat.say(words)
    assert card.key == f"event.{ID}"


@pytest.mark.parametrize(
    "words",
    [
        "comment préparer un rendez-vous avec un allié",
        "prendre rendez-vous",
        "on veut organiser un événement commun",
        "quels événements suivre dans l'année ?",
    ],
)
def test_a_question_about_a_meeting_is_a_question(chat: Invited, words: str) -> None:
    assert all(one.key != f"event.{ID}" for one in chat.say(words))


def test_plain_words_ask_for_the_events_that_are_not_known_yet(chat: Invited) -> None:
    def lacking(*known: Need) -> frozenset[Wanted]:
        view = replace(chat.view(), known=frozenset(known))
        words = Utterance("rendez-vous")
        return respond(Session(), words, chat.library, view, now=chat.now, rng=chat.rng).lacks

    assert lacking() == {Need.EVENTS} and lacking(Need.EVENTS) == frozenset()


def test_in_the_middle_of_a_journey_plain_words_show_them_and_the_prompt_comes_back(chat: Invited) -> None:
    chat.say("faire connaissance")
    (card, again) = chat.say("agenda")
    assert card.key == f"event.{ID}" and again.options


def test_a_list_of_them_in_the_middle_of_a_journey_loses_nobody_their_place(chat: Invited) -> None:
    prompt = chat.say("faire connaissance")[-1]
    here = chat.at
    for seen in ((EventSeen(EVENT), EventSeen(event(id=EventId("autre")))), ()):
        chat.seen = seen
        (listed, again) = chat.say("agenda")
        assert "rendez-vous" in told(listed).lower() and chat.at == here
        assert [one.label for one in again.options] == [one.label for one in prompt.options]


def test_without_events_it_says_so(chat: Invited) -> None:
    chat.seen = ()
    (said,) = chat.give(Command("evenements"))
    assert "Aucun rendez-vous" in told(said)


@pytest.mark.parametrize(
    ("stands", "tap", "reply", "expected", "words"),
    [
        ({}, "going", Reply.GOING, Place.SEATED, "Vous venez"),
        ({"seated": 1}, "going", Reply.GOING, Place.SEATED, "Complet"),
        ({"seated": 2, "waiting": 3}, "going", Reply.GOING, Place.WAITING, "en position 4"),
        ({}, "maybe", Reply.MAYBE, Place.MAYBE, "Aucune place n'est réservée"),
        ({"seated": 2, "mine": Place.SEATED}, "decline", Reply.NO, Place.DECLINED, "Il reste 1 place"),
        (
            {"seated": 2, "waiting": 1, "mine": Place.SEATED},
            *("decline", Reply.NO, Place.DECLINED, "Complet.\n"),
        ),
        (
            {"seated": 2, "waiting": 3, "mine": Place.WAITING, "ahead": 1},
            *("maybe", Reply.MAYBE, Place.MAYBE, "liste d'attente : 2 personnes."),
        ),
    ],
)
def test_an_answer_is_registered_and_the_card_edited_in_place(
    chat: Invited, stands: dict[str, Any], tap: str, reply: Reply, expected: Place, words: str
) -> None:
    chat.stands(**stands)
    assert chat.give(Tap(f"{tap}.{ID}")) == []
    found = registered(chat)
    assert found is not None
    assert (found.event, found.reply, found.expected, found.revision) == (ID, reply, expected, 1)
    (card,) = chat.edited
    assert words in told(card) and card.key == f"event.{ID}"
    assert "elle est à vous" in told(found.news) and "decline" in acts(found.news)


@pytest.mark.parametrize(
    ("tap", "reply"), [("n-going", Reply.GOING), ("n-maybe", Reply.MAYBE), ("n-no", Reply.NO)]
)
def test_an_answer_below_an_announcement_brings_a_card_and_leaves_the_text(
    chat: Invited, tap: str, reply: Reply
) -> None:
    (card,) = chat.give(Tap(f"{tap}.{ID}"))
    found = registered(chat)
    assert found is not None and found.reply is reply
    assert chat.edited == [] and card.key == f"event.{ID}"


def test_the_waiting_list_is_told_before_one_joins_it(chat: Invited) -> None:
    chat.stands(seated=2, waiting=3)
    (card,) = chat.give(Command("evenements"))
    assert "Complet. Sur la liste d'attente : 3 personnes" in told(card)
    assert card.options[0].label == "M'inscrire en attente"


@pytest.mark.parametrize(
    ("changes", "mine", "shown", "words"),
    [
        ({"deadline": START - timedelta(days=50)}, Place.NONE, ["ics"], "closes"),
        ({"deadline": START - timedelta(days=50)}, Place.SEATED, ["decline", "ics"], "closes"),
        ({"state": EventState.CANCELLED}, Place.SEATED, [], "Annulé"),
        ({"starts": START - timedelta(days=90)}, Place.SEATED, [], "a commencé"),
    ],
)
def test_an_old_card_whose_time_is_over_is_put_right(
    chat: Invited, changes: dict[str, Any], mine: Place, shown: list[str], words: str
) -> None:
    chat.seen = (EventSeen(event(**changes), mine=mine),)
    chat.give(Tap(f"going.{ID}"))
    assert registered(chat) is None
    (card,) = chat.edited
    assert words in told(card) and acts(card) == shown


def test_an_old_card_of_what_is_off_hands_out_the_file_that_removes_it_and_says_so(chat: Invited) -> None:
    chat.stands(event=event(state=EventState.CANCELLED), mine=Place.SEATED)
    chat.give(Tap(f"ics.{ID}"))
    (given,) = [effect for effect in chat.effects if isinstance(effect, HandOut)]
    assert "est annulé" in told(given.message) and "l'enlever de votre agenda" in told(given.message)
    assert b"METHOD:CANCEL" in given.files[0].content


def test_the_calendar_file_is_handed_out(chat: Invited) -> None:
    chat.give(Tap(f"ics.{ID}"))
    (given,) = (effect for effect in chat.effects if isinstance(effect, HandOut))
    (file,) = given.files
    assert file.name == f"2027-02-18_{ID}.ics" and b"METHOD:PUBLISH" in file.content


@pytest.mark.parametrize("act", ["going", "maybe", "decline", "ics", "event"])
def test_a_button_of_an_event_that_is_gone_is_answered_kindly(chat: Invited, act: str) -> None:
    chat.seen = ()
    (said,) = chat.give(Tap(f"{act}.{ID}"))
    assert "n'est plus annoncé" in told(said) and registered(chat) is None


def test_a_link_opens_the_card(chat: Invited) -> None:
    (card,) = chat.give(Opening(f"e_{ID}"))
    assert card.key == f"event.{ID}"
    (said,) = chat.give(Opening("e_inconnu"))
    assert "n'est plus annoncé" in told(said)


def test_a_double_tap_is_one_answer(chat: Invited) -> None:
    chat.give(Tap(f"going.{ID}"))
    chat.give(Tap(f"going.{ID}"), after=timedelta(seconds=1))
    assert chat.effects == ()


def test_in_the_middle_of_a_journey_no_place_is_lost(chat: Invited) -> None:
    chat.say("/profil")
    before = chat.at
    chat.give(Tap(f"going.{ID}"))
    assert registered(chat) and chat.at == before
    sent = chat.give(Opening(f"e_{ID}"))
    assert chat.at == before and len(sent) == 2


def test_a_reminder_comes_only_to_those_going_and_not_at_night(chat: Invited) -> None:
    due = Timeout(reminder_key(ID, 1))
    for mine in Place:
        chat.stands(mine=mine)
        sent = chat.give(due)
        assert bool(sent) is (mine is Place.SEATED), mine
    chat.stands(mine=Place.SEATED)
    (card,) = chat.give(due)
    assert told(card).startswith("C'est bientôt")
    chat.now = chat.now.replace(hour=22)
    assert chat.give(due) == []
    (later,) = chat.effects
    assert isinstance(later, SetTimer) and (later.due.hour, later.due.tzinfo) == (8, EVENT.zone)
    chat.seen = (EventSeen(event(state=EventState.CANCELLED), mine=Place.SEATED),)
    chat.give(due)
    assert chat.effects == ()


def test_who_is_erased_gives_the_seat_back_first(chat: Invited) -> None:
    chat.stands(seated=2, waiting=1, mine=Place.SEATED)
    chat.say("/effacer", "oui")
    found = registered(chat)
    assert found is not None and found.reply is Reply.NO
    assert any(isinstance(effect, Erase) for effect in chat.effects)


OFFER = Session(offers=(Option("x", "Je viens", f"going.{ID}"),))
NOBODY = Session()


@pytest.mark.parametrize(
    ("input", "session", "needed"),
    [
        (Command("evenements"), NOBODY, True),
        (Opening(f"e_{ID}"), NOBODY, True),
        (Command("start", f"e_{ID}"), NOBODY, True),
        (Tap(f"going.{ID}"), NOBODY, True),
        (Tap("do.events"), NOBODY, True),
        (Tap("do.erase-yes"), NOBODY, True),
        (Timeout(reminder_key(ID, 7)), NOBODY, True),
        (Utterance("/Evenements@alliances_bot"), NOBODY, True),
        (Utterance("oui"), Session(confirming="erase"), True),
        (Utterance("je viens"), OFFER, True),
        (Utterance("bonjour"), NOBODY, False),
        (Utterance("/"), NOBODY, False),
        (Opening("faire-connaissance"), NOBODY, False),
        (Timeout("remind.abc"), NOBODY, False),
        (Tap("do.menu"), NOBODY, False),
    ],
)
def test_events_are_loaded_only_where_they_decide(input: Input, session: Session, needed: bool) -> None:
    found = needs(input, session, Standing.MEMBER)
    assert (Need.EVENTS in found) is needed
    assert Need.MISSES not in found


@pytest.mark.parametrize("act", ["going.", "going.É", "going.a.b", "goingx.a", f"going.{'a' * 41}"])
def test_a_forged_act_is_none(act: str) -> None:
    assert parse_act(act) is None


def test_every_button_fits_the_longest_id() -> None:
    longest = EventId("a" * 40)
    assert parse_act(f"decline.{longest}") == EventTap(longest, "decline")
    assert max(len(f"{wish}.{longest}") for wish in get_args(EventWish)) <= 48


@pytest.mark.parametrize("words", [f"e_{ID}", ID, "rencontre des alliés"])
def test_staff_gets_the_link_and_the_picture_of_an_event(library: Library, words: str) -> None:
    chat = Invited(library, standing=Standing.STAFF)
    chat.give(Command("lien", words))
    (given,) = (effect for effect in chat.effects if isinstance(effect, HandOut))
    assert f"https://t.me/alliances_bot?start=e_{ID}" in plain(given.message.text)
    assert given.files[0].name == f"qr_{ID}.png"
