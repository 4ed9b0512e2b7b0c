"""Authored values as JSON data and back."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from bot.content.packing import CLASSES, NotPackable, pack, unpacker
from bot.flows.actions import ActionArguments
from bot.flows.authored import Authored
from bot.flows.condition import parse_condition
from bot.flows.duration import parse_span
from bot.flows.field import Choice
from bot.flows.flow import Flow
from bot.flows.step import Step
from bot.flows.steps.submitting import Parts, Submitting
from bot.flows.template import parse_template
from bot.model.values import Owner


def _kinds(of: type) -> Iterator[type]:
    kind: type
    for kind in of.__subclasses__():
        yield kind
        yield from _kinds(kind)


def test_every_authored_model_is_packable() -> None:
    ours = {one for one in _kinds(Authored) if one.__module__.startswith("bot.flows.")}
    known = {
        *CLASSES,
        Step,
        *_kinds(ActionArguments),
        ActionArguments,
        Submitting,
        Parts,
    }  # bases, and what is read from a mapping
    assert {one.__name__ for one in ours - known} == set()


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        1,
        1.0,
        "é\N{NO-BREAK SPACE}« œ »",
        "",
        (),
        ("a", (1, 2.5, False)),
        {},
        {"map": "map", "date": "x", "0": ("y",)},
        {1: "un", 2: "deux"},
        {"with": ["a", {"b": [1, ("c",)]}]},
        date(2026, 1, 31),
        Owner.ASSOCIATION,
        parse_span("36 months"),
        parse_span("4 days"),
        parse_condition("but == 'peser' and not (person.age >= 18 or x in ['a', 2, true])"),
        parse_condition("-1.5 * value(a) + 1 > 0"),
        parse_template("Bonjour {name}, {n|question|questions} le {jour|date}."),
        Choice(id="oui", label="Oui", also=("ok",), value=1.5),
        Choice(id="non", label="Non", value="none"),
        Flow.model_validate(
            {"flow": "a", "title": "A", "format": 1, "for": "staff", "steps": [{"say": "Bonjour"}]}
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_comes_back_as_it_was(value: Any) -> None:
    back = unpacker()(json.loads(json.dumps(pack(value))))
    assert back == value
    assert repr(back) == repr(value)  # 1 is not True, nor 1.0


@pytest.mark.parametrize("value", [b"bytes", {1, 2}, object(), Authored(), (frozenset(),), {"a": 1j}])
def test_other_classes_are_refused(value: Any) -> None:
    with pytest.raises(NotPackable):
        pack(value)


@pytest.mark.parametrize(
    "data", [{}, {"a": 1, "b": 2}, {"os": []}, {"0": []}, {"0": 1}, {"date": "tomorrow"}, {"elapsed": [1]}]
)
def test_other_data_makes_nothing(data: Any) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        unpacker()(data)
