"""Announcements in chat: seen, directed, corrected and taken back by staff; nobody else learns of them."""

from dataclasses import replace
from typing import get_args

import pytest

from bot.dialogue.acts import AnnouncementTap, AnnouncementWish, parse_act
from bot.dialogue.announcing import LONGEST, copy_for
from bot.dialogue.draft import Draft
from bot.dialogue.needs import needs
from bot.events.audience import comes_to
from bot.model.announcement import (
    Announcement,
    AnnouncementId,
    AnnouncementSeen,
    Audience,
    CopiesOf,
    CopyLine,
    Fate,
    Order,
    Plan,
    State,
    Sweep,
    Tally,
)
from bot.model.effects import Amend, Audit, Direct, ReportOn, Send
from bot.model.event import EventSeen, Place
from bot.model.inputs import Command, Input, Tap, Utterance
from bot.model.message import Markdown, Message, Poll
from bot.model.session import Session
from bot.model.turn import Need, View
from bot.model.who import Standing
from tests.dialogue.chat import MONDAY, Chat
from tests.events.samples import EVENT

WISHES = get_args(AnnouncementWish)


def seen(state: State = State.RUNNING, **changes: object) -> AnnouncementSeen:
    plan = Plan(Message(Markdown("**Avis** à toutes et tous\n\nLa suite")))
    ended = MONDAY if state in (State.CANCELLED, State.DONE) else None
    began = None if state is State.PLANNED else MONDAY
    one = Announcement(AnnouncementId(3), plan, state, MONDAY, MONDAY, 9, 4, 9, began=began, ended=ended)
    tally = Tally(9, {Fate.SENT: 4, Fate.BLOCKED: 1})
    return AnnouncementSeen(replace(one, **changes), tally)  # type: ignore[arg-type]  # names of fields


class Desk(Chat):
    """A chat that is loaded with announcements, even where a member could not ask for them."""

    def __init__(self, *announcements: AnnouncementSeen, standing: Standing = Standing.STAFF) -> None:
        super().__init__(standing=standing)
        self.announcements = announcements
        self.events: tuple[EventSeen, ...] = ()

    def view(self) -> View:
        line = CopyLine("Awa", Fate.SENT, "", MONDAY, (), Place.NONE, ())
        return replace(super().view(), announcements=self.announcements, events=self.events, copies=(line,))

    def decided(self) -> list[Direct | Amend | ReportOn]:
        return [effect for effect in self.effects if isinstance(effect, Direct | Amend | ReportOn)]

    def wish(self, wish: str, number: int = 3) -> None:
        self.give(Tap(f"news-{wish}.{number}"))


def test_the_list_shows_where_each_stands_with_a_button_for_its_card() -> None:
    desk = Desk(seen(), seen(State.DONE))
    (listed,) = desk.give(Command("annonces"))
    assert "[announcements_list]" in desk.text
    assert [option.act for option in listed.options] == ["news-show.3", "news-show.3", "do.menu"]
    assert listed.options[0].label == "Avis à toutes et tous"
    assert "[announcements_none]" in Desk().say("/annonces")[0].text.replace("\\", "")


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        (State.PLANNED, {"cancel"}),
        (State.RUNNING, {"pause", "cancel", "correct", "recall"}),
        (State.PAUSED, {"resume", "cancel", "report", "correct", "recall"}),
        (State.CANCELLED, {"report", "correct", "recall"}),
        (State.DONE, {"report", "correct", "recall"}),
    ],
)
def test_the_card_offers_what_can_be_done_and_nothing_else(state: State, offered: set[str]) -> None:
    one = seen(state)
    if state is State.PLANNED:
        one = replace(one, tally=Tally(0, {}))
    desk = Desk(one)
    desk.wish("show")
    (card,) = desk.sent
    assert card.key == "announcement.3"
    assert {option.act for option in card.options} == {f"news-{wish}.3" for wish in offered}


@pytest.mark.parametrize(
    ("state", "wish", "order"),
    [
        (State.RUNNING, "pause", Order.PAUSE),
        (State.PAUSED, "resume", Order.RESUME),
        (State.RUNNING, "cancel-yes", Order.CANCEL),
        (State.PLANNED, "cancel-yes", Order.CANCEL),
        (State.RUNNING, "resume", None),
        (State.DONE, "pause", None),
        (State.CANCELLED, "cancel-yes", None),
    ],
)
def test_an_order_goes_out_where_it_makes_sense_and_else_the_card_shows_why_not(
    state: State, wish: str, order: Order | None
) -> None:
    desk = Desk(seen(state))
    desk.wish(wish)
    if order is None:
        assert desk.decided() == [] and desk.sent[0].key == "announcement.3"
    else:
        assert desk.decided() == [Direct(AnnouncementId(3), order)]


