"""Buttons: of an earlier step, tapped twice, or forged."""

from datetime import timedelta

import pytest

from bot.dialogue.acts import (
    AnswerTap,
    ArticleTap,
    ControlTap,
    FlowTap,
    LanguageTap,
    OpinionTap,
    PlainTap,
    ResumeTap,
    parse_act,
)
from bot.flows.asking import LAST_SERIAL, next_serial
from bot.model.effects import Begin, Effect, Erase, Escalate, Export, Send
from bot.model.inputs import Tap
from bot.model.message import Message
from bot.model.session import Session
from bot.model.values import ArticleId, FlowId, RunId
from tests.dialogue.chat import Chat
from tests.flows.library import ask

AT_ONCE = timedelta(seconds=1)

ACTS: list[tuple[str, object]] = [
    ("p12.moyens", AnswerTap(12, "moyens")),
    ("p12.person.role", AnswerTap(12, "person.role")),
    ("c3.back", ControlTap(3, "back")),
    ("go.le-flux", FlowTap(FlowId("le-flux"))),
    ("restart.le-flux", FlowTap(FlowId("le-flux"), restart=True)),
    ("resume.abc234", ResumeTap(RunId("abc234"))),
    ("art.x", ArticleTap(ArticleId("x"), "art")),
    ("more.x", ArticleTap(ArticleId("x"), "more")),
    ("src.x", ArticleTap(ArticleId("x"), "src")),
    ("def.x", ArticleTap(ArticleId("x"), "def")),
    ("yes.x", OpinionTap(ArticleId("x"), True)),
    ("no.x", OpinionTap(ArticleId("x"), False)),
    ("do.none", PlainTap("none")),
    ("lang.pt-BR", LanguageTap("pt-BR")),
    ("do.menu", PlainTap("menu")),
    *(
        (act, None)
        for act in (
            "",
            "do.zut",
            "zut.x",
            "p.x",
            "p1",
            "p1.",
            "px.y",
            "c1234567890.x",
            "go.",
            "go.a b",
            "go.../x",
        )
    ),
    *((act, None) for act in ("p1.a b", "p-1.x", "\x00", "é", "a" * 5000, "go." + "a" * 51)),
]


@pytest.mark.parametrize(
    ("act", "meaning"), ACTS, ids=[row[0][:20].encode("unicode_escape").decode() for row in ACTS]
)
def test_an_act_means_what_its_button_says_or_nothing(act: str, meaning: object) -> None:
    assert parse_act(act) == meaning


def test_prompts_are_numbered_in_a_circle_that_fits_a_button() -> None:
    assert (next_serial(0), next_serial(LAST_SERIAL)) == (1, 1)
    chat = Chat()
    chat.publish(
        {
            "flow": "long",
            "title": "Long",
            "format": 1,
            "steps": [ask("x", "choice", choices=[{"id": "a" * 40, "label": "A"}])],
        }
    )
    chat.session = Session(serial=LAST_SERIAL - 1)
    chat.say("Long")
    chat.tap("a" * 40)
    assert chat.told == {"x": "a" * 40}


def test_a_button_of_an_earlier_step_is_answered_kindly_and_changes_nothing() -> None:
    chat = Chat()
    chat.say("prendre le chemin")
    old = chat.button("moyens").act
    chat.say("public")
    before = chat.answers | {}
    [message] = chat.give(Tap(old))
    assert chat.text.startswith("[stale_tap]\n\n[prompt_without_section]")
    assert [option.id for option in message.options] == ["nord", "sud"]
    assert (chat.at, chat.answers) == ("sous/pair", before)


def test_a_button_of_a_path_that_is_over_leads_to_the_menu() -> None:
    chat = Chat()
    chat.say("prendre le chemin")
    old = chat.button("moyens").act
    chat.say("annuler")
    [message] = chat.give(Tap(old))
    assert chat.text == "[stale_tap]"
    assert [option.id for option in message.options] == ["menu"]


