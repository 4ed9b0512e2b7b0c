"""A flow that changes under a person: they go on at the nearest known step, the answers kept."""

from typing import Any

import pytest

from bot.model.effects import Finish, Problem
from bot.model.inputs import Attachment, Location, Tap
from bot.model.values import FlowId
from bot.model.who import Standing
from tests.dialogue.chat import Chat, bare
from tests.flows.library import DEEP, PATH, SUB, TYPES, ask


def flow(*steps: dict[str, Any], title: str = "Essai") -> dict[str, Any]:
    return {"flow": "essai", "title": title, "format": 1, "steps": list(steps)}


def q(id: str, **more: Any) -> dict[str, Any]:
    return ask(id, "text", **more)


A, B, C, D = q("a"), q("b"), q("c"), q("d")
MIDDLE = [A, B, {"say": "Dit une fois."}, C, D]


def at_c() -> Chat:
    chat = Chat()
    chat.publish(flow(*MIDDLE))
    chat.say("essai", "un", "deux")
    assert chat.at == "essai/c"
    return chat


WAYS = {
    "words": lambda chat: chat.say("trois"),
    "way out": lambda chat: chat.say("retour"),
    "tap": lambda chat: chat.tap("back"),
    "small talk": lambda chat: chat.say("bonjour"),
    "question": lambda chat: chat.say("/question c'est quoi une alliance durable"),
    "help": lambda chat: chat.say("/aide"),
    "attachment": lambda chat: chat.give(Attachment(Location(1, 2))),
    "resume": lambda chat: chat.give(Tap("do.resume")),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_step_that_is_gone_leads_to_the_nearest_one_with_one_kind_sentence(way: str) -> None:
    chat = at_c()
    chat.publish(flow(A, B, {"say": "Dit une fois."}, D))
    WAYS[way](chat)
    assert chat.at == "essai/d"
    assert "[step_gone] Essai" in chat.text
    assert "Question d ?" in bare(chat.sent[-1])
    assert chat.told == {"a": "un", "b": "deux"}
    assert Problem("step-gone", FlowId("essai"), "c") in chat.effects
    chat.say("quatre")
    assert Finish(FlowId("essai"), "done") in chat.effects


def test_what_was_answered_is_not_asked_again_nor_what_was_said_said_again() -> None:
    chat = at_c()
    chat.publish(flow(q("neuf"), A, {"say": "Dit une fois."}, B, D))
    chat.say("trois")
    assert chat.at == "essai/neuf"
    assert "Dit une fois" not in chat.text
    chat.say("de plus")
    assert chat.at == "essai/d"
    assert chat.told == {"a": "un", "b": "deux", "neuf": "de plus"}


def test_retour_still_leads_over_what_is_left() -> None:
    chat = at_c()
    chat.publish(flow(A, D))
    chat.say("trois", "retour")
    assert (chat.at, chat.told) == ("essai/a", {})


def test_retour_passes_over_a_prompt_that_is_gone() -> None:
    chat = at_c()
    chat.publish(flow(A, C, D))
    chat.say("retour")
    assert (chat.at, chat.told) == ("essai/a", {})


def test_a_renamed_step_goes_on_as_if_nothing_had_happened() -> None:
    chat = at_c()
    chat.publish(flow(q("alpha", name="a", replaces=["a"]), B, q("gamma", name="c", replaces=["c"]), D))
    chat.say("trois")
    assert (chat.at, chat.told) == ("essai/d", {"a": "un", "b": "deux", "c": "trois"})
    chat.say("retour", "retour", "retour")
    assert chat.at == "essai/alpha"


def test_another_wording_is_simply_used() -> None:
    chat = at_c()
    chat.publish(flow(A, B, {**C, "ask": "Autrement ?"}, D))
    chat.say("répéter")
    assert "Autrement ?" in chat.text
    assert "step_gone" not in chat.text


def test_a_prompt_that_became_something_else_is_gone() -> None:
    chat = at_c()
    chat.publish(flow(A, B, {"id": "c", "say": "Plus une question."}, D))
    chat.say("trois")
    assert chat.at == "essai/d"
    assert "Plus une question." in chat.text


@pytest.mark.parametrize("way", WAYS)
def test_a_flow_that_is_gone_is_closed_kindly(way: str) -> None:
    chat = at_c()
    chat.publish(TYPES)
    WAYS[way](chat)
    assert chat.at == ""
    assert chat.session.runs == ()
    assert "[flow_gone]" in chat.text
    assert {Finish(FlowId("essai"), "left"), Problem("flow-gone", FlowId("essai"), "")} <= set(chat.effects)


def test_a_sub_flow_that_is_gone_leads_back_into_the_path() -> None:
    chat = Chat()
    chat.say("prendre le chemin", "public", "le nord")
    chat.publish(PATH, SUB | {"steps": [SUB["steps"][0], SUB["steps"][2]]})
    chat.say("3")
    assert chat.at == "sous/pourquoi"
    assert chat.told == {"but": "public", "points": 20, "pair": "nord"}


def test_a_path_that_is_all_answered_ends() -> None:
    chat = at_c()
    chat.publish(flow(A, B, {"end": {"say": "Voilà."}}))
    chat.say("trois")
    assert "Voilà." in chat.text
    assert Finish(FlowId("essai"), "done") in chat.effects


def test_the_lists_and_other_paths_do_not_mind() -> None:
    chat = at_c()
    chat.say("pause")
    chat.publish(flow(A, D), PATH, SUB, DEEP)
    [message] = chat.say("/reprendre")
    assert [option.label for option in message.options] == ["Essai"]
    chat.say("prendre le chemin", "public", "/start", "/parcours")
    chat.give(Tap(message.options[0].act))
    assert chat.at == "essai/d"


def test_an_answer_whose_field_changed_its_type_is_shown_as_it_is_and_compares_with_nothing() -> None:
    chat = at_c()
    chat.publish(
        flow(
            ask("a", "date"),
            ask("b", "number"),
            {"say": "Reste {a}.", "when": "b > 3 or b + 1 > 3"},
            {"id": "fin", "review": ["a", "b"]},
        )
    )
    chat.say("trois")
    assert chat.at == "essai/fin"
    assert "[review_line] Question a ? un" in chat.text


def test_a_step_that_is_renamed_during_a_correction_stays_passed() -> None:
    a, s, fin = ask("a", "yes_no"), q("s", skip="allowed"), {"id": "fin", "review": ["a", "s", "c"]}
    c = q("c", when="a == false")
    chat = Chat()
    chat.publish(flow(a, s, c, fin))
    chat.say("essai", "oui", "passer", "corriger", "question a", "non")
    assert chat.at == "essai/c"
    chat.publish(flow(a, q("neuf", name="s", replaces=["s"], skip="allowed"), c, fin))
    chat.say("trois")
    assert chat.at == "essai/fin"
    assert "[review_line] Question neuf ? [absent]" in chat.text


def test_a_calculation_is_not_added_up_twice() -> None:
    chat, tally = Chat(), {"set": {"n": "default(n, 0) + 1"}}
    chat.publish(flow(A, tally, B, C))
    chat.say("essai", "un", "deux")
    chat.publish(flow(A, tally, B, D))
    chat.say("trois")
    assert (chat.at, chat.told["n"]) == ("essai/d", 1)
    chat.say("retour")
    assert (chat.at, chat.told["n"]) == ("essai/b", 1)


def test_what_the_changed_path_no_longer_asks_counts_no_more() -> None:
    chat = Chat()
    a, b, told = ask("a", "yes_no"), ask("b", "yes_no"), {"say": "Lu.", "when": "b == true"}
    chat.publish(flow(a, b, C, D))
    chat.say("essai", "non", "oui")
    chat.publish(flow(a, {**b, "when": "a == true"}, told, D, {"id": "fin", "review": ["a", "b", "d"]}))
    chat.say("trois", "quatre")
    assert chat.at == "essai/fin"
    assert "Question b" not in chat.text
    assert "Lu." not in "".join(bare(one) for one in chat.heard)


def test_a_preview_begun_anew_does_not_bring_back_what_the_changed_path_left() -> None:
    a, b = ask("a", "yes_no"), ask("b", "text")
    shown = {"id": "fin", "review": ["a", "b"]}
    preview = {"id": "vu", "announce": {"kind": "sorte", "post": "mot"}, "fix": "sorte"}
    sorte = ask("sorte", "choice", choices=[{"id": "life", "label": "Vie"}])
    chat = Chat(standing=Standing.STAFF)
    staff = {"for": "staff"}
    chat.publish(flow(a, b, C, sorte, ask("mot", "post"), shown, preview) | staff)
    chat.say("essai", "non", "deux")
    assert chat.at == "essai/c"
    chat.publish(flow(a, {**b, "when": "a == true"}, sorte, ask("mot", "post"), shown, preview) | staff)
    chat.say("trois", "vie", "le mot")
    assert "Question b" not in chat.text
    chat.say("oui")
    assert chat.at == "essai/vu"
    chat.tap("modifier")
    assert chat.at == "essai/sorte"
    chat.say("vie", "un autre mot")
    assert chat.at == "essai/fin"
    assert "Question b" not in chat.text
