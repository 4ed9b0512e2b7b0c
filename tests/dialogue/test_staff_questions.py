"""Staff in chat: what people asked without an answer, where it belongs; nobody else sees it or moves it."""

from dataclasses import replace
from datetime import date

import pytest

from bot.dialogue.acts import GroupTap, PlainTap, ProposeTap, article_tag, parse_act
from bot.dialogue.library import Library
from bot.dialogue.needs import needs
from bot.flows.cards import LABEL
from bot.model.effects import Audit, Propose, Send, Settle
from bot.model.inputs import Command, InGroup, Input, Opening, Tap, Timeout, Utterance
from bot.model.message import Option
from bot.model.misses import Missed
from bot.model.session import Session
from bot.model.turn import Need, View
from bot.model.values import ArticleId
from bot.model.who import Standing
from tests.dialogue.chat import MONDAY, Chat
from tests.flows.library import ARTICLES, library_of

DAY = "2027-01-04"
ALLIANCE = article_tag("alliance")
MINIBUS = ("financer un minibus", "comment financer un minibus ?", "financer notre minibus")


def missed(*texts: str, verdict: str = "reject", first: int = 1) -> tuple[Missed, ...]:
    return tuple(Missed(number, DAY, text, verdict) for number, text in enumerate(texts, first))


ASKED = missed("quelle pizzeria choisir", *MINIBUS)


class Desk(Chat):
    """A chat that is loaded with questions, even where a member could not ask for them."""

    def __init__(
        self,
        misses: tuple[Missed, ...] = ASKED,
        standing: Standing = Standing.STAFF,
        library: Library | None = None,
    ) -> None:
        super().__init__(library, standing=standing)
        self.misses = misses

    def view(self) -> View:
        return replace(super().view(), misses=self.misses)

    def decided(self) -> list[Propose | Settle]:
        return [effect for effect in self.effects if isinstance(effect, Propose | Settle)]


def labels(options: tuple[Option, ...]) -> list[str]:
    return [option.label for option in options]


def test_staff_see_the_biggest_groups_first_with_a_button_each() -> None:
    desk = Desk()
    (listed,) = desk.give(Command("questions"))
    assert "[missed_list] 2" in desk.text
    assert desk.text.index("[missed_line] 3") < desk.text.index("[missed_line] 1 quelle pizzeria choisir")
    assert [option.id for option in listed.options] == ["miss.2", "miss.1", "menu"]
    assert all(len(option.label) <= LABEL for option in listed.options)


def test_typed_as_words_it_is_the_same_command() -> None:
    assert "[missed_list]" in Desk().say("/questions")[0].text.replace("\\", "")


def test_five_groups_are_shown() -> None:
    words = ("pizzeria", "minibus", "météo", "football", "piano", "chocolat", "voyage")
    (listed,) = Desk(missed(*words)).give(Command("questions"))
    assert [option.id for option in listed.options] == [*(f"miss.{number}" for number in range(1, 6)), "menu"]


def test_without_questions_it_says_so() -> None:
    desk = Desk(())
    desk.give(Command("questions"))
    assert "[missed_none]" in desk.text and "[missed_list]" not in desk.text


def test_a_group_shows_wordings_verdicts_and_where_it_may_belong() -> None:
    desk = Desk((*missed("une allianse durable au club", "une alliance durable pour le club"),
                 *missed("une alliance durable au club", verdict="disliked", first=3)))  # fmt: skip
    desk.give(Command("questions"))
    (shown,) = desk.tap("miss.1")
    assert "[missed_group] 3 lundi 4 janvier 2027" in desk.text
    assert "[missed_reject] 2, [missed_disliked] 1" in desk.text
    assert "- une alliance durable pour le club" in desk.text
    assert (shown.options[0].id, shown.options[-1].id) == ("add.alliance", "away.1")
    assert labels(shown.controls) == ["[button_back]"]
    assert all(len(option.label) <= LABEL for option in shown.options)


