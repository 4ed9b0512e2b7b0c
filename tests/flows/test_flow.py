"""What follows from a flow as authored: keys, declared fields, sections, and the questions that are left."""

from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import ValidationError

from bot.flows.field import Declared
from bot.flows.flow import Flow
from bot.flows.lengths import questions_left
from bot.flows.replay import called_by
from bot.flows.steps import KINDS, verb_of
from bot.model.values import FlowId, Owner
from bot.model.who import Standing
from tests.flows import library as fixtures
from tests.flows.library import ask, flow_of


def flow(*steps: dict[str, Any], **more: Any) -> Flow:
    return flow_of({"flow": "essai", "title": "Essai", "format": 1, "steps": list(steps)} | more)


def q(id: str, **more: Any) -> dict[str, Any]:
    return ask(id, "text", **more)


def left_in(*flows: Flow) -> Mapping[FlowId, Mapping[str, int]]:
    return questions_left({flow.id: flow for flow in flows})


def branch(*ways: dict[str, Any]) -> dict[str, Any]:
    return {"branch": list(ways)}


LEFT: list[tuple[str, list[dict[str, Any]], dict[str, int]]] = [
    ("a line", [q("a"), {"say": "x"}, q("b")], {"a": 2, "#2": 1, "b": 1}),
    (
        "the longer way counts",
        [
            branch({"if": "x", "goto": "long"}, {"else": "court"}),
            {"id": "court", "goto": "fin"},
            q("long"),
            q("suite"),
            q("fin"),
        ],
        {"#1": 3, "court": 1, "long": 3, "suite": 2, "fin": 1},
    ),
    (
        "a way back to where ways meet again",
        [
            branch({"if": "x", "goto": "detour"}, {"else": "suite"}),
            q("suite"),
            {"end": {}},
            q("detour"),
            {"goto": "suite"},
        ],
        {"#1": 2, "suite": 1, "#3": 0, "detour": 2, "#5": 1},
    ),
    (
        "a loop counts once, whatever stands after it",
        [
            q("objet"),
            branch({"if": "x", "goto": "objet"}, {"else": "fin"}),
            q("fin"),
        ],
        {"objet": 2, "#2": 1, "fin": 1},
    ),
    (
        "a step with a condition may be passed over",
        [
            q("a"),
            {"end": {}, "when": "x"},
            q("b"),
            {"goto": "a", "when": "y"},
            q("c"),
        ],
        {"a": 3, "#2": 2, "b": 2, "#4": 1, "c": 1},
    ),
    (
        "a call comes back; its flow may have the name of a step",
        [
            {"call": "b"},
            q("a"),
            {"end": {}},
            q("b"),
        ],
        {"#1": 1, "a": 1, "#3": 0, "b": 1},
    ),
    ("a review is no question", [q("a"), {"id": "r", "review": ["a"]}], {"a": 1, "r": 0}),
    ("another flow takes over", [q("a"), {"goto": "ailleurs"}, q("b")], {"a": 1, "#2": 0, "b": 1}),
]


@pytest.mark.parametrize(("name", "steps", "left"), LEFT, ids=[row[0] for row in LEFT])
def test_questions_left_are_those_of_the_longest_path(
    name: str, steps: list[dict[str, Any]], left: dict[str, int]
) -> None:
    assert left_in(flow(*steps))[FlowId("essai")] == left


def test_a_very_long_flow_has_a_length() -> None:
    assert left_in(flow(*(q(f"q{number}") for number in range(2000))))[FlowId("essai")]["q0"] == 2000


def test_the_questions_of_sub_flows_are_left_too() -> None:
    inner = flow(q("c"), {"call": "fond", "when": "x"}, q("d"), flow="dedans")
    deep = flow(q("e"), {"call": "essai"}, flow="fond")
    outer = flow(
        q("a"),
        branch({"if": "x", "call": "dedans"}, {"if": "y", "goto": "fin"}, {"else": "suite"}),
        q("suite"),
        {"id": "fin", "call": "dedans"},
    )
    left = left_in(outer, inner, deep)
    assert left[FlowId("fond")] == {"e": 1, "#2": 0}
    assert left[FlowId("dedans")] == {"c": 3, "#2": 2, "d": 1}
    assert left[FlowId("essai")] == {"a": 8, "#2": 7, "suite": 4, "fin": 3}


def test_flows_that_call_each_other_are_counted_once() -> None:
    ping, pong = flow(q("a"), {"call": "pong"}, flow="ping"), flow(q("b"), {"call": "ping"}, flow="pong")
    left = left_in(ping, pong)
    assert (left[FlowId("ping")]["a"], left[FlowId("pong")]["b"]) == (2, 1)


def test_a_very_long_chain_of_flows_has_a_length() -> None:
    chain = [flow(q("a"), {"call": f"f{number + 1}"}, flow=f"f{number}") for number in range(1500)]
    assert left_in(*chain)[FlowId("f0")]["a"] == 1500


def test_keys_are_ids_or_places_and_former_ids_still_lead_there() -> None:
    here = flow(q("a", replaces=["vieux"]), {"say": "x"})
    assert here.keys == ("a", "#2")
    assert here.position == {"a": 0, "#2": 1, "vieux": 0}
    assert here.current("vieux") == "a"
    assert here.step("vieux") is here.steps[0]
    assert (here.below("vieux"), here.below("#2")) == ("#2", None)
    assert here.prompts == ("a",)
    with pytest.raises(KeyError):
        here.step("parti")


