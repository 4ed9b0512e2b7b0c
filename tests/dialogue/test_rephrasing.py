"""Other words that we asked for: whose they are, how long we wait for them, and what ends the wait."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from bot.dialogue.draft import FRESH, Draft
from bot.dialogue.stages import Stage, stage_of
from bot.model.effects import Miss, Remember
from bot.model.inputs import Tap
from tests.dialogue import answers
from tests.dialogue.chat import Chat

LOCAL = "c'est quoi partager un local"
LATE = FRESH + timedelta(minutes=1)


def chat() -> Chat:
    return Chat(answers.library())


def waiting(*before: str) -> Chat:
    """A person who was asked for other words, in whatever they were before."""
    talk = chat()
    talk.say(*before, f"{LOCAL} ?")
    talk.tap("no.local", "none")
    return talk


def remembered(talk: Chat) -> list[object]:
    return [effect for effect in talk.effects if isinstance(effect, Remember)]


# --- at a prompt --------------------------------------------------------------------------------------------


def test_at_a_prompt_we_ask_one_thing_and_repeat_the_prompt_only_afterwards() -> None:
    talk = waiting("prendre le chemin")
    assert talk.text == "[opinion_rephrase_at_prompt]"
    assert talk.at == "chemin/but"
    talk.say("le double des clés")
    assert "Réponse cle" in talk.text and "Question but ?" in talk.sent[-1].text


@pytest.mark.parametrize("words", ["on veut toucher un nouveau public", "partager les moyens"])
def test_other_words_are_the_question_not_the_answer_to_the_prompt(words: str) -> None:
    talk = waiting("prendre le chemin")
    talk.say(words)
    assert (remembered(talk), talk.at) == ([], "chemin/but")


def test_other_words_are_no_answer_to_a_prompt_that_takes_any_words() -> None:
    talk = waiting("parler jargon")
    talk.say("nous avons deux salles et un jardin")
    assert (remembered(talk), talk.at) == ([], "jargon/un")
    assert talk.text.startswith("[reject_at_prompt]")
    talk.say("nous avons deux salles et un jardin")  # asked again for its answer, the prompt gets it
    assert talk.told["un"] == "nous avons deux salles et un jardin"


@pytest.mark.parametrize(
    "words", ["Toucher un nouveau public", "toucher un nouveau public svp", "2", "JE NE SAIS PAS"]
)
def test_the_very_label_or_the_number_of_an_answer_is_an_answer_all_the_same(words: str) -> None:
    talk = waiting("prendre le chemin")
    talk.say(words)
    assert talk.at != "chemin/but" or remembered(talk)


@pytest.mark.parametrize(("words", "shown"), [("pause", "[paused]"), ("annuler", "[cancelled]")])
def test_the_ways_out_are_open_all_the_same(words: str, shown: str) -> None:
    talk = waiting("prendre le chemin")
    talk.say(words)
    assert talk.text.startswith(shown)


def test_other_words_that_find_nothing_bring_the_prompt_back_and_no_human() -> None:
    talk = waiting("prendre le chemin")
    talk.say("xyzzy plugh")
    assert talk.text.startswith("[reject_at_prompt]")
    assert not [effect for effect in talk.effects if isinstance(effect, Miss)]
    assert "Question but ?" in talk.text and "[reject_thrice]" not in talk.text
    talk.say("partager les moyens")
    assert remembered(talk)


def test_in_a_journey_a_third_failure_in_a_row_still_brings_a_human() -> None:
    talk = waiting("prendre le chemin")
    talk.say("xyzzy plugh", "xyzzy plugh", "xyzzy plugh")
    assert "[reject_thrice]" in talk.text


# --- how long -----------------------------------------------------------------------------------------------


def stage(talk: Chat) -> int:
    return talk.session.unhappy


def test_a_wait_ends_with_the_conversation() -> None:
    talk = waiting()
    talk.now += LATE
    talk.say("xyzzy plugh")
    assert talk.text == "[reject]"
    talk = waiting("prendre le chemin")
    talk.now += LATE
    talk.say("partager les moyens")
    assert remembered(talk)


def test_a_complaint_is_forgotten_with_the_conversation() -> None:
    talk = chat()
    talk.say(LOCAL)
    talk.tap("no.local", "none")
    talk.now += LATE
    talk.tap("none")
    assert talk.text == "[opinion_rephrase]"


ENDINGS: list[tuple[str, Callable[[Chat], object]]] = [
    ("start", lambda talk: talk.say("/start")),
    ("menu", lambda talk: talk.say("/menu")),
    ("menu tapped", lambda talk: talk.give(Tap("do.menu"))),
    ("journey", lambda talk: talk.say("prendre le chemin")),
]


@pytest.mark.parametrize("ending", [deed for _, deed in ENDINGS], ids=[name for name, _ in ENDINGS])
def test_what_begins_anew_ends_a_wait(ending: Callable[[Chat], object]) -> None:
    talk = waiting()
    assert stage(talk) == Stage.REPHRASING
    ending(talk)
    assert stage(talk) == Stage.CONTENT


@pytest.mark.parametrize("choice", ["moyens", "public"])
def test_a_prompt_that_is_answered_ends_a_wait(choice: str) -> None:
    talk = waiting("prendre le chemin")
    talk.tap(choice)
    assert remembered(talk) and stage(talk) == Stage.CONTENT


def test_a_stage_of_a_later_version_stops_nobody() -> None:
    talk = waiting()
    session = replace(talk.session, unhappy=99)
    assert stage_of(Draft(talk.library, session, talk.view(), talk.now, Random(1))) is Stage.HUMAN


# --- what is kept -------------------------------------------------------------------------------------------


def misses(talk: Chat, *deeds: Callable[[], object]) -> list[tuple[str, str]]:
    found = []
    for deed in deeds:
        deed()
        found += [(one.text, one.verdict) for one in talk.effects if isinstance(one, Miss)]
    return found


def test_one_question_of_one_person_is_kept_once() -> None:
    talk = chat()
    kept = misses(
        talk,
        lambda: talk.say("le loyer mensuel"),
        lambda: talk.tap("article.loyer-bureau"),
        lambda: talk.tap("no.loyer-bureau"),
        lambda: talk.tap("article.loyer-salarie"),
        lambda: talk.tap("no.loyer-salarie"),
        lambda: talk.say("le loyer mensuel"),
    )
    assert kept == [("le loyer mensuel", "suggest")]


def test_another_question_is_kept_too() -> None:
    talk = chat()
    kept = misses(talk, lambda: talk.say("xyzzy"), lambda: talk.say("plugh"), lambda: talk.say("xyzzy"))
    assert kept == [("xyzzy", "reject"), ("plugh", "reject"), ("xyzzy", "reject")]


def test_a_question_that_belongs_elsewhere_is_kept_only_where_that_was_wrong() -> None:
    talk = chat()
    assert misses(talk, lambda: talk.say("la météo du jour")) == []
    assert misses(talk, lambda: talk.tap("no.meteo")) == [("la météo du jour", "disliked")]


@pytest.mark.parametrize(("later", "kept"), [(timedelta(hours=20), 1), (timedelta(days=2), 0)])
def test_a_question_counts_for_a_day(later: timedelta, kept: int) -> None:
    talk = chat()
    talk.say(LOCAL)
    talk.now += later
    talk.tap("no.local")
    assert len([effect for effect in talk.effects if isinstance(effect, Miss)]) == kept


def test_after_a_day_the_next_turn_forgets_the_question() -> None:
    talk = chat()
    talk.say(LOCAL)
    assert (talk.session.asked, talk.session.asked_at) == (LOCAL, talk.now)
    talk.now += timedelta(days=1)
    talk.give(Tap("do.menu"))
    assert (talk.session.asked, talk.session.asked_at, talk.session.guesses) == ("", None, ())