def test_a_question_cannot_forge_markup() -> None:
    desk = Desk(missed("**gras** [x](https://exemple.org) pizzeria"))
    (listed,) = desk.give(Command("questions"))
    (shown,) = desk.tap("miss.1")
    assert "\\*\\*gras" in listed.text and "\\*\\*gras" in shown.text
    assert "](https" not in listed.text and "](https" not in shown.text


def test_back_leads_to_the_list() -> None:
    desk = Desk()
    desk.give(Command("questions"))
    desk.tap("miss.2")
    desk.tap("questions")
    assert "[missed_list] 2" in desk.text


def test_add_to_records_a_proposal_without_identity_and_says_that_it_is_checked() -> None:
    desk = Desk()
    desk.give(Tap(f"add.2-{ALLIANCE}"))
    assert desk.decided() == [Propose(ArticleId("alliance"), desk_phrasings(desk), (2, 3, 4))]
    assert "[missed_proposed] 3 Qu'est-ce qu'une alliance ?" in desk.text
    assert "[missed_line] 3" not in desk.text, "the list that follows is without the group"


def desk_phrasings(desk: Desk) -> tuple[str, ...]:
    (proposal,) = [effect for effect in desk.effects if isinstance(effect, Propose)]
    assert set(proposal.phrasings) == set(MINIBUS)
    return proposal.phrasings


@pytest.mark.parametrize(
    "texts",
    [("c'est quoi une alliance durable",), ("écrire à [adresse] pour un minibus",), ("minibus " * 30,)],
    ids=["found already", "masked", "a story"],
)
def test_what_teaches_nothing_or_cannot_be_published_is_not_proposed(texts: tuple[str, ...]) -> None:
    desk = Desk(missed(*texts))
    desk.give(Tap(f"add.1-{ALLIANCE}"))
    assert desk.decided() == []
    assert "[missed_nothing_to_add]" in desk.text


def test_only_wordings_that_staff_have_read_are_proposed() -> None:
    endings = ("", " neuf", " rouge", " cher", " vite", " loin", " chez Paul Martin")
    desk = Desk(missed(*(f"financer un minibus{ending}" for ending in endings)))
    desk.give(Tap("miss.1"))
    shown = desk.text
    desk.give(Tap(f"add.1-{ALLIANCE}"))
    (proposed,) = (one for one in desk.decided() if isinstance(one, Propose))
    assert proposed.phrasings
    assert all(text in shown for text in proposed.phrasings)


def test_dismissing_puts_the_group_away() -> None:
    desk = Desk()
    desk.give(Command("questions"))
    desk.tap("miss.2")
    desk.tap("away.2")
    assert [set(effect.misses) for effect in desk.decided() if isinstance(effect, Settle)] == [{2, 3, 4}]
    assert "[missed_dismissed]" in desk.text and "[missed_line] 1" in desk.text


FORGED = ["miss.2", "away.2", f"add.2-{ALLIANCE}", "do.questions"]


@pytest.mark.parametrize("act", FORGED)
def test_a_forged_tap_of_somebody_else_does_nothing_and_shows_nothing(act: str) -> None:
    desk = Desk(standing=Standing.MEMBER)
    desk.give(Tap(act))
    assert all(isinstance(effect, Send | Audit) for effect in desk.effects)
    assert "minibus" not in desk.text and "pizzeria" not in desk.text


@pytest.mark.parametrize("act", FORGED)
def test_who_is_no_longer_staff_can_do_nothing_with_the_buttons_they_still_have(act: str) -> None:
    desk = Desk()
    desk.give(Command("questions"))
    desk.tap("miss.2")
    desk.person = replace(desk.person, standing=Standing.MEMBER)
    desk.give(Tap(act))
    assert desk.decided() == [] and "minibus" not in desk.text


def test_to_others_the_command_does_not_exist() -> None:
    desk = Desk(standing=Standing.MEMBER)
    desk.give(Command("questions"))
    assert desk.text == "[unknown_command] /questions"