def test_a_double_tap_on_an_answer_acts_once_and_says_nothing_more() -> None:
    chat = Chat()
    chat.say("prendre le chemin")
    act = chat.button("public").act
    chat.give(Tap(act))
    before = (chat.at, chat.session.serial)
    assert chat.give(Tap(act), after=AT_ONCE) == []
    assert (chat.at, chat.session.serial) == before
    assert chat.give(Tap(act))[0].text.startswith("[stale")


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        ("do.human", Escalate),
        ("do.export", Export),
        ("go.types", Begin),
        ("do.menu", Send),
        ("art.alliance", Send),
    ],
)
def test_a_double_tap_outside_a_prompt_acts_once_but_later_it_acts_again(
    act: str, kind: type[Effect]
) -> None:
    chat = Chat()
    acted = []
    for after in (timedelta(0), AT_ONCE, AT_ONCE, timedelta(minutes=5)):
        chat.give(Tap(act), after=after)
        acted.append(any(isinstance(effect, kind) for effect in chat.effects))
    assert acted[:3] == [True, False, False]
    assert acted[3] or act == "go.types"


def test_a_button_tapped_again_after_something_else_acts_again() -> None:
    chat = Chat()
    chat.give(Tap("do.menu"))
    chat.give(Tap("do.journeys"), after=AT_ONCE)
    assert chat.give(Tap("do.menu"), after=AT_ONCE)


def test_a_double_tap_on_pause_says_it_once() -> None:
    chat = Chat()
    chat.say("prendre le chemin")
    chat.tap("pause")
    assert chat.tap("pause", after=AT_ONCE) == []


def test_a_choice_is_ticked_and_unticked_as_often_as_it_is_tapped() -> None:
    chat = Chat()
    chat.publish(
        {
            "flow": "liste",
            "title": "Liste",
            "format": 1,
            "steps": [ask("x", "choices", choices=[{"id": "a", "label": "A"}])],
        }
    )
    chat.say("Liste")
    act = chat.button("a").act
    labels = []
    for _ in range(3):
        chat.give(Tap(act), after=AT_ONCE)
        labels.append(chat.edited[0].options[0].label)
    assert labels == ["[ticked] A", "A", "[ticked] A"]


def test_a_double_tap_never_confirms_an_erasure() -> None:
    chat = Chat()
    chat.give(Tap("do.erase-yes"))
    assert chat.text == "[confirm_erase]"
    chat.give(Tap("do.erase-yes"), after=AT_ONCE)
    assert chat.sent == []
    chat.say("/effacer")
    chat.give(Tap("do.erase-yes"))
    assert [type(one) for one in chat.effects] == [Erase]


@pytest.mark.parametrize(
    "act", ["p{n}.zut", "p{n}.=done", "c{n}.zut", "c{n}.done", "c{n}.cancel", "go.zut", "resume.zut", "zut"]
)
def test_a_forged_tap_does_nothing_but_get_an_answer(act: str) -> None:
    chat = Chat()
    chat.say("prendre le chemin")
    messages = chat.give(Tap(act.format(n=chat.session.serial)))
    assert messages
    assert chat.answers == {}
    assert len(chat.session.runs) == 1


def test_a_forged_tap_shows_nothing_of_an_article_that_waits_for_its_reader() -> None:
    chat = Chat()
    for part in ("art", "more"):
        chat.give(Tap(f"{part}.fusion"))
        assert "fusion absorption" not in chat.text
        assert "[article_not_ready]" in chat.text


def test_every_act_fits_a_button() -> None:
    def buttons(message: Message) -> list[int]:
        return [len(option.act.encode()) for option in (*message.options, *message.controls)]

    chat = Chat()
    chat.say(
        "/start",
        "/menu",
        "/parcours",
        "/effacer",
        "/mes_donnees",
        "prendre le chemin",
        "c'est quoi une alliance durable",
    )
    assert max(size for message in chat.heard for size in buttons(message)) <= 48