@pytest.mark.parametrize(("wish", "sure"), [("cancel", "cancel-yes"), ("recall", "recall-yes")])
def test_what_cannot_be_undone_is_asked_first(wish: str, sure: str) -> None:
    desk = Desk(seen())
    desk.wish(wish)
    assert desk.decided() == []
    assert [option.act for option in desk.sent[0].options] == [f"news-{sure}.3", "news-show.3"]
    desk.wish(sure)
    assert len(desk.decided()) == 1


def test_a_correction_is_written_shown_as_it_will_be_and_only_then_made() -> None:
    desk = Desk(seen())
    desk.wish("correct")
    assert "[announcement_correct_ask]" in desk.text and desk.decided() == []
    desk.say("Bonjour {name}, c'est **vendredi**.")
    assert "Bonjour Awa, c'est **vendredi**." in desk.text and desk.decided() == []
    desk.tap("news-correct-yes.3")
    assert desk.decided() == [Amend(AnnouncementId(3), Markdown("Bonjour {name}, c'est **vendredi**."))]
    desk.wish("correct-yes")  # an old button: there is no new text any more
    assert desk.decided() == []


def test_a_correction_says_who_read_another_text_until_now() -> None:
    desk = Desk(seen())
    desk.wish("correct")
    desk.say("C'est vendredi.")
    assert "[announcement_correct_languages]" not in desk.text
    plan = replace(seen().announcement.plan, translations=(("fr", Markdown("x")), ("uk", Markdown("y"))))
    desk = Desk(seen(plan=plan))
    desk.wish("correct")
    desk.say("C'est vendredi.")
    assert "[announcement_correct_languages] Français, uk" in desk.text


def test_the_button_of_an_earlier_correction_never_sends_the_text_of_another_announcement() -> None:
    other = replace(seen(), announcement=replace(seen().announcement, id=AnnouncementId(4)))
    desk = Desk(seen(), other)
    desk.wish("correct")
    desk.say("Pour la troisième")
    desk.wish("correct", 4)
    desk.say("Pour la quatrième")
    desk.wish("correct-yes")
    assert desk.decided() == []
    desk.wish("correct-yes", 4)
    assert desk.decided() == [Amend(AnnouncementId(4), Markdown("Pour la quatrième"))]


def test_a_correction_with_a_hole_that_nobody_can_fill_is_asked_for_again() -> None:
    desk = Desk(seen())
    desk.wish("correct")
    desk.say("Bonjour {nom}")
    assert "[announcement_hole] {nom}" in desk.text
    desk.say("oui")  # is the text then, and no yes to anything
    assert "[announcement_correct_show]" in desk.text


def test_anything_else_in_between_forgets_that_a_text_was_asked_for() -> None:
    desk = Desk(seen())
    desk.wish("correct")
    desk.give(Command("menu"))
    desk.say("Bonjour")
    assert "[announcement_correct_show]" not in desk.text


def test_a_very_long_correction_stays_one_message() -> None:
    desk = Desk(seen())
    desk.wish("correct")
    desk.say("mot " * 3000)
    desk.tap("news-correct-yes.3")
    (amend,) = desk.decided()
    assert isinstance(amend, Amend) and amend.text is not None and len(amend.text) <= LONGEST


@pytest.mark.parametrize(
    "one",
    [
        seen(State.DONE, sweep=Sweep.RECALL, edition=2),
        seen(State.PLANNED),
        seen(plan=Plan(Message(Markdown(""), poll=Poll("?", ("a", "b"))))),
    ],
)
def test_what_cannot_be_corrected_is_not_asked_for(one: AnnouncementSeen) -> None:
    desk = Desk(one)
    desk.wish("correct")
    assert "[announcement_correct_ask]" not in desk.text and desk.sent[0].key == "announcement.3"


def test_the_report_comes_with_words_for_the_list() -> None:
    desk = Desk(seen(State.DONE))
    desk.wish("report")
    (asked,) = desk.decided()
    assert isinstance(asked, ReportOn)
    listing = asked.told.files[-1]
    assert listing.name == "2027-01-11_annonce_3.csv"
    assert listing.content.decode("utf-8-sig").split("\r\n")[1].startswith("Awa;")
    assert "[figure_sent] 4" in asked.told.message.text.replace("\\", "")
    assert [option.act for option in asked.told.message.options] == ["news-show.3"]


def test_the_copies_for_the_list_are_loaded_for_the_report_alone() -> None:
    copies = CopiesOf(AnnouncementId(3))
    for wish in WISHES:
        wanted = needs(Tap(f"news-{wish}.3"), Session(), Standing.STAFF)
        assert (copies in wanted) == (wish == "report")
    assert copies not in needs(Tap("news-report.3"), Session(), Standing.MEMBER)


