"""What counts beside the words of a question: the entry just read, the person, the prompt they stand at."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.dialogue.context import AUDIENCES, NEXT
from bot.dialogue.defining import MET, MOST, knows
from bot.dialogue.draft import FRESH
from bot.dialogue.library import Library
from bot.flows.flow import Flow
from bot.flows.steps.ask import Ask
from bot.flows.terms import WIDTH, term_option
from bot.knowledge.glossary import terms_of
from bot.model.effects import Edit, Miss
from bot.model.inputs import Tap
from bot.model.message import Option
from bot.model.values import FieldRef, FlowId, Owner
from tests.dialogue.answers import asked, chat, ids
from tests.dialogue.chat import Chat, bare

LOCAL = "c'est quoi partager un local"
LATE = FRESH + timedelta(seconds=1)


# --- the entry just read ------------------------------------------------------------------------------------


def petite(library: Library, wait: timedelta | None) -> str:
    """ "Et pour une petite ?", so long after the shipped entry on what an alliance is for."""
    talk = Chat(library)
    if wait is not None:
        talk.give(Tap("art.pour-quoi-faire"))
        talk.now += wait
    talk.say("et pour une petite ?")
    return bare(talk.sent[0])


def test_a_message_that_goes_on_is_tried_with_the_entry_just_read(library: Library) -> None:
    shown = "**Nous sommes une petite association"
    assert petite(library, timedelta()).startswith(shown)
    assert not petite(library, LATE).startswith(shown)
    assert petite(library, LATE) == petite(library, None)


def test_only_an_entry_of_this_library_is_gone_on_from() -> None:
    talk = asked(LOCAL)
    talk.library = replace(talk.library, shelf=replace(talk.library.shelf, articles={}))
    talk.say("en clair ?")
    assert talk.text == "[reject]"


def test_in_other_words_opens_the_longer_text_then_what_stands_beside_it() -> None:
    talk = asked(LOCAL, "en clair ?")
    assert "Plus long local" in talk.text
    talk.say("en clair")
    assert talk.text.startswith("[beside_topic]")
    assert ids(talk) == ["article.assurance", "article.cle", "article.attente", "none"]


def test_in_other_words_without_anything_more_says_so() -> None:
    assert asked("la peinture murale", "en clair ?").text == "[more_none]"


def test_where_else_to_go_is_what_a_message_goes_on_from() -> None:
    talk = asked("la météo du jour")
    talk.now += FRESH - timedelta(minutes=1)
    talk.say("en clair ?")
    assert "Plus long meteo" in talk.text


def test_an_earlier_card_that_is_disliked_is_what_a_message_goes_on_from() -> None:
    talk = asked(LOCAL, "la peinture murale")
    talk.now += LATE
    talk.tap("no.local")
    talk.say("en clair ?")
    assert "Plus long local" in talk.text


def test_in_other_words_with_nothing_read_is_no_such_wish() -> None:
    talk = asked("en clair ?")
    assert talk.text == "[reject]"


def test_the_entry_just_read_is_not_suggested_again_but_its_longer_text() -> None:
    talk = asked("le loyer mensuel")
    talk.tap("article.loyer-bureau")
    talk.say("le loyer mensuel")
    assert set(ids(talk)[:2]) == {"article.loyer-salarie", "article.loyer-benevole"}
    assert ids(talk)[2:] == ["more.loyer-bureau", "none"]


@pytest.mark.parametrize("text", ["et mon permis de conduire ?", "et xyzzy ?"])
def test_what_is_out_of_scope_stays_refused_whatever_was_read(text: str) -> None:
    talk = asked(LOCAL, text)
    assert [effect.verdict for effect in talk.effects if isinstance(effect, Miss)] == ["reject"]


def test_what_belongs_elsewhere_does_so_whatever_was_read() -> None:
    assert asked(LOCAL, "la météo à Lyon demain soir").text.startswith("[reject_redirect]")


def test_at_a_prompt_only_what_looks_like_a_question_goes_on_from_an_entry() -> None:
    talk = asked("prendre le chemin", LOCAL, "en bref")
    assert talk.text.startswith("[refused_choice]")
    talk.say("et pour assurer ?")
    assert "Réponse assurance" in talk.text
    assert talk.at == "chemin/but"


def test_in_other_words_is_no_answer_to_a_prompt_that_takes_any_words() -> None:
    talk = asked("parler jargon", f"{LOCAL} ?", "en clair ?")
    assert "Plus long local" in talk.text
    assert talk.at == "jargon/un"
    talk.now += LATE
    talk.say("en clair ?")
    assert talk.told["un"] == "en clair ?"


def test_what_is_shown_is_fresh_from_then_on() -> None:
    talk = asked(LOCAL)
    talk.now += FRESH
    talk.tap("more.local")
    talk.say("en clair")
    assert talk.text.startswith("[beside_topic]")


# --- who asks -----------------------------------------------------------------------------------------------

LOYER = {
    "benevole": "loyer-benevole",
    "bureau": "loyer-bureau",
    "salarie": "loyer-salarie",
    "decouverte": "loyer-benevole",
}


@pytest.mark.parametrize(("role", "first"), LOYER.items())
def test_the_role_puts_its_own_wording_first_among_equals(role: str, first: str) -> None:
    talk = chat()
    talk.answers[FieldRef(Owner.PERSON, "role")] = role
    talk.say("le loyer mensuel")
    assert ids(talk)[0] == f"article.{first}"
    assert len(ids(talk)) == 4


def test_the_stage_puts_what_helps_next_first_until_that_journey_is_done() -> None:
    talk = chat()
    talk.answers[FieldRef(Owner.PERSON, "expects")] = "allies"
    talk.say("le loyer mensuel")
    assert ids(talk)[0] == "article.loyer-bureau"
    talk = chat()
    talk.answers[FieldRef(Owner.PERSON, "expects")] = "allies"
    talk.finished[FlowId("avec-qui")] = "2027-01-01"
    talk.say("le loyer mensuel")
    assert ids(talk)[0] == "article.loyer-benevole"


def test_the_role_changes_nothing_where_one_entry_is_nearer() -> None:
    talk = chat()
    talk.answers[FieldRef(Owner.PERSON, "role")] = "bureau"
    talk.say(LOCAL)
    assert "Réponse local" in talk.text


def profile(library: Library) -> Flow:
    return library.shelf.flows[FlowId("faire-connaissance")]


def choices(library: Library, field: str) -> set[str]:
    prompts = (step for step in profile(library).steps if isinstance(step, Ask) and step.field.name == field)
    return {choice.id for step in prompts for choice in step.choices}


def test_every_role_and_wish_of_the_profile_counts(library: Library) -> None:
    assert set(AUDIENCES) == choices(library, "person.role")
    assert set(NEXT) == choices(library, "person.expects")
    known = {*library.shelf.flows, *library.shelf.planned}
    assert {journey for journeys in NEXT.values() for journey in journeys} <= known


# --- where the person stands --------------------------------------------------------------------------------


def test_the_definition_of_a_word_in_sight_wins_a_tie() -> None:
    talk = asked("le mécénat")
    assert set(ids(talk)[:2]) == {"article.mot-mecenat", "article.mecenat-fisc"}
    talk = asked("parler jargon", "c'est quoi le mécénat ?")
    assert "Réponse mot-mecenat" in talk.text
    assert talk.at == "jargon/un"


def test_a_word_is_explained_by_one_tap_where_it_first_comes_up() -> None:
    talk = asked("parler jargon")
    assert [(option.id, option.act) for option in talk.sent[-1].options] == [
        ("term.mot-mecenat", "def.mot-mecenat")
    ]
    talk.tap("term.mot-mecenat")
    card, prompt = talk.sent
    assert "Réponse mot-mecenat" in card.text
    assert [option.id for option in card.options] == ["more.mot-mecenat"]
    assert (talk.at, prompt.options) == ("jargon/un", ())
    talk.say("oui")
    assert [option.id for option in talk.sent[-1].options] == ["a", "b", "term.mot-long"]


def test_the_definition_stays_as_long_as_the_prompt_does() -> None:
    talk = asked("parler jargon")
    talk.say("oui")
    talk.tap("a")
    edits = [effect.message for effect in talk.effects if isinstance(effect, Edit)]
    assert [option.id for option in edits[-1].options] == ["a", "b", "term.mot-long"]
    talk.say("répéter")
    assert [option.id for option in talk.sent[-1].options] == ["a", "b", "term.mot-long"]


def test_a_word_that_was_passed_over_is_not_offered_again() -> None:
    talk = asked("parler jargon", "oui")
    assert "term.mot-mecenat" not in [option.id for option in talk.sent[-1].options]
    talk.say("retour")
    assert "term.mot-mecenat" in [option.id for option in talk.sent[-1].options]


def test_a_word_whose_card_was_read_needs_no_definition() -> None:
    talk = asked("le mécénat")
    talk.tap("article.mot-mecenat")
    talk.say("parler jargon")
    assert talk.sent[-1].options == ()


def test_a_prompt_with_a_button_of_the_channel_offers_no_definition() -> None:
    talk = chat()
    talk.session = replace(talk.session, told={})
    talk.say("parler jargon")
    talk.session = replace(talk.session, told={})
    talk.tap("skip", "skip")
    assert talk.at == "jargon/trois"
    assert talk.sent[-1].options == ()


def test_the_label_of_a_definition_fits_a_phone(library: Library) -> None:
    options: list[Option] = [
        term_option(term, library.shelf) for term in terms_of(library.shelf.articles.values())
    ]
    assert options
    assert max(len(option.label) for option in options) <= WIDTH
    assert max(len(option.act) for option in options) <= 48


def test_what_a_person_met_is_bounded() -> None:
    told: dict[str, str] = {}
    for number in range(MOST + 5):
        told = dict(knows(told, f"mot-{number}"))
    assert len(told[MET].split()) == MOST
    assert "mot-0@" not in told[MET].split()
