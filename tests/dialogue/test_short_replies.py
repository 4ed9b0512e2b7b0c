"""A bare "oui", "non" or "ok": an answer to what we asked, and never a question to the base."""

from collections.abc import Callable

import pytest

from bot.dialogue.library import Library
from bot.model.effects import Miss, Opinion
from bot.model.inputs import Command, InGroup, Utterance
from tests.dialogue import answers
from tests.dialogue.chat import Chat, bare

BARE = ("oui", "non", "d'accord", "Oui !", "non merci", "aucune")


def chat() -> Chat:
    return Chat(answers.library())


def suggested() -> Chat:
    talk = chat()
    talk.say("le loyer mensuel")
    assert talk.text.startswith("[suggest]")
    return talk


def kept(talk: Chat) -> list[object]:
    return [effect for effect in talk.effects if isinstance(effect, Miss | Opinion)]


@pytest.mark.parametrize("words", ["non", "Non.", "aucune", "non aucune", "non merci"])
def test_no_below_titles_is_none_of_these(words: str) -> None:
    talk = suggested()
    talk.say(words)
    assert (talk.text, kept(talk)) == ("[opinion_rephrase]", [])


@pytest.mark.parametrize("words", ["oui", "d'accord", "oui svp"])
def test_yes_below_titles_shows_them_again(words: str) -> None:
    talk = suggested()
    before = talk.sent[0].options
    talk.say(words)
    assert talk.text.startswith("[suggest_which]")
    assert talk.sent[0].options == before
    assert "loyer" in talk.text or all("loyer" in option.label for option in before[:3])
    assert kept(talk) == []
    talk.say("2")
    assert "Réponse loyer" in talk.text


@pytest.mark.parametrize("words", BARE)
@pytest.mark.parametrize(
    "before", [lambda talk: None, lambda talk: talk.say("xyzzy"), lambda talk: talk.say("/menu")]
)
def test_elsewhere_they_ask_nothing(words: str, before: Callable[[Chat], object]) -> None:
    talk = chat()
    before(talk)
    talk.say(words)
    assert (talk.text, kept(talk)) == ("[bare_word]", [])
    assert [option.id for option in talk.sent[0].options] == ["menu"]


def test_below_a_card_yes_asks_nothing_either() -> None:
    talk = chat()
    talk.say("c'est quoi partager un local", "oui")
    assert (talk.text, kept(talk)) == ("[bare_word]", [])


@pytest.mark.parametrize("words", BARE)
def test_after_the_command_for_questions_too(words: str) -> None:
    talk = chat()
    talk.give(Command("question", words))
    assert (talk.text, kept(talk)) == ("[ask_away]", [])


@pytest.mark.parametrize("words", BARE)
def test_at_a_prompt_that_does_not_take_them(words: str) -> None:
    talk = chat()
    talk.say("prendre le chemin", words)
    assert talk.text.startswith("[refused_choice]")
    assert kept(talk) == []


@pytest.mark.parametrize("words", BARE)
def test_in_a_group(words: str) -> None:
    talk = chat()
    talk.give(InGroup(Utterance("le loyer mensuel"), "1"))
    (said,) = talk.give(InGroup(Utterance(words), "2"))
    assert bare(said).startswith("[group_ask]")
    assert kept(talk) == []


def test_yes_to_the_welcome_takes_its_journey(library: Library) -> None:
    talk = Chat(library)
    talk.say("/start", "oui")
    assert talk.at.startswith("faire-connaissance/")