@pytest.mark.parametrize("standing", [Standing.ORGANISER, Standing.STAFF])
def test_an_announcement_that_is_gone_is_said_to_be_and_was_no_trespass(standing: Standing) -> None:
    desk = Desk(standing=standing)
    desk.wish("pause")
    assert "[announcement_gone]" in desk.text and desk.decided() == []
    assert Audit("refused", "news-pause") not in desk.effects


def test_what_the_composer_sees_is_what_they_would_get() -> None:
    desk = Desk()
    desk.events = (EventSeen(EVENT, 1, mine=Place.SEATED),)
    draft = Draft(desk.library, Session(), desk.view(), MONDAY, desk.rng)
    made = copy_for(draft, Plan(Message(Markdown("Bonjour {name}")), event=EVENT.id))
    assert made.text.startswith("Bonjour Awa") and EVENT.title in made.text.replace("\\", "")
    assert [option.act for option in made.controls] == ["do.news"]


# ---- who may not ----

STRANGERS = (Standing.MEMBER, Standing.ORGANISER)


def to_registered() -> AnnouncementSeen:
    plan = Plan(Message(Markdown("La salle change")), event=EVENT.id)
    return seen(plan=replace(plan, audience=Audience(comes_to(EVENT.id))))


@pytest.mark.parametrize("standing", list(Standing))
def test_who_organises_stops_and_corrects_what_went_to_those_registered(standing: Standing) -> None:
    may = standing is not Standing.MEMBER
    desk = Desk(to_registered(), standing=standing)
    desk.wish("pause")
    assert desk.decided() == ([Direct(AnnouncementId(3), Order.PAUSE)] if may else [])
    desk.wish("correct")
    desk.say("La salle ne change pas")
    desk.wish("correct-yes")
    assert len(desk.decided()) == may
    desk.wish("report")
    assert len(desk.decided()) == may


@pytest.mark.parametrize("standing", STRANGERS)
@pytest.mark.parametrize("wish", WISHES)
def test_a_forged_button_of_a_stranger_gives_what_any_stale_button_gives(
    standing: Standing, wish: str
) -> None:
    desk, other = Desk(seen(), standing=standing), Desk(standing=standing)
    desk.wish(wish)
    other.give(Tap("p99.nothing"))
    assert desk.text == other.text and desk.decided() == []
    assert Audit("refused", f"news-{wish}") in desk.effects


@pytest.mark.parametrize("standing", STRANGERS)
def test_the_command_of_a_stranger_gives_what_any_unknown_command_gives(standing: Standing) -> None:
    desk, other = Desk(seen(), standing=standing), Desk(standing=standing)
    desk.give(Command("annonces"))
    other.give(Command("annoncez"))
    assert desk.text == other.text.replace("/annoncez", "/annonces")


def test_a_text_awaited_from_staff_who_lost_their_role_is_a_question_like_any_other() -> None:
    desk = Desk(seen(), standing=Standing.STAFF)
    desk.wish("correct")
    desk.person = replace(desk.person, standing=Standing.MEMBER)
    desk.say("Un autre texte")
    assert "[announcement_correct_show]" not in desk.text


@pytest.mark.parametrize("standing", list(Standing))
@pytest.mark.parametrize("input", [Command("annonces"), Tap("news-show.3"), Utterance("/annonces")])
def test_announcements_are_loaded_for_those_with_the_right_alone(standing: Standing, input: Input) -> None:
    wanted = Need.ANNOUNCEMENTS in needs(input, Session(), standing)
    assert wanted == (standing is not Standing.MEMBER)


@pytest.mark.parametrize("wish", WISHES)
def test_every_button_of_an_announcement_fits_and_is_understood(wish: AnnouncementWish) -> None:
    act = f"news-{wish}.999999999"
    assert len(act.encode()) <= 48
    assert parse_act(act) == AnnouncementTap(AnnouncementId(999999999), wish)


@pytest.mark.parametrize(
    "act", ["news-show.", "news-show.x", "news-drop.3", "news-show.9999999999", "news-show.-1"]
)
def test_nothing_else_is_a_button_of_an_announcement(act: str) -> None:
    assert not isinstance(parse_act(act), AnnouncementTap)


def test_the_preview_of_a_correction_has_no_button_that_acts() -> None:
    desk = Desk(seen(plan=Plan(Message(Markdown("x")), event=EVENT.id)))
    desk.events = (EventSeen(EVENT, 1),)
    desk.wish("correct")
    desk.say("Mieux")
    shown = [effect.message for effect in desk.effects if isinstance(effect, Send)][-1]
    assert [option.act for option in shown.options] == ["news-correct-yes.3", "news-show.3"]
