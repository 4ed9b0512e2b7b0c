"""Which words of the trade a person has met: a definition is offered where a word first comes up, only there.

Kept in `Session.told` as `<entry>@<flow>/<step>` for a word that came up there, `<entry>@` for one that was
explained.
"""

from collections.abc import Mapping

from bot.flows.shelf import Shelf
from bot.flows.steps.ask import Ask
from bot.flows.terms import term_option, terms_at
from bot.model.message import Option

MET = "met"
"""The name within `Session.told`."""

MOST = 40
"""Words that are remembered; of more, the ones met first are forgotten."""


def offered(
    step: Ask, place: str, shelf: Shelf, told: Mapping[str, str]
) -> tuple[Mapping[str, str], list[Option]]:
    """The definitions that a prompt at `place` (`flow/step`) offers; and the memory with its words."""
    options = []
    for term in terms_at(step, shelf):
        if _met(told).get(term.entry, place) == place:
            told = _remember(told, term.entry, place)
            options.append(term_option(term, shelf))
    return told, options


def knows(told: Mapping[str, str], entry: str) -> Mapping[str, str]:
    """The memory after a definition was read."""
    return _remember(told, entry, "")


def _met(told: Mapping[str, str]) -> dict[str, str]:
    """Entry -> where its word came up, empty once it was explained."""
    pairs = (item.partition("@") for item in told.get(MET, "").split())
    return {entry: place for entry, _, place in pairs}


def _remember(told: Mapping[str, str], entry: str, place: str) -> Mapping[str, str]:
    met = _met(told)
    met.pop(entry, None)
    met[entry] = place
    return {**told, MET: " ".join(f"{name}@{where}" for name, where in list(met.items())[-MOST:])}
