"""Reading one's answers again: correct one, replay the path, ask only what the correction made necessary."""

from typing import Any

import pytest

from bot.model.effects import Finish, Forget
from bot.model.message import Message
from bot.model.values import FlowId
from tests.dialogue.chat import Chat, bare
from tests.flows.library import CHOICES, DEEP, PATH, SUB, ask


def at_review(*words: str) -> Chat:
    chat = Chat()
    chat.say("prendre le chemin", *words)
    assert chat.at == "chemin/bilan"
    return chat


def options(message: Message) -> list[str]:
    return [option.id for option in message.options]


def of(*steps: dict[str, Any], **more: Any) -> Chat:
    chat = Chat()
    chat.publish(
        {"flow": "essai", "title": "Essai", "format": 1, "steps": list(steps), **more}, PATH, SUB, DEEP
    )
    chat.say("essai")
    return chat


def test_a_review_shows_what_was_answered_and_nothing_else() -> None:
    chat = at_review("moyens", "12")
    assert options(chat.sent[-1]) == ["oui", "corriger", "effacer"]
    assert chat.text == (
        "[review]\n\n[review_line] Question but ? Partager des moyens\n[review_line] Question taille ? 12\n"
        "[review_line] points 10"
    )


def test_a_question_that_was_passed_shows_as_open_and_can_be_answered_now() -> None:
    chat = Chat()
    chat.say("le profil", "passer", "au bureau")
    assert "[review_line] Question nom ? [absent]" in chat.text
    chat.say("corriger", "question nom", "Les Amis")
    assert chat.at == "profil/fin"
    assert "Les Amis" in chat.text


def test_oui_goes_on() -> None:
    chat = at_review("moyens", "12")
    chat.tap("oui")
    assert chat.edited[0].text == "[answered] [review] Oui"
    assert Finish(FlowId("chemin"), "done") in chat.effects


def test_a_tap_changes_the_review_in_place_and_words_send_it_anew() -> None:
    chat = at_review("moyens", "12")
    key = chat.sent[-1].key
    assert chat.tap("corriger") == []
    assert (chat.edited[0].key, options(chat.edited[0])) == (key, ["but", "taille"])
    chat.say("retour")
    assert options(chat.sent[-1]) == ["oui", "corriger", "effacer"]
    chat.say("non")
    assert options(chat.sent[-1]) == ["but", "taille"]


def test_only_what_this_flow_asks_can_be_corrected() -> None:
    chat = at_review("public", "le nord", "3", "passer")
    chat.say("corriger")
    assert options(chat.sent[-1]) == ["but"]


def test_a_correction_asks_only_what_it_made_necessary_and_says_nothing_twice() -> None:
    chat = at_review("peser", "une cause")
    chat.say("corriger", "question but")
    assert chat.at == "chemin/but"
    chat.say("moyens")
    assert chat.at == "chemin/taille"
    assert "Bienvenue" not in chat.text
    assert "Tout droit." in chat.text
    chat.say("12")
    assert chat.at == "chemin/bilan"
    assert bare(chat.sent[0]).endswith("[review_corrected]")
    assert chat.told == {"but": "moyens", "points": 10, "taille": 12}


def test_a_correction_that_changes_no_way_leads_straight_back() -> None:
    chat = at_review("moyens", "12")
    chat.say("corriger", "question taille", "13")
    assert (chat.at, chat.told["taille"]) == ("chemin/bilan", 13)


def test_answers_of_sub_flows_no_longer_on_the_path_are_dropped() -> None:
    chat = at_review("public", "le nord", "3", "passer")
    chat.say("corriger", "question but", "peser", "une cause")
    assert chat.told == {"but": "peser", "points": 30, "motif": "une cause"}
    assert chat.session.runs[0].skipped == frozenset()


