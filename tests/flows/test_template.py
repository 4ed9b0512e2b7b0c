"""Authored texts with holes: what is refused, how holes are filled, and that no value can inject markup."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.flows.template import (
    Placeholder,
    Rich,
    TemplateError,
    fill,
    fill_from,
    parse_template,
    plain_from,
    plural_word,
)
from bot.markup.escape import clean
from bot.markup.plain import plain
from bot.model.message import Markdown

REFUSED = [
    (None, "a text is expected", 0),
    (7, "a text is expected", 0),
    ("   ", "a text is expected", 0),
    ("un { seul", "a brace without its partner: '{'", 3),
    ("un } seul", "a brace without its partner: '}'", 3),
    ("  un } seul", "a brace without its partner: '}'", 5),
    ("a {} b", "does not name a field", 2),
    ("a {Nom} b", "does not name a field", 2),
    ("a {x.} b", "does not name a field", 2),
    ("a {x!r} b", "does not name a field", 2),
    ("{n|heure}", "unknown filter", 0),
    ("{n|a|b|c}", "unknown filter", 0),
]


@pytest.mark.parametrize(("written", "message", "column"), REFUSED)
def test_a_text_is_refused_with_the_column_of_its_mistake(written: Any, message: str, column: int) -> None:
    with pytest.raises(
        TemplateError, match="^.*" + message.replace("{", r"\{").replace("}", r"\}")
    ) as refused:
        parse_template(written)
    assert refused.value.column == column


def test_holes_keep_their_place_filter_and_plural() -> None:
    template = parse_template(" Bonjour {person.name}, {n | point | points} le {jour|date}. ")
    assert template.source == "Bonjour {person.name}, {n | point | points} le {jour|date}."
    assert template.placeholders() == (
        Placeholder("person.name", 9),
        Placeholder("n", 24, plural=("point", "points")),
        Placeholder("jour", 48, "date"),
    )
    assert parse_template(template) is template


@pytest.mark.parametrize(
    ("number", "word"),
    [
        (0, "question"),
        (1, "question"),
        (1.5, "question"),
        (-1, "question"),
        (2, "questions"),
        (None, "questions"),
    ],
)
def test_zero_and_one_are_singular(number: float | None, word: str) -> None:
    assert plural_word(("question", "questions"), number) == word


def test_a_phrase_is_filled_with_french_numbers_and_our_own_markdown() -> None:
    template = parse_template("{n} {n|mot|mots} **{name}** {rich}")
    filled = fill_from(template, {"n": 1250.5, "name": "*Awa*", "rich": Rich(Markdown("*ici*"))})
    assert filled == "1\N{NO-BREAK SPACE}250,5 mots **\\*Awa\\*** *ici*"
    assert plain_from(template, {"n": 1, "name": "*Awa*", "rich": "x"}) == "1 mot ***Awa*** x"


def test_a_hole_without_a_value_is_a_mistake_of_the_program() -> None:
    with pytest.raises(KeyError):
        fill_from(parse_template("{name}"), {})


HOSTILE = [
    "*x*",
    "[a](http://b)",
    "`x`",
    "> x",
    "# x",
    "- x",
    "1. x",
    "<b>x</b>",
    "&amp;",
    "{name}",
    "\\*",
    "_x_",
    "!x",
    "a\n\n- b",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_what_a_person_typed_is_shown_literally(value: str) -> None:
    filled = fill(parse_template("Vous avez écrit {x}."), lambda hole: value)
    shown = "\n".join(line for line in value.split("\n") if line)
    assert plain(filled) == f"Vous avez écrit {shown}."


@given(st.text(max_size=30))
def test_no_value_changes_the_markup_around_it(value: str) -> None:
    filled = plain(fill(parse_template("**a {x} b** *c*"), lambda hole: value))
    lines = [line.strip() for line in clean(value).split("\n")]
    assert filled == f"a {chr(10).join(line for line in lines if line)} b c"