@pytest.mark.parametrize(
    "act", ["miss.99", "away.99", f"add.99-{ALLIANCE}", "add.2-0000000000", "miss.999999999"]
)
def test_a_group_or_an_entry_that_is_gone_is_an_old_button(act: str) -> None:
    desk = Desk()
    desk.give(Tap(act))
    assert desk.decided() == [] and "[stale_tap]" in desk.text


def test_settled_questions_are_not_shown_and_cannot_be_settled_again() -> None:
    desk = Desk(tuple(replace(row, state="proposed") for row in ASKED))
    desk.give(Command("questions"))
    assert "[missed_none]" in desk.text
    desk.give(Tap("away.2"))
    assert desk.decided() == []


def test_entries_past_their_day_of_review_are_named_to_staff() -> None:
    reviews = {"alliance": date(2027, 1, 10), "mecenat": date(2026, 9, 1), "fusion": MONDAY.date()}
    shelf = library_of().shelf
    late = {
        ArticleId(one.id): one.model_copy(update={"review_after": reviews.get(one.id)}) for one in ARTICLES
    }
    desk = Desk((), library=replace(library_of(), shelf=replace(shelf, articles=late)))
    desk.give(Command("questions"))
    told = desk.text[desk.text.index("[missed_stale]") :]
    assert told.startswith("[missed_stale] 2 - Qu'est-ce que le mécénat ?\n- Qu'est-ce qu'une alliance ?")
    assert "fusionner" not in told
    other = Desk(())
    other.give(Command("questions"))
    assert "[missed_stale]" not in other.text


def test_a_question_of_a_group_may_be_picked_by_its_number() -> None:
    desk = Desk()
    desk.give(Command("questions"))
    desk.say("1")
    assert "[missed_group] 3" in desk.text


# --- The grammar, and what is loaded ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("act", "meaning"),
    [
        ("miss.12", GroupTap(12, "miss")),
        ("away.12", GroupTap(12, "away")),
        (f"add.12-{ALLIANCE}", ProposeTap(12, ALLIANCE)),
        ("do.questions", PlainTap("questions")),
        ("miss.", None),
        ("miss.x", None),
        ("miss.-1", None),
        ("miss.1234567890", None),
        ("away.٣", None),
        ("add.12", None),
        ("add.12-alliance", None),
        (f"add.12-{ALLIANCE}0", None),
    ],
)
def test_the_acts_of_staff(act: str, meaning: object) -> None:
    assert parse_act(act) == meaning


def test_the_longest_act_fits_a_button() -> None:
    Option("x", "x", f"add.999999999-{article_tag('x' * 43)}")


OFFERED = Session(offers=(Option("miss.1", "minibus", "miss.1"),))


@pytest.mark.parametrize(
    ("given", "session", "needed"),
    [
        (Command("questions"), Session(), True),
        (Command("question", "minibus"), Session(), False),
        (Tap("miss.1"), Session(), True),
        (Tap("away.1"), Session(), True),
        (Tap(f"add.1-{ALLIANCE}"), Session(), True),
        (Tap("do.questions"), Session(), True),
        (Tap("do.menu"), Session(), False),
        (Tap("p1.a"), Session(), False),
        (Utterance("1"), OFFERED, True),
        (Utterance("1"), Session(), False),
        (Utterance(" /Questions@bot "), Session(), True),
        (Utterance("minibus"), Session(), False),
        (InGroup(Utterance("/questions")), Session(), False),
        (Opening("q_x"), OFFERED, False),
        (Timeout("x"), OFFERED, False),
    ],
)
def test_questions_are_needed_for_what_shows_them_and_by_staff_alone(
    given: Input, session: Session, needed: bool
) -> None:
    assert needs(given, session, Standing.STAFF) == ({Need.MISSES} if needed else set())
    assert needs(given, session, Standing.MEMBER) == set()