def test_a_sub_flow_that_is_needed_now_is_gone_through() -> None:
    chat = at_review("moyens", "12")
    chat.say("corriger", "question but", "public")
    assert chat.at == "sous/pair"
    chat.say("le sud", "4", "parce que")
    assert chat.at == "chemin/bilan"
    assert chat.told == {"but": "public", "points": 20, "pair": "sud", "note": 4, "pourquoi": "parce que"}


def test_a_second_correction_passes_over_the_sub_flow_already_gone_through() -> None:
    chat = at_review("public", "le nord", "3", "parce que")
    chat.say("corriger", "question but", "public")
    assert (chat.at, chat.told["note"]) == ("chemin/bilan", 3)


@pytest.mark.parametrize("steps", range(1, 5))
def test_retour_out_of_a_correction_restores_everything(steps: int) -> None:
    chat = at_review("public", "le nord", "3", "passer")
    before = dict(chat.answers)
    words = ["corriger", "question but", "peser", "une cause"]
    chat.say(*words[:steps])
    for _ in range(6):
        if chat.at == "chemin/bilan" and chat.answers == before and not chat.session.runs[0].wait.stage:  # type: ignore[union-attr]
            break
        chat.say("retour")
    assert chat.at == "chemin/bilan"
    assert chat.answers == before
    assert chat.session.runs[0].replay is None


def test_a_calculation_of_a_way_no_longer_taken_does_not_stay() -> None:
    chat = of(
        ask("but", "choice", choices=CHOICES),
        {"branch": [{"if": "but == 'public'", "goto": "calcul"}, {"else": "fin"}]},
        {"id": "calcul", "set": {"prime": "100"}},
        {"id": "fin", "review": ["but", "prime"]},
    )
    chat.say("public")
    assert chat.told["prime"] == 100
    chat.say("corriger", "question but", "moyens")
    assert chat.told == {"but": "moyens"}


def test_an_answer_given_at_another_prompt_of_the_same_field_is_not_asked_again() -> None:
    same = {"choices": CHOICES[:2], "name": "allie"}
    chat = of(
        ask("but", "choice", choices=CHOICES),
        {"branch": [{"if": "but == 'public'", "goto": "la"}, {"else": "ici"}]},
        ask("ici", "choice", **same),
        {"goto": "fin"},
        ask("la", "choice", **same),
        {"id": "fin", "review": ["but", "allie"]},
    )
    chat.say("moyens", "toucher un nouveau public", "corriger", "question but", "public")
    assert chat.at == "essai/fin"
    chat.say("corriger", "question ici")
    assert chat.at == "essai/ici"


def test_an_earlier_review_is_not_read_again() -> None:
    chat = of(
        ask("a", "text"),
        {"id": "un", "review": ["a"]},
        ask("b", "text"),
        {"id": "deux", "review": ["a", "b"]},
    )
    chat.say("x", "oui", "y", "corriger", "question a", "z")
    assert chat.at == "essai/deux"


def test_a_review_in_a_sub_flow_replays_that_flow_only() -> None:
    inner = {
        "flow": "dedans",
        "title": "Dedans",
        "format": 1,
        "steps": [ask("a", "text"), {"call": "fond"}, {"id": "r", "review": ["a"]}],
    }
    outer = {
        "flow": "dehors",
        "title": "Dehors",
        "format": 1,
        "steps": [ask("c", "text"), {"call": "dedans"}, ask("d", "text")],
    }
    chat = Chat()
    chat.publish(outer, inner, DEEP)
    chat.say("dehors", "avant", "x", "3", "corriger", "question a", "y")
    assert chat.at == "dedans/r"
    assert chat.told == {"c": "avant", "a": "y", "note": 3}
    chat.say("oui")
    assert chat.at == "dehors/d"


def test_a_replay_asks_again_at_a_loop_instead_of_turning_in_it() -> None:
    chat = Chat()
    chat.say("la boucle", "un", "oui", "deux", "non")
    assert chat.told == {"objet": "deux", "encore": False, "tours": 2}
    chat.say("corriger", "question encore", "oui")
    assert chat.at == "boucle/objet"
    chat.say("trois")
    assert chat.at == "boucle/encore"
    chat.say("non")
    assert (chat.at, chat.told["objet"]) == ("boucle/voir", "trois")


