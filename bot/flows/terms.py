"""The words of the trade that a prompt uses, and the buttons that explain them."""

from bot.flows.french import shorten
from bot.flows.shelf import Shelf
from bot.flows.steps.ask import Ask
from bot.knowledge.glossary import Term, terms_in, terms_of
from bot.model.message import Option

MOST = 2
"""Terms that one prompt offers to explain."""

WIDTH = 30
"""Longest label of such a button, in characters."""


def terms_at(step: Ask, shelf: Shelf) -> tuple[Term, ...]:
    """The defined terms in a prompt's question, help and choices, the longest first."""
    return terms_in(step.words, terms_of(shelf.articles.values()), MOST)


def term_option(term: Term, shelf: Shelf) -> Option:
    """The button that shows a definition: "C'est quoi « alliance » ?", shorter for a long term."""
    label = shelf.phrases.label("button_term", term=term.name)
    if len(label) > WIDTH:
        bare = len(shelf.phrases.label("button_term_long", term=""))
        label = shelf.phrases.label("button_term_long", term=shorten(term.name, WIDTH - bare))
    return Option(f"term.{term.entry}", label, f"def.{term.entry}")