def test_sections_hold_from_their_first_step_on() -> None:
    here = flow(
        {"say": "x"},
        q("a", section="un"),
        q("b"),
        q("c", section="deux"),
        sections={"un": "Partie 1", "deux": "Partie 2"},
    )
    assert [here.section_at(key) for key in here.keys] == ["", "Partie 1", "Partie 1", "Partie 2"]


def test_fields_are_declared_by_asking_before_calling_before_calculating() -> None:
    here = flow(
        {"set": {"a": "1", "b": "2", "person.x": "3"}, "keep": "2 days"},
        {"call": "sous", "returns": "b"},
        branch({"if": "true", "call": "sous", "returns": "association.c"}, {"else": "a"}),
        ask("a", "choice", choices=fixtures.CHOICES),
        ask("tel", "phone", name="person.tel"),
        ask("note", "scale", field={"min": 1, "max": 2, "scope": "association"}, labels=["Peu", "Beaucoup"]),
    )
    found = here.declared
    assert found["a"].type == "choice"
    assert found["b"].returned_by == "sous"
    assert found["association.c"] == Declared("computed", Owner.ASSOCIATION, returned_by=FlowId("sous"))
    assert (found["person.x"].owner, found["person.x"].type) == (Owner.PERSON, "computed")
    assert (found["person.tel"].owner, found["person.tel"].personal) == (Owner.PERSON, True)
    assert (found["note"].owner, found["note"].degrees) == (Owner.ASSOCIATION, {1: "Peu", 2: "Beaucoup"})
    assert here.asking("a") == ("a",)
    assert here.asking("b") == ()


def test_staff_flows_are_closed_to_others() -> None:
    closed, ajar, opened = (
        flow(q("a"), **{"for": audience}) for audience in ("staff", "organisers", "everyone")
    )
    rising = (Standing.MEMBER, Standing.ORGANISER, Standing.STAFF, Standing.ADMIN)
    assert [closed.open_to(standing) for standing in rising] == [False, False, True, True]
    assert [ajar.open_to(standing) for standing in rising] == [False, True, True, True]
    assert [opened.open_to(standing) for standing in rising] == [True, True, True, True]


def test_a_flow_knows_all_that_it_calls() -> None:
    flows = {FlowId(str(data["flow"])): flow_of(data) for data in fixtures.FLOWS}
    assert called_by(FlowId("chemin"), flows) == {"chemin", "sous", "fond"}
    assert called_by(FlowId("puits"), flows) == {"puits"}


@pytest.mark.parametrize("verb", KINDS)
def test_every_kind_is_known_by_its_verb(verb: str) -> None:
    steps = [step for data in fixtures.FLOWS for step in data["steps"] if verb in step]
    assert steps
    assert {verb_of(step) for step in steps} == {verb}
    assert {
        verb_of(step) for data in fixtures.FLOWS for step in flow_of(data).steps if type(step) is KINDS[verb]
    } == {verb}


@pytest.mark.parametrize(
    ("step", "verb"),
    [
        ({"review": ["a"], "say": "x"}, "review"),
        ({"say": "x", "goto": "y"}, None),
        ({"id": "a"}, None),
        ("x", None),
    ],
)
def test_a_step_has_one_verb(step: Any, verb: str | None) -> None:
    assert verb_of(step) == verb


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"say": "x", "zut": 1}, "Extra inputs"),
    ({"id": "Grand", "say": "x"}, "String should match"),
    ({"say": "{x"}, "a brace without its partner"),
    ({"say": "x", "when": "a ="}, "not a condition"),
    ({"say": "x", "picture": {"file": "a.png"}, "attach": {"file": "b.pdf"}}, "not both"),
    (ask("a", "zut"), "Input should be"),
    (ask("a", "choice"), "needs 'choices'"),
    (ask("a", "choice", choices=fixtures.CHOICES, choices_from="association.people"), "needs 'choices'"),
    (ask("a", "text", choices=fixtures.CHOICES), "go with the types choice"),
    (ask("a", "choice", choices=[fixtures.CHOICES[0], fixtures.CHOICES[0]]), "two choices have one id"),
    (ask("a", "text", default="x"), "needs 'skip: allowed'"),
    (ask("a", "scale"), "a scale needs"),
    (ask("a", "scale", field={"min": 0, "max": 11}), "a scale needs"),
    (ask("a", "scale", field={"min": 0, "max": 2}, labels=["x"]), "a scale needs"),
    (ask("a", "text", remind={"after": "demain", "say": "x"}), "not a duration"),
    (ask("a", "text", remind={"after": "2 days", "say": "x", "at": "25:00"}), "String should match"),
    (branch({"if": "x", "goto": "a"}), "ends with exactly one 'else'"),
    (branch({"else": "a"}, {"if": "x", "goto": "a"}), "ends with exactly one 'else'"),
    (branch({"if": "x"}, {"else": "a"}), "a case is"),
    (branch({"if": "x", "goto": "a", "call": "b"}, {"else": "a"}), "a case is"),
    (branch({"if": "x", "goto": "a"}, {"else": "a", "goto": "b"}), "stands alone"),
    (branch({"if": "x", "goto": "a", "returns": "y"}, {"else": "a"}), "goes with 'call'"),
    ({"set": {}}, "at least 1 item"),
    ({"id": "r", "review": []}, "at least 1 item"),
    ({"action": "add_task", "with": {"task": "t"}}, "Field required"),
]


@pytest.mark.parametrize(("step", "message"), WRONG, ids=[row[1] for row in WRONG])
def test_a_step_that_makes_no_sense_is_refused(step: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        flow(step)