def test_a_long_path_is_replayed_without_being_taken_for_a_runaway() -> None:
    steps: list[dict[str, Any]] = []
    for number in range(60):
        steps += [ask(f"q{number}", "text"), {"set": {f"s{number}": "1"}}, {"set": {f"t{number}": "1"}}]
    chat = of(*steps, {"id": "fin", "review": ["q0", "q59"]})
    chat.say(*["x"] * 60)
    chat.say("corriger", "question q0", "y")
    assert (chat.at, chat.told["q0"]) == ("essai/fin", "y")


def test_a_correction_shows_the_number_of_its_own_question() -> None:
    chat = of(*(ask(f"q{number}", "text") for number in range(1, 6)), {"id": "fin", "review": ["q2"]})
    chat.say(*"abcde", "corriger", "question q2")
    assert chat.text.startswith("[prompt_without_section] 2 5 ")


def test_erasing_is_confirmed_and_takes_profile_answers_given_here() -> None:
    chat = Chat()
    chat.say("le profil", "Les Amis", "au bureau", "effacer")
    assert "[review_confirm_erase]" in chat.text
    chat.say("non")
    assert options(chat.sent[-1]) == ["oui", "corriger", "effacer"]
    chat.tap("effacer", "effacer")
    assert len([effect for effect in chat.effects if isinstance(effect, Forget)]) == 2
    assert (chat.answers, chat.at) == ({}, "")
    assert Finish(FlowId("profil"), "cancelled") in chat.effects
    assert "[review_erased]" in chat.text


def test_erasing_leaves_what_the_run_did_not_ask() -> None:
    chat = Chat()
    chat.say(
        "le profil", "Les Amis", "au bureau", "oui", "prendre le chemin", "moyens", "12", "effacer", "oui"
    )
    assert chat.told == {"nom": "Les Amis", "role": "ca"}


YES_NO = "yes_no"


def test_a_correction_does_not_read_the_answers_that_it_makes_void() -> None:
    chat = of(
        ask("a", YES_NO),
        ask("b", YES_NO, when="a == true"),
        ask("c", "text", when="b == true"),
        ask("d", "text", when="not answered(b)"),
        {"set": {"e": "1"}, "when": "answered(b)"},
        {"branch": [{"if": "b == true", "goto": "detour"}, {"else": "fin"}]},
        ask("detour", "text"),
        {"id": "fin", "review": ["a", "b", "c", "d", "e", "detour"]},
    )
    chat.say("oui", "oui", "c", "détour")
    assert chat.told == {"a": True, "b": True, "c": "c", "e": 1, "detour": "détour"}
    chat.say("corriger", "question a", "non")
    assert chat.at == "essai/d"
    chat.say("d")
    assert (chat.at, chat.told) == ("essai/fin", {"a": False, "d": "d"})
    chat.say("corriger", "question a", "oui")
    assert chat.at == "essai/b"


def test_retour_out_of_such_a_correction_restores_what_it_did_not_read() -> None:
    chat = of(
        ask("a", YES_NO),
        ask("b", YES_NO, when="a == true"),
        ask("c", "text", when="not answered(b)"),
        {"id": "fin", "review": ["a", "b", "c"]},
    )
    chat.say("oui", "oui", "corriger", "question a", "non")
    assert chat.at == "essai/c"
    chat.say("retour", "retour")
    assert (chat.at, chat.told) == ("essai/fin", {"a": True, "b": True})
    chat.say("corriger", "question a", "non", "c", "retour", "retour", "retour")
    assert (chat.at, chat.told) == ("essai/fin", {"a": True, "b": True})


def test_the_prompt_that_is_corrected_still_knows_the_other_answers() -> None:
    chat = of(
        ask("nom", "text"),
        {**ask("jour", "date"), "ask": "Quel jour, {nom} ?"},
        {"id": "fin", "review": ["nom", "jour"]},
    )
    chat.say("Awa", "3/2/2027", "corriger", "quel jour")
    assert "Quel jour, Awa ?" in chat.text


def test_answers_that_outlive_the_journey_count_wherever_they_were_asked() -> None:
    chat = of(
        ask("a", YES_NO),
        ask("role", YES_NO, name="person.membre", when="a == true"),
        ask("c", "text", when="person.membre == true"),
        {"id": "fin", "review": ["a", "person.membre", "c"]},
    )
    chat.say("oui", "oui", "c", "corriger", "question a", "non")
    assert (chat.at, chat.told) == ("essai/fin", {"a": False, "membre": True, "c": "c"})


def test_the_answers_of_the_association_are_read_like_those_of_a_person() -> None:
    chat = of(
        ask("a", YES_NO),
        ask("b", YES_NO, when="a == true", field={"scope": "person"}),
        ask("c", "text", when="b == true"),
        {"id": "fin", "review": ["a", "b", "c"]},
        scope="association",
    )
    chat.say("oui", "oui", "c", "corriger", "question a", "non")
    assert (chat.at, chat.told) == ("essai/fin", {"a": False})


def test_a_calculation_of_a_sub_flow_reads_only_what_was_met_in_it() -> None:
    inner = {
        "flow": "dedans",
        "title": "Dedans",
        "format": 1,
        "steps": [
            ask("a", YES_NO),
            ask("b", "number", when="a == true"),
            {"set": {"total": "default(b, 0) + 1"}},
            {"id": "r", "review": ["a", "b"]},
        ],
    }
    outer = {
        "flow": "dehors",
        "title": "Dehors",
        "format": 1,
        "steps": [
            ask("ouvre", YES_NO),
            {"call": "dedans", "returns": "total"},
            {"id": "fin", "review": ["ouvre", "total"]},
        ],
    }
    chat = Chat()
    chat.publish(outer, inner)
    chat.say("dehors", "oui", "oui", "5")
    assert chat.told["total"] == 6
    chat.say("corriger", "question a", "non")
    assert (chat.at, chat.told) == ("dedans/r", {"ouvre": True, "a": False, "total": 1})
    chat.say("oui", "corriger", "question ouvre", "non")
    assert (chat.at, chat.told) == ("dehors/fin", {"ouvre": False, "a": False, "total": 1})


def test_what_was_given_counts_from_the_start_of_a_correction_too() -> None:
    first = {
        "flow": "avant",
        "title": "Avant",
        "format": 1,
        "steps": [ask("mot", "text"), {"goto": "apres", "gives": {"recu": "mot"}}],
    }
    then = {
        "flow": "apres",
        "title": "Après",
        "format": 1,
        "steps": [
            ask("a", YES_NO),
            ask("recu", "text"),
            ask("b", "text", when="answered(recu)"),
            {"id": "fin", "review": ["a", "recu", "b"]},
        ],
    }
    chat = Chat()
    chat.publish(first, then)
    chat.say("avant", "bonjour à toi", "oui", "b", "corriger", "question a", "non")
    assert (chat.at, chat.told) == (
        "apres/fin",
        {"mot": "bonjour à toi", "a": False, "recu": "bonjour à toi", "b": "b"},
    )


def test_the_number_of_a_question_counts_only_the_path_that_is_left() -> None:
    chat = of(
        ask("a", YES_NO),
        ask("b", "text", when="a == true"),
        ask("c", "text", when="a == true"),
        ask("d", "text", when="a == false"),
        {"id": "fin", "review": ["a", "b", "c", "d"]},
    )
    chat.say("oui", "b", "c", "corriger", "question a", "non")
    assert chat.at == "essai/d"
    assert "[prompt_without_section] 2 2 " in chat.text
